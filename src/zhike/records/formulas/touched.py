"""Which rows an act has changed so far, as the change log tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from zhike.base.changelog import acts
from zhike.base.changelog.models import ChangeSet
from zhike.records.fields.base import Field

HERE = "transaction = pg_current_xact_id() AND id > %s"


@dataclass
class Window:
    """The rows of the log that this act wrote in this transaction."""

    after: int
    tables: set[str]
    """Of which there are any."""


def window_of(change_set: ChangeSet) -> Window:
    after = acts.log_place(change_set)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT table_name FROM base_change WHERE {HERE}", [after])
        return Window(after, {table for (table,) in cursor.fetchall()})


def rows(window: Window, model: Any, columns: frozenset[str], keys: frozenset[str]) -> set[int]:
    """The ids of rows that are new, or of which one of the columns, or of the keys of `custom`, was changed."""
    table = model._meta.db_table
    if table not in window.tables:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT DISTINCT record_id FROM base_change c WHERE {HERE} AND table_name = %s AND (
                  operation = 'I' OR operation = 'U' AND (after ?| %s OR after ? 'custom' AND EXISTS (
                    SELECT 1 FROM unnest(%s::text[]) k
                    WHERE before -> 'custom' -> k IS DISTINCT FROM after -> 'custom' -> k)))""",
            [window.after, table, sorted(columns), sorted(keys)],
        )
        return {number for (number,) in cursor.fetchall()}


def pointed_at(window: Window, table: str, pointer: Field) -> set[int]:
    """What new, gone and turned rows of the table point at, or pointed at before."""
    if table not in window.tables:
        return set()
    way = ["custom", pointer.name] if pointer.model_field is None else [str(pointer.model_field.column)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT DISTINCT (p.value #>> '{{}}')::bigint FROM base_change c
                CROSS JOIN LATERAL (VALUES (c.before #> %s), (c.after #> %s)) p(value)
                WHERE {HERE} AND table_name = %s AND jsonb_typeof(p.value) = 'number'""",
            [way, way, window.after, table],
        )
        return {number for (number,) in cursor.fetchall()}
