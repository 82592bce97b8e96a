"""Which custom fields a record type has, kept in memory until a definition changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.text import format_lazy

from zhike.base.recent import Recent
from zhike.records.fields.base import Field
from zhike.records.fields.making import COMPUTED, field_of_custom, list_label_of
from zhike.records.fields.pointing import Pointing
from zhike.records.models import CustomField

if TYPE_CHECKING:
    from zhike.records.declaration import RelatedList


@dataclass
class _Kept:
    rows: dict[str, list[CustomField]]
    """Every definition of a type, removed ones too."""
    fields: dict[str, dict[str, Field]] = field(default_factory=dict)
    lists: dict[str, tuple[RelatedList, ...]] = field(default_factory=dict)


def custom_fields_of(record_type: str) -> list[CustomField]:
    """The definitions in use, in their order."""
    return [row for row in _kept.now().rows.get(record_type, ()) if row.removed_at is None]


def removed_fields_of(record_type: str) -> list[CustomField]:
    return [row for row in _kept.now().rows.get(record_type, ()) if row.removed_at is not None]


def fields_of(record_type: str) -> dict[str, Field]:
    """The fields in use by name; the same objects until a definition changes."""
    kept = _kept.now()
    found = kept.fields.get(record_type)
    if found is None:
        rows = (row for row in custom_fields_of(record_type) if _stands(row))
        found = kept.fields[record_type] = {row.name: field_of_custom(row) for row in rows}
    return found


def _stands(row: CustomField) -> bool:
    """A reference to a type of record there is no more stands for nothing."""
    from zhike.records import registry

    return "target" not in row.options or registry.find(row.options["target"]) is not None


def lists_on(record_type: str) -> tuple[RelatedList, ...]:
    """The lists of records whose own fields point at records of this type; they follow the label of the field."""
    kept = _kept.now()
    found = kept.lists.get(record_type)
    if found is None:
        found = kept.lists[record_type] = tuple(_lists_on(record_type, sorted(kept.rows)))
    return found


def _lists_on(record_type: str, owners: list[str]) -> Iterator[RelatedList]:
    from zhike.records import registry
    from zhike.records.declaration import RelatedList

    for owner in filter(None, map(registry.find, owners)):
        for name, found in fields_of(owner.name).items():
            if isinstance(found, Pointing) and found.record_type_name == record_type:
                label = list_label_of(found) or format_lazy("{type} · {field}", type=owner.plural, field=found.label)
                yield RelatedList(owner.name, by=name, find=found.pointing_at, note=owner.search.note, label=label)


def every_field_of(record_type: str) -> dict[str, Field]:
    """Those that were removed as well: history tells of them."""
    return {row.name: field_of_custom(row) for row in _kept.now().rows.get(record_type, ()) if _stands(row)}


def every_definition() -> dict[str, list[CustomField]]:
    """By type, removed ones too; the same object until a definition is read anew."""
    return _kept.now().rows


def computed_names_of(record_type: str) -> list[str]:
    """The keys of fields whose values nobody writes, of removed ones too."""
    return [row.name for row in _kept.now().rows.get(record_type, ()) if row.kind in COMPUTED]


VALUE_INDEX, ORDER_INDEX = "custom_value_", "custom_order_"
"""How the indexes begin by which lists choose and sort; each ends with the number of its definition."""
UNIQUE_INDEX = "custom_unique_"
"""How the index begins that keeps the values of a field apart; its end is the number of the definition."""


def unique_field_of(index: str) -> str:
    """The field whose index this is, "" for any other."""
    number = index.removeprefix(UNIQUE_INDEX)
    if number == index or not number.isdigit():
        return ""
    return CustomField.objects.filter(pk=int(number)).values_list("name", flat=True).first() or ""


def forget_kept() -> None:
    _kept.forget()


def _read() -> _Kept:
    rows: dict[str, list[CustomField]] = defaultdict(list)
    for row in CustomField.objects.all():
        rows[row.record_type].append(row)
    return _Kept(rows)


_kept: Recent[_Kept] = Recent(_read)
