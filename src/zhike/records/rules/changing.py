"""Making, changing and lifting rules; each an act that can be undone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.base import events
from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.base.changelog.undoing import ActUndone
from zhike.base.sentences import one_line
from zhike.records import conditions, gate, registry
from zhike.records.conditions import ConditionError
from zhike.records.customising import meanwhile
from zhike.records.customising.changing import require_administrator
from zhike.records.declaration import RecordType
from zhike.records.fields.choices import Choice, Option
from zhike.records.models import ValidationRule
from zhike.records.rules import keeping

MOST, LONGEST_NAME, LONGEST_SENTENCE = 100, 60, 200
LABELS = {
    "name": gettext_lazy("Name"), "condition": gettext_lazy("Condition"), "sentence": gettext_lazy("Sentence"),
    "sentence_en": gettext_lazy("English sentence"), "field": gettext_lazy("Told at"),
    "moment": gettext_lazy("Moment"), "stages": gettext_lazy("Stages"), "is_active": gettext_lazy("In force"),
}  # fmt: skip
Moment = ValidationRule.Moment


def get_rule(rule_id: int) -> ValidationRule:
    """Raises `NotVisible`."""
    found: ValidationRule | None = ValidationRule.objects.filter(pk=rule_id).first()
    if found is None or registry.find(found.record_type) is None:
        raise gate.NotVisible
    return found


def add_rule(actor: Actor, record_type: RecordType, raw: Mapping[str, Any]) -> ValidationRule:
    """`raw`: name, condition, sentence, sentence_en, field, moment, stages (ids), is_active. Raises `Refused`."""
    require_administrator(actor)
    if ValidationRule.objects.filter(record_type=record_type.name).count() >= MOST:
        raise gate.Refused({"": [_("At most %(limit)d rules.") % {"limit": MOST}]})
    values = _cleaned(actor, record_type, None, raw)
    with _act(actor, "add_rule", record_type.name, values["name"]):
        return ValidationRule.objects.create(record_type=record_type.name, **values)


def revise_rule(actor: Actor, rule: ValidationRule, raw: Mapping[str, Any], *, seen: str = "") -> ValidationRule:
    """Raises `Refused`, or `ChangedMeanwhile` when the rule is not as it was `seen`."""
    require_administrator(actor)
    record_type = registry.get(rule.record_type)
    with _act(actor, "revise_rule", rule.record_type, rule.name):
        locked = ValidationRule.objects.select_for_update().get(pk=rule.pk)
        meanwhile.refuse(locked, seen, seen_of(locked), LABELS, lambda name, value: words(record_type, name, value))
        values = _cleaned(actor, record_type, locked, raw)
        changed = [name for name, value in values.items() if getattr(locked, name) != value]
        for name in changed:
            setattr(locked, name, values[name])
        if changed:
            locked.save(update_fields=changed)
    return locked


def remove_rule(actor: Actor, rule: ValidationRule) -> None:
    require_administrator(actor)
    with _act(actor, "remove_rule", rule.record_type, rule.name):
        ValidationRule.objects.filter(pk=rule.pk).delete()


# What was said


def _cleaned(
    actor: Actor, record_type: RecordType, rule: ValidationRule | None, raw: Mapping[str, Any]
) -> dict[str, Any]:
    errors: dict[str, list[str]] = {}
    values: dict[str, Any] = {
        "name": _words(raw, "name", LONGEST_NAME, errors, _("Give the rule a name.")),
        "sentence": _words(raw, "sentence", LONGEST_SENTENCE, errors, _("Say what is told to whoever breaks it.")),
        "sentence_en": _words(raw, "sentence_en", LONGEST_SENTENCE, errors),
        "field": str(raw.get("field") or ""), "moment": str(raw.get("moment") or Moment.SAVE), "stages": [],
        "is_active": bool(raw.get("is_active", True)),
    }  # fmt: skip
    values["condition"] = _condition(actor, record_type, raw.get("condition"), errors)
    twins = ValidationRule.objects.filter(record_type=record_type.name, name__iexact=values["name"])
    if rule is not None:
        twins = twins.exclude(pk=rule.pk)
    if values["name"] and twins.exists():
        errors["name"] = [_("“%(name)s” is there already.") % {"name": values["name"]}]
    if values["field"] and record_type.field(values["field"]) is None:
        errors["field"] = [_("There is no such field.")]
    if values["moment"] not in Moment.values or (values["moment"] == Moment.STAGE and not stages_of(record_type)):
        errors["moment"] = [_("Choose when the rule is asked.")]
    elif values["moment"] == Moment.STAGE:
        values["stages"] = _stages(record_type, raw, errors)
    if errors:
        raise gate.Refused(errors)
    return values


def _words(raw: Mapping[str, Any], name: str, longest: int, errors: dict[str, list[str]], missing: str = "") -> str:
    found = one_line(raw.get(name))
    if not found and missing:
        errors[name] = [missing]
    elif len(found) > longest:
        errors[name] = [_("At most %(limit)d characters.") % {"limit": longest}]
    return found


def _condition(actor: Actor, record_type: RecordType, raw: Any, errors: dict[str, list[str]]) -> Any:
    """A condition that chooses something: one that says nothing would forbid every record."""
    try:
        condition = json.loads(raw) if isinstance(raw, str) and raw else raw or {}
        node = conditions.parse(condition, record_type)
        if not conditions.compile_node(node, conditions.context_of(actor)):
            errors["condition"] = [_("Say which records break the rule.")]
        return condition
    except (ValueError, RecursionError):
        errors["condition"] = [_("A condition is an object.")]
    except ConditionError as error:
        errors["condition"] = [str(error.message)]
    return {}


def stages_of(record_type: RecordType) -> dict[str, str]:
    """The stages records of the type may enter: what a form sends, and its words."""
    field = record_type.field(record_type.path) if record_type.path else None
    if isinstance(field, Option):
        retired = {str(row.pk) for row in field.rows() if not row.is_offered}
    else:
        retired = field.retired() if isinstance(field, Choice) else set()
    return {key: label for key, label in (field.choices() if field else ()) if key not in retired}


def _stages(record_type: RecordType, raw: Mapping[str, Any], errors: dict[str, list[str]]) -> list[str]:
    """As a form sends them."""
    known = stages_of(record_type)
    wanted = list(dict.fromkeys(str(each) for each in raw.get("stages") or ()))
    if not wanted or any(key not in known for key in wanted):
        errors["stages"] = [_("Choose the stages at whose entry it is asked.")]
    return wanted


# What was seen


def seen_of(rule: ValidationRule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in LABELS}


def words(record_type: RecordType, name: str, value: Any) -> str:
    """What a part of a rule says."""
    if name == "condition":
        try:
            return conditions.explain(value, record_type)
        except ConditionError as error:
            return str(error.message)
    if name == "field":
        field = record_type.field(value) if value else None
        return str(field.label) if field else str(value or _("The record"))
    if name == "stages":
        known = stages_of(record_type)
        return str(_(", ")).join(known.get(str(key), str(key)) for key in value or ())
    if name == "moment":
        return str(Moment(value).label)
    return str((_("Yes") if value else _("No")) if isinstance(value, bool) else value or "")


@contextmanager
def _act(actor: Actor, action: str, record_type: str, subject: str) -> Iterator[None]:
    with acts.act(actor, action, record_type=record_type, subject=subject):
        yield
        keeping.forget_kept()


@events.on(ActUndone)
def follow_undo(event: ActUndone) -> None:
    if ValidationRule._meta.db_table in event.tables:
        keeping.forget_kept()
