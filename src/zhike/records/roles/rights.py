"""What a right is made of: an action, and how far it reaches.

A *grant* is what one role says of one action on one type: `[]` nothing, `["own", {"condition": {…}}]` any of these
reaches, `"deny"` nothing whatever other roles say. A *reach* is what all roles of a member come to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

SEE, CREATE, EDIT, TRASH, RESTORE = "see", "create", "edit", "trash", "restore"
EXPORT, IMPORT, BULK, SHARE, TRANSFER = "export", "import", "bulk", "share", "transfer"
REVEAL = "reveal"
"""To read a masked value in full, one at a time and with a reason."""
ACTIONS = (SEE, CREATE, EDIT, TRASH, RESTORE, EXPORT, IMPORT, BULK, SHARE, TRANSFER, REVEAL)
WRITES = frozenset(ACTIONS) - {SEE, EXPORT}
DENY = "deny"


class Scope(IntEnum):
    """Whose records; each but the last is told by the owner of a record."""

    NOTHING = 0
    OWN = 1
    SUBORDINATES = 2
    """One's own, and those of whoever reports to one, at any depth."""
    DEPARTMENT = 3
    DEPARTMENT_AND_BELOW = 4
    EVERYTHING = 5

    @property
    def word(self) -> str:
        """As it is written in a role."""
        return self.name.lower()


SCOPES = {scope.word: scope for scope in Scope if scope is not Scope.NOTHING}
Rights = Mapping[str, Mapping[str, Scope]]
"""By role and action, as a record type declares them for the ready roles."""


class Access(IntEnum):
    """What a role does with a field, from the narrowest to the widest."""

    HIDDEN = 0
    MASKED = 1
    READ_ONLY = 2
    EDITABLE = 3

    @property
    def word(self) -> str:
        return self.name.lower()


ACCESSES = {access.word: access for access in Access}


class Ability(StrEnum):
    """Rights that are about no record type."""

    SHARE_VIEWS = "share_views"


@dataclass(frozen=True)
class Reach:
    """The records an action reaches: those of any of the scopes, and those any of the conditions holds for."""

    scopes: frozenset[Scope] = frozenset()
    conditions: tuple[Any, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.scopes or self.conditions)

    @property
    def is_unlimited(self) -> bool:
        return Scope.EVERYTHING in self.scopes

    @property
    def is_own(self) -> bool:
        """Nothing but one's own records."""
        return self.scopes == {Scope.OWN} and not self.conditions


NOWHERE = Reach()
EVERYWHERE = Reach(frozenset({Scope.EVERYTHING}))


def reach_of(grants: Iterable[Any]) -> Reach:
    """What several roles come to: the widest wins, and a denial beats all."""
    scopes: set[Scope] = set()
    conditions: list[Any] = []
    for grant in grants:
        if grant == DENY:
            return NOWHERE
        for part in grant:
            if isinstance(part, dict):
                conditions.append(part["condition"])
            else:
                scopes.add(SCOPES[part])
    if Scope.EVERYTHING in scopes:
        return EVERYWHERE
    return Reach(frozenset(scopes), tuple(conditions))


def grant_of(scope: Scope) -> list[str]:
    """A declared scope, as a role writes it."""
    return [] if scope is Scope.NOTHING else [scope.word]


def doing(action: str) -> str:
    """The name of the right to do a declared action."""
    return f"do:{action}"
