"""Puts the triggers on every tracked table and the partitions of the months to come under the log."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.db import connection

from zhike.base.changelog import guarding
from zhike.base.changelog.models import Tracked, log_arguments, tracked_models

MONTHS_AHEAD = 3
FUNCTIONS = (Path(__file__).parent / "triggers.sql").read_text()


def install() -> None:
    """Idempotent; run in each workspace after each migration."""
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS)
        for model in tracked_models():
            cursor.execute(triggers_of(model))
    guarding.install()


def triggers_of(model: type[Tracked]) -> str:
    table = model._meta.db_table
    arguments = ", ".join(f"'{argument}'" for argument in log_arguments(model))
    statements = [
        f"""CREATE OR REPLACE TRIGGER zhike_{name} AFTER {name.upper()} ON {table}
            REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION zhike_log_{name}({arguments});"""
        for name, tables in (
            ("insert", "NEW TABLE AS new_rows"),
            ("update", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
            ("delete", "OLD TABLE AS old_rows"),
        )
    ]
    if any(field.name == "version" for field in model._meta.fields):
        statements.append(
            f"""CREATE OR REPLACE TRIGGER zhike_touch BEFORE UPDATE ON {table}
                FOR EACH ROW EXECUTE FUNCTION zhike_touch();"""
        )
    return "\n".join(statements)


def untracked_tables() -> list[str]:
    """Tables that should write to the log and lack a trigger: must be empty."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname, count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
               WHERE c.relnamespace = current_schema()::regnamespace AND t.tgname IN
               ('zhike_insert', 'zhike_update', 'zhike_delete') AND t.tgenabled <> 'D' GROUP BY 1"""
        )
        complete = {name for name, count in cursor.fetchall() if count == 3}
    return sorted(model._meta.db_table for model in tracked_models() if model._meta.db_table not in complete)


def make_partitions(today: date) -> list[str]:
    """Makes the partitions of this month and the next `MONTHS_AHEAD`; returns the new ones."""
    made = []
    with connection.cursor() as cursor:
        for offset in range(MONTHS_AHEAD + 1):
            first = _month(today, offset)
            name = f"base_change_y{first:%Y}m{first:%m}"
            cursor.execute("SELECT to_regclass(%s)", [name])
            if cursor.fetchone()[0] is None:
                cursor.execute(
                    f"CREATE TABLE {name} PARTITION OF base_change"
                    f" FOR VALUES FROM ('{first}') TO ('{_month(today, offset + 1)}')"
                )
                made.append(name)
    if made:
        guarding.install()
    return made


def _month(day: date, offset: int) -> date:
    months = day.year * 12 + day.month - 1 + offset
    return date(months // 12, months % 12 + 1, 1)
