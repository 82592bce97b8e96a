"""From numbers of rows to names and back: a file names records, members, departments and values of lists.

A record is told by its external id where it has one, else by its title; a member by the e-mail address; a department by
the names from the top down; a stage with its pipeline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from zhike.records import registry, relations
from zhike.records.declaration import RecordType
from zhike.records.fields import pointing
from zhike.records.fields.base import Field
from zhike.records.fields.choices import Option
from zhike.records.fields.references import Reference, as_id
from zhike.records.fields.text import as_list

STEP = " / "
"""Between the names of a department and of those above it."""
EXTERNAL, GONE = "external_id", "gone"
BY_ROW = frozenset({"in", "not_in", "department", "has_any", "has_all", "has_none"})
"""Operators whose values are rows, where the field holds rows."""
Turn = Callable[[Any, Any], Any]
"""`(model, value) -> value`"""


class Unnamed(Exception):
    """A name in the file leads to nothing here, or to several things; the message is a sentence."""


def type_called(name: str) -> RecordType:
    """Raises `Unnamed`."""
    found = registry.find(name)
    if found is None:
        raise Unnamed(_("There is no record type “%(name)s” here.") % {"name": name})
    return found


def departments() -> Any:
    return get_user_model()._meta.get_field("department").related_model


# Rows


def name_of(model: Any, number: Any) -> Any:
    """What the file calls a row."""
    row = model._default_manager.filter(pk=as_id(number) or 0).first()
    if row is None:
        return {GONE: True}
    if getattr(model, "is_option_table", False):
        return str(getattr(row, "qualified_name", row.name))
    if model is departments():
        return path_of(row)
    if model is get_user_model() and row.email:
        return str(row.email)
    if row.external_id:
        return {EXTERNAL: str(row.external_id)}
    return _title(row)


def number_of(model: Any, name: Any) -> int:
    """The row of that name. Raises `Unnamed`."""
    if isinstance(name, dict) and set(name) == {EXTERNAL} and not getattr(model, "is_option_table", False):
        return _only(model, name[EXTERNAL], model._default_manager.filter(external_id=str(name[EXTERNAL])))
    if isinstance(name, dict):
        raise Unnamed(_("What stood here is gone, so it cannot be named: take it out."))
    text = str(name)
    if getattr(model, "is_option_table", False):
        rows = [row for row in model.objects.all() if text in (str(getattr(row, "qualified_name", "")), row.name)]
        return _only(model, text, [row for row in rows if str(getattr(row, "qualified_name", "")) == text] or rows)
    alive = model._default_manager.filter(trashed_at__isnull=True)
    if model is departments():
        return _only(model, text, [row for row in alive if text == path_of(row)])
    if model is get_user_model() and "@" in text:
        return _only(model, text, alive.filter(email__iexact=text))
    return _only(model, text, alive.filter(**{_title_column(model): text}))


def path_of(department: Any) -> str:
    """华东区 / 上海办"""
    names, row = [], department
    while row is not None:
        names.append(row.name)
        row = row.parent
    return STEP.join(reversed(names))


def _only(model: Any, name: Any, rows: Iterable[Any]) -> int:
    found = list(rows)[:2]
    words = {"kind": model._meta.verbose_name, "name": name}
    if not found:
        raise Unnamed(_("There is no %(kind)s “%(name)s” here.") % words)
    if len(found) > 1:
        raise Unnamed(_("Several are called %(kind)s “%(name)s” here: give the one meant an external ID.") % words)
    return int(found[0].pk)


def _title(row: Any) -> str:
    return str(getattr(row, _title_column(type(row))))


def _title_column(model: Any) -> str:
    return registry.get(model.record_type_name).title


# Conditions


def told(condition: Any, record_type: RecordType) -> Any:
    """A condition as the file says it."""
    return _turned(condition, record_type, name_of)


def meant(condition: Any, record_type: RecordType) -> Any:
    """A condition of the file as it is kept. Raises `Unnamed`."""
    return _turned(condition, record_type, lambda model, name: str(number_of(model, name)))


def _turned(raw: Any, record_type: RecordType, turn: Turn) -> Any:
    if isinstance(raw, list):
        return [_turned(each, record_type, turn) for each in raw]
    if not isinstance(raw, dict):
        return raw
    if "field" in raw:
        model = _model_of(_field(record_type, str(raw["field"])), raw.get("op"))
        return {**raw, "value": _values(raw["value"], model, turn)} if model is not None and "value" in raw else raw
    if "related" in raw:
        relation = relations.find(record_type, str(raw["related"]))
        target = registry.find(relation.record_type) if relation else None
        return {**raw, "where": _turned(raw["where"], target, turn)} if target and "where" in raw else raw
    return {word: _turned(inner, record_type, turn) for word, inner in raw.items()}


def _values(value: Any, model: Any, turn: Turn) -> Any:
    return [turn(model, each) for each in value] if isinstance(value, list) else turn(model, value)


def _field(record_type: RecordType, name: str) -> Field | None:
    first, _dot, rest = name.partition(".")
    field = record_type.field(first)
    if not rest or field is None:
        return field
    target = registry.find(field.record_type_name) if isinstance(field, Reference) else None
    return target.field(rest) if target else None


def _model_of(field: Field | None, operator: Any) -> Any:
    """The table whose rows a condition's value names; None where the value is no row."""
    if field is None or operator not in BY_ROW:
        return None
    if operator == "department":
        return departments()
    return model_of(field)


def model_of(field: Field) -> Any:
    """The table of a field that holds rows, None of any other."""
    if isinstance(field, Option):
        return field.table
    return field.model if pointing.points(field) else None


def told_values(field: Field, stored: Any) -> Any:
    """A stored value of a field of rows as the file says it; any other as it is."""
    model = model_of(field)
    if model is None or stored in (None, "", []):
        return stored
    names = [name_of(model, number) for number in as_list(stored)]
    return names if isinstance(stored, list) else names[0]


def meant_values(field: Field, said: Any) -> Any:
    """The other way round. Raises `Unnamed`."""
    model = model_of(field)
    if model is None or said in (None, "", []):
        return said
    numbers = [number_of(model, name) for name in as_list(said)]
    return numbers if isinstance(said, list) else numbers[0]


def named_apart(rows: Iterable[tuple[tuple[str, ...], Any]]) -> dict[tuple[str, ...], Any]:
    """Rows by their names; a second of the same names is called `… (2)`."""
    found: dict[tuple[str, ...], Any] = {}
    for path, row in rows:
        number, unlike = 1, path
        while unlike in found:
            number += 1
            unlike = (*path[:-1], f"{path[-1]} ({number})")
        found[unlike] = row
    return found
