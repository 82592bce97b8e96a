"""What changes seldom and is asked at every turn: read once per workspace, and anew after two seconds, because another
process may have changed it.

A transaction that changed it reads what it wrote; nobody else hears of that before it is committed, and never of what
is taken back.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from django.db import connection, transaction

T = TypeVar("T")
KEEP_SECONDS = 2.0
DOUBT_SECONDS = 0.25
_all: WeakSet[Any] = WeakSet()
_doubted: dict[str, float] = {}
"""By schema, when everything was last doubted."""


class Recent(Generic[T]):
    """`read` gives what there is in the workspace one stands in."""

    def __init__(self, read: Callable[[], T]) -> None:
        self.read = read
        self.kept: dict[str, tuple[float, T]] = {}
        _all.add(self)

    def now(self) -> T:
        schema = connection.schema_name  # type: ignore[attr-defined]
        by_schema = _own_copies().get(id(self), self.kept)
        kept = by_schema.get(schema)
        if kept is None or time.monotonic() - kept[0] > KEEP_SECONDS:
            kept = by_schema[schema] = (time.monotonic(), self.read())
        return kept[1]

    def forget(self) -> None:
        """Reads anew: inside a transaction for its own thread alone until it is committed, then this process at once,
        the others within two seconds."""
        if connection.in_atomic_block:
            _begin_own_copies()[id(self)] = {}
            transaction.on_commit(self.kept.clear)
        else:
            self.kept.clear()


_OwnCopies = dict[int, dict[str, tuple[float, Any]]]
"""By the number of a `Recent`, by schema."""


def _own_copies() -> _OwnCopies:
    """What the open transaction has read since it changed something; it belongs to the connection and ends with the
    outermost block."""
    block, found = getattr(connection, "zhike_own_copies", None) or (None, {})
    return found if found and connection.in_atomic_block and _outermost_block() is block else {}


def _begin_own_copies() -> _OwnCopies:
    found = _own_copies()
    if not found:
        connection.zhike_own_copies = (_outermost_block(), found)  # type: ignore[attr-defined]
    return found


def _outermost_block() -> Any:
    return connection.atomic_blocks[0]


def forget_all() -> None:
    """After a savepoint was taken back: what was read since is no more."""
    for each in _all:
        each.forget()


def doubt() -> bool:
    """Somebody names what is not known here; another process may just have made it. Everything is read anew, unless
    that was done a moment ago. Returns whether asking again is worth it."""
    schema, now = connection.schema_name, time.monotonic()  # type: ignore[attr-defined]
    if now - _doubted.get(schema, 0.0) < DOUBT_SECONDS:
        return False
    _doubted[schema] = now
    for each in _all:
        each.kept.pop(schema, None)
    return True


def begin_anew() -> None:
    """For tests, whose database is another each time: reads everything, as a process that runs has."""
    connection.zhike_own_copies = None  # type: ignore[attr-defined]
    _doubted.clear()
    for each in _all:
        each.kept.clear()
        each.now()
