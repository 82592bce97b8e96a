"""Which keys a file has shown so far, in a few bytes each: 64 bits of the key's hash and its line."""

from __future__ import annotations

from array import array
from collections.abc import Hashable

_FREE = 0


class SeenKeys:
    """An open-addressed table in two arrays. Of a million keys, two share a hash once in 10⁷ files."""

    def __init__(self) -> None:
        self._count = 0
        self._mask = (1 << 12) - 1
        self._hashes = array("q", bytes(8 << 12))
        self._lines = array("Q", bytes(8 << 12))

    def add(self, key: Hashable, line: int) -> int:
        """Returns the line the key stood on before, 0 if it is new (and is remembered now)."""
        if self._count * 3 > self._mask * 2:
            self._grow()
        wanted = hash(key) or 1
        place = self._place(wanted)
        if self._hashes[place] == wanted:
            return int(self._lines[place])
        self._hashes[place], self._lines[place] = wanted, line
        self._count += 1
        return 0

    def __contains__(self, key: Hashable) -> bool:
        wanted = hash(key) or 1
        return self._hashes[self._place(wanted)] == wanted

    def __len__(self) -> int:
        return self._count

    def _place(self, wanted: int) -> int:
        place = (wanted ^ (wanted >> 17)) & self._mask
        while self._hashes[place] not in (_FREE, wanted):
            place = (place + 1) & self._mask
        return place

    def _grow(self) -> None:
        hashes, lines = self._hashes, self._lines
        size = (self._mask + 1) * 4
        self._mask = size - 1
        self._hashes, self._lines = array("q", bytes(8 * size)), array("Q", bytes(8 * size))
        for wanted, line in zip(hashes, lines, strict=True):
            if wanted != _FREE:
                place = self._place(wanted)
                self._hashes[place], self._lines[place] = wanted, line
