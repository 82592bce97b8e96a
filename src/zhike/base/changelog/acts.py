"""Opening a change set: without one the database refuses every write to a tracked table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, transaction

from zhike.base import clock
from zhike.base.actors import Actor
from zhike.base.changelog.models import ChangeSet

_open: ContextVar[ChangeSet | None] = ContextVar("zhike_open_change_set", default=None)

INSERT = """
WITH opened AS (
  INSERT INTO base_changeset (door, action, record_type, subject, reason, actor_kind, actor_id, actor_label,
                              undoes_id, started_at)
  VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, COALESCE(%s, now())) RETURNING id, started_at)
SELECT id, started_at, (SELECT last_value FROM base_change_id_seq),
       set_config('zhike.change_set', id::text, true), set_config('zhike.at', %s, true) FROM opened
"""
RESUME = "SELECT last_value, set_config('zhike.change_set', %s, true) FROM base_change_id_seq"
BeforeEnd = Callable[[ChangeSet], None]
_before_end: list[BeforeEnd] = []


def before_end(function: BeforeEnd) -> BeforeEnd:
    """Registers what must follow from whatever an act wrote: it is called before each transaction of an act ends, and
    what it writes belongs to the act."""
    _before_end.append(function)
    return function


def log_place(change_set: ChangeSet) -> int:
    """Where the log was when the transaction of the open act began: the rows of the act come later."""
    return int(getattr(change_set, "_log_place", 0))


def keep_fresh(row: Any) -> None:
    """The row, as whoever acts holds it, is to be as the database has it when the open act ends."""
    change_set = current()
    if change_set is not None:
        watched(change_set).append(row)


def watched(change_set: ChangeSet) -> list[Any]:
    """The rows that are to be kept fresh."""
    found: list[Any] = change_set.__dict__.setdefault("_watched", [])
    return found


def current() -> ChangeSet | None:
    return _open.get() if connection.in_atomic_block else None


@contextmanager
def act(
    actor: Actor,
    action: str,
    *,
    record_type: str = "",
    subject: str = "",
    reason: str = "",
    undoes: ChangeSet | None = None,
) -> Iterator[ChangeSet]:
    """One transaction, one change set. Inside an open act it joins that act.

    `action` is the verb ("edit", "bulk_edit", "win_opportunity"), `subject` the title of what it is about.
    """
    joined = current()
    if joined is not None:
        yield joined
        return
    with transaction.atomic():
        change_set = _insert(actor, action, record_type, subject, reason, undoes)
        token = _open.set(change_set)
        try:
            yield change_set
            _end(change_set)
        finally:
            _open.reset(token)


def settle() -> None:
    """What follows from what was written so far, now: for who has to read it before the act ends. At the end it is
    done once more, because a savepoint may take back what was done here."""
    change_set = current()
    if change_set is not None:
        _end(change_set)


def _end(change_set: ChangeSet) -> None:
    for follow in _before_end:
        follow(change_set)


def begin(actor: Actor, action: str, *, record_type: str = "", subject: str = "") -> ChangeSet:
    """A change set for a long act that spans several transactions; go on with `resume`."""
    with transaction.atomic():
        return _insert(actor, action, record_type, subject, "", None)


@contextmanager
def resume(change_set: ChangeSet) -> Iterator[ChangeSet]:
    """One more transaction of a long act."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(RESUME, [str(change_set.pk)])
            change_set._log_place = cursor.fetchone()[0]  # type: ignore[attr-defined]
        token = _open.set(change_set)
        try:
            yield change_set
            _end(change_set)
        finally:
            _open.reset(token)


def _insert(
    actor: Actor, action: str, record_type: str, subject: str, reason: str, undoes: ChangeSet | None
) -> ChangeSet:
    change_set = ChangeSet(
        door=str(actor.door),
        action=action,
        record_type=record_type,
        subject=subject[:300],
        reason=reason[:500],
        actor_kind=str(actor.kind),
        actor_id=actor.really or actor.member_id,
        actor_label=actor.label[:200],
        undoes=undoes,
    )
    values: list[Any] = [getattr(change_set, name) for name in ("door", "action", "record_type", "subject", "reason")]
    told = clock.told()
    values += [change_set.actor_kind, change_set.actor_id, change_set.actor_label, undoes and undoes.pk]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [*values, told, told.isoformat() if told else ""])
        change_set.pk, change_set.started_at, change_set._log_place = cursor.fetchone()[:3]  # type: ignore[attr-defined]
    change_set._state.adding = False
    change_set._state.db = connection.alias
    return change_set
