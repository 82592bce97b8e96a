"""Does the log tell exactly what the tables hold?"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from zhike.base.changelog.models import Change, log_arguments


def replayed(model: Any) -> dict[int, dict[str, Any]]:
    """The rows of a table as the log alone tells them, by id."""
    rows: dict[int, dict[str, Any]] = {}
    changes = Change.objects.filter(table_name=model._meta.db_table).order_by("id")
    for record_id, operation, after in changes.values_list("record_id", "operation", "after"):
        if operation == "D":
            del rows[record_id]
        elif operation == "I":
            assert record_id not in rows, f"{record_id} was inserted twice"
            rows[record_id] = dict(after)
        else:
            rows[record_id].update(after)
    return {record_id: _without_nulls(row) for record_id, row in rows.items()}


def kept(model: Any) -> dict[int, dict[str, Any]]:
    """The rows of a table, less what the log does not follow, by id."""
    ignored = log_arguments(model)[2].split(",")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, to_jsonb(t) - %s::text[] FROM {model._meta.db_table} t",  # a name of our own model
            [ignored],
        )
        return {record_id: _without_nulls(_parsed(row)) for record_id, row in cursor.fetchall()}


def check(model: Any) -> None:
    """No hole and no double in the log of this table."""
    told, there = replayed(model), kept(model)
    assert told.keys() == there.keys()
    for record_id, row in there.items():
        assert told[record_id] == row, record_id


def inserts(model: Any) -> int:
    return int(Change.objects.filter(table_name=model._meta.db_table, operation="I").count())


def wait_for(is_so: Callable[[], bool], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"{what} did not happen in {seconds:.0f} s"
        time.sleep(0.05)


def let_time_pass_for_dead_workers() -> None:
    """A worker counts as dead after 30 silent seconds; the test does not wait for them."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE public.procrastinate_workers SET last_heartbeat = now() - interval '31 seconds'")


def _parsed(row: Any) -> dict[str, Any]:
    return dict(json.loads(row) if isinstance(row, str) else row)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value
