"""The change log in tests: rows of a transaction that never ends, and readers that have read everything."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

from zhike.base.changelog import reading
from zhike.base.changelog.models import Change


def rows_after(change_id: int = 0) -> list[reading.Row]:
    """What a reader would be given once the test's transaction had been committed."""
    found = Change.objects.filter(pk__gt=change_id).order_by("pk")
    return [
        reading.Row(
            change.pk, change.change_set_id, change.table_name, change.record_id, change.owner_table, change.owner_id,
            change.operation, frozenset(change.after or ()) if change.operation == "U" else frozenset(),
        )
        for change in found
    ]  # fmt: skip


def wait_for_readers(seconds: float = 30.0) -> None:
    """Until every reader has read what is committed; an older act of any database on the server holds them up."""
    wait_until_read(reading.catch_up, lambda: sum(map(reading.backlog, reading.readers())), seconds)


def wait_until_read(read_on: Callable[[], int], backlog: Callable[[], int], seconds: float = 30.0) -> None:
    """Reads until nothing is left. `read_on` returns how many rows it read, `backlog` how many it has still to read."""
    until = time.monotonic() + seconds
    while read_on() or backlog():
        if time.monotonic() > until:
            raise TimeoutError(f"The readers of the log were still behind after {seconds:g} s.")
        time.sleep(0.05)


@contextmanager
def tampering(*tables: str) -> Iterator[None]:
    """Inside, the log may be altered, as by somebody who owns the database and knows what he does."""
    _alter_triggers(tables, "DISABLE")
    yield
    _alter_triggers(tables, "ENABLE")


def _alter_triggers(tables: tuple[str, ...], word: str) -> None:
    """Of the tables and their partitions; foreign keys are checked first, else they would forbid it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = ANY (%s::regclass[])", [[*tables]]
        )
        for table in [*tables, *(name for (name,) in cursor.fetchall())]:
            cursor.execute(f"ALTER TABLE {table} {word} TRIGGER USER")
