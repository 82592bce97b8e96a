"""Numbers for new records, given where rows are written, so that no road leads past them.

A counter is a row of its own: it is locked from the moment a number is taken until the transaction ends, so no
number is given twice, and one that was taken back with its record is given again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from zhike.base import clock
from zhike.records import copying, custom
from zhike.records.declaration import RecordType
from zhike.records.fields.serial import Pattern, Serial
from zhike.records.models import SerialCounter

BATCH = 1000
TAKE = """
INSERT INTO records_serialcounter AS counter (record_type, field, frame, last) VALUES (%s, %s, %s, %s)
ON CONFLICT (record_type, field, frame) DO UPDATE SET last = counter.last + excluded.last
RETURNING last, xmax = 0
"""


def give(record_type: str, records: Sequence[Any]) -> None:
    """Numbers unsaved records in their order. A number from an attempt that failed is replaced: its counter went
    back with it."""
    for field in custom.fields_of(record_type).values():
        if isinstance(field, Serial):
            _give(record_type, field, records)


def _give(record_type: str, field: Serial, records: Sequence[Any]) -> None:
    by_frame: dict[str, list[Any]] = defaultdict(list)
    for record in records:
        by_frame[field.pattern.frame(timezone.localdate(record.created_at))].append(record)
    # Always in the same order: two who wait for each other's counters would wait for ever.
    for frame in sorted(by_frame):
        waiting = by_frame[frame]
        last = _take(record_type, field, frame, len(waiting))
        for count, record in enumerate(waiting, last - len(waiting) + 1):
            field.assign(record, Pattern.number(frame, count))


def _take(record_type: str, field: Serial, frame: str, count: int) -> int:
    """Takes so many numbers; the last of them."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [record_type, field.name, frame, count])
        last, is_new = cursor.fetchone()
    taken = _highest(record_type, field, frame) if is_new and field.options.get("repatterned") else 0
    if taken:
        SerialCounter._default_manager.filter(record_type=record_type, field=field.name, frame=frame).update(
            last=taken + count
        )
    return int(last) + taken


def hold(record_type: str, field: Serial, frame: str) -> None:
    """Nobody else takes a number of the frame until the transaction ends."""
    _take(record_type, field, frame, 0)


def _highest(record_type: str, field: Serial, frame: str) -> int:
    """The highest number records hold by an earlier pattern that reads the same."""
    from zhike.records import registry

    table = connection.ops.quote_name(registry.get(record_type).table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT max(substring(custom ->> %s, %s)::bigint) FROM {table}", [field.name, Pattern.matching(frame)]
        )
        return int(cursor.fetchone()[0] or 0)


def next_of(record_type: str, field: Serial) -> str:
    """What the next record would be numbered, unless somebody is quicker."""
    frame = field.pattern.frame(clock.today())
    found = SerialCounter._default_manager.filter(record_type=record_type, field=field.name, frame=frame)
    return Pattern.number(frame, (found.values_list("last", flat=True).first() or 0) + 1)


def number_some(record_type: RecordType, field: Serial, after: int) -> int:
    """Numbers up to 1,000 records that have no number, in the order they were made, from one id on; those in the
    trash too. Returns the last id, 0 when there are no more. Inside an act."""
    lacking = record_type.queryset().filter(field.is_empty(), pk__gt=after).order_by("pk")
    records = list(lacking.select_for_update(of=("self",))[:BATCH])
    if records:
        _give(record_type.name, field, records)
        copying.update(records, {"custom"})
    return records[-1].pk if records else 0
