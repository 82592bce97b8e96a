"""Making, changing and removing sharing rules; each an act that can be undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from zhike.base import events
from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.base.changelog.undoing import ActUndone
from zhike.base.sentences import one_line
from zhike.records import conditions, gate, registry
from zhike.records.conditions import ConditionError
from zhike.records.customising.changing import require_administrator
from zhike.records.fields.references import as_id
from zhike.records.roles import holding, opening
from zhike.records.roles.models import SharingRule

MOST, LONGEST_NAME, MOST_NAMED = 200, 60, 50


def get_rule(rule_id: int) -> SharingRule:
    """Raises `NotVisible`."""
    found = SharingRule.objects.filter(pk=rule_id).first()
    if found is None:
        raise gate.NotVisible
    return found


def add_rule(actor: Actor, raw: Mapping[str, Any]) -> SharingRule:
    """`raw`: name, record_type, condition (JSON), writable, roles (keys), departments and members (ids), is_active.
    Raises `Refused`."""
    require_administrator(actor)
    if SharingRule.objects.count() >= MOST:
        raise gate.Refused({"": [_("At most %(limit)d rules.") % {"limit": MOST}]})
    rule = _told(SharingRule(), raw)
    with _act(actor, "add_sharing_rule", rule.name):
        rule.save(force_insert=True)
    return rule


def revise_rule(actor: Actor, rule: SharingRule, raw: Mapping[str, Any], *, version: int | None = None) -> SharingRule:
    """Raises `Refused`, also when somebody changed it since `version`."""
    require_administrator(actor)
    with _act(actor, "revise_sharing_rule", rule.name):
        locked = SharingRule.objects.select_for_update().get(pk=rule.pk)
        if version is not None and version != locked.version:
            raise gate.Refused({"": [_("Somebody changed this rule in the meantime; open it again.")]})
        made = _told(locked, raw)
        made.save()
    return made


def remove_rule(actor: Actor, rule: SharingRule) -> None:
    require_administrator(actor)
    with _act(actor, "remove_sharing_rule", rule.name):
        rule.delete()


def problem_of(rule: SharingRule) -> str:
    """Why the rule opens nothing any more; "" when it stands."""
    record_type = registry.find(rule.record_type)
    if record_type is None:
        return _("There is no such record type any more.")
    try:
        conditions.parse(rule.condition, record_type)
    except ConditionError as error:
        return str(error)
    return ""


def _told(rule: SharingRule, raw: Mapping[str, Any]) -> SharingRule:
    """The rule with what `raw` says, unsaved. Raises `Refused`."""
    errors: dict[str, list[str]] = {}
    rule.name = one_line(raw.get("name"))
    if not rule.name:
        errors["name"] = [_("Give the rule a name.")]
    elif len(rule.name) > LONGEST_NAME:
        errors["name"] = [_("At most %(limit)d characters.") % {"limit": LONGEST_NAME}]
    record_type = registry.find(str(raw.get("record_type") or ""))
    if record_type is None or not record_type.policy.shared:
        errors["record_type"] = [_("Records of this type cannot be shared.")]
    else:
        rule.record_type = record_type.name
        rule.condition = _condition(record_type, raw.get("condition"), errors)
    rule.writable, rule.is_active = bool(raw.get("writable")), bool(raw.get("is_active"))
    rule.roles = [key for key in _list(raw, "roles") if holding.find(str(key)) is not None]
    members: Any = get_user_model()
    rule.members = _ids(members, _list(raw, "members"))
    rule.departments = _ids(members._meta.get_field("department").related_model, _list(raw, "departments"))
    if not (rule.roles or rule.members or rule.departments):
        errors["roles"] = [_("Say to whom: a role, a department or a member.")]
    if errors:
        raise gate.Refused(errors)
    return rule


def _condition(record_type: Any, raw: Any, errors: dict[str, list[str]]) -> Any:
    """A rule without a condition would open everything by oversight."""
    try:
        if not conditions.parse(raw, record_type) or not raw:
            errors["condition"] = [_("Say which records.")]
    except ConditionError as error:
        errors["condition"] = [str(error)]
    return raw


def _list(raw: Mapping[str, Any], name: str) -> Sequence[Any]:
    value = raw.get(name) or ()
    return value if isinstance(value, list | tuple) else [value]


def _ids(model: Any, raw: Sequence[Any]) -> list[int]:
    wanted = [number for each in raw[:MOST_NAMED] if (number := as_id(each)) is not None]
    return sorted(model._default_manager.filter(pk__in=wanted, trashed_at__isnull=True).values_list("pk", flat=True))


@contextmanager
def _act(actor: Actor, action: str, subject: str) -> Iterator[None]:
    with acts.act(actor, action, subject=subject):
        yield
        opening.kept.forget()


@events.on(ActUndone)
def follow_undo(event: ActUndone) -> None:
    if SharingRule._meta.db_table in event.tables:
        opening.kept.forget()
