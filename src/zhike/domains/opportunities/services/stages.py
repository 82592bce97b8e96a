"""Shaping the stages of a pipeline; each change an act that can be undone.

A pipeline keeps at least one open stage, one that wins and one that loses. A retired stage stays on deals that closed
in it; open ones are moved to another stage in the same act.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Max
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from zhike.base import clock, events
from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.domains.opportunities.choices import Status
from zhike.domains.opportunities.events import StageChanged
from zhike.domains.opportunities.models import Opportunity, Pipeline, Stage
from zhike.records import gate, registry
from zhike.records.customising import meanwhile
from zhike.records.customising.changing import require_administrator
from zhike.records.fields.base import Field
from zhike.records.lists import changing

MOST, LONGEST_STAY = 30, 3_650
NOT_ASKED = frozenset({"stage", "pipeline", "currency"})
"""Fields no stage asks for: they are always there."""
CERTAIN = {Status.WON: 100, Status.LOST: 0}
SEEN = ("name", "colour", "probability", "outcome", "required_fields", "stuck_after_days", "is_active")


def add_stage_to(actor: Actor, pipeline: Pipeline, raw: Mapping[str, Any]) -> Stage:
    """A new stage behind the last one of its outcome. Raises `Refused`."""
    require_administrator(actor)
    if pipeline.stages.count() >= MOST:
        raise gate.Refused({"": [_("At most %(limit)d stages.") % {"limit": MOST}]})
    values = _cleaned(pipeline, None, raw)
    with acts.act(actor, "add_stage", subject=subject_of(pipeline, values["name"])):
        stage: Stage = Stage.objects.create(pipeline=pipeline, **values, position=_last_position(pipeline) + 1)
        same = [each for each in _in_use(pipeline) if each.outcome == stage.outcome and each.pk != stage.pk]
        if same:
            _put_behind(pipeline, stage, same[-1])
        return stage


def revise_stage(actor: Actor, stage: Stage, raw: Mapping[str, Any], *, seen: str = "") -> Stage:
    """Raises `Refused`, or `ChangedMeanwhile` when the stage is not as it was `seen`."""
    require_administrator(actor)
    with acts.act(actor, "revise_stage", subject=subject_of(stage.pipeline, stage.name)):
        locked: Stage = Stage.objects.select_for_update(of=("self",)).get(pk=stage.pk)
        meanwhile.refuse(locked, seen, seen_of(locked), labels(), words)
        changing.write(locked, _cleaned(locked.pipeline, locked, raw))
        refuse_incomplete(locked.pipeline)
        return locked


def order_stages(actor: Actor, pipeline: Pipeline, ids: Sequence[int]) -> None:
    require_administrator(actor)
    with acts.act(actor, "order_stages", subject=pipeline.name):
        changing.place(Stage.objects.filter(pipeline=pipeline), ids)


def retire_stage(actor: Actor, stage: Stage, into: Stage | None = None) -> int:
    """Takes a stage out of use and moves its open deals, those in the trash too, `into` another. Returns how many.
    Raises `Refused`."""
    require_administrator(actor)
    with acts.act(actor, "retire_stage", subject=subject_of(stage.pipeline, stage.name)):
        locked: Stage = Stage.objects.select_for_update(of=("self",)).get(pk=stage.pk)
        changing.write(locked, {"is_active": False})
        refuse_incomplete(locked.pipeline)
        return move_deals(locked, into)


def bring_back_stage(actor: Actor, stage: Stage) -> None:
    require_administrator(actor)
    with acts.act(actor, "bring_back_stage", subject=subject_of(stage.pipeline, stage.name)):
        changing.write(Stage.objects.select_for_update(of=("self",)).get(pk=stage.pk), {"is_active": True})


def remove_stage(actor: Actor, stage: Stage) -> None:
    """Takes a stage away that no deal stands in, nor closed in. Raises `Refused`."""
    require_administrator(actor)
    with acts.act(actor, "remove_stage", subject=subject_of(stage.pipeline, stage.name)):
        if count := Opportunity._base_manager.filter(stage=stage).count():
            raise gate.Refused({"": [_("%(count)s deals stand in this stage: retire it.") % {"count": f"{count:,}"}]})
        Stage.objects.filter(pk=stage.pk).delete()
        refuse_incomplete(stage.pipeline)


def move_deals(stage: Stage, into: Stage | None) -> int:
    """Moves the open deals of a stage, inside the open act: their time in stage begins anew, each move is announced.
    What the new stage requires is asked when the deal is next moved. Raises `Refused` where it needs to be said
    whither."""
    deals = Opportunity._base_manager.filter(stage=stage, status=Status.OPEN).select_for_update(of=("self",))
    ids = list(deals.order_by("pk").values_list("pk", flat=True))
    if not ids:
        return 0
    if into is None or into.pk == stage.pk or not into.is_offered or into.outcome != Status.OPEN:
        raise gate.Refused({f"into-{stage.pk}": [_("Choose the open stage its deals move to.")]})
    Opportunity._base_manager.filter(pk__in=ids).update(
        stage=into, pipeline_id=into.pipeline_id, stage_entered_at=clock.now()
    )
    for number in ids:
        events.announce(StageChanged(number, stage.pk, into.pk))
    return len(ids)


def refuse_incomplete(pipeline: Pipeline) -> None:
    """Raises `Refused` when the pipeline lacks an open stage, one that wins or one that loses."""
    there = {stage.outcome for stage in _in_use(pipeline)}
    for outcome in Status:
        if outcome not in there:
            told = {"pipeline": pipeline.name, "outcome": outcome.label}
            raise gate.Refused({"": [_("“%(pipeline)s” needs at least one stage “%(outcome)s”.") % told]})


def stages_elsewhere(stage: Stage) -> list[Stage]:
    """The open stages deals of this one may move to, those of its own pipeline first."""
    found = Stage.objects.filter(is_active=True, pipeline__is_active=True, outcome=Status.OPEN).exclude(pk=stage.pk)
    return sorted(found, key=lambda each: (each.pipeline_id != stage.pipeline_id, each.pipeline_id, each.position))


def askable_fields() -> dict[str, Field]:
    """The fields a stage may ask for."""
    found = registry.of(Opportunity).editable_fields()
    return {name: field for name, field in found.items() if name not in NOT_ASKED}


def subject_of(pipeline: Pipeline, name: str) -> str:
    return f"{pipeline.name} · {name}"


# What the form says


def _cleaned(pipeline: Pipeline, stage: Stage | None, raw: Mapping[str, Any]) -> dict[str, Any]:
    """`raw`: name, colour, outcome, probability, stuck_after_days, required_fields (a list). Raises `Refused`."""
    errors: dict[str, list[str]] = {}
    values: dict[str, Any] = {}
    try:
        values |= changing.cleaned(Stage.objects.filter(pipeline=pipeline), stage, raw)
    except gate.Refused as refused:
        errors |= refused.errors
    outcome = str(raw.get("outcome") or (stage.outcome if stage else Status.OPEN))
    if outcome not in Status.values:
        errors["outcome"] = [_("Choose what becomes of a deal here.")]
    elif stage is not None and outcome != stage.outcome and Opportunity._base_manager.filter(stage=stage).exists():
        errors["outcome"] = [_("Deals stand in this stage, so its outcome stays; make another stage.")]
    values["outcome"] = outcome
    values["probability"] = CERTAIN.get(Status(outcome)) if outcome in (Status.WON, Status.LOST) else None
    if values["probability"] is None:
        values["probability"] = _number(raw, "probability", 0, 100, errors)
        if values["probability"] is None:
            errors.setdefault("probability", [_("A whole number from 0 to 100 is expected.")])
    values["stuck_after_days"] = None
    if outcome == Status.OPEN:
        values["stuck_after_days"] = _number(raw, "stuck_after_days", 1, LONGEST_STAY, errors)
    values["required_fields"] = _required(stage, raw, errors)
    if errors:
        raise gate.Refused(errors)
    return values


def _number(raw: Mapping[str, Any], name: str, low: int, high: int, errors: dict[str, list[str]]) -> int | None:
    text = str(raw.get(name) if raw.get(name) is not None else "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not low <= int(text[:9]) <= high:
        told = {"low": low, "high": high}
        errors[name] = [_("A whole number from %(low)d to %(high)d is expected.") % told]
        return None
    return int(text)


def _required(stage: Stage | None, raw: Mapping[str, Any], errors: dict[str, list[str]]) -> list[str]:
    """Those that were asked already stay, also while their field is removed."""
    known = {*askable_fields(), *(stage.required_fields if stage else ())}
    wanted = [str(each) for each in raw.get("required_fields") or ()]
    if unknown := [name for name in wanted if name not in known]:
        errors["required_fields"] = [_("There is no field “%(name)s”.") % {"name": unknown[0][:60]}]
    return list(dict.fromkeys(wanted))


# What was seen


def seen_of(stage: Stage) -> dict[str, Any]:
    return {name: getattr(stage, name) for name in SEEN}


def labels() -> dict[str, Any]:
    columns: dict[str, Any] = {column.name: column for column in Stage._meta.concrete_fields}
    return {name: capfirst(columns[name].verbose_name) for name in SEEN}


def words(name: str, value: Any) -> str:
    if name == "outcome":
        return str(Status(value).label)
    if name == "required_fields":
        fields = askable_fields()
        return ", ".join(str(fields[each].label) if each in fields else each for each in value)
    return "" if value is None else changing.words(name, value)


def _in_use(pipeline: Pipeline) -> list[Stage]:
    return list(Stage.objects.filter(pipeline=pipeline, is_active=True).order_by("position", "pk"))


def _last_position(pipeline: Pipeline) -> int:
    return int(pipeline.stages.aggregate(last=Max("position"))["last"] or 0)


def _put_behind(pipeline: Pipeline, stage: Stage, other: Stage) -> None:
    ids = [each.pk for each in _in_use(pipeline) if each.pk != stage.pk]
    ids.insert(ids.index(other.pk) + 1, stage.pk)
    changing.place(Stage.objects.filter(pipeline=pipeline), ids)
