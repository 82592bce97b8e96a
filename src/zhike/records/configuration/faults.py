"""What is wrong in a file, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Fault:
    """`place` are the names that lead there; `line` counts from 1, 0 for the file as a whole."""

    place: Place
    sentence: str
    line: int = 0

    @property
    def path(self) -> str:
        """`fields.customers.hu_xing.choices.2`"""
        return ".".join(str(each) for each in self.place)

    def __str__(self) -> str:
        where = ": ".join(filter(None, (str(self.line or ""), self.path)))
        return f"{where}: {self.sentence}" if where else self.sentence


class UnableToApply(Exception):
    """The file cannot be applied; nothing was changed."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults, key=lambda each: each.line)
        super().__init__("\n".join(str(each) for each in self.faults))
