"""What may stand where in a file: a type, `[shape]` for a list, `{name: shape}` for known names, `Each` for any names,
`OneOf` for words, `Either` for several shapes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.records.configuration.faults import Fault, Place

TYPE_WORDS = {
    str: gettext_lazy("a text"), bool: gettext_lazy("true or false"), int: gettext_lazy("a whole number"),
    dict: gettext_lazy("names with what they say"), list: gettext_lazy("a list"),
}  # fmt: skip


@dataclass(frozen=True)
class Each:
    """Any names, each with the same shape."""

    shape: Any


class OneOf(tuple[str, ...]):
    """One of these words."""


class Either(tuple[Any, ...]):
    """A value of any of these types."""


ANYTHING = object()
FIGURE = Either((int, float, str))
CONDITION = dict


def check(shape: Any, value: Any, place: Place) -> Iterator[Fault]:
    """What does not fit. Nothing said (null) fits everywhere."""
    if shape is ANYTHING or value is None:
        return
    if isinstance(shape, OneOf):
        if value not in shape:
            yield Fault(place, _("This is one of: %(known)s.") % {"known": ", ".join(shape)})
    elif isinstance(shape, Either):
        if not any(_is(each, value) for each in shape):
            yield _misfit(shape[0], place)
    elif isinstance(shape, list):
        yield from _check_list(shape[0], value, place)
    elif isinstance(shape, Each):
        yield from _check_each(shape, value, place)
    elif isinstance(shape, Mapping):
        yield from _check_known(shape, value, place)
    elif not _is(shape, value):
        yield _misfit(shape, place)


def _check_list(shape: Any, value: Any, place: Place) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield _misfit(list, place)
        return
    for number, each in enumerate(value):
        yield from check(shape, each, (*place, number))


def _check_each(shape: Each, value: Any, place: Place) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield _misfit(dict, place)
        return
    for name, each in value.items():
        yield from check(shape.shape, each, (*place, name))


def _check_known(shape: Mapping[str, Any], value: Any, place: Place) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield _misfit(dict, place)
        return
    for name, each in value.items():
        if name in shape:
            yield from check(shape[name], each, (*place, name))
        else:
            yield Fault((*place, name), unknown(name, shape))


def unknown(name: str, known: Mapping[str, Any]) -> str:
    """Nothing is called so here; perhaps something nearly so."""
    near = get_close_matches(name, list(known), 1)
    if near:
        return _("“%(name)s” means nothing here; perhaps “%(near)s” is meant.") % {"name": name[:60], "near": near[0]}
    return _("“%(name)s” means nothing here.") % {"name": name[:60]}


def _is(kind: Any, value: Any) -> bool:
    """As in JSON: true is no number."""
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _misfit(kind: Any, place: Place) -> Fault:
    words = TYPE_WORDS.get(kind) or kind.__name__
    return Fault(place, _("Expected here: %(kind)s.") % {"kind": words})
