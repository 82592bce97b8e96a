"""How roles read on their pages and in the log of acts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.records import contributions, registry
from zhike.records.contributions import Setting
from zhike.records.fields.base import Field
from zhike.records.roles import rights
from zhike.records.roles.models import Role, SharingRule
from zhike.records.roles.rights import Access, Scope

ACTION_WORDS = {
    rights.SEE: _("See"), rights.CREATE: _("Create"), rights.EDIT: _("Edit"), rights.TRASH: _("Trash"),
    rights.RESTORE: _("Restore"), rights.EXPORT: _("Export"), rights.IMPORT: _("Import"),
    rights.BULK: _("Edit many"), rights.SHARE: _("Share"), rights.TRANSFER: _("Hand over"),
    rights.REVEAL: _("Reveal"),
}  # fmt: skip
SCOPE_WORDS = {
    Scope.OWN: _("Own"), Scope.SUBORDINATES: _("Own and subordinates’"), Scope.DEPARTMENT: _("Own department"),
    Scope.DEPARTMENT_AND_BELOW: _("Department and below"), Scope.EVERYTHING: _("Everything"),
}  # fmt: skip
SCOPE_ICONS = {
    Scope.OWN: "user", Scope.SUBORDINATES: "users", Scope.DEPARTMENT: "building",
    Scope.DEPARTMENT_AND_BELOW: "sitemap", Scope.EVERYTHING: "world",
}  # fmt: skip
ACCESS_WORDS = {
    Access.EDITABLE: _("Editable"), Access.READ_ONLY: _("Read only"), Access.MASKED: _("Masked"),
    Access.HIDDEN: _("Hidden"),
}  # fmt: skip


def action_words(policy: Any, action: str) -> str:
    """The label of an action, declared ones of the type among them."""
    if action in ACTION_WORDS:
        return str(ACTION_WORDS[action])
    declared = registry.get(policy.record_type_name).action(action.removeprefix("do:"))
    return str(declared.label) if declared else action


def grant_words(grant: Any) -> str:
    """A grant in a few words: “Own department, by condition”."""
    if grant == rights.DENY:
        return gettext("Denied")
    told = [str(SCOPE_WORDS[rights.SCOPES[part]]) for part in grant if isinstance(part, str)]
    if any(isinstance(part, dict) for part in grant):
        told.append(gettext("by condition"))
    return gettext(", ").join(told) or gettext("Nothing")


class Grants(Field):
    """What a role may do with one type."""

    def text(self, value: Any) -> str:
        policy = registry.get(self.name).policy
        told = (f"{action_words(policy, action)}: {grant_words(grant)}" for action, grant in (value or {}).items())
        return gettext("; ").join(told)


class Accesses(Field):
    """The fields of one type a role sees less of."""

    def text(self, value: Any) -> str:
        known = registry.get(self.name).fields()
        told = (
            f"{known[name].label if name in known else name}: {ACCESS_WORDS[rights.ACCESSES[word]]}"
            for name, word in (value or {}).items()
        )
        return gettext("; ").join(told)


class ByType(Mapping[str, Field]):
    """One field for each record type there is at the moment."""

    def __init__(self, kind: type[Field], label: Any) -> None:
        self.kind = kind
        self.label = label

    def __getitem__(self, name: str) -> Field:
        record_type = registry.find(name)
        if record_type is None:
            raise KeyError(name)
        return self.kind(name, format_lazy("{} · {}", record_type.plural, self.label))

    def __iter__(self) -> Iterator[str]:
        return iter([record_type.name for record_type in registry.all_types()])

    def __len__(self) -> int:
        return len(registry.all_types())


def install() -> None:
    from zhike.records.roles import changing, configuration, sharing_rules  # noqa: F401

    configuration.install()
    table = Role._meta.db_table
    contributions.name_part(table, _("Role"))
    for action, told in (
        ("add_role", _("added the role")),
        ("revise_role", _("changed the role")),
        ("allow_role", _("changed the rights of the role")),
        ("reset_role", _("put back as it came the role")),
        ("remove_role", _("removed the role")),
        ("add_sharing_rule", _("added the sharing rule")),
        ("revise_sharing_rule", _("changed the sharing rule")),
        ("remove_sharing_rule", _("removed the sharing rule")),
    ):
        contributions.name_act(action, told)
    contributions.name_part(SharingRule._meta.db_table, _("Sharing rule"))
    contributions.describe_inside(table, "rights", ByType(Grants, _("rights")))
    contributions.describe_inside(table, "fields", ByType(Accesses, _("fields")))
    contributions.contribute_setting(
        Setting(
            _("People and access"), _("Roles"), _("What members may see and do, down to the field."),
            "/settings/roles/", "shield-lock", 30,
        )
    )  # fmt: skip
    contributions.contribute_setting(
        Setting(
            _("People and access"), _("Sharing rules"), 
            _("Records opened by condition to roles, departments and members."),
            "/settings/sharing/", "share", 40,
        )
    )  # fmt: skip
