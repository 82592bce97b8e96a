"""A column of remarks becomes dated notes; an upper domain says how, since the engine knows no activities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zhike.base.actors import Actor


@dataclass(frozen=True)
class Note:
    """What somebody wrote about a record, when, and who; `author` None stands for the importing member."""

    record: Any
    text: str
    at: datetime
    author: Any


Writer = Callable[[Actor, Sequence[Note]], None]
_writers: list[Writer] = []


def register(writer: Writer) -> Writer:
    """Registers the one function that keeps notes in bulk; it must leave out those that are there already."""
    _writers[:] = [writer]
    return writer


def are_possible() -> bool:
    return bool(_writers)


def write(actor: Actor, notes: Sequence[Note]) -> None:
    if notes and _writers:
        _writers[0](actor, notes)
