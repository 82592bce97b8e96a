"""What the palette offers beside records: pages to go to and acts to begin, by their name in either language,
by pinyin or initials.

The front hall and domains add their own: `@places.offers` over a function `(actor) -> places`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from zhike.base import chinese
from zhike.base.actors import Actor
from zhike.records import policies, registry
from zhike.records.declaration import RecordType


@dataclass(frozen=True)
class Place:
    """`label` is asked for in each language; `is_main` shows before anything is typed."""

    label: Callable[[], Any]
    url: str
    icon: str
    in_drawer: bool = False
    is_main: bool = False


Offer = Callable[[Actor], Iterable[Place]]
_offers: list[Offer] = []
BEGINS, WORD_BEGINS, HOLDS, NOT_AT_ALL = range(4)


def offers(function: Offer) -> Offer:
    """Registers a function that says which places an actor may go to."""
    _offers.append(function)
    return function


def main_places(actor: Actor) -> list[Place]:
    return [place for place in _all(actor) if place.is_main]


def matching_places(actor: Actor, words: str, limit: int = 6) -> list[Place]:
    """The places whose name fits what was typed, best first."""
    typed = "".join(chinese.fold_width(words).lower().split())
    if not typed:
        return []
    ranked = [(_rank(place, typed), position, place) for position, place in enumerate(_all(actor))]
    fitting = sorted(each for each in ranked if each[0] < NOT_AT_ALL)
    return [place for _rank, _position, place in fitting[:limit]]


def _all(actor: Actor) -> list[Place]:
    return [place for offer in _offers for place in offer(actor)]


def _rank(place: Place, typed: str) -> int:
    best = NOT_AT_ALL
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            best = min(best, _fit(str(place.label()), typed))
    return best


@functools.lru_cache(maxsize=2048)
def _forms(label: str) -> tuple[str, str, str, tuple[str, ...]]:
    folded = chinese.fold_width(label).lower()
    joined = "".join(folded.split())
    return joined, chinese.pinyin_key(label).replace(" ", ""), chinese.pinyin_initials(label), tuple(folded.split())


def _fit(label: str, typed: str) -> int:
    joined, reading, initials, words = _forms(label)
    if joined.startswith(typed) or reading.startswith(typed) or initials.startswith(typed):
        return BEGINS
    if any(word.startswith(typed) for word in words):
        return WORD_BEGINS
    return HOLDS if len(typed) > 1 and (typed in joined or typed in reading or typed in initials) else NOT_AT_ALL


# What every record type offers


@offers
def lists(actor: Actor) -> Iterable[Place]:
    for record_type in _types(actor, policies.SEE):
        yield Place(functools.partial(str, record_type.plural), record_type.url, record_type.icon, is_main=True)


@offers
def forms(actor: Actor) -> Iterable[Place]:
    for record_type in _types(actor, policies.CREATE):
        label = functools.partial(_new, record_type)
        yield Place(label, f"{record_type.url}new/", "plus", in_drawer=True)


@offers
def imports(actor: Actor) -> Iterable[Place]:
    for record_type in _types(actor, policies.IMPORT):
        label = functools.partial(_import, record_type)
        yield Place(label, f"/imports/new/?type={record_type.name}", "database-import")


@offers
def trashes(actor: Actor) -> Iterable[Place]:
    for record_type in _types(actor, policies.RESTORE):
        yield Place(functools.partial(_trash, record_type), f"{record_type.url}trash/", "trash")


def _types(actor: Actor, action: str) -> list[RecordType]:
    return [each for each in registry.all_types() if each.in_menu and each.policy.may(actor, action)]


def _new(record_type: RecordType) -> str:
    return _("New %(type)s") % {"type": _lowered(record_type.singular)}


def _import(record_type: RecordType) -> str:
    return _("Import %(types)s") % {"types": _lowered(record_type.plural)}


def _trash(record_type: RecordType) -> str:
    return _("Trash of %(types)s") % {"types": _lowered(record_type.plural)}


def _lowered(name: Any) -> str:
    text = str(name)
    return text[:1].lower() + text[1:]
