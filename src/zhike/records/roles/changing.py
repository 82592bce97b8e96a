"""Making, naming, widening and narrowing roles; each an act that can be undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from zhike.base import events
from zhike.base.actors import ADMINISTRATOR, Actor
from zhike.base.changelog import acts
from zhike.base.changelog.undoing import ActUndone
from zhike.base.sentences import one_line
from zhike.records import conditions, gate
from zhike.records.conditions import ConditionError
from zhike.records.customising import naming
from zhike.records.customising.changing import require_administrator
from zhike.records.declaration import RecordType
from zhike.records.roles import holding, ready, rights
from zhike.records.roles.holding import Held
from zhike.records.roles.models import Role
from zhike.records.roles.rights import Ability, Scope

MOST = 100
FIXED = gettext_lazy("The administrator’s role stays as it is, so that somebody can always mend things.")
LONGEST_NAME, LONGEST_NOTE, MOST_CONDITIONS = 60, 200, 5


def get_role(key: str) -> Held:
    """Raises `NotVisible`."""
    found = holding.find(key)
    if found is None:
        raise gate.NotVisible
    return found


def holders(key: str) -> Any:
    """The members who have the role and work here."""
    members: Any = get_user_model()
    return members._default_manager.filter(roles__contains=[key], is_active=True, trashed_at__isnull=True)


def make_role(actor: Actor, raw: Mapping[str, Any]) -> Held:
    """A role of the company's own. `raw`: name, name_en, note, and `like`, the role it begins as; a `key`
    where it is to have one of before. Raises `Refused`."""
    require_administrator(actor)
    like = holding.find(str(raw.get("like", "")))
    values = _named(raw, like, None)
    if Role.objects.count() >= MOST:
        raise gate.Refused({"": [_("At most %(limit)d roles.") % {"limit": MOST}]})
    taken = {role.key for role in holding.roles()}
    key = str(raw.get("key") or "")
    if not naming.is_key(key) or key in taken:
        key = naming.unlike(naming.key_of(values["name_en"]) or naming.key_of(values["name"]) or "role", taken)
    with _act(actor, "add_role", values["name"]):
        row = Role(key=key, template=like.template if like else "", abilities=sorted(like.abilities if like else ()))
        if like is not None and like.row is not None:
            row.rights, row.fields = like.row.rights, like.row.fields
        for name, value in values.items():
            setattr(row, name, value)
        row.save(force_insert=True)
    return get_role(key)


def name_role(actor: Actor, held: Held, raw: Mapping[str, Any], *, version: int | None = None) -> None:
    """Another name or note, other abilities. Raises `Refused`."""
    values = _named(raw, held, held)
    with _changing(actor, held, "revise_role", version) as row:
        for name, value in values.items():
            setattr(row, name, value)
        row.abilities = sorted(set(raw.get("abilities", ())) & set(Ability))


def allow(
    actor: Actor, held: Held, record_type: RecordType, raw: Mapping[str, Any], *, version: int | None = None
) -> None:
    """What the role may do with a type from now on. Raises `Refused`.

    `raw`: `rights`, the grant of each action (see `rights.py`), and `fields`, a word of `Access` for each field that
    is narrower than the right to edit.
    """
    errors: dict[str, list[str]] = {}
    granted = _granted(held, record_type, raw.get("rights", {}), errors)
    fields = _fields(record_type, raw.get("fields", {}), errors)
    if errors:
        raise gate.Refused(errors)
    with _changing(actor, held, "allow_role", version) as row:
        row.rights = _with(row.rights, record_type.name, granted)
        row.fields = _with(row.fields, record_type.name, fields)


def reset_role(actor: Actor, held: Held) -> None:
    """A ready role as it came."""
    require_administrator(actor)
    if held.is_changed and held.row is not None:
        with _act(actor, "reset_role", held.name):
            held.row.delete()


def remove_role(actor: Actor, held: Held) -> None:
    """Ends a role of the company's own. Raises `Refused` while somebody has it, and for a ready role."""
    require_administrator(actor)
    if held.is_ready or held.row is None:
        raise gate.Refused({"": [_("A ready role stays; it can be put back as it came.")]})
    count = holders(held.key).count()
    if count:
        sentence = ngettext(
            "%(count)d member has this role: give them another first.",
            "%(count)d members have this role: give them another first.",
            count,
        )
        raise gate.Refused({"": [sentence % {"count": count}]})
    with _act(actor, "remove_role", held.name):
        held.row.delete()


def broken_conditions(held: Held, record_type: RecordType) -> list[str]:
    """Why conditions of the role grant nothing: what they name is gone."""
    found = []
    for grant in held.written(record_type.name).values():
        for part in grant if isinstance(grant, list) else ():
            if isinstance(part, dict):
                try:
                    conditions.parse(part["condition"], record_type)
                except ConditionError as error:
                    found.append(str(error))
    return list(dict.fromkeys(found))


# Checking


