"""What is looked up more than once while a page is made: kept from the first time until the page is sent."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_kept: ContextVar[dict[Hashable, Any] | None] = ContextVar("zhike_kept", default=None)


@contextmanager
def while_reading() -> Iterator[None]:
    """In here `once` remembers. Only for requests that change nothing: what is kept does not grow old."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def once(key: Hashable, find: Callable[[], Any]) -> Any:
    """What `find` gives; in a request that only reads it is asked once for each key."""
    store = _kept.get()
    if store is None:
        return find()
    if key not in store:
        store[key] = find()
    return store[key]
