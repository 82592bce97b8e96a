"""Typed events between domains: an upper domain listens, a lower one announces.

Handlers run at once, in the transaction of the act that announced; what may wait enqueues a job.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import connection

E = TypeVar("E")
_handlers: dict[type, list[Callable[[Any], None]]] = defaultdict(list)


class AnnouncedOutsideTransaction(Exception):
    """An event was announced where its handlers' writes could be half done."""


def on(event_type: type[E], *, first: bool = False) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Registers a handler: `@events.on(OpportunityWon)`. `first` is for what all others build upon."""

    def register(handler: Callable[[E], None]) -> Callable[[E], None]:
        if handler not in _handlers[event_type]:
            _handlers[event_type].insert(0 if first else len(_handlers[event_type]), handler)
        return handler

    return register


def announce(event: object) -> None:
    """Calls every handler of the event's type. Raises `AnnouncedOutsideTransaction` outside one."""
    if not connection.in_atomic_block:
        raise AnnouncedOutsideTransaction(type(event).__name__)
    for handler in _handlers[type(event)]:
        handler(event)