def _named(raw: Mapping[str, Any], like: Held | None, held: Held | None) -> dict[str, str]:
    """The words of a role; a ready one keeps its own where nothing is said. Raises `Refused`."""
    values = {name: one_line(raw.get(name)) for name in ("name", "name_en", "note")}
    errors: dict[str, list[str]] = {}
    if not values["name"] and not (held and held.is_ready):
        errors["name"] = [_("Give the role a name.")]
    for name, longest in (("name", LONGEST_NAME), ("name_en", LONGEST_NAME), ("note", LONGEST_NOTE)):
        if len(values[name]) > longest:
            errors[name] = [_("At most %(limit)d characters.") % {"limit": longest}]
    if any(role.name == values["name"] for role in holding.roles() if held is None or role.key != held.key):
        errors["name"] = [_("There is a role “%(name)s” already.") % {"name": values["name"]}]
    if like is None:
        errors["like"] = [_("Choose the role it begins as.")]
    elif held is None and like.key == ADMINISTRATOR:
        errors["like"] = [_("There is one administrator’s role only; begin with another.")]
    if errors:
        raise gate.Refused(errors)
    return values


def _granted(
    held: Held, record_type: RecordType, raw: Mapping[str, Any], errors: dict[str, list[str]]
) -> dict[str, Any]:
    """What differs from what the template declares."""
    found: dict[str, Any] = {}
    policy = record_type.policy
    for action, grant in raw.items():
        if action not in rights.ACTIONS and action not in policy.needs:
            errors[action] = [_("There is no such action.")]
            continue
        checked = _checked(record_type, action, grant, errors)
        if action in policy.needs or checked != held.declared(policy, action):
            found[action] = checked
    return found


def _checked(record_type: RecordType, action: str, grant: Any, errors: dict[str, list[str]]) -> Any:
    if grant == rights.DENY:
        return rights.DENY
    scopes: set[Scope] = set()
    found: list[Any] = []
    for part in grant if isinstance(grant, list) else [None]:
        if isinstance(part, str) and part in rights.SCOPES:
            scopes.add(rights.SCOPES[part])
        elif isinstance(part, dict) and set(part) == {"condition"} and part["condition"]:
            found += _condition(record_type, action, part, errors)
        else:
            errors[action] = [_("A reach is own, subordinates, department, everything or a condition.")]
    if len(found) > MOST_CONDITIONS:
        errors[action] = [_("At most %(limit)d conditions.") % {"limit": MOST_CONDITIONS}]
    return [*(scope.word for scope in sorted(_least(scopes))), *found]


def _condition(
    record_type: RecordType, action: str, part: dict[str, Any], errors: dict[str, list[str]]
) -> list[dict[str, Any]]:
    try:
        conditions.parse(part["condition"], record_type)
    except ConditionError as error:
        errors[action] = [str(error)]
    return [part]


def _least(scopes: set[Scope]) -> set[Scope]:
    """Without those that others contain."""
    if Scope.EVERYTHING in scopes:
        return {Scope.EVERYTHING}
    found = set(scopes)
    if Scope.DEPARTMENT_AND_BELOW in found:
        found.discard(Scope.DEPARTMENT)
    if len(found) > 1:
        found.discard(Scope.OWN)
    return found


def _fields(record_type: RecordType, raw: Mapping[str, Any], errors: dict[str, list[str]]) -> dict[str, str]:
    known = record_type.fields()
    found = {}
    for name, word in raw.items():
        if name not in known or word not in rights.ACCESSES:
            errors[name] = [_("There is no such field.")]
        elif rights.ACCESSES[word] is not rights.Access.EDITABLE:
            found[name] = word
    return found


def _with(kept: Mapping[str, Any], name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    others = {key: each for key, each in kept.items() if key != name}
    return {**others, name: dict(value)} if value else others


# Acts


@contextmanager
def _changing(actor: Actor, held: Held, action: str, version: int | None) -> Iterator[Role]:
    """The row of a role, locked and saved afterwards. Raises `Refused` when somebody changed it since `version`."""
    require_administrator(actor)
    if held.key == ADMINISTRATOR:
        raise gate.Refused({"": [str(FIXED)]})
    with _act(actor, action, held.name):
        row = Role.objects.select_for_update().filter(key=held.key).first()
        if version is not None and version != (row.version if row else 0):
            raise gate.Refused({"": [_("Somebody changed this role in the meantime; open it again.")]})
        row = row or Role(key=held.key, template=held.template)
        yield row
        row.save()


@contextmanager
def _act(actor: Actor, action: str, subject: str) -> Iterator[None]:
    """An act after which this process forgets what it knows; the others do within two seconds."""
    with acts.act(actor, action, subject=subject):
        yield
        holding.kept.forget()


@events.on(ActUndone)
def follow_undo(event: ActUndone) -> None:
    if Role._meta.db_table in event.tables:
        holding.kept.forget()


def templates() -> list[Held]:
    """What a new role may begin as."""
    return [role for role in holding.roles() if role.key != ADMINISTRATOR]


def is_fixed(held: Held) -> bool:
    return held.key == ADMINISTRATOR


def abilities() -> list[tuple[str, str]]:
    return [(Ability.SHARE_VIEWS.value, _("Shares views with everybody"))]


def begins_as(held: Held) -> str:
    """The name of the ready role whose rights hold where this one says nothing."""
    return "" if held.is_ready else str(ready.READY[held.template].name)
