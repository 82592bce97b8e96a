"""Which record types have activities on their records: a company may have dozens of types and use few."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from zhike.base import events
from zhike.base.changelog.undoing import ActUndone
from zhike.base.recent import Recent
from zhike.domains.activities.models import Link
from zhike.records import registry
from zhike.records.declaration import RecordType
from zhike.records.models import FollowedRecord

DISTINCT = f"""
WITH RECURSIVE found AS (
  (SELECT record_type FROM {Link._meta.db_table} ORDER BY record_type LIMIT 1)
  UNION ALL
  SELECT (SELECT record_type FROM {Link._meta.db_table} WHERE record_type > found.record_type
          ORDER BY record_type LIMIT 1) FROM found WHERE found.record_type IS NOT NULL)
SELECT record_type FROM found WHERE record_type IS NOT NULL
"""
"""Goes from one type to the next on the index, however many links there are."""


def types() -> list[RecordType]:
    names = _kept.now()
    return [each for each in registry.all_types() if each.name in names and issubclass(each.model, FollowedRecord)]


def note(names: Iterable[str]) -> None:
    """There are links to these types now."""
    if not set(names) <= _kept.now():
        _kept.forget()


@events.on(ActUndone)
def follow_undo(event: ActUndone) -> None:
    if Link._meta.db_table in event.tables:
        _kept.forget()


def _read() -> frozenset[str]:
    with connection.cursor() as cursor:
        cursor.execute(DISTINCT)
        return frozenset(name for (name,) in cursor.fetchall())


_kept: Recent[frozenset[str]] = Recent(_read)
