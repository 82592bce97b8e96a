"""The only place that asks what time it is; domains are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

_told: ContextVar[datetime | None] = ContextVar("zhike_told_time", default=None)


def now() -> datetime:
    return _told.get() or timezone.now()


def today() -> date:
    return timezone.localdate(_told.get())


def told() -> datetime | None:
    """The time somebody told, or None when the real one runs."""
    return _told.get()


@contextmanager
def telling(moment: datetime) -> Iterator[None]:
    """For the demo's story and for tests: inside, it is `moment`, in the change log too."""
    token = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(token)
