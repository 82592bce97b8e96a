"""Rows of the same file that refer to each other: which names the file brings, and which stand in a circle.

Found by one quick look at the key columns before any row is taken, so that a parent may stand below its child
and a circle is refused before half of it is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zhike.records import values
from zhike.records.importing.cells import folded, is_blank
from zhike.records.importing.seen import SeenKeys

SELF, CIRCLE = "self", "circle"


class Siblings:
    """`own` are the positions of the columns a row is referred to by, `parent` that of the reference; `numbers` those
    of the row's and the reference's number in Zhike, which go before names where both are given."""

    def __init__(self, own: list[int], parent: int, numbers: tuple[int, int] | None = None) -> None:
        self.own = own
        self.parent = parent
        self.numbers = numbers
        self._names = SeenKeys()
        self._alias: dict[int, int] = {}
        self._parents: dict[int, int] = {}
        self._circular: set[int] = set()

    def look_through(self, rows: Iterable[tuple[int, list[Any]]]) -> None:
        """Reads the whole file once."""
        for line, cells in rows:
            keys = self._keys(cells)
            for key in keys:
                self._names.add(key, line)
            above = self._above(cells)
            if keys and above:
                first = hash(keys[0])
                for key in keys[1:]:
                    self._alias[hash(key)] = first
                self._parents.setdefault(first, hash(above))
        self._find_circles()

    def __contains__(self, name: str) -> bool:
        return folded(name) in self._names

    def trouble(self, cells: list[Any]) -> str:
        """`self` for a row that refers to itself, `circle` for one whose line of parents ends at itself."""
        keys = self._keys(cells)
        above = self._above(cells)
        if not keys or not above:
            return ""
        if above in keys:
            return SELF
        return CIRCLE if hash(keys[0]) in self._circular else ""

    def _keys(self, cells: list[Any]) -> list[str]:
        number = self._number(cells, 0)
        names = [text for place in self.own if (text := self._text(cells, place))]
        return [number, *names] if number else names

    def _above(self, cells: list[Any]) -> str:
        name = self._text(cells, self.parent)
        return (name and self._number(cells, 0) and self._number(cells, 1)) or name

    def _number(self, cells: list[Any], which: int) -> str:
        text = self._text(cells, self.numbers[which]) if self.numbers else ""
        return text and f"#{text}"

    def _text(self, cells: list[Any], place: int) -> str:
        raw = cells[place] if place < len(cells) else None
        return "" if is_blank(raw) else folded(values.as_text(raw))

    def _find_circles(self) -> None:
        settled: set[int] = set()
        for start in self._parents:
            path: dict[int, int] = {}
            node: int | None = start
            while node is not None and node not in settled and node not in path:
                path[node] = len(path)
                above = self._parents.get(node)
                node = None if above is None else self._alias.get(above, above)
            if node is not None and node in path:
                self._circular |= {each for each, place in path.items() if place >= path[node]}
            settled |= set(path)
