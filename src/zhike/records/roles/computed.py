"""A computed field tells what it was computed from: whoever may not read that may not read the field either."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from zhike.records.formulas import definitions
from zhike.records.formulas.definitions import Definitions
from zhike.records.formulas.inputs import Key
from zhike.records.roles.rights import Access

Said = Callable[[str], Mapping[str, Access]]


def narrowed(type_name: str, found: Mapping[str, Access], said: Said) -> Mapping[str, Access]:
    """`found` with the computed fields of the type; `said` gives what is narrowed of any type."""
    known = definitions.now()
    names = [name for owner, name in known.by_key if owner == type_name]
    if not names:
        return found
    widths = {name: _width((type_name, name), known, said, ()) for name in names}
    return {**found, **{name: width for name, width in widths.items() if width is not Access.EDITABLE}}


def _width(key: Key, known: Definitions, said: Said, above: tuple[Key, ...]) -> Access:
    """Its own access, or the narrowest of what it reads where that may not be read in full."""
    own = said(key[0]).get(key[1], Access.EDITABLE)
    computed = known.by_key.get(key)
    if computed is None or key in above:
        return own
    inner = [_width(each, known, said, (*above, key)) for each in computed.reads]
    return min([own, *(each for each in inner if each < Access.READ_ONLY)])
