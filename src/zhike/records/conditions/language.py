"""The condition language: one JSON form for lists, views, segments, permissions, flows and the API.

    {"all": [c, …]}   {"any": [c, …]}   {"not": c}
    {"field": "amount", "op": "gte", "value": "10000"}
    {"field": "customer.industry", "op": "in", "value": ["retail"]}            one step along a reference
    {"related": "opportunities", "measure": "count", "op": "gte", "value": 2, "where": c}
    {"related": "opportunities", "measure": "sum", "of": "amount", "op": "gt", "value": "50000", "where": c}
    {"related": "activities", "measure": "exists", "op": "is", "value": false, "where": c}
    {}                                                                            everything

This module reads the JSON into a tree and checks it against the declaration; it never guesses: a condition on
a field that is gone is an error, not a wider list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zhike.records import custom, registry, relations
from zhike.records.declaration import RecordType, RelatedList
from zhike.records.fields.base import Field
from zhike.records.fields.references import Reference

DEEPEST, MOST = 8, 100
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
MEASURES = ("count", "sum", "min", "max", "exists")
NUMBER_OPERATORS = ("eq", "gt", "gte", "lt", "lte", "between")


class ConditionError(Exception):
    """The condition cannot be understood; `path` leads to the place (`all.0.field`)."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.message, self.path = message, path


@dataclass(frozen=True)
class Leaf:
    field: Field
    operator: str
    value: Any
    steps: tuple[Field, ...] = ()
    path: str = ""

    @property
    def prefix(self) -> str:
        return "".join(f"{step.name}__" for step in self.steps)


@dataclass(frozen=True)
class Group:
    word: str
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Related:
    owner: RecordType
    relation: RelatedList
    record_type: RecordType
    measure: str
    of: Field | None
    operator: str
    value: Any
    where: Node
    path: str = ""


Node = Leaf | Group | Related
EVERYTHING = Group("all", ())


def parse(raw: Any, record_type: RecordType) -> Node:
    """The tree of a JSON condition. Raises `ConditionError`."""
    return _Parser().node(raw, record_type, "", 0)


class _Parser:
    def __init__(self) -> None:
        self.count = 0

    def node(self, raw: Any, record_type: RecordType, path: str, depth: int) -> Node:
        self.count += 1
        if depth > DEEPEST or self.count > MOST:
            raise ConditionError(_("This condition is too large."), path)
        if raw is None or raw == {}:
            return EVERYTHING
        if not isinstance(raw, Mapping):
            raise ConditionError(_("A condition is an object."), path)
        if "field" in raw:
            return self._leaf(raw, record_type, path)
        if "related" in raw:
            return self._related(raw, record_type, path, depth)
        return self._group(raw, record_type, path, depth)

    def _group(self, raw: Mapping[str, Any], record_type: RecordType, path: str, depth: int) -> Group:
        if len(raw) != 1 or next(iter(raw)) not in ("all", "any", "not"):
            raise ConditionError(_("A condition is one of: all, any, not, field, related."), path)
        word, inner = next(iter(raw.items()))
        parts = [inner] if word == "not" else inner
        if not isinstance(parts, list):
            raise ConditionError(_("A list of conditions is expected."), f"{path}.{word}".strip("."))
        nodes = [
            self.node(part, record_type, f"{path}.{word}.{position}".strip("."), depth + 1)
            for position, part in enumerate(parts)
        ]
        return Group(word, tuple(nodes))

    def _leaf(self, raw: Mapping[str, Any], record_type: RecordType, path: str) -> Leaf:
        self._only(raw, {"field", "op", "value"}, path)
        self._storable(raw.get("value"), f"{path}.value".strip("."))
        steps, field = self._field(str(raw["field"]), record_type, f"{path}.field".strip("."))
        operator = raw.get("op")
        if operator not in field.operators:
            raise ConditionError(
                _("“%(operator)s” does not fit “%(field)s”.") % {"operator": operator, "field": field.label},
                f"{path}.op".strip("."),
            )
        return Leaf(field, str(operator), raw.get("value"), steps, path)

    def _field(self, name: str, record_type: RecordType, path: str) -> tuple[tuple[Field, ...], Field]:
        first, _dot, rest = name.partition(".")
        field = record_type.field(first)
        if field is None:
            raise ConditionError(_gone(record_type, first), path)
        if not rest:
            return (), field
        target = registry.find(field.record_type_name) if isinstance(field, Reference) else None
        last = target.field(rest) if target else None
        if last is None and target:
            raise ConditionError(_gone(target, rest), path)
        if last is None:
            raise ConditionError(_("There is no field “%(name)s” any more.") % {"name": name}, path)
        return (field,), last

    def _related(self, raw: Mapping[str, Any], record_type: RecordType, path: str, depth: int) -> Related:
        self._only(raw, {"related", "measure", "of", "op", "value", "where"}, path)
        self._storable(raw.get("value"), f"{path}.value".strip("."))
        relation = relations.find(record_type, str(raw["related"]))
        if relation is None:
            raise ConditionError(_("There are no related “%(name)s”.") % {"name": raw["related"]}, path)
        target = registry.get(relation.record_type)
        measure = str(raw.get("measure", "exists"))
        if measure not in MEASURES:
            raise ConditionError(_("A measure is one of: %(known)s.") % {"known": ", ".join(MEASURES)}, path)
        of = target.field(str(raw.get("of", ""))) if measure in ("sum", "min", "max") else None
        if measure in ("sum", "min", "max") and (of is None or (measure == "sum" and not of.summable)):
            raise ConditionError(_("Say which figure to take."), f"{path}.of".strip("."))
        operator = str(raw.get("op", "is"))
        allowed = (
            ("is",)
            if measure == "exists"
            else NUMBER_OPERATORS
            if measure in ("count", "sum")
            else (of.operators if of else ())
        )
        if operator not in allowed:
            raise ConditionError(_("“%(operator)s” does not fit here.") % {"operator": operator}, path)
        where = self.node(raw.get("where"), target, f"{path}.where".strip("."), depth + 1)
        return Related(record_type, relation, target, measure, of, operator, raw.get("value"), where, path)

    def _storable(self, value: Any, path: str) -> None:
        """No text in the database holds a NUL or half a character, so nothing is compared with one."""
        parts = value if isinstance(value, list) else value.values() if isinstance(value, Mapping) else [value]
        if any(isinstance(part, str) and UNSTORABLE.search(part) for part in parts):
            raise ConditionError(_("This text has characters that cannot be stored."), path)

    def _only(self, raw: Mapping[str, Any], known: set[str], path: str) -> None:
        unknown = set(raw) - known
        if unknown:
            raise ConditionError(_("“%(name)s” means nothing here.") % {"name": sorted(unknown)[0]}, path)


def _gone(record_type: RecordType, name: str) -> str:
    """A removed field still has its label; of any other only the name is known."""
    label = next((str(row.label) for row in custom.removed_fields_of(record_type.name) if row.name == name), "")
    if label:
        return _("The field “%(name)s” was removed.") % {"name": label}
    return _("There is no field “%(name)s” any more.") % {"name": name}
