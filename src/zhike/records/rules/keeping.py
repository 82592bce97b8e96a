"""Which records break which rules, asked in the transaction that wrote them and before it ends.

The condition language speaks of rows, so a rule is asked of rows: those just written, in one query for a whole batch.
Whoever wrote takes back what breaks a rule (`gate`, `bulk`, imports). A rule that names a field that is gone forbids
nothing; its page says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BooleanField, Case, Q, Value, When
from django.utils.translation import get_language

from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.base.recent import Recent
from zhike.records import conditional, conditions
from zhike.records.conditions import ConditionError
from zhike.records.declaration import RecordType
from zhike.records.models import ValidationRule
from zhike.records.roles import sight

Sentences = dict[str, list[str]]
"""By the field they stand beside; "" for the record as a whole."""


def _read() -> dict[str, list[ValidationRule]]:
    rules: dict[str, list[ValidationRule]] = defaultdict(list)
    for rule in ValidationRule.objects.filter(is_active=True):
        rules[rule.record_type].append(rule)
    return rules


_kept: Recent[dict[str, list[ValidationRule]]] = Recent(_read)


def rules_of(record_type: RecordType) -> list[ValidationRule]:
    """Those in force, with those fields that are required under a condition stand for; another process's change is
    known after two seconds."""
    return [*_kept.now().get(record_type.name, ()), *conditional.rules_of(record_type)]


def forget_kept() -> None:
    _kept.forget()


def place_of(record_type: RecordType, record: Any) -> Any:
    """The stage a record stands in, as its id; None where the type has no stages."""
    path = record_type.path
    return getattr(record, f"{path}_id", getattr(record, path, None)) if path else None


@sight.seeing_all()
def broken(
    actor: Actor, record_type: RecordType, ids: Collection[int], *, entered: Collection[int] = ()
) -> dict[int, Sentences]:
    """What the records with these ids may not be; `entered` are those that came into their stage just now."""
    found: list[tuple[ValidationRule, Q]] = []
    for rule in rules_of(record_type):
        breaks = _compiled(actor, record_type, rule, entered)
        if breaks is not None:
            found.append((rule, breaks))
    if not found or not ids:
        return {}
    acts.settle()
    rows = record_type.queryset().filter(reduce(or_, (breaks for _rule, breaks in found)), pk__in=ids)
    asked = {
        f"breaks_{rule.pk}": Case(When(breaks, then=Value(True)), default=Value(False), output_field=BooleanField())
        for rule, breaks in found
    }
    told: dict[int, Sentences] = {}
    for number, *answers in rows.order_by("pk").annotate(**asked).values_list("pk", *asked):
        sentences = told.setdefault(number, {})
        for (rule, _breaks), is_broken in zip(found, answers, strict=True):
            if is_broken:
                sentences.setdefault(field_of(record_type, rule), []).append(sentence_of(rule))
    return told


def _compiled(actor: Actor, record_type: RecordType, rule: ValidationRule, entered: Collection[int]) -> Q | None:
    """None for a rule that asks nothing here: of no record that was written, or of a field that is gone."""
    try:
        breaks = conditions.compile_node(conditions.parse(rule.condition, record_type), conditions.context_of(actor))
    except ConditionError:
        return None
    if not breaks:
        return None
    if rule.moment != ValidationRule.Moment.STAGE:
        return breaks
    if not record_type.path or not entered or not rule.stages:
        return None
    return breaks & Q(**{f"{record_type.path}__in": rule.stages}) & Q(pk__in=list(entered))


def field_of(record_type: RecordType, rule: ValidationRule) -> str:
    return rule.field if rule.field and record_type.field(rule.field) else ""


def sentence_of(rule: ValidationRule) -> str:
    english = (get_language() or "").startswith("en") and rule.sentence_en
    return str(english or rule.sentence)


def problem_of(actor: Actor, record_type: RecordType, rule: ValidationRule) -> str:
    """Why a rule rests although it is in force; "" where it does not."""
    try:
        conditions.filtered(record_type.queryset(), rule.condition, record_type, actor)
    except ConditionError as error:
        return str(error.message)
    return ""
