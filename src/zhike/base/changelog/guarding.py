"""Keeps the log append-only: the database refuses to change, remove or empty what was written.

The application usually owns its tables, so taking rights away would not hold it back; triggers do, `ENABLE ALWAYS`,
so that a connection which plays replica is refused as well. Where another account than the owner has rights, they are
taken from it besides.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection

FUNCTIONS = (Path(__file__).parent / "guards.sql").read_text()
LOG, ACTS, SEALS = "base_change", "base_changeset", "base_logseal"
MAY_CHANGE = ("ended_at", "undone_by_id")
"""Columns of a change set that are filled in later: when a long act ended, and which act undid it."""
_IS_OPEN = "current_setting('zhike.change_set', true) = OLD.id::text"
NAMED_LATER = f"CASE WHEN OLD.subject = '' AND {_IS_OPEN} THEN 'subject' ELSE '' END"
"""What an act is about may be unknown when it begins, such as the title of a new record; it is told before the act
ends, and once told it stays."""
KEEP, KEEP_ROWS, KEEP_WHOLE, SEALED = "zhike_keep", "zhike_keep_rows", "zhike_keep_whole", "zhike_sealed"

_same = " - ".join(("to_jsonb({row})", *(f"'{column}'" for column in MAY_CHANGE), NAMED_LATER))
_ACTS_CHANGE = f"WHEN ({_same.format(row='OLD')} IS DISTINCT FROM {_same.format(row='NEW')})"
_IN_THE_PAST = "WHEN (NEW.started_at < date_trunc('month', now(), 'UTC'))"
_REFUSE = "EXECUTE FUNCTION zhike_refuse()"


def install() -> None:
    """Idempotent; run in each workspace after each migration, and for each new partition."""
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS)
        tables = [LOG, *_partitions(cursor), ACTS, SEALS]
        for table, name, what in _triggers(tables):
            _put(cursor, table, name, what)
        _revoke(cursor, tables)


def refuse_more(cursor: Any, partition: str) -> None:
    """A partition that holds a sealed month takes in nothing more for it. Waits until nobody writes there."""
    _put(cursor, partition, SEALED, "BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION zhike_refuse_sealed('at')")


def missing() -> list[str]:
    """Tables of the log that lack one of their triggers, or where it is switched off: must be empty."""
    with connection.cursor() as cursor:
        wanted = {(table, name) for table, name, _what in _triggers([LOG, *_partitions(cursor), ACTS, SEALS])}
        wanted |= {(table, KEEP) for table in _partitions(cursor)}
        cursor.execute(
            """SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
               WHERE c.relnamespace = current_schema()::regnamespace AND t.tgenabled = 'A'"""
        )
        return sorted({table for table, _name in wanted - set(cursor.fetchall())})


def _triggers(tables: list[str]) -> Iterator[tuple[str, str, str]]:
    """(table, name, what). The partitions get the row trigger of the log by themselves."""
    yield LOG, KEEP, "BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION zhike_keep_change()"
    yield ACTS, KEEP, f"BEFORE UPDATE ON {{table}} FOR EACH ROW {_ACTS_CHANGE} {_REFUSE}"
    yield ACTS, KEEP_ROWS, f"BEFORE DELETE ON {{table}} FOR EACH ROW {_REFUSE}"
    yield (
        ACTS, SEALED,
        f"BEFORE INSERT ON {{table}} FOR EACH ROW {_IN_THE_PAST} EXECUTE FUNCTION zhike_refuse_sealed('started_at')",
    )  # fmt: skip
    yield SEALS, KEEP, f"BEFORE UPDATE OR DELETE ON {{table}} FOR EACH ROW {_REFUSE}"
    for table in tables:
        yield table, KEEP_WHOLE, f"BEFORE TRUNCATE ON {{table}} FOR EACH STATEMENT {_REFUSE}"


def _put(cursor: Any, table: str, name: str, what: str) -> None:
    cursor.execute(
        f"CREATE OR REPLACE TRIGGER {name} {what.format(table=table)}; ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"
    )


def _partitions(cursor: Any) -> list[str]:
    cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass ORDER BY 1", [LOG])
    return [name for (name,) in cursor.fetchall()]


def _revoke(cursor: Any, tables: list[str]) -> None:
    """Takes the right to change the log from every account but the owner; acts may still be ended and undone."""
    cursor.execute(
        """SELECT DISTINCT c.relname, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee))
                  END, bool_or(a.privilege_type = 'UPDATE')
           FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
           WHERE c.oid = ANY (%s::regclass[]) AND a.grantee <> c.relowner
             AND a.privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE') GROUP BY 1, 2""",
        [tables],
    )
    for table, account, could_update in cursor.fetchall():
        cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {account}")
        if table == ACTS and could_update:
            cursor.execute(f"GRANT UPDATE ({', '.join(MAY_CHANGE)}) ON {table} TO {account}")
