"""Sharing rules: which of them open records to an actor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from zhike.base.recent import Recent
from zhike.records.roles.models import SharingRule
from zhike.records.roles.rights import EDIT, SEE

if TYPE_CHECKING:
    from zhike.base.actors import Actor


def _read() -> Mapping[str, list[SharingRule]]:
    found: dict[str, list[SharingRule]] = {}
    for rule in SharingRule.objects.filter(is_active=True):
        found.setdefault(rule.record_type, []).append(rule)
    return found


kept: Recent[Mapping[str, list[SharingRule]]] = Recent(_read)


def rules_for(actor: Actor, record_type: str, action: str) -> Iterator[SharingRule]:
    """The rules by which the actor may do `action` with records of a type they would not reach else."""
    if action not in (SEE, EDIT):
        return
    for rule in kept.now().get(record_type, ()):
        if (action == SEE or rule.writable) and is_for(rule, actor):
            yield rule


def is_for(rule: SharingRule, actor: Actor) -> bool:
    """Whether a rule names the actor, one of their roles, or a department they stand in or below."""
    if actor.member_id in rule.members or not set(rule.roles).isdisjoint(actor.roles):
        return True
    above = {int(part) for part in actor.department_path.split("/") if part}
    return not above.isdisjoint(rule.departments)
