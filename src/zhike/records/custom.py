"""Which custom fields a record type has, kept in memory until a definition changes."""

from __future__ import annotations

import time
from typing import Any

from django.db import connection

from zhike.records.models import CustomField

KEEP_SECONDS = 2.0
_kept: dict[str, tuple[float, dict[str, list[Any]]]] = {}


def custom_fields_of(record_type: str) -> list[Any]:
    schema = connection.schema_name  # type: ignore[attr-defined]
    kept = _kept.get(schema)
    if kept is None or time.monotonic() - kept[0] > KEEP_SECONDS:
        by_type: dict[str, list[Any]] = {}
        for row in CustomField.objects.all():
            by_type.setdefault(row.record_type, []).append(row)
        kept = _kept[schema] = (time.monotonic(), by_type)
    return kept[1].get(record_type, [])


def forget_kept() -> None:
    _kept.clear()
