"""Who acts, and through which door."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum


class Kind(StrEnum):
    MEMBER = "member"
    TOKEN = "token"
    JOB = "job"
    FLOW = "flow"
    SYSTEM = "system"


class Door(StrEnum):
    FORM = "form"
    INLINE = "inline"
    BULK = "bulk"
    IMPORT = "import"
    API = "api"
    FLOW = "flow"
    JOB = "job"
    CLI = "cli"
    UNDO = "undo"


@dataclass(frozen=True)
class Actor:
    """The one who acts. `role` names a row of the rights table; `everything` is only for the system itself."""

    kind: Kind
    label: str
    door: Door
    member_id: int | None = None
    role: str = ""
    department_id: int | None = None
    department_path: str = ""
    everything: bool = False
    read_only: bool = False
    types: frozenset[str] = field(default_factory=frozenset)
    """Record types a token is limited to; empty means all."""
    name: str = ""
    """The member's name, without what `label` says of the token."""

    def through(self, door: Door) -> Actor:
        return replace(self, door=door)


def system(label: str, door: Door = Door.JOB) -> Actor:
    """An actor for what nobody in particular does: jobs on the clock, migrations, the demo."""
    return Actor(kind=Kind.SYSTEM, label=label, door=door, everything=True)
