"""Roles and sharing rules, in the configuration file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.base.actors import ADMINISTRATOR, Actor
from zhike.records import contributions, gate, registry
from zhike.records.configuration import names
from zhike.records.configuration.parts import Items, Part, Path
from zhike.records.configuration.shapes import ANYTHING, CONDITION, Each, OneOf
from zhike.records.declaration import RecordType
from zhike.records.roles import changing, holding, ready, rights, sharing_rules
from zhike.records.roles.holding import Held
from zhike.records.roles.models import Role, SharingRule
from zhike.records.roles.rights import Ability

ROLE = {
    "name": str, "name_en": str, "note": str, "begins_as": OneOf(ready.READY), "shares_views": OneOf(("yes", "no")),
    "rights": Each(Each(ANYTHING)), "fields": Each(Each(OneOf(rights.ACCESSES))),
}  # fmt: skip

SHARING_RULE = {
    "condition": CONDITION, "roles": [str], "departments": [ANYTHING], "members": [ANYTHING], "may_edit": bool,
    "off": bool,
}  # fmt: skip


def _read_roles() -> Items:
    told = ((held.key, _told(held)) for held in holding.roles() if held.row is not None)
    return {(key,): said for key, said in told if said}


def _told(held: Held) -> dict[str, Any]:
    """What the company wrote; nothing for a ready role that was changed back."""
    assert held.row is not None
    said: dict[str, Any] = {name: getattr(held.row, name) for name in ("name", "name_en", "note")}
    if not held.is_ready:
        said["begins_as"] = held.template
    if held.abilities != ready.READY[held.template].abilities:
        said["shares_views"] = "yes" if Ability.SHARE_VIEWS in held.abilities else "no"
    granted = ((name, _told_rights(held, name)) for name in sorted(held.row.rights))
    fields = ((name, dict(sorted(each.items()))) for name, each in sorted(held.row.fields.items()))
    said["rights"] = {name: each for name, each in granted if each}
    said["fields"] = {name: each for name, each in fields if each and registry.find(name) is not None}
    return {name: value for name, value in said.items() if value not in ("", {}, None)}


def _told_rights(held: Held, type_name: str) -> dict[str, Any]:
    """The grants that differ from those of the ready role, as acts write them; of a type that is there."""
    record_type = registry.find(type_name)
    if record_type is None:
        return {}
    policy, written = record_type.policy, held.written(type_name)
    own = {
        action: grant for action, grant in sorted(written.items())
        if action in policy.needs or grant != held.declared(policy, action)
    }  # fmt: skip
    return {action: _granted(grant, record_type, names.told) for action, grant in own.items()}


def _granted(grant: Any, record_type: RecordType, turn: Any) -> Any:
    if not isinstance(grant, list):
        return grant
    return [
        {**part, "condition": turn(part["condition"], record_type)} if isinstance(part, dict) and "condition" in part
        else part
        for part in grant
    ]  # fmt: skip


def _write_role(actor: Actor, path: Path, said: Mapping[str, Any]) -> None:
    key = path[0]
    held = holding.find(key)
    words = {name: said.get(name) for name in ("name", "name_en", "note")}
    if held is None:
        held = changing.make_role(actor, words | {"like": said.get("begins_as"), "key": key})
        if held.key != key:
            raise gate.Refused({"": [_("“%(key)s” cannot be the key of a role.") % {"key": key}]})
    if not held.is_ready and said.get("begins_as") != held.template:
        raise gate.Refused({"begins_as": [_("A role goes on as it began: “%(role)s”.") % {"role": held.template}]})
    if key == ADMINISTRATOR:
        raise gate.Refused({"": [str(changing.FIXED)]})
    changing.name_role(actor, held, words | {"abilities": _abilities(held, said)})
    granted, fields = said.get("rights") or {}, said.get("fields") or {}
    written = held.row.rights | held.row.fields if held.row is not None else {}
    for name in sorted({*granted, *fields, *written}):
        _allow(actor, changing.get_role(key), name, granted.get(name) or {}, fields.get(name) or {})


def _abilities(held: Held, said: Mapping[str, Any]) -> list[str]:
    if "shares_views" in said:
        return [Ability.SHARE_VIEWS.value] if said["shares_views"] == "yes" else []
    return sorted(ready.READY[held.template].abilities)


def _allow(actor: Actor, held: Held, type_name: str, granted: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    record_type = registry.find(type_name)
    if record_type is None:
        if granted or fields:
            names.type_called(type_name)
        return
    meant = {action: _granted(grant, record_type, names.meant) for action, grant in granted.items()}
    try:
        changing.allow(actor, held, record_type, {"rights": meant, "fields": fields})
    except gate.Refused as refused:
        told = {
            f"{'rights' if name in granted else 'fields'}.{type_name}.{name}": each
            for name, each in refused.errors.items()
        }
        raise gate.Refused(told) from refused


def _remove_role(actor: Actor, path: Path) -> None:
    held = changing.get_role(path[0])
    if held.is_ready:
        changing.reset_role(actor, held)
    else:
        changing.remove_role(actor, held)


# Sharing rules


def _rule_rows() -> dict[Path, SharingRule]:
    rows = SharingRule.objects.all()
    return names.named_apart(
        ((row.record_type, row.name), row) for row in rows if registry.find(row.record_type) is not None
    )


def _read_rules() -> Items:
    return {path: _told_rule(row, registry.get(row.record_type)) for path, row in _rule_rows().items()}


def _told_rule(row: SharingRule, record_type: RecordType) -> dict[str, Any]:
    departments = (names.name_of(names.departments(), number) for number in row.departments)
    members = (names.name_of(get_user_model(), number) for number in row.members)
    return {
        "condition": names.told(row.condition, record_type), "roles": sorted(row.roles),
        "departments": sorted(departments, key=str), "members": sorted(members, key=str),
        "may_edit": row.writable, "off": not row.is_active,
    }  # fmt: skip


def _write_rule(actor: Actor, path: Path, said: Mapping[str, Any]) -> None:
    record_type = names.type_called(path[0])
    for key in said.get("roles") or ():
        role_called(key)
    raw = {
        "name": path[1], "record_type": path[0], "writable": said.get("may_edit"), "is_active": not said.get("off"),
        "condition": names.meant(said.get("condition") or {}, record_type), "roles": said.get("roles"),
        "departments": [names.number_of(names.departments(), each) for each in said.get("departments") or ()],
        "members": [names.number_of(get_user_model(), each) for each in said.get("members") or ()],
    }  # fmt: skip
    row = _rule_rows().get(path)
    if row is None:
        sharing_rules.add_rule(actor, raw)
    else:
        sharing_rules.revise_rule(actor, row, raw)


def _remove_rule(actor: Actor, path: Path) -> None:
    row = _rule_rows().get(path)
    if row is None:
        raise gate.NotVisible
    sharing_rules.remove_rule(actor, row)


def role_called(key: str) -> Held:
    """Raises `Unnamed`."""
    held = holding.find(key)
    if held is None:
        raise names.Unnamed(_("There is no role “%(name)s” here.") % {"name": key})
    return held


def _heard_rule(said: Any) -> Any:
    """The order of those it opens for means nothing."""
    lists = ("roles", "departments", "members")
    return {name: sorted(value, key=str) if name in lists and value else value for name, value in said.items()}


def install() -> None:
    contributions.contribute_configuration(Part(
        "roles", gettext_lazy("Roles"), 50, 1, ROLE, _read_roles, _write_role, _remove_role,
        tables=(Role,), gone=gettext_lazy("a ready role goes back to how it came"),
    ))  # fmt: skip
    contributions.contribute_configuration(Part(
        "sharing_rules", gettext_lazy("Sharing rules"), 55, 2, SHARING_RULE, _read_rules, _write_rule, _remove_rule,
        heard=_heard_rule, tables=(SharingRule,),
    ))  # fmt: skip
