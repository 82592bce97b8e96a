"""Fields that are shown, or required, only for records that satisfy a condition.

Required: a rule like those a company makes, so it holds wherever something is written. Shown: asked while a form is
filled in and when a page is drawn. A condition on a field that is gone hides nothing and asks for nothing.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, override

from zhike.base import actors
from zhike.records import conditions, custom
from zhike.records.conditions.language import Group, Leaf, Node
from zhike.records.conditions.pretending import holding
from zhike.records.declaration import RecordType
from zhike.records.models import CustomField, ValidationRule
from zhike.records.roles import sight

SHOWN, REQUIRED = "shown_when", "required_when"
RULES_BEGIN = 10**9
"""The numbers of these rules, which stand in no table, begin behind those of all others."""


def rules_of(record_type: RecordType) -> list[ValidationRule]:
    """What conditions ask to be filled in."""
    return [
        _rule(row, condition)
        for row in custom.custom_fields_of(record_type.name)
        if (condition := _required_condition(row)) is not None
    ]


def _required_condition(row: CustomField) -> Any:
    """When a field must be filled; a required field that is not always shown must be only where it is."""
    shown, required = row.options.get(SHOWN), row.options.get(REQUIRED)
    if row.required and shown:
        return shown
    if not required:
        return None
    return {"all": [shown, required]} if shown else required


def _rule(row: CustomField, condition: Any) -> ValidationRule:
    with override("zh-hans"):
        chinese = gettext("This field is required.")
    with override("en"):
        english = gettext("This field is required.")
    breaks = {"all": [condition, {"field": row.name, "op": "empty"}]}
    return ValidationRule(
        pk=RULES_BEGIN + row.pk, record_type=row.record_type, name=row.label, condition=breaks, sentence=chinese,
        sentence_en=english, field=row.name,
    )  # fmt: skip


@sight.seeing_all()
def state_of(record_type: RecordType, record: Any) -> tuple[frozenset[str], frozenset[str]]:
    """The names of the fields a record, saved or not, does not show, and of those it must have."""
    asked: dict[str, Any] = {}
    for row in custom.custom_fields_of(record_type.name):
        if row.options.get(SHOWN):
            asked[f"{SHOWN} {row.name}"] = row.options[SHOWN]
        if (required := _required_condition(row)) is not None:
            asked[f"{REQUIRED} {row.name}"] = required
    if not asked:
        return frozenset(), frozenset()
    answers = holding(actors.system("conditions"), record_type, record, asked)
    hidden = {key.split()[1] for key, holds in answers.items() if key.startswith(SHOWN) and holds is False}
    required = {key.split()[1] for key, holds in answers.items() if key.startswith(REQUIRED) and holds}
    return frozenset(hidden), frozenset(required - hidden)


def names_read(record_type: RecordType) -> frozenset[str]:
    """The fields whose value decides about others."""
    found: set[str] = set()
    for row in custom.custom_fields_of(record_type.name):
        for condition in (row.options.get(SHOWN), row.options.get(REQUIRED)):
            if condition:
                found |= _names_in(condition, record_type)
    return frozenset(found)


def _names_in(condition: Any, record_type: RecordType) -> set[str]:
    try:
        return _names_of(conditions.parse(condition, record_type))
    except conditions.ConditionError:
        return set()


def _names_of(node: Node) -> set[str]:
    if isinstance(node, Leaf):
        return {node.steps[0].name if node.steps else node.field.name}
    return {name for part in node.parts for name in _names_of(part)} if isinstance(node, Group) else set()


def problem_of(record_type: RecordType, row: CustomField) -> str:
    """Why a condition of the field rests; "" where none does."""
    for condition in (row.options.get(SHOWN), row.options.get(REQUIRED)):
        if condition:
            try:
                conditions.parse(condition, record_type)
            except conditions.ConditionError as error:
                return str(error.message)
    return ""
