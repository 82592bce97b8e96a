"""What changes seldom and is asked at every turn: read once per workspace, and anew after two seconds, because another
process may have changed it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from django.db import connection, transaction

T = TypeVar("T")
KEEP_SECONDS = 2.0
_all: WeakSet[Any] = WeakSet()


class Recent(Generic[T]):
    """`read` gives what there is in the workspace one stands in."""

    def __init__(self, read: Callable[[], T]) -> None:
        self.read = read
        self.kept: dict[str, tuple[float, T]] = {}
        _all.add(self)

    def now(self) -> T:
        schema = connection.schema_name  # type: ignore[attr-defined]
        kept = self.kept.get(schema)
        if kept is None or time.monotonic() - kept[0] > KEEP_SECONDS:
            kept = self.kept[schema] = (time.monotonic(), self.read())
        return kept[1]

    def forget(self) -> None:
        """This process reads anew at once, and once more after the transaction; the others do within two seconds."""
        self.kept.clear()
        if connection.in_atomic_block:
            transaction.on_commit(self.kept.clear)


def begin_anew() -> None:
    """For tests, whose database is another each time: reads everything, as a process that runs has."""
    for each in _all:
        each.kept.clear()
        each.now()
