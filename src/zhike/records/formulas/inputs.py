"""What a computed field reads: which columns and keys of which tables, and how these lead to its records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from zhike.records import registry
from zhike.records.declaration import RecordType
from zhike.records.fields import choices, references
from zhike.records.fields.base import Field
from zhike.records.formulas.finding import target_of
from zhike.records.formulas.types import Apply, Convert, Node, Read

Key = tuple[str, str]
"""Record type and field, by name."""


@dataclass(frozen=True)
class Input:
    """`path` leads from the computed record to a row of `model`; empty for the record itself."""

    path: tuple[Field, ...]
    model: Any
    columns: frozenset[str]
    keys: frozenset[str]
    """Of `custom`."""

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)


def reads_of(node: Node) -> Iterator[Read]:
    if isinstance(node, Read):
        yield node
    for each in node.arguments if isinstance(node, Apply) else (node.inner,) if isinstance(node, Convert) else ():
        yield from reads_of(each)


def fields_read(record_type: RecordType, paths: Iterable[tuple[tuple[Field, ...], Field]]) -> frozenset[Key]:
    """The fields, each with the type it belongs to; a step is read too."""
    found: set[Key] = set()
    for steps, field in paths:
        owner = record_type
        for step in steps:
            found.add((owner.name, step.name))
            owner = target_of(step) or owner
        found.add((owner.name, field.name))
    return frozenset(found)


def inputs_of(record_type: RecordType, paths: Iterable[tuple[tuple[Field, ...], Field]]) -> tuple[Input, ...]:
    """One for each way to a table."""
    columns: dict[tuple[str, ...], set[str]] = defaultdict(set)
    keys: dict[tuple[str, ...], set[str]] = defaultdict(set)
    ways: dict[tuple[str, ...], tuple[tuple[Field, ...], Any]] = {(): ((), record_type.model)}
    for steps, field in paths:
        way: tuple[Field, ...] = ()
        for step in (*steps, field):
            _note(step, columns[_names(way)], keys[_names(way)])
            beyond = _beyond(step)
            if beyond is None:
                break
            way = (*way, step)
            ways[_names(way)] = way, beyond[0]
            if step is field:
                columns[_names(way)].add(beyond[1])
    return tuple(
        Input(way, model, frozenset(columns[names]), frozenset(keys[names]))
        for names, (way, model) in ways.items()
        if columns[names] or keys[names]
    )


def _names(way: tuple[Field, ...]) -> tuple[str, ...]:
    return tuple(step.name for step in way)


def leading_to(path: tuple[Field, ...], ids: Any) -> Q:
    """The records from which the path leads to one of these rows."""
    first, *rest = path
    if not rest:
        return first.compare("in", ids)
    target = target_of(first)
    assert target is not None
    return first.compare("in", target.queryset().filter(leading_to(tuple(rest), ids)).order_by().values("pk"))


def led_to(rows: Any, path: tuple[Field, ...]) -> set[int]:
    """The ids of the rows to which the path leads from these."""
    first, *rest = path
    found = rows.order_by().annotate(zhike_way=first.expression()).values_list("zhike_way", flat=True).distinct()
    ids = {number for number in found if number is not None}
    target = target_of(first)
    return led_to(target.queryset().filter(pk__in=ids), tuple(rest)) if rest and target else ids


def path_of(record_type: RecordType, names: Iterable[str]) -> tuple[Field, ...]:
    """The path by the names of its steps; empty when a step is there no more."""
    found: list[Field] = []
    owner: RecordType | None = record_type
    for name in names:
        step = owner.field(name) if owner else None
        if step is None:
            return ()
        found.append(step)
        owner = target_of(step)
    return tuple(found)


def _note(field: Field, columns: set[str], keys: set[str]) -> None:
    if field.model_field is None:
        keys.add(field.name)
    else:
        columns.add(str(field.model_field.column))


def _beyond(field: Field) -> tuple[Any, str] | None:
    """The table a reference or an option leads to, and the column of its name."""
    if isinstance(field, references.Reference):
        target = registry.find(field.record_type_name)
        return (target.model, target.title) if target else None
    return (field.table, "name") if isinstance(field, choices.Option) else None
