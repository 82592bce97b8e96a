"""Seals each month of the log once nothing can be added to it, and tells later whether it is still what was sealed.

A seal is the SHA-256 of the month's acts and changes and of the seal before it: whoever alters, removes or adds a row
would have to make all later seals anew. What goes in is the same after a backup and a restore, on any server: the
transaction numbers, and what is filled in later (when an act ended, what undid it), stay out. Rows are read as a
stream, so a month may be of any size.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, transaction

from zhike.base import clock
from zhike.base.changelog import guarding
from zhike.base.changelog.seals import LogSeal

FORMAT = 1
"""Which columns go in, and how; seals of another format are verified by the rules of theirs."""
GRACE = timedelta(days=3)
"""So long after its end a month may lack its seal: a night without a worker, an act that runs over the month's end."""
LOCK_WAIT = "5s"

_ACTS = """
SELECT jsonb_build_array(id, (extract(epoch FROM started_at) * 1000000)::bigint, door, action, record_type, subject,
                         reason, actor_kind, actor_id, actor_label, undoes_id)
FROM base_changeset WHERE started_at >= {since} AND started_at < {until} ORDER BY id
"""
_CHANGES = """
SELECT jsonb_build_array(id, (extract(epoch FROM at) * 1000000)::bigint, change_set_id, table_name, record_id,
                         owner_table, owner_id, operation, before, after)
FROM base_change WHERE at >= {since} AND at < {until} ORDER BY id, at
"""

log = logging.getLogger("zhike.changelog")


@dataclass(frozen=True)
class Fingerprint:
    """How many acts and changes a month holds, and the SHA-256 of them all, in hexadecimal digits."""

    acts: int
    changes: int
    sha256: str


@dataclass(frozen=True)
class Fault:
    """What is wrong with one month, in a sentence for the operator."""

    month: date
    sentence: str


def fingerprint(month: date, previous: str) -> Fingerprint:
    """Of the month as it is now. The first of a chain (`previous` is "") holds everything before it as well."""
    bounds = {"since": f"'{month} UTC'" if previous else "'-infinity'", "until": f"'{_next(month)} UTC'"}
    digest = hashlib.sha256(f"zhike change log {FORMAT}\n{month}\n{previous}\n".encode())
    acts = _read(_ACTS.format(**bounds), digest)
    digest.update(b"--\n")
    changes = _read(_CHANGES.format(**bounds), digest)
    return Fingerprint(acts, changes, digest.hexdigest())


def _read(query: str, digest: Any) -> int:
    """Adds every row to the digest as COPY writes it, one per line; returns how many they are."""
    count = 0
    with connection.cursor() as cursor:
        reading: Any = cursor.copy(f"COPY ({query}) TO STDOUT")
        with reading as blocks:
            for block in blocks:
                digest.update(block)
                count += bytes(block).count(b"\n")
    return count


# Sealing


def seal_closed_months() -> list[LogSeal]:
    """Seals, oldest first, every month to which nothing can be added any more; returns the new seals.

    Stops at a month somebody may still write to: the next night goes on there.
    """
    made = []
    for month in _waiting():
        try:
            seal = _seal(month)
        except OperationalError as error:
            log.warning("%s: the log of %s is not sealed tonight: %s", _schema(), f"{month:%Y-%m}", error)
            break
        if seal is None:
            log.info("%s: an act from before the end of %s still runs; it is sealed later", _schema(), f"{month:%Y-%m}")
            break
        log.info(
            "%s: sealed %s, %d acts, %d changes, %s", _schema(), f"{month:%Y-%m}", seal.act_count, seal.change_count,
            seal.sha256,
        )  # fmt: skip
        made.append(seal)
    return made


