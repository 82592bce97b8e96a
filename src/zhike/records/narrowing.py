"""The history of one record, narrowed to one field or to what one person did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from zhike.base.changelog.models import Change, ChangeSet
from zhike.records import history, shared_rows
from zhike.records.declaration import RecordType
from zhike.records.fields.references import as_id


@dataclass(frozen=True)
class Narrowed:
    """`field` by name, `member` by number; empty parts narrow nothing."""

    field: str = ""
    member: int | None = None

    def pairs(self) -> dict[str, str]:
        """As in an address, without what is empty."""
        told = {"field": self.field, "who": self.member}
        return {name: str(value) for name, value in told.items() if value}

    def query(self, record_type: RecordType) -> Q:
        found = Q(change_set__actor_id=self.member) if self.member else Q()
        if self.field in record_type.custom_fields():
            found &= Q(before__custom__has_key=self.field) | Q(after__custom__has_key=self.field)
        elif self.field:
            column = next(each for each, name in columns(record_type).items() if name == self.field)
            found &= Q(before__has_key=column) | Q(after__has_key=column)
        return found & Q(table_name=record_type.table) if self.field else found

    def kept(self, rows: list[history.RowChange]) -> list[history.RowChange]:
        """Of rows in words what tells of the field; custom fields lie together in one column."""
        if not self.field:
            return rows
        for row in rows:
            row.fields = [each for each in row.fields if each.name == self.field]
        return [row for row in rows if row.fields]


def read(sent: Mapping[str, str], record_type: RecordType) -> Narrowed:
    """From an address. Raises `ValueError` naming the part that means nothing."""
    name, who = sent.get("field", ""), sent.get("who", "")
    if name and name not in dict(fields(record_type)):
        raise ValueError("field")
    if who and as_id(who) is None:
        raise ValueError("who")
    return Narrowed(name, as_id(who))


def fields(record_type: RecordType) -> list[tuple[str, Any]]:
    """(name, label) of the fields whose changes the log tells in words, in the order of the declaration."""
    told = {*columns(record_type).values(), *record_type.custom_fields()}
    return [(name, found.label) for name, found in record_type.fields().items() if name in told]


def columns(record_type: RecordType) -> dict[str, str]:
    return {column: found.name for column, found in history.fields_by_column(record_type.table).items()}


def people(record: Any) -> list[tuple[int, str]]:
    """(number, name) of everybody who ever changed the record, by name; what a program did counts as its member's."""
    acts = Change.objects.filter(history.about(record, shared_rows.ids_of(record))).order_by().values("change_set_id")
    found = ChangeSet.objects.filter(pk__in=acts, actor_id__isnull=False).order_by("actor_label")
    names: dict[int, str] = {}
    for number, label in found.values_list("actor_id", "actor_label").distinct():
        if number is not None:
            names.setdefault(number, label.partition(" · ")[0])
    return sorted(names.items(), key=lambda each: each[1])
