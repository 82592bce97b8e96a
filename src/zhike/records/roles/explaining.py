"""Why a member can or cannot do something with a record, in sentences; each ground is asked of the database, so what
is told here is what holds on every road."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhike.base.actors import Actor
from zhike.records import conditions, policies, registry
from zhike.records.declaration import RecordType
from zhike.records.models import Share
from zhike.records.policies import Ground, Scope
from zhike.records.roles import changing, holding, rights, words
from zhike.records.roles.holding import Held
from zhike.records.roles.reaching import members_within


@dataclass
class Answer:
    """Whether an action is possible, and why."""

    action: str
    label: str
    may: bool
    sentences: list[str] = field(default_factory=list)


def together(answers: list[Answer]) -> list[Answer]:
    """Actions with the same answer for the same reasons as one."""
    found: dict[tuple[Any, ...], Answer] = {}
    for each in answers:
        key = (each.may, *each.sentences)
        if key in found:
            found[key].label = _("%(first)s, %(second)s") % {"first": found[key].label, "second": each.label}
        else:
            found[key] = replace(each)
    return list(found.values())


def answers(actor: Actor, record: Any) -> list[Answer]:
    """For seeing, editing and whatever else may be done with one record, declared actions last."""
    record_type = registry.of(record)
    asked = (policies.SEE, policies.EDIT, policies.TRASH, policies.TRANSFER, policies.SHARE, policies.EXPORT)
    declared = [name for name in record_type.policy.needs if _is_named(actor, record_type, name)]
    return [_answer(actor, record_type, record, action) for action in (*asked, *declared)]


def _is_named(actor: Actor, record_type: RecordType, action: str) -> bool:
    """Whether a role of the member says more of a declared action than what it needs."""
    return any(action in held.written(record_type.name) for held in _roles(actor))


def _roles(actor: Actor) -> list[Held]:
    return [held for key in actor.roles if (held := holding.find(key)) is not None]


def _answer(actor: Actor, record_type: RecordType, record: Any, action: str) -> Answer:
    policy = record_type.policy
    may = policy.allows(actor, action, record)
    found = Answer(action, words.action_words(policy, action), may)
    if may:
        found.sentences = list(_because(actor, record_type, record, action))
    else:
        found.sentences = list(_because_not(actor, record_type, record, action))
    return found


# Why


def _because(actor: Actor, record_type: RecordType, record: Any, action: str) -> Iterator[str]:
    policy = record_type.policy
    reach = policy.reach(actor, action)
    if reach.is_unlimited:
        for held in _roles(actor):
            if Scope.EVERYTHING.word in held.grant(policy, action):
                yield _("As %(role)s: all %(type)s.") % {"role": held.name, "type": record_type.plural}
        return
    row = type(record)._default_manager.filter(pk=record.pk)
    with policies.row_by_row():
        grounds = list(policy.grounds(actor, action, reach, type(record)))
    for ground in grounds:
        if row.filter(ground.condition).exists():
            yield from _told(actor, record_type, record, action, ground)


def _told(actor: Actor, record_type: RecordType, record: Any, action: str, ground: Ground) -> Iterator[str]:
    if ground.kind == "owner":
        yield from _by_owner(actor, record_type, record, action)
    elif ground.kind == "condition":
        yield from _by_condition(actor, record_type, action, ground.of)
    elif ground.kind == "share":
        yield from _by_share(actor, record_type, record)
    elif ground.kind == "rule":
        yield _("The sharing rule “%(name)s” opens it.") % {"name": ground.of.name}
    elif ground.kind == "follows":
        parent = getattr(record, ground.of)
        label = registry.of(parent).singular
        yield _("They see its %(type)s “%(title)s”.") % {"type": label, "title": registry.of(parent).title_of(parent)}
    elif ground.kind == "participant":
        yield _("They take part in it.")
    else:
        yield _("They see one of the %(types)s it belongs to.") % {"types": ground.of.plural}


def _by_owner(actor: Actor, record_type: RecordType, record: Any, action: str) -> Iterator[str]:
    """Which scope of which role reaches the owner."""
    owner = getattr(record, "owner", None)
    if owner is None:
        yield _("It is their own.")
        return
    if owner.pk == actor.member_id:
        yield _("They own it.")
        return
    for held in _roles(actor):
        for part in held.grant(record_type.policy, action):
            scope = rights.SCOPES.get(part) if isinstance(part, str) else None
            if scope and members_within(actor, {scope}).filter(pk=owner.pk).exists():
                yield _by_scope(held, scope, owner)


def _by_scope(held: Held, scope: Scope, owner: Any) -> str:
    about = {"role": held.name, "owner": owner.name, "department": str(getattr(owner, "department", None) or "–")}
    if scope is Scope.SUBORDINATES:
        return _("As %(role)s: its owner %(owner)s reports to them.") % about
    if scope is Scope.DEPARTMENT:
        return _("As %(role)s: its owner %(owner)s is of their department, %(department)s.") % about
    return _("As %(role)s: its owner %(owner)s is of %(department)s, their department or one below.") % about


def _by_condition(actor: Actor, record_type: RecordType, action: str, raw: Any) -> Iterator[str]:
    sentence = conditions.explain(raw, record_type, actor)
    for held in _roles(actor):
        if {"condition": raw} in held.grant(record_type.policy, action):
            yield _("As %(role)s: %(condition)s.") % {"role": held.name, "condition": sentence}


def _by_share(actor: Actor, record_type: RecordType, record: Any) -> Iterator[str]:
    shares = Share.objects.filter(record_type=record_type.name, record_id=record.pk)
    share = shares.filter(member_id=actor.member_id or 0).first()
    if share is None:
        return
    if share.ends_at:
        yield _("It is shared with them until %(day)s.") % {"day": f"{share.last_day:%Y-%m-%d}"}
    else:
        yield _("It is shared with them.")


# Why not


def _because_not(actor: Actor, record_type: RecordType, record: Any, action: str) -> Iterator[str]:
    policy, held = record_type.policy, _roles(actor)
    if not held:
        yield _("They have no role.")
        return
    denying = [role.name for role in held if role.grant(policy, action) == rights.DENY]
    if denying:
        yield _("The role %(roles)s denies it, whatever other roles say.") % {"roles": _(", ").join(denying)}
        return
    for role in held:
        grant = words.grant_words(role.grant(policy, action))
        yield _("As %(role)s they reach: %(grant)s.") % {"role": role.name, "grant": grant}
    if policy.may(actor, action):
        yield from _out_of_reach(record_type, record)
        yield from _broken(record_type, held)


def _out_of_reach(record_type: RecordType, record: Any) -> Iterator[str]:
    owner = getattr(record, "owner", None)
    if owner is not None:
        department = getattr(owner, "department", None)
        about = {"owner": owner.name, "department": str(department or "–")}
        yield _("It belongs to %(owner)s (%(department)s), and it is not shared with them.") % about
    elif record_type.has_owner():
        yield _("It belongs to nobody, and it is not shared with them.")


def _broken(record_type: RecordType, held: list[Held]) -> Iterator[str]:
    count = sum(len(changing.broken_conditions(role, record_type)) for role in held)
    if count:
        yield ngettext(
            "%(count)d condition of their roles grants nothing, because what it names is gone.",
            "%(count)d conditions of their roles grant nothing, because what they name is gone.",
            count,
        ) % {"count": count}
