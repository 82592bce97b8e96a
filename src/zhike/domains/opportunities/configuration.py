"""Pipelines with their stages, in the configuration file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.base.actors import Actor
from zhike.domains.opportunities.choices import Status
from zhike.domains.opportunities.models import Opportunity, Pipeline, Stage
from zhike.domains.opportunities.services import pipelines, stages
from zhike.records import contributions
from zhike.records.configuration import comparing, names
from zhike.records.configuration.parts import Items, Part, Path
from zhike.records.configuration.shapes import OneOf
from zhike.records.fields.base import TONES

STAGE = {
    "name": str, "outcome": OneOf(Status.values), "probability": int, "colour": OneOf(TONES),
    "stuck_after_days": int, "required_fields": [str], "retired": bool,
}  # fmt: skip
PIPELINE = {"default": bool, "retired": bool, "stages": [STAGE]}


def _rows() -> dict[Path, Pipeline]:
    return names.named_apart(((row.name,), row) for row in Pipeline.objects.all())


def _read() -> Items:
    return {path: {
        "default": row.is_default, "retired": not row.is_active,
        "stages": [_told(stage) for stage in Stage.objects.filter(pipeline=row).order_by("position", "pk")],
    } for path, row in _rows().items()}  # fmt: skip


def _told(stage: Stage) -> dict[str, Any]:
    is_open = stage.outcome == Status.OPEN
    return {
        "name": stage.name, "outcome": "" if is_open else stage.outcome,
        "probability": stage.probability if is_open else None, "colour": stage.colour,
        "stuck_after_days": stage.stuck_after_days, "required_fields": list(stage.required_fields),
        "retired": not stage.is_active,
    }  # fmt: skip


def _merged(path: Path, said: Any, now: Any, remove_missing: bool) -> Any:
    """Stages that stand only here stay; one that is to go is retired where deals stood in it."""
    told, there = said.get("stages") or [], now.get("stages") or []
    if remove_missing:
        kept = {each.get("name") for each in told}
        held = Opportunity._base_manager.filter(stage__pipeline=_rows().get(path)).values_list("stage__name", flat=True)
        used = set(held.order_by().distinct())
        there = [
            each if each["name"] in kept else {**each, "retired": True} for each in there
            if each["name"] in kept or each["name"] in used
        ]  # fmt: skip
    return {**said, "stages": comparing.woven(told, there, "name")}


def _write(actor: Actor, path: Path, said: Mapping[str, Any]) -> None:
    pipeline = _rows().get(path)
    if pipeline is None:
        like = Pipeline.objects.order_by("-is_default", "pk").first()
        pipeline = pipelines.add_pipeline(actor, {"name": path[0], "like": str(like.pk) if like else ""})
    if not said.get("retired") and not pipeline.is_active:
        pipelines.bring_back_pipeline(actor, pipeline)
    _write_stages(actor, pipeline, said.get("stages") or [])
    pipeline.refresh_from_db()
    if said.get("default") and not pipeline.is_default:
        pipelines.make_default(actor, pipeline)
    if said.get("retired") and pipeline.is_active:
        pipelines.retire_pipeline(actor, pipeline, {})


def _write_stages(actor: Actor, pipeline: Pipeline, said: Sequence[Mapping[str, Any]]) -> None:
    """What is there is revised, what is new added; then goes what is not said, and all are put in order."""
    there = {stage.name: stage for stage in Stage.objects.filter(pipeline=pipeline)}
    for each in said:
        name = str(each.get("name") or "")
        if name not in there:
            there[name] = stages.add_stage_to(actor, pipeline, dict(each))
            continue
        if not there[name].is_active and not each.get("retired"):
            stages.bring_back_stage(actor, there[name])
        stages.revise_stage(actor, there[name], {"outcome": Status.OPEN, **each})
    told = {str(each.get("name") or ""): each for each in said}
    for name, stage in there.items():
        if name not in told:
            stages.remove_stage(actor, stage)
        elif told[name].get("retired") and stage.is_active:
            stages.retire_stage(actor, stage)
    stages.order_stages(actor, pipeline, [there[name].pk for name in told])


def _remove(actor: Actor, path: Path) -> None:
    pipelines.retire_pipeline(actor, _called(path), {})


def _called(path: Path) -> Pipeline:
    row = _rows().get(path)
    if row is None:
        raise names.Unnamed(_("There is no %(kind)s “%(name)s” here.") % {"kind": _("pipeline"), "name": path[0]})
    return row


def _order(actor: Actor, path: Path, said: Sequence[str]) -> None:
    pipelines.order_pipelines(actor, [_called((name,)).pk for name in said])


def install() -> None:
    contributions.contribute_configuration(Part(
        "pipelines", gettext_lazy("Pipelines"), 40, 1, PIPELINE, _read, _write, _remove, _order,
        merged=_merged, tables=(Pipeline, Stage), gone=gettext_lazy("retired"),
    ))  # fmt: skip
