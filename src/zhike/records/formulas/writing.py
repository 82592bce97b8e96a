"""Computed values written: one UPDATE for a set of records and all fields computed at the same time.

Nothing here waits for another act: a record (or one it reads) that another act holds just now is left out and told to
the caller, who has it computed by a job a moment later. So two acts that compute for each other never stand still.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.db import DataError, connection, transaction

from zhike.base import clock
from zhike.records.declaration import RecordType
from zhike.records.formulas.definitions import Computed
from zhike.records.formulas.inputs import led_to
from zhike.records.formulas.sql import Sql

BATCH = 5_000
log = logging.getLogger("zhike.formulas")


def compute(
    record_type: RecordType, fields: Sequence[Computed], ids: Iterable[int], *, waits: bool = False
) -> list[int]:
    """Computes the fields of these records anew and writes what differs. `waits`: until others let go; only for who
    holds nothing yet. Returns the records that others held."""
    left_out: list[int] = []
    row = sorted(set(ids))
    for start in range(0, len(row), BATCH):
        left_out += _compute(record_type, fields, row[start : start + BATCH], waits)
    return left_out


def _compute(record_type: RecordType, fields: Sequence[Computed], ids: list[int], waits: bool) -> list[int]:
    held = _hold_read(record_type, fields, ids, waits)
    mine = _hold(record_type, ids, waits)
    _write(record_type, fields, mine)
    return ids if held else sorted(set(ids) - set(mine))


def _hold(record_type: RecordType, ids: list[int], waits: bool) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {record_type.table} WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE{_unless(waits)}",
            [ids],
        )
        return [number for (number,) in cursor.fetchall()]


def _unless(waits: bool) -> str:
    return "" if waits else " SKIP LOCKED"


def _hold_read(record_type: RecordType, fields: Sequence[Computed], ids: list[int], waits: bool) -> bool:
    """Keeps what formulas read from other records as it is until the end; says whether others hold any of it."""
    read_by = [each for computed in fields if computed.roll_up is None for each in computed.inputs if each.path]
    is_held = False
    for read in {tuple(step.name for step in each.path): each for each in read_by}.values():
        numbers = sorted(led_to(record_type.queryset().filter(pk__in=ids), read.path))
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id FROM {read.table} WHERE id = ANY(%s) ORDER BY id FOR SHARE{_unless(waits)}",
                [numbers],
            )
            is_held |= len(cursor.fetchall()) < len(numbers)
    return is_held


def _write(record_type: RecordType, fields: Sequence[Computed], ids: list[int]) -> None:
    """A value the database cannot work out is empty, and ends nobody's act."""
    if not ids:
        return
    try:
        with transaction.atomic():
            _update(record_type, fields, ids)
    except DataError:
        log.exception("%s cannot be computed", ", ".join(f"{record_type.name}.{each.name}" for each in fields))
        if len(fields) > 1:
            for each in fields:
                _write(record_type, [each], ids)
        else:
            _update(record_type, [replace(fields[0], error="-")], ids)


def _update(record_type: RecordType, fields: Sequence[Computed], ids: list[int]) -> None:
    query, parameters = values_query(record_type, fields, ids)
    names = [each.name for each in fields]
    with _quietly(), connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE {record_type.table} t SET custom = d.made
                FROM (SELECT r.id, (r.custom - %s::text[]) || jsonb_strip_nulls(c.computed) AS made
                      FROM ({query}) AS c(id, computed) JOIN {record_type.table} r ON r.id = c.id) d
                WHERE t.id = d.id AND t.custom IS DISTINCT FROM d.made""",
            [names, *parameters],
        )


def values_query(record_type: RecordType, fields: Sequence[Computed], ids: Sequence[int]) -> tuple[str, Sequence[Any]]:
    """SQL of (id, the values as JSON by name)."""
    rows = record_type.queryset().filter(pk__in=ids).order_by()
    query = rows.annotate(zhike_computed=_object(fields)).values_list("pk", "zhike_computed").query
    sql, parameters = query.sql_with_params()
    return sql, parameters


def _object(fields: Sequence[Computed]) -> Any:
    from django.db import models

    today = clock.today()
    pairs = ", ".join(f"'{each.name}', {{{place}}}" for place, each in enumerate(fields))
    stored = [each.stored(today) for each in fields]
    return Sql(f"jsonb_build_object({pairs})", *stored, output_field=models.JSONField())


@contextmanager
def _quietly() -> Iterator[None]:
    """A computed value does not make a record newer: whoever edits it meanwhile overwrites nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('zhike.computing', 'on', true)")
        yield
        cursor.execute("SELECT set_config('zhike.computing', '', true)")
