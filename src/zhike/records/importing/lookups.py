"""From a text in a cell to the record, option or choice it means: asked once per text, a batch per query.

What a text means is settled in this order: the plan's own word for it, what is there (and visible to the actor),
a row of the same file, and last what the plan says about unknown values.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.base.chinese import fold_width
from zhike.base.sentences import shortened
from zhike.records.fields.base import Field
from zhike.records.importing.cells import folded
from zhike.records.importing.drafts import Draft
from zhike.records.importing.tallies import Tally

MOST_REMEMBERED = 50_000
EMPTY = object()
"""The text stands for nothing."""
LATER = object()
"""The text names a row of this file that is tied when every row is in."""


@dataclass(frozen=True)
class Problem:
    """Why a text has no meaning. `is_unknown`: a person could say what it means."""

    sentence: str
    is_unknown: bool = False


@dataclass(frozen=True)
class Candidates:
    """Several of one name, told apart by another column: a stage by its pipeline, a customer by its number."""

    rows: tuple[Any, ...]


@dataclass
class Finder(ABC):
    """What texts mean, without the plan: `find` answers texts with lists of what they may mean."""

    field: Field

    @abstractmethod
    def find(self, texts: Iterable[str]) -> dict[str, list[Any]]: ...

    @abstractmethod
    def known_names(self, most: int) -> list[str]:
        """What there is to choose from, for suggestions and the wizard."""

    def where(self, properties: Mapping[str, Any]) -> Any:
        return None

    def by_id(self, number: Any) -> Any:
        return None


@dataclass
class Maker(Finder):
    """A finder that makes what a file names and nobody knows yet."""

    @abstractmethod
    def may_create(self, actor: Actor) -> bool: ...

    @abstractmethod
    def create(self, actor: Actor, names: Mapping[str, Draft]) -> dict[str, Any]: ...

    @abstractmethod
    def placeholder(self, name: str) -> Any:
        """What stands for it in a dry run."""


@dataclass
class Lookup:
    """One column of references; `settle` turns the draft's key into a value. `number_key` is the column that tells
    records of one name apart."""

    finder: Finder
    actor: Actor
    tally: Tally
    heading: str = ""
    orders: Mapping[str, Any] = field(default_factory=dict)
    usual_orders: Mapping[str, Any] = field(default_factory=dict)
    unknown: str = "reject"
    number_key: str = ""
    siblings: Any = None
    is_dry: bool = True
    known: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.name = self.finder.field.name
        self.label = str(self.finder.field.label)
        self.folded_orders = {folded(text): order for text, order in self.orders.items()}
        self.parent = _parent_of(self.finder)

    @property
    def maker(self) -> Maker | None:
        """The finder where it makes what is missing, and the actor may."""
        return self.finder if isinstance(self.finder, Maker) and self.finder.may_create(self.actor) else None

    def load(self, drafts: Iterable[Draft]) -> None:
        """Finds out what every text of a batch means: one query per key."""
        if len(self.known) > MOST_REMEMBERED:
            self.known.clear()
        first: dict[str, Draft] = {}
        for draft in drafts:
            text = draft.keys.get(self.name)
            if text is not None and text not in self.known:
                first.setdefault(text, draft)
        if not first:
            return
        names, to_create = self._ordered(first)
        found = self.finder.find(set(names.values())) if names else {}
        for text, name in names.items():
            self._settle_name(text, name, found.get(name) or [], to_create)
        self._create(to_create, first)

    def _ordered(self, texts: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
        """Carries out the plan's orders; returns texts with the names to find, and with the names to create."""
        names: dict[str, str] = {}
        to_create: dict[str, str] = {}
        for text in texts:
            order = self.orders[text] if text in self.orders else self.folded_orders.get(folded(text), text)
            if order is None:
                self.known[text] = EMPTY
            elif isinstance(order, Mapping):
                self._obey(text, order, to_create)
            else:
                names[text] = str(order)
        return names, to_create

    def _obey(self, text: str, order: Mapping[str, Any], to_create: dict[str, str]) -> None:
        if "reject" in order:
            self.known[text] = Problem(_("“%(value)s” is not wanted.") % {"value": shortened(text)})
        elif "create" in order:
            name = order["create"] if isinstance(order["create"], str) else text
            existing = self.finder.find({name}).get(name)
            if existing:
                self.known[text] = self._one_of(text, existing)
            else:
                to_create[text] = name
        else:
            found = self.finder.where(order["where"]) if "where" in order else self.finder.by_id(order.get("id"))
            self.known[text] = found if found is not None else self._unknown(text)

    def _settle_name(self, text: str, name: str, found: list[Any], to_create: dict[str, str]) -> None:
        if found:
            self.known[text] = self._one_of(text, found)
        elif self.siblings is not None and name in self.siblings:
            self.known[text] = LATER
        elif (usual := self.usual_orders.get(folded(name))) is not None and (
            row := self.finder.where(usual)
        ) is not None:
            self.known[text] = row
        elif self.unknown == "create":
            to_create[text] = name
        elif self.unknown == "empty":
            self.known[text] = EMPTY
            self.tally.emptied(self.name, text)
        else:
            self.known[text] = self._unknown(text)

    def _one_of(self, text: str, found: list[Any]) -> Any:
        if len(found) == 1:
            return found[0]
        if self.parent or self.number_key:
            return Candidates(tuple(found))
        return Problem(self._ambiguous(text, len(found)))

    def _ambiguous(self, text: str, count: int) -> str:
        return _("There are %(count)d called “%(value)s”; say which by another key, such as its external ID.") % {
            "count": count, "value": shortened(text)
        }  # fmt: skip

    def _unknown(self, text: str) -> Problem:
        return Problem(
            _("There is no “%(value)s”, or you may not see it.") % {"value": shortened(text)}, is_unknown=True
        )

    def _create(self, to_create: dict[str, str], first: Mapping[str, Draft]) -> None:
        if not to_create:
            return
        maker = self.maker
        if maker is None:
            for text in to_create:
                self.known[text] = self._unknown(text)
            return
        names: dict[str, Draft] = {}
        for text, name in to_create.items():
            names.setdefault(name, first[text])
        made = {name: maker.placeholder(name) for name in names} if self.is_dry else maker.create(self.actor, names)
        for text, name in to_create.items():
            self.known[text] = made[name]
            self.tally.creates(self.name, name)

    def settle(self, draft: Draft) -> None:
        text = draft.keys.get(self.name)
        if text is None:
            return
        found = self.known[text]
        if isinstance(found, Problem):
            if found.is_unknown:
                self.tally.unknown(self.name, text)
            draft.refuse(self.name, self.heading, found.sentence)
        elif found is LATER:
            draft.links[self.name] = text
        elif found is EMPTY:
            draft.values[self.name] = self.finder.field.empty_value()
        elif isinstance(found, Candidates):
            self._choose(draft, text, found)
        else:
            self._take(draft, found)

    def _choose(self, draft: Draft, text: str, found: Candidates) -> None:
        if self.parent:
            draft.values[self.name] = self._fitting(found, draft)
            return
        number = draft.keys.get(self.number_key)
        meant = next((row for row in found.rows if str(row.pk) == number), None)
        if meant is None:
            draft.refuse(self.name, self.heading, self._ambiguous(text, len(found.rows)))
        else:
            self._take(draft, meant)

    def _take(self, draft: Draft, found: Any) -> None:
        draft.values[self.name] = found
        self._warn_about_leavers(draft, found)

    def _fitting(self, found: Candidates, draft: Draft) -> Any:
        parent = draft.values.get(self.parent)
        if parent is not None:
            fitting = [row for row in found.rows if getattr(row, f"{self.parent}_id") == parent.pk]
            return fitting[0] if fitting else found.rows[0]
        return found.rows[0]

    def _warn_about_leavers(self, draft: Draft, found: Any) -> None:
        if self.finder.field.kind == "member" and not getattr(found, "is_active", True):
            self.tally.warn(
                _("“%(name)s” (%(field)s) does not work here any more.") % {"name": found, "field": self.label},
                draft.line,
            )


def _parent_of(finder: Finder) -> str:
    return str(getattr(finder, "parent", ""))


def variants(text: str) -> set[str]:
    """How a name may be stored: as it stands, and with half-width characters and single blanks."""
    return {text, fold_width(text), " ".join(text.split())}
