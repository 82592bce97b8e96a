"""Shaping the pipelines themselves: made from another's stages, renamed, ordered, chosen as the default, retired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Max
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.domains.opportunities.choices import Status
from zhike.domains.opportunities.models import Opportunity, Pipeline, Stage
from zhike.domains.opportunities.services import stages
from zhike.records import gate
from zhike.records.customising import meanwhile
from zhike.records.customising.changing import require_administrator
from zhike.records.fields.references import as_id
from zhike.records.lists import changing

MOST = 50
SEEN = ("name", "is_default", "is_active")
COPIED = ("name", "colour", "probability", "outcome", "required_fields", "stuck_after_days", "position")


def add_pipeline(actor: Actor, raw: Mapping[str, Any]) -> Pipeline:
    """A new one with the stages of another. `raw`: name, like (the id of that other). Raises `Refused`."""
    require_administrator(actor)
    if Pipeline.objects.count() >= MOST:
        raise gate.Refused({"": [_("At most %(limit)d pipelines.") % {"limit": MOST}]})
    values = changing.cleaned(Pipeline.objects.all(), None, {"name": raw.get("name")})
    number = as_id(str(raw.get("like") or ""))
    like = Pipeline.objects.filter(pk=number).first() if number else None
    if like is None:
        raise gate.Refused({"like": [_("Choose the pipeline whose stages it begins with.")]})
    with acts.act(actor, "add_pipeline", subject=values["name"]):
        last = Pipeline.objects.aggregate(last=Max("position"))["last"] or 0
        pipeline: Pipeline = Pipeline.objects.create(**values, position=last + 1)
        for stage in like.stages.filter(is_active=True):
            Stage.objects.create(pipeline=pipeline, **{name: getattr(stage, name) for name in COPIED})
        stages.refuse_incomplete(pipeline)
        return pipeline


def revise_pipeline(actor: Actor, pipeline: Pipeline, raw: Mapping[str, Any], *, seen: str = "") -> Pipeline:
    """Renames it. Raises `Refused`, or `ChangedMeanwhile` when it is not as it was `seen`."""
    require_administrator(actor)
    with acts.act(actor, "revise_pipeline", subject=pipeline.name):
        locked: Pipeline = Pipeline.objects.select_for_update().get(pk=pipeline.pk)
        meanwhile.refuse(locked, seen, seen_of(locked), labels(), changing.words)
        changing.write(locked, {"name": changing.cleaned(Pipeline.objects.all(), locked, raw)["name"]})
        return locked


def order_pipelines(actor: Actor, ids: Sequence[int]) -> None:
    require_administrator(actor)
    with acts.act(actor, "order_pipelines", subject=str(capfirst(Pipeline._meta.verbose_name_plural))):
        changing.place(Pipeline.objects.all(), ids)


def make_default(actor: Actor, pipeline: Pipeline) -> None:
    """New deals begin in it, unless another is chosen. Raises `Refused` for a retired one."""
    require_administrator(actor)
    if not pipeline.is_active:
        raise gate.Refused({"": [_("“%(name)s” is not in use any more.") % {"name": pipeline.name}]})
    with acts.act(actor, "choose_pipeline", subject=pipeline.name):
        for each in Pipeline.objects.select_for_update():
            changing.write(each, {"is_default": each.pk == pipeline.pk})


def retire_pipeline(actor: Actor, pipeline: Pipeline, into: Mapping[int, Stage]) -> int:
    """Takes a pipeline out of use; `into` says by stage where its open deals move. Returns how many moved. Raises
    `Refused`: also for the default one, and while deals have nowhere to go."""
    require_administrator(actor)
    with acts.act(actor, "retire_pipeline", subject=pipeline.name):
        locked: Pipeline = Pipeline.objects.select_for_update().get(pk=pipeline.pk)
        if locked.is_default:
            raise gate.Refused({"": [_("This is the default pipeline; choose another as default first.")]})
        changing.write(locked, {"is_active": False})
        if not Pipeline.objects.filter(is_active=True).exists():
            raise gate.Refused({"": [_("One pipeline has to stay in use.")]})
        moved = 0
        errors: dict[str, list[str]] = {}
        for stage in stages_with_open_deals(locked):
            try:
                moved += stages.move_deals(stage, _fresh(into.get(stage.pk)))
            except gate.Refused as refused:
                errors |= refused.errors
        if errors:
            raise gate.Refused(errors)
        return moved


def _fresh(stage: Stage | None) -> Stage | None:
    """The stage as it stands now: that of a pipeline being retired takes no deals."""
    return Stage.objects.filter(pk=stage.pk).first() if stage else None


def bring_back_pipeline(actor: Actor, pipeline: Pipeline) -> None:
    require_administrator(actor)
    with acts.act(actor, "bring_back_pipeline", subject=pipeline.name):
        changing.write(Pipeline.objects.select_for_update().get(pk=pipeline.pk), {"is_active": True})
        stages.refuse_incomplete(pipeline)


def stages_with_open_deals(pipeline: Pipeline) -> list[Stage]:
    holding = Opportunity._base_manager.filter(pipeline=pipeline, status=Status.OPEN).order_by().values("stage")
    return list(Stage.objects.filter(pk__in=holding).order_by("position", "pk"))


def seen_of(pipeline: Pipeline) -> dict[str, Any]:
    return {name: getattr(pipeline, name) for name in SEEN}


def labels() -> dict[str, Any]:
    columns: dict[str, Any] = {column.name: column for column in Pipeline._meta.concrete_fields}
    return {name: capfirst(columns[name].verbose_name) for name in SEEN}
