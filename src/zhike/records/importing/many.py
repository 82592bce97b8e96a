"""Cells that name several records: `晨光科技; 新元实业`, `晨光科技、新元实业`, or their numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.base.sentences import shortened
from zhike.records.importing.drafts import Draft
from zhike.records.importing.lookups import Candidates, Lookup, Maker, Problem

_BETWEEN = re.compile(r"\s*[;；、，\n|]\s*")


@dataclass(frozen=True)
class Parts:
    """What each part of a cell may mean, in its order."""

    texts: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass
class ManyFinder(Maker):
    """Splits a cell, and lets the finder of one record find the parts of all cells together."""

    one: Maker

    def find(self, texts: Iterable[str]) -> dict[str, list[Any]]:
        parts = {text: tuple(dict.fromkeys(part for part in _BETWEEN.split(text) if part)) for text in texts}
        found = self.one.find({*parts, *(each for split in parts.values() for each in split)})
        meant: dict[str, list[Any]] = {}
        for text, split in parts.items():
            known = (text,) if found.get(text) else split
            if all(found.get(each) for each in known):
                meant[text] = [Parts(known, tuple(tuple(found[each]) for each in known))]
            elif len(known) > 1:
                missing = next(each for each in known if not found.get(each))
                words = {"value": shortened(missing)}
                meant[text] = [Problem(_("There is no “%(value)s”, or you may not see it.") % words, is_unknown=True)]
        return meant

    def by_id(self, number: Any) -> Any:
        found = self.one.by_id(number)
        return None if found is None else [found]

    def known_names(self, most: int) -> list[str]:
        return self.one.known_names(most)

    def create(self, actor: Actor, names: Mapping[str, Draft]) -> dict[str, Any]:
        return {name: [row] for name, row in self.one.create(actor, names).items()}

    def placeholder(self, name: str) -> Any:
        return [self.one.placeholder(name)]

    def may_create(self, actor: Actor) -> bool:
        return self.one.may_create(actor)


@dataclass
class ManyLookup(Lookup):
    """`number_key` holds the numbers of all of them."""

    def _one_of(self, text: str, found: list[Any]) -> Any:
        parts = found[0]
        if not isinstance(parts, Parts):
            return parts
        if all(len(rows) == 1 for rows in parts.rows):
            return [rows[0] for rows in parts.rows]
        if self.number_key:
            return Candidates((parts,))
        doubled = next(place for place, rows in enumerate(parts.rows) if len(rows) > 1)
        return Problem(self._ambiguous(parts.texts[doubled], len(parts.rows[doubled])))

    def _choose(self, draft: Draft, text: str, found: Candidates) -> None:
        parts, numbers = found.rows[0], set(_BETWEEN.split(draft.keys.get(self.number_key) or ""))
        chosen = []
        for part, rows in zip(parts.texts, parts.rows, strict=True):
            meant = [row for row in rows if len(rows) == 1 or str(row.pk) in numbers]
            if not meant:
                draft.refuse(self.name, self.heading, self._ambiguous(part, len(rows)))
                return
            chosen += meant
        draft.values[self.name] = list(dict.fromkeys(chosen))
