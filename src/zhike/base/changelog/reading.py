"""Readers of the log: each keeps a position and reads only what is committed for good.

A row counts once its transaction id lies below `pg_snapshot_xmin`: every older transaction has ended, so
nothing can appear behind the position later. A reader's effect and its new position commit together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from zhike.base.changelog.models import ReaderPosition

BATCH = 2000


@dataclass(frozen=True, slots=True)
class Row:
    id: int
    change_set_id: int
    table: str
    record_id: int
    owner_table: str
    owner_id: int
    operation: str
    fields: frozenset[str]


Reader = Callable[[list[Row]], None]
_readers: dict[str, Reader] = {}


def reads_log(name: str) -> Callable[[Reader], Reader]:
    """Registers a reader; it gets batches in order and must be idempotent."""

    def register(reader: Reader) -> Reader:
        _readers[name] = reader
        return reader

    return register


def readers() -> list[str]:
    return list(_readers)


def catch_up(name: str | None = None) -> int:
    """Lets every reader (or one) read to the end of what is committed; returns rows read."""
    read = 0
    for reader_name in [name] if name else list(_readers):
        while count := _one_batch(reader_name):
            read += count
    return read


def _one_batch(name: str) -> int:
    with transaction.atomic():
        ReaderPosition.objects.get_or_create(name=name)
        position = ReaderPosition.objects.select_for_update(skip_locked=True).filter(name=name).first()
        if position is None:
            return 0
        rows, transaction_id = rows_after(position)
        if not rows:
            return 0
        _readers[name](rows)
        position.transaction, position.change_id = transaction_id, rows[-1].id
        position.read_at = None
        position.save()
        return len(rows)


def here_and_now() -> ReaderPosition:
    """A position, not stored, from which only what is committed from now on is read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
        return ReaderPosition(transaction=cursor.fetchone()[0])


def rows_after(position: ReaderPosition) -> tuple[list[Row], str]:
    """The next rows that are committed for good, at most a batch, and the transaction of the last."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, change_set_id, table_name, record_id, owner_table, owner_id, operation,
                      CASE WHEN operation = 'U' THEN ARRAY(SELECT jsonb_object_keys(after)) END,
                      transaction::text AS written
               FROM base_change
               WHERE (transaction, id) > (%s::xid8, %s)
                 AND transaction < pg_snapshot_xmin(pg_current_snapshot())
               ORDER BY base_change.transaction, id LIMIT %s""",
            [position.transaction, position.change_id, BATCH],
        )
        found: list[Any] = cursor.fetchall()
    rows = [_row(line) for line in found]
    return rows, found[-1][8] if found else "0"


def _row(line: Any) -> Row:
    id_, change_set_id, table, record_id, owner_table, owner_id, operation, fields, _transaction = line
    return Row(id_, change_set_id, table, record_id, owner_table, owner_id, operation, frozenset(fields or ()))


def backlog(name: str) -> int:
    """How many rows of the log a reader has not seen yet, counted to at most 100,000."""
    return rows_behind(ReaderPosition.objects.filter(name=name).first() or ReaderPosition(name=name))


def rows_behind(position: ReaderPosition) -> int:
    """How many rows lie after a position, those still held up by an older act too, counted to at most 100,000."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM (SELECT 1 FROM base_change WHERE (transaction, id) > (%s::xid8, %s)
               LIMIT 100000) unread""",
            [position.transaction, position.change_id],
        )
        return int(cursor.fetchone()[0])


def renumber_after_restore() -> None:
    """A restored log carries transaction ids of another server: lower them, so new rows come after."""
    with renumbering() as cursor:
        cursor.execute("UPDATE base_change SET transaction = '1'")
    ReaderPosition.objects.update(transaction="1")


@contextmanager
def renumbering() -> Iterator[Any]:
    """The one way to touch what the log holds: inside, its transaction numbers may be given anew, nothing else."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('zhike.log_maintenance', 'renumber', true)")
        yield cursor
        cursor.execute("SELECT set_config('zhike.log_maintenance', '', true)")
