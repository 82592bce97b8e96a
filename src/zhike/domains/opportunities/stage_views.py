"""The stages of a pipeline: a stage in the drawer, its retirement, their order."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zhike.base.actors import Door
from zhike.base.changelog import acts
from zhike.domains.opportunities import pipeline_views as shared
from zhike.domains.opportunities.choices import Status
from zhike.domains.opportunities.models import Opportunity, Pipeline, Stage
from zhike.domains.opportunities.services import stages
from zhike.records import gate
from zhike.records.customising import meanwhile
from zhike.records.customising.changing import require_administrator
from zhike.records.lists import changing
from zhike.records.pages import answering, finishing


def _url(pipeline: Pipeline) -> str:
    return f"{shared.BASE}{pipeline.pk}/"


def get_stage(pipeline_id: int, stage_id: int) -> Stage:
    """Raises `NotVisible`."""
    found: Stage | None = Stage.objects.filter(pk=stage_id, pipeline_id=pipeline_id).first()
    if found is None:
        raise gate.NotVisible
    return found


@require_http_methods(["GET", "POST"])
@answering.for_members
def new(request: Any, pipeline_id: int) -> HttpResponse:
    require_administrator(request.actor)
    pipeline = shared.get_pipeline(pipeline_id)
    if request.method == "GET":
        return _form(request, pipeline, None, {"outcome": "open", "colour": "a", "required_fields": []})
    raw, actor = _asked(request.POST), request.actor.through(Door.FORM)
    try:
        with acts.act(actor, "add_stage", subject=stages.subject_of(pipeline, str(raw["name"]))) as change_set:
            stage = stages.add_stage_to(actor, pipeline, raw)
    except gate.Refused as refused:
        return _form(request, pipeline, None, raw, refused.errors, status=422)
    message = _("The stage “%(name)s” was added.") % {"name": stage.name}
    return finishing.finished(request, message, undo=change_set, url=_url(pipeline))


@require_http_methods(["GET", "POST", "DELETE"])
@answering.for_members
def stage(request: Any, pipeline_id: int, stage_id: int) -> HttpResponse:
    """GET its form, POST changes it, DELETE removes one no deal stands in."""
    require_administrator(request.actor)
    row, actor = get_stage(pipeline_id, stage_id), request.actor.through(Door.FORM)
    if request.method == "GET":
        return _form(request, row.pipeline, row, stages.seen_of(row))
    subject = stages.subject_of(row.pipeline, row.name)
    if request.method == "DELETE":
        try:
            with acts.act(actor, "remove_stage", subject=subject) as change_set:
                stages.remove_stage(actor, row)
        except gate.Refused as refused:
            return answering.refuse(request, 422, shared.sentences(refused))
        message = _("The stage “%(name)s” was removed.") % {"name": row.name}
        return finishing.finished(request, message, undo=change_set, url=_url(row.pipeline))
    raw = _asked(request.POST)
    try:
        with acts.act(actor, "revise_stage", subject=subject) as change_set:
            stages.revise_stage(actor, row, raw, seen=request.POST.get("seen", ""))
    except gate.Refused as refused:
        return _form(request, row.pipeline, row, raw, refused.errors, status=422)
    except meanwhile.ChangedMeanwhile as changed:
        return _form(request, row.pipeline, get_stage(pipeline_id, stage_id), raw, meant=changed, status=409)
    message = _("The stage “%(name)s” is saved.") % {"name": raw["name"]}
    return finishing.finished(request, message, undo=change_set, url=_url(row.pipeline))


@require_http_methods(["GET", "POST", "DELETE"])
@answering.for_members
def retirement(request: Any, pipeline_id: int, stage_id: int) -> HttpResponse:
    """GET asks where its open deals go, POST retires it, DELETE brings it back."""
    require_administrator(request.actor)
    row, actor = get_stage(pipeline_id, stage_id), request.actor.through(Door.FORM)
    subject = stages.subject_of(row.pipeline, row.name)
    if request.method == "GET":
        return _retirement_form(request, row)
    if request.method == "DELETE":
        with acts.act(actor, "bring_back_stage", subject=subject) as change_set:
            stages.bring_back_stage(actor, row)
        message = _("The stage “%(name)s” is in use again.") % {"name": row.name}
        return finishing.finished(request, message, undo=change_set, url=_url(row.pipeline), refresh=True)
    try:
        with acts.act(actor, "retire_stage", subject=subject) as change_set:
            moved = stages.retire_stage(actor, row, shared.asked_stages(request.POST).get(row.pk))
    except gate.Refused as refused:
        return _retirement_form(request, row, refused.errors, status=422)
    return finishing.finished(request, shared.retired_words(row.name, moved), undo=change_set, url=_url(row.pipeline))


@require_POST
@answering.for_members
def order(request: Any, pipeline_id: int) -> HttpResponse:
    require_administrator(request.actor)
    pipeline, actor = shared.get_pipeline(pipeline_id), request.actor.through(Door.FORM)
    with acts.act(actor, "order_stages", subject=pipeline.name) as change_set:
        stages.order_stages(actor, pipeline, shared.asked_ids(request.POST))
    return finishing.finished(
        request, _("The order is saved."), undo=change_set, url=_url(pipeline), refresh=True
    )  # fmt: skip


def _asked(posted: Any) -> dict[str, Any]:
    raw = {name: posted.get(name, "") for name in ("name", "colour", "outcome", "probability", "stuck_after_days")}
    return raw | {"required_fields": posted.getlist("required_fields")}


def _form(
    request: Any, pipeline: Pipeline, row: Stage | None, raw: Any, errors: Any = None, *, meant: Any = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    kept = "" if meant else request.POST.get("seen", "")
    fields, chosen = stages.askable_fields(), list(raw["required_fields"])
    holds_deals = row is not None and Opportunity._base_manager.filter(stage=row).exists()
    context = {
        "pipeline": pipeline, "row": row, "raw": raw, "errors": errors or {}, "meant": meant,
        "other_errors": (errors or {}).get("", []), "holds_deals": holds_deals, "back": _url(pipeline),
        "url": f"{_url(pipeline)}stages/{row.pk if row else 'new'}/", "tones": changing.TONE_WORDS,
        "outcomes": Status.choices, "seen": (kept or meanwhile.written(stages.seen_of(row))) if row else "",
        "asked": [(name, field.label, name in chosen) for name, field in fields.items()],
        "gone": [name for name in chosen if name not in fields], "has_probability": raw.get("outcome") == Status.OPEN,
    }  # fmt: skip
    return shared.drawer(request, "stage_form", context, status=status)


def _retirement_form(request: Any, row: Stage, errors: Any = None, *, status: int = 200) -> HttpResponse:
    held = [row] if shared.open_deals("stage")[row.pk] else []
    context = {
        "name": row.name, "url": f"{_url(row.pipeline)}stages/{row.pk}/retirement/", "back": _url(row.pipeline),
        "errors": errors or {}, "other_errors": (errors or {}).get("", []),
        "questions": shared.questions(held, request.POST, errors or {}),
    }  # fmt: skip
    return shared.drawer(request, "retirement", context, status=status)
