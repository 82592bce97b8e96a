"""Bytes nobody needs any more go: files no row refers to, and what a killed process left half written.

A file the change log can still bring back (taken off a record, its act not undone yet) counts as needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction

from zhike.base.changelog.models import Tracked
from zhike.base.files import storing
from zhike.base.files.models import StoredFile

Needed = Callable[[], set[int]]
_needed: list[Needed] = []
CHUNK = 500
_NAME = re.compile(r"[0-9a-f]{64}")


def needed(function: Needed) -> Needed:
    """Registers who says which files, by number, are needed besides those some row refers to by a column."""
    _needed.append(function)
    return function


def sweep(*, before: datetime) -> int:
    """Removes what was last stored before that moment and is needed by nobody; returns how many files went."""
    return _unneeded_rows(before) + _bytes_without_a_row(before) + _half_written(before)


# Rows


def _unneeded_rows(before: datetime) -> int:
    ids = list(_unneeded().filter(stored_at__lt=before).values_list("pk", flat=True))
    remembered = _remembered_by_log().union(*(ask() for ask in _needed)) if ids else set()
    return sum(_removed(number, before) for number in ids if number not in remembered)


def _unneeded() -> Any:
    """Files to which no row of any table refers."""
    found = StoredFile.objects.all()
    for column in _columns():
        users = column.model._base_manager.filter(**{column.name: models.OuterRef("pk")})
        found = found.exclude(models.Exists(users))
    return found


def _columns() -> list[Any]:
    """Every foreign key to a file, in whatever domain."""
    relations = StoredFile._meta.get_fields(include_hidden=True)
    return [relation.field for relation in relations if isinstance(relation, models.ManyToOneRel)]


def _remembered_by_log() -> set[int]:
    """Files that a logged table has referred to: undoing an act could make it do so again."""
    found: set[int] = set()
    for column in _columns():
        if issubclass(column.model, Tracked):
            with connection.cursor() as cursor:
                cursor.execute(
                    """SELECT DISTINCT (side ->> %s)::bigint FROM base_change c
                       CROSS JOIN LATERAL (VALUES (c.before), (c.after)) sides(side)
                       WHERE c.owner_table = ANY (%s) AND c.table_name = %s AND side ->> %s IS NOT NULL""",
                    [column.column, _owner_tables(column.model), column.model._meta.db_table, column.column],
                )
                found |= {number for (number,) in cursor.fetchall()}
    return found


def _owner_tables(model: Any) -> list[str]:
    """Whose rows of the log speak of the model: the index of the log begins with it."""
    from zhike.base.changelog.models import log_arguments

    return [model._meta.db_table, *filter(None, [log_arguments(model)[1]])]


def _removed(number: int, before: datetime) -> bool:
    """The row is locked until its bytes are gone, so that whoever stores the same bytes meanwhile waits for that."""
    with transaction.atomic():
        stored = _unneeded().filter(pk=number, stored_at__lt=before).select_for_update(of=("self",)).first()
        if stored is None:
            return False
        path = storing.path_of(stored)
        StoredFile.objects.filter(pk=number).delete()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        path.unlink(missing_ok=True)
        return True


# What stands in the folder alone


def _bytes_without_a_row(before: datetime) -> int:
    """Left by an act that was rolled back after it had stored its file."""
    return sum(_removed_alone(path) for paths in _chunks(before) for path in paths)


def _chunks(before: datetime) -> Iterator[list[Path]]:
    """Old files of the folder that no row names, some at a time."""
    old = [path for path in storing.folder().glob("??/*") if _NAME.fullmatch(path.name) and _is_older(path, before)]
    for start in range(0, len(old), CHUNK):
        part = old[start : start + CHUNK]
        known = set(StoredFile.objects.filter(sha256__in=[p.name for p in part]).values_list("sha256", flat=True))
        yield [path for path in part if path.name not in known]


def _removed_alone(path: Path) -> bool:
    """A row of its own for the moment of removal: whoever stores the same bytes waits at it."""
    with transaction.atomic():
        row, is_new = StoredFile.objects.get_or_create(sha256=path.name, defaults={"size": 0, "media_type": ""})
        if is_new:
            path.unlink(missing_ok=True)
            row.delete()
        return is_new


def _half_written(before: datetime) -> int:
    half = [path for path in storing.folder().glob(f"{storing.HALF}*") if path.is_file() and _is_older(path, before)]
    for path in half:
        path.unlink(missing_ok=True)
    return len(half)


def _is_older(path: Path, before: datetime) -> bool:
    try:
        return path.stat().st_mtime < before.timestamp()
    except FileNotFoundError:
        return False