def _seal(month: date) -> LogSeal | None:
    """None while a transaction from before the month's end still runs."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
        if _may_still_grow(cursor, month):
            return None
        for partition in _partitions_of(cursor, month):
            guarding.refuse_more(cursor, partition)
        latest = LogSeal.objects.order_by("-month").first()
        previous = latest.sha256 if latest else ""
        found = fingerprint(month, previous)
        return LogSeal.objects.create(
            month=month, format=FORMAT, act_count=found.acts, change_count=found.changes, previous=previous,
            sha256=found.sha256, sealed_at=clock.now(),
        )  # fmt: skip


def _may_still_grow(cursor: Any, month: date) -> bool:
    """A row bears the time of its statement, an act that of its transaction: neither may be older than the end."""
    cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees what it saw before
    cursor.execute(
        """SELECT EXISTS (SELECT 1 FROM pg_stat_activity
                          WHERE datname = current_database() AND pid <> pg_backend_pid()
                            AND backend_type = 'client backend' AND xact_start < %s)""",
        [_moment(_next(month))],
    )
    return bool(cursor.fetchone()[0])


def _partitions_of(cursor: Any, month: date) -> list[str]:
    """The month's own, and the one for months that have none; the trigger waits for whoever writes there."""
    cursor.execute(
        "SELECT name FROM unnest(%s::text[]) name WHERE to_regclass(name) IS NOT NULL",
        [[f"base_change_y{month:%Y}m{month:%m}", "base_change_other"]],
    )
    return [name for (name,) in cursor.fetchall()]


def _waiting() -> Iterator[date]:
    """The months that are over and have no seal yet, oldest first."""
    month = _first_unsealed()
    while month is not None and _moment(_next(month)) <= clock.now():
        yield month
        month = _next(month)


def _first_unsealed() -> date | None:
    latest = LogSeal.objects.order_by("-month").values_list("month", flat=True).first()
    if latest is not None:
        return _next(latest)
    with connection.cursor() as cursor:
        cursor.execute("SELECT least((SELECT min(at) FROM base_change), (SELECT min(started_at) FROM base_changeset))")
        (first,) = cursor.fetchone()
    return first.astimezone(UTC).date().replace(day=1) if first else None


# Verifying


def faults() -> Iterator[Fault]:
    """Every month that is not what was sealed, every seal that does not follow from the one before, and every
    month that should have a seal by now."""
    previous: LogSeal | None = None
    for seal in LogSeal.objects.order_by("month"):
        yield from _broken_chain(seal, previous)
        yield from _changed(seal)
        previous = seal
    yield from _unsealed()


def _broken_chain(seal: LogSeal, previous: LogSeal | None) -> Iterator[Fault]:
    if previous is not None and _next(previous.month) != seal.month:
        lost = _next(previous.month)
        yield Fault(lost, f"The seal of {lost:%Y-%m} was removed.")
    elif seal.previous != (previous.sha256 if previous else ""):
        yield Fault(seal.month, f"The seal of {seal.month:%Y-%m} does not follow from the one before it.")


def _changed(seal: LogSeal) -> Iterator[Fault]:
    found = fingerprint(seal.month, seal.previous)
    if found.sha256 == seal.sha256:
        return
    month, sealed_at = f"{seal.month:%Y-%m}", f"{seal.sealed_at:%Y-%m-%d}"
    if (found.acts, found.changes) == (seal.act_count, seal.change_count):
        yield Fault(seal.month, f"The change log of {month} was altered after it was sealed on {sealed_at}.")
        return
    yield Fault(
        seal.month,
        f"The change log of {month} was altered after it was sealed on {sealed_at}: it holds {found.acts:,} acts and"
        f" {found.changes:,} changes where {seal.act_count:,} and {seal.change_count:,} were sealed.",
    )


def _unsealed() -> Iterator[Fault]:
    since = _in_force_since()
    for month in _waiting():
        if max(_moment(_next(month)), since) + GRACE < clock.now():
            yield Fault(month, f"The change log of {month:%Y-%m} is not sealed yet; is a worker running at night?")


def _in_force_since() -> datetime:
    """When this workspace began to seal: older months of an upgraded one have no seal before that."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT applied FROM django_migrations WHERE app = 'base' AND name = '0003_log_seal'")
        found = cursor.fetchone()
    return found[0] if found else clock.now()


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _schema() -> str:
    return str(connection.schema_name)  # type: ignore[attr-defined]
