"""A condition as a sentence, and what the builder component needs to offer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.base.actors import Actor
from zhike.records import registry, relations
from zhike.records.conditions.language import ConditionError, Group, Leaf, Node, Related, parse
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Field, Invalid
from zhike.records.fields.choices import Choice, Option
from zhike.records.fields.numbers import Number
from zhike.records.fields.pointing import points
from zhike.records.fields.references import Reference, as_id
from zhike.records.fields.text import as_list

WORDS: dict[str, Promise] = {
    "contains": gettext_lazy("contains"),
    "not_contains": gettext_lazy("does not contain"),
    "starts_with": gettext_lazy("starts with"),
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "in": gettext_lazy("is"),
    "not_in": gettext_lazy("is not"),
    "has_any": gettext_lazy("has one of"),
    "has_all": gettext_lazy("has all of"),
    "has_none": gettext_lazy("has none of"),
    "eq": gettext_lazy("="),
    "ne": gettext_lazy("≠"),
    "gt": gettext_lazy(">"),
    "gte": gettext_lazy("≥"),
    "lt": gettext_lazy("<"),
    "lte": gettext_lazy("≤"),
    "between": gettext_lazy("between"),
    "on": gettext_lazy("on"),
    "before": gettext_lazy("before"),
    "after": gettext_lazy("after"),
    "within": gettext_lazy("within"),
    "not_within": gettext_lazy("not within"),
    "anniversary": gettext_lazy("has its day within"),
    "is_me": gettext_lazy("is me"),
    "is_my_team": gettext_lazy("is me or my team"),
    "department": gettext_lazy("is in department"),
    "empty": gettext_lazy("is empty"),
    "not_empty": gettext_lazy("is not empty"),
}
NO_VALUE = frozenset({"is_me", "is_my_team", "empty", "not_empty"})
MEASURE_WORDS = {
    "count": gettext_lazy("number"),
    "sum": gettext_lazy("sum"),
    "min": gettext_lazy("smallest"),
    "max": gettext_lazy("largest"),
    "exists": gettext_lazy("any"),
}


_reader: ContextVar[Actor | None] = ContextVar("zhike_reader_of_condition", default=None)


def explain(raw: Any, record_type: RecordType, reader: Actor | None = None) -> str:
    """The condition as a sentence in the reader's language; empty for "everything". Raises `ConditionError`.

    With a `reader`, records the reader may not see are told by their number only."""
    with _read_by(reader):
        return _node(parse(raw, record_type), outermost=True)


def chips(raw: Any, record_type: RecordType, reader: Actor | None = None) -> list[dict[str, str]]:
    """The top-level parts of a condition for the bar above a list: field and words."""
    node = parse(raw, record_type)
    parts = node.parts if isinstance(node, Group) and node.word == "all" else (node,)
    with _read_by(reader):
        return [{"label": _subject(part), "text": _predicate(part)} for part in parts]


@contextmanager
def _read_by(reader: Actor | None) -> Iterator[None]:
    token = _reader.set(reader)
    try:
        yield
    finally:
        _reader.reset(token)


def _value(field: Any, operator: str, value: Any) -> str:
    reader = _reader.get()
    target = registry.find(field.record_type_name) if points(field) and reader else None
    if target is None or reader is None or (operator == "department" and field.kind == "member"):
        return str(field.explain(operator, value))
    ids = [number for each in as_list(value) if (number := as_id(each)) is not None]
    rows = target.policy.visible_to(reader, target.queryset().filter(pk__in=ids))
    names = {row.pk: str(row) for row in rows}
    return str(_(", ")).join(names.get(number, f"#{number}") for number in ids)


def _node(node: Node, *, outermost: bool = False) -> str:
    if isinstance(node, Group):
        return _group(node, outermost)
    return f"{_subject(node)} {_predicate(node)}".strip()


def _group(group: Group, outermost: bool) -> str:
    if not group.parts:
        return ""
    if group.word == "not":
        return _("not (%(inner)s)") % {"inner": _node(group.parts[0], outermost=True)}
    joint = _(" and ") if group.word == "all" else _(" or ")
    sentence = joint.join(_node(part) for part in group.parts)
    return sentence if outermost or len(group.parts) == 1 else f"({sentence})"


def _subject(node: Node) -> str:
    if isinstance(node, Leaf):
        return " · ".join(str(field.label) for field in (*node.steps, node.field))
    if isinstance(node, Related):
        what = node.relation.label or node.record_type.plural
        where = _node(node.where, outermost=True)
        described = f"{what} ({where})" if where else str(what)
        if node.of is not None:
            return f"{described} · {node.of.label} · {MEASURE_WORDS[node.measure]}"
        return f"{described} · {MEASURE_WORDS[node.measure]}"
    return ""


def _predicate(node: Node) -> str:
    if isinstance(node, Group):
        return _group(node, outermost=True)
    if isinstance(node, Related) and node.measure == "exists":
        return _("yes") if node.value in (None, True, "true") else _("none")
    words = str(WORDS[node.operator])
    if node.operator in NO_VALUE:
        return words
    field: Any = node.field if isinstance(node, Leaf) else node.of or Number("count", "")
    try:
        return f"{words} {_value(field, node.operator, node.value)}"
    except Invalid as error:
        raise ConditionError(str(error.message), node.path) from error


# What the builder offers


def describe(record_type: RecordType, *, nested: bool = False) -> dict[str, Any]:
    """Fields, operators and related lists of a type, for the builder component."""
    fields = [
        _described(name, field, str(field.label))
        for name, field in record_type.fields_as_laid_out().items()
        if field.operators
    ]
    if not nested:
        for name, field in record_type.fields().items():
            target = registry.find(field.record_type_name) if isinstance(field, Reference) else None
            if target is not None and target.name != record_type.name and field.kind == "reference":
                fields += [
                    _described(f"{name}.{inner}", found, f"{field.label} · {found.label}")
                    for inner, found in target.fields_as_laid_out().items()
                    if found.operators
                ]
    related = [] if nested else [_described_relation(relation) for relation in record_type.related_lists()]
    return {"fields": fields, "related": related}


def _described(name: str, field: Field, label: str) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": name,
        "label": label,
        "kind": field.kind,
        "summable": field.summable,
        "operators": [
            {"op": operator, "label": str(WORDS[operator]), "takes": _takes(field, operator)}
            for operator in field.operators
        ],
    }
    choices = field.choices()
    if choices:
        described["choices"] = choices
    if points(field):
        described["options_url"] = f"/{field.record_type_name}/options/"
    return described


def _takes(field: Field, operator: str) -> str:
    if operator in NO_VALUE:
        return "none"
    if operator in ("within", "not_within", "anniversary"):
        return "span"
    if operator == "between":
        return "dates" if field.kind in ("day", "moment") else "numbers"
    if operator == "department" and field.kind == "member":
        return "departments"
    if field.kind in ("day", "moment"):
        return "date"
    if isinstance(field, Number):
        return "number"
    if points(field):
        return "records"
    if isinstance(field, Choice | Option) or field.choices():
        return "choices" if operator in ("in", "not_in") or operator.startswith("has_") else "choice"
    return "texts" if operator.startswith("has_") or (operator == "in") else "text"


def _described_relation(relation: Any) -> dict[str, Any]:
    target = registry.get(relation.record_type)
    return {
        "name": relations.key_of(relation),
        "record_type": relation.record_type,
        "label": str(relation.label or target.plural),
        "fields_url": f"/{relation.record_type}/conditions/?nested=1",
        "measures": [{"measure": name, "label": str(label)} for name, label in MEASURE_WORDS.items()],
        "operators": [{"op": op, "label": str(WORDS[op])} for op in ("eq", "gt", "gte", "lt", "lte", "between")],
    }
