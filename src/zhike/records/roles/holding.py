"""All roles as they are now, kept in memory until one changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language

from zhike.base.recent import Recent
from zhike.records.roles import ready, rights
from zhike.records.roles.models import Role
from zhike.records.roles.rights import Access, Reach

if TYPE_CHECKING:
    from zhike.base.actors import Actor
    from zhike.records.policies import Policy


@dataclass(frozen=True)
class Held:
    """A role in force: what the company wrote, over what its template declares."""

    key: str
    template: str
    row: Role | None = None

    @property
    def name(self) -> str:
        """In the reader's language."""
        if self.row is not None and self.row.name:
            return (self.row.name_en if (get_language() or "").startswith("en") else "") or self.row.name
        return str(ready.READY[self.key].name)

    @property
    def note(self) -> str:
        own = self.row.note if self.row is not None else ""
        return own or (str(ready.READY[self.key].note) if self.is_ready else "")

    @property
    def is_ready(self) -> bool:
        return self.key in ready.READY

    @property
    def is_changed(self) -> bool:
        """Whether a ready role was changed by the company."""
        return self.is_ready and self.row is not None

    @property
    def abilities(self) -> frozenset[str]:
        if self.row is not None and self.row.abilities is not None:
            return frozenset(self.row.abilities)
        return ready.READY[self.template].abilities

    def written(self, record_type: str) -> Mapping[str, Any]:
        """The grants the company wrote for a type, by action."""
        found: Mapping[str, Any] = self.row.rights.get(record_type, {}) if self.row is not None else {}
        return found

    def grant(self, policy: Policy, action: str) -> Any:
        """What the role says of an action; a declared action it does not name goes by the right it needs."""
        written = self.written(policy.record_type_name)
        if action in written:
            return written[action]
        needs = policy.needs.get(action)
        if needs is not None:
            return self.grant(policy, needs)
        return self.declared(policy, action)

    def declared(self, policy: Policy, action: str) -> list[str]:
        """What the template gives."""
        return rights.grant_of(policy.rights.get(self.template, {}).get(action, rights.Scope.NOTHING))

    def access(self, record_type: str) -> Mapping[str, Access]:
        """What the role does with fields of a type, where it says anything."""
        written = self.row.fields.get(record_type, {}) if self.row is not None else {}
        return {name: rights.ACCESSES[word] for name, word in written.items() if word in rights.ACCESSES}


@dataclass
class _Kept:
    roles: dict[str, Held]
    reaches: dict[tuple[tuple[str, ...], Policy, str], Reach] = field(default_factory=dict)
    accesses: dict[tuple[tuple[str, ...], str], Mapping[str, Access]] = field(default_factory=dict)


def roles() -> list[Held]:
    """Every role: the ready ones in their order, then the company's own."""
    return list(kept.now().roles.values())


def find(key: str) -> Held | None:
    return kept.now().roles.get(key)


def reach(actor: Actor, policy: Policy, action: str) -> Reach:
    """The records of the policy's type the actor's roles let them do `action` with."""
    now = kept.now()
    key = (actor.roles, policy, action)
    found = now.reaches.get(key)
    if found is None:
        grants = [held.grant(policy, action) for name in actor.roles if (held := now.roles.get(name))]
        found = now.reaches[key] = rights.reach_of(grants)
    return found


def accesses(actor: Actor, record_type: str) -> Mapping[str, Access]:
    """The fields of a type the actor may not simply edit, by name: the widest of what their roles say."""
    now = kept.now()
    key = (actor.roles, record_type)
    found = now.accesses.get(key)
    if found is None:
        said = [held.access(record_type) for name in actor.roles if (held := now.roles.get(name))]
        names = {name for each in said for name in each}
        widest = {name: max(each.get(name, Access.EDITABLE) for each in said) for name in names}
        found = now.accesses[key] = {name: each for name, each in widest.items() if each is not Access.EDITABLE}
    return found


def can(actor: Actor, ability: str) -> bool:
    now = kept.now()
    return any(ability in held.abilities for name in actor.roles if (held := now.roles.get(name)))


def _held() -> dict[str, Held]:
    rows = {row.key: row for row in Role.objects.all()}
    found = {key: Held(key, key, rows.pop(key, None)) for key in ready.READY}
    return found | {key: Held(key, row.template, row) for key, row in rows.items()}


kept: Recent[_Kept] = Recent(lambda: _Kept(_held()))
