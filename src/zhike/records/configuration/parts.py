"""What a room tells of its configuration, and how it takes it: the one thing a new room adds.

    contributions.contribute_configuration(Part("choice_lists", _("Shared lists"), 20, 1, SHAPE, read, write, remove))

An *item* is what stands under its names in the file: `fields: customers: hu_xing: {…}` is the item
`("customers", "hu_xing")` of the part `fields`. It says everything about the thing it names: what it leaves out is as
it would be without a word. It names whatever else it speaks of, and holds no numbers of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhike.base.actors import Actor
from zhike.records.configuration.faults import Fault

Path = tuple[str, ...]
Items = Mapping[Path, Any]
"""In the order in which they stand in the file."""


def as_said(path: Path, said: Any, now: Any, remove_missing: bool) -> Any:
    return said


def same(said: Any) -> Any:
    return said


def nothing_wrong(items: Items) -> Iterable[Fault]:
    return ()


def by_names(path: Path, said: Any) -> str:
    return str(said.get("label") or said.get("name") or "") if isinstance(said, dict) else ""


@dataclass(frozen=True)
class Part:
    """One part of the file. Of two parts, the one that others name comes first (`position`)."""

    name: str
    """Its key in the file."""
    label: Any
    position: int
    depth: int
    """How many names lead to an item."""
    shape: Any
    """What an item may hold: see `shapes.py`."""
    read: Callable[[], Items]
    """What stands here now."""
    write: Callable[[Actor, Path, Any], None]
    """Makes an item, or has one say this. Raises `Refused`, `Unnamed`."""
    remove: Callable[[Actor, Path], None] | None = None
    """As the room does it: retired, hidden, or deleted in a way that can be undone; None where nothing is removed."""
    order: Callable[[Actor, Path, Sequence[str]], None] | None = None
    """Puts the items under some names into an order; None where the order means nothing."""
    merged: Callable[[Path, Any, Any, bool], Any] = as_said
    """`(path, said, now, remove_missing)`: what the item says once it is applied, where what is there stays."""
    heard: Callable[[Any], Any] = same
    """An item of the file as `read` would tell it, where both may be written."""
    check: Callable[[Items], Iterable[Fault]] = nothing_wrong
    """What is wrong between items, before any is written; places begin with the names of an item."""
    bare: Callable[[Any], Any] = same
    """An item without what speaks of others of its part: how it is made before they are there."""
    called: Callable[[Path, Any], str] = by_names
    """What people call an item; "" where its names say it already."""
    tables: tuple[type[Any], ...] = ()
    """What it is about: every table of the configuration belongs to a part, or is left out for a reason."""
    gone: Any = ""
    """What removing does to an item, in a word or two."""
