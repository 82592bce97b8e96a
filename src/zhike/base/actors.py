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


ADMINISTRATOR = "administrator"
"""The role that sees everything and shapes the system; nobody may change what it is."""


@dataclass(frozen=True)
class Actor:
    """The one who acts. `roles` are keys of roles; `everything` is only for the system itself."""

    kind: Kind
    label: str
    door: Door
    member_id: int | None = None
    roles: tuple[str, ...] = ()
    department_id: int | None = None
    department_path: str = ""
    everything: bool = False
    read_only: bool = False
    types: frozenset[str] = field(default_factory=frozenset)
    """Record types a token is limited to; empty means all."""
    only_reads: frozenset[str] = field(default_factory=frozenset)
    """Those among `types` it may read and not change."""
    really: int | None = None
    """The member who acts in the place of `member_id`, as their deputy or, read-only, to see what they see."""
    name: str = ""
    """The member's name, without what `label` says of the token."""

    def through(self, door: Door) -> Actor:
        return replace(self, door=door)

    @property
    def is_looking(self) -> bool:
        """Whether somebody only looks at what the member sees."""
        return self.read_only and self.really is not None

    @property
    def is_administrator(self) -> bool:
        """Whether a member with the administrator's role acts; the system itself is none."""
        return ADMINISTRATOR in self.roles

    def is_for(self, record_type: str) -> bool:
        """Whether the token reaches records of that type at all."""
        return not self.types or record_type in self.types

    def is_kept_from_changing(self, record_type: str) -> bool:
        """Whether the token changes nothing of that type, whatever its member may do."""
        return self.read_only or record_type in self.only_reads or not self.is_for(record_type)


class UnableToAct(Exception):
    """A token that is known but opens nothing now: `sentence` says why. `is_signed_in` tells whether the secret
    itself is good and only the place is wrong (403), or a new secret is needed (401)."""

    def __init__(self, sentence: str, *, is_signed_in: bool = False) -> None:
        super().__init__(sentence)
        self.sentence, self.is_signed_in = sentence, is_signed_in


def system(label: str, door: Door = Door.JOB) -> Actor:
    """An actor for what nobody in particular does: jobs on the clock, migrations, the demo."""
    return Actor(kind=Kind.SYSTEM, label=label, door=door, everything=True)
