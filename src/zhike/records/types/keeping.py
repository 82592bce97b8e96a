"""Which types the company of the present workspace defined, kept in memory until a definition changes.

A declaration stays the same object as long as its definition says the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from zhike.base.changelog.models import Tracked
from zhike.base.recent import Recent
from zhike.records.declaration import RecordType
from zhike.records.models import CustomType
from zhike.records.types import declaring, tables

Said = tuple[Any, ...]


@dataclass
class _Kept:
    rows: dict[int, CustomType] = field(default_factory=dict)
    """Every definition by number, removed ones too."""
    by_number: dict[int, RecordType] = field(default_factory=dict)
    by_name: dict[str, RecordType] = field(default_factory=dict)


_declared: dict[str, dict[int, tuple[Said, RecordType]]] = defaultdict(dict)
"""By schema and number: what a definition said when it was declared."""
_ready: set[str] = set()


class Source:
    """What the registry asks."""

    def types(self) -> Iterable[RecordType]:
        return _now().by_name.values()

    def find(self, name: str) -> RecordType | None:
        return _now().by_name.get(name)

    def of(self, model: type[Any]) -> RecordType | None:
        number = tables.number_of(model)
        return _now().by_number.get(number) if number is not None else None


def tracked_tables() -> Iterable[type[Tracked]]:
    """Every table there is, those of removed types as well."""
    return [tables.model_of(number) for number, row in _now().rows.items() if row.dropped_at is None]


def name_of(number: int) -> str:
    """What the type of that number is called here; "" where there is none."""
    row = _now().rows.get(number)
    return row.key if row is not None else ""


def row_of(key: str) -> CustomType | None:
    """The definition of a type in use, None for a type of the code."""
    return next((row for row in _now().rows.values() if row.key == key and row.is_in_use), None)


def forget_kept() -> None:
    """Reads anew at once; inside a transaction that is for its own thread alone until it is committed."""
    _kept.forget()


def _now() -> _Kept:
    return _kept.now()


def _is_ready(schema: str) -> bool:
    """Whether the workspace was migrated so far; nothing is a workspace without one."""
    if schema in ("", "public"):
        return False
    if schema not in _ready:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)", [CustomType._meta.db_table])
            if cursor.fetchone()[0] is None:
                return False
        _ready.add(schema)
    return True


def _read() -> _Kept:
    schema = connection.schema_name  # type: ignore[attr-defined]
    if not _is_ready(schema):
        return _Kept()
    kept, before = _Kept({row.pk: row for row in CustomType.objects.all()}), _declared[schema]
    for number, row in kept.rows.items():
        if row.is_in_use:
            said = tuple(getattr(row, column.attname) for column in row._meta.concrete_fields)
            if number not in before or before[number][0] != said:
                before[number] = said, declaring.declared(row)
            kept.by_number[number] = before[number][1]
    kept.by_name = {found.name: found for found in kept.by_number.values()}
    return kept


_kept: Recent[_Kept] = Recent(_read)
