"""The pages of pipelines: all of them, one with its stages, a pipeline in the drawer."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhike.base.actors import Door
from zhike.base.changelog import acts
from zhike.domains.opportunities.choices import Status
from zhike.domains.opportunities.models import Opportunity, Pipeline, Stage
from zhike.domains.opportunities.services import pipelines, stages
from zhike.records import gate
from zhike.records.customising import meanwhile
from zhike.records.customising.changing import require_administrator
from zhike.records.fields.base import TONES
from zhike.records.fields.references import as_id
from zhike.records.pages import answering, finishing

BASE = "/settings/pipelines/"


@require_safe
@answering.for_members
def all_pipelines(request: Any) -> HttpResponse:
    require_administrator(request.actor)
    found = list(Pipeline.objects.prefetch_related("stages"))
    counts = open_deals("pipeline")
    lines: list[dict[str, Any]] = [{"row": row, "stages": _chips(row), "count": counts[row.pk]} for row in found]
    context = {
        "used": [line for line in lines if line["row"].is_active],
        "retired": [line for line in lines if not line["row"].is_active], "base": BASE,
    }  # fmt: skip
    template = "opportunities/_pipelines.html" if request.htmx else "opportunities/pipelines.html"
    return render(request, template, context)


def _chips(pipeline: Pipeline) -> list[tuple[str, str]]:
    in_use = sorted((each for each in pipeline.stages.all() if each.is_active), key=lambda each: each.position)
    return [(each.name, TONES.get(each.colour, "")) for each in in_use]


def open_deals(by: str) -> Counter[int]:
    """How many open deals stand in each pipeline or stage, those in the trash too: they move along."""
    rows = Opportunity._base_manager.filter(status=Status.OPEN, **{f"{by}__isnull": False}).order_by()
    return Counter(dict(rows.values_list(by).annotate(count=Count("pk"))))


@require_safe
@answering.for_members
def show(request: Any, pipeline_id: int) -> HttpResponse:
    require_administrator(request.actor)
    pipeline = get_pipeline(pipeline_id)
    rows = list(Stage.objects.filter(pipeline=pipeline).order_by("position", "pk"))
    fields, counts = stages.askable_fields(), open_deals("stage")
    lines = [_line(row, fields, counts) for row in rows]
    context = {
        "pipeline": pipeline, "url": f"{BASE}{pipeline.pk}/", "base": BASE,
        "used": [line for line in lines if line["row"].is_active],
        "retired": [line for line in lines if not line["row"].is_active],
    }  # fmt: skip
    template = "opportunities/_pipeline.html" if request.htmx else "opportunities/pipeline.html"
    return render(request, template, context)


def _line(row: Stage, fields: Any, counts: Counter[int]) -> dict[str, Any]:
    return {
        "row": row, "tone": TONES.get(row.colour, ""), "count": counts[row.pk],
        "asked": [str(fields[name].label) for name in row.required_fields if name in fields],
        "gone": [name for name in row.required_fields if name not in fields],
    }  # fmt: skip


def get_pipeline(pipeline_id: int) -> Pipeline:
    """Raises `NotVisible`."""
    found: Pipeline | None = Pipeline.objects.filter(pk=pipeline_id).first()
    if found is None:
        raise gate.NotVisible
    return found


# Changing


@require_http_methods(["GET", "POST"])
@answering.for_members
def new(request: Any) -> HttpResponse:
    require_administrator(request.actor)
    if request.method == "GET":
        default = Pipeline.objects.order_by("-is_default", "-is_active", "position").first()
        return _form(request, None, {"like": str(default.pk) if default else ""})
    actor = request.actor.through(Door.FORM)
    try:
        with acts.act(actor, "add_pipeline", subject=request.POST.get("name", "")) as change_set:
            pipeline = pipelines.add_pipeline(actor, request.POST)
    except gate.Refused as refused:
        return _form(request, None, request.POST, refused.errors, status=422)
    message = _("The pipeline “%(name)s” was made.") % {"name": pipeline.name}
    return finishing.led_on(request, f"{BASE}{pipeline.pk}/", message, undo=change_set)


@require_http_methods(["GET", "POST"])
@answering.for_members
def edit(request: Any, pipeline_id: int) -> HttpResponse:
    require_administrator(request.actor)
    pipeline = get_pipeline(pipeline_id)
    if request.method == "GET":
        return _form(request, pipeline, {"name": pipeline.name})
    actor = request.actor.through(Door.FORM)
    try:
        with acts.act(actor, "revise_pipeline", subject=pipeline.name) as change_set:
            pipelines.revise_pipeline(actor, pipeline, request.POST, seen=request.POST.get("seen", ""))
    except gate.Refused as refused:
        return _form(request, pipeline, request.POST, refused.errors, status=422)
    except meanwhile.ChangedMeanwhile as changed:
        return _form(request, get_pipeline(pipeline_id), request.POST, meant=changed, status=409)
    return finishing.finished(request, _("The pipeline is saved."), undo=change_set, url=f"{BASE}{pipeline.pk}/")


@require_POST
@answering.for_members
def default(request: Any, pipeline_id: int) -> HttpResponse:
    require_administrator(request.actor)
    pipeline, actor = get_pipeline(pipeline_id), request.actor.through(Door.FORM)
    try:
        with acts.act(actor, "choose_pipeline", subject=pipeline.name) as change_set:
            pipelines.make_default(actor, pipeline)
    except gate.Refused as refused:
        return answering.refuse(request, 422, sentences(refused))
    message = _("New deals begin in “%(name)s” now.") % {"name": pipeline.name}
    return finishing.finished(request, message, undo=change_set, url=BASE, refresh=True)


@require_http_methods(["GET", "POST", "DELETE"])
@answering.for_members
def retirement(request: Any, pipeline_id: int) -> HttpResponse:
    """GET asks where open deals go, POST retires, DELETE brings back."""
    require_administrator(request.actor)
    pipeline, actor = get_pipeline(pipeline_id), request.actor.through(Door.FORM)
    if request.method == "GET":
        return _retirement_form(request, pipeline)
    if request.method == "DELETE":
        try:
            with acts.act(actor, "bring_back_pipeline", subject=pipeline.name) as change_set:
                pipelines.bring_back_pipeline(actor, pipeline)
        except gate.Refused as refused:
            return answering.refuse(request, 422, sentences(refused))
        return finishing.finished(request, _("The pipeline is in use again."), undo=change_set, url=BASE, refresh=True)
    try:
        with acts.act(actor, "retire_pipeline", subject=pipeline.name) as change_set:
            moved = pipelines.retire_pipeline(actor, pipeline, asked_stages(request.POST))
    except gate.Refused as refused:
        return _retirement_form(request, pipeline, refused.errors, status=422)
    return finishing.finished(request, retired_words(pipeline.name, moved), undo=change_set, url=BASE)


@require_POST
@answering.for_members
def order(request: Any) -> HttpResponse:
    require_administrator(request.actor)
    actor = request.actor.through(Door.FORM)
    with acts.act(actor, "order_pipelines") as change_set:
        pipelines.order_pipelines(actor, asked_ids(request.POST))
    return finishing.finished(request, _("The order is saved."), undo=change_set, url=BASE, refresh=True)


# Shared with stages


def asked_ids(posted: Any) -> list[int]:
    return [number for each in posted.getlist("ids") if (number := as_id(each)) is not None]


def asked_stages(posted: Any) -> dict[int, Stage]:
    """`into-7=12`: the deals of stage 7 go to stage 12."""
    wanted = {as_id(name.removeprefix("into-")): as_id(posted[name]) for name in posted if name.startswith("into-")}
    found = Stage.objects.in_bulk([number for number in wanted.values() if number])
    return {source: found[target] for source, target in wanted.items() if source and target in found}


def retired_words(name: str, moved: int) -> str:
    message = _("“%(name)s” is retired.") % {"name": name}
    if not moved:
        return message
    words = ngettext("%(count)s open deal was moved.", "%(count)s open deals were moved.", moved)
    return f"{message} {words % {'count': f'{moved:,}'}}"


def sentences(refused: gate.Refused) -> str:
    return " ".join(text for texts in refused.errors.values() for text in texts)


def questions(held: list[Stage], raw: Any, errors: Any, *, without: int | None = None) -> list[dict[str, Any]]:
    """For each stage with open deals: where to, by default the stage of the same name, else the first."""
    counts, asked = open_deals("stage"), []
    for stage in held:
        offered = [each for each in stages.stages_elsewhere(stage) if each.pipeline_id != without]
        same = next((each for each in offered if each.name == stage.name), offered[0] if offered else None)
        chosen = as_id(raw.get(f"into-{stage.pk}", "")) or (same.pk if same else None)
        asked.append({
            "stage": stage, "name": f"into-{stage.pk}", "count": counts[stage.pk], "chosen": chosen,
            "offered": offered, "errors": errors.get(f"into-{stage.pk}", []),
        })  # fmt: skip
    return asked


# Drawing


def _form(
    request: Any, row: Pipeline | None, raw: Any, errors: Any = None, *, meant: Any = None, status: int = 200
) -> HttpResponse:
    kept = "" if meant else request.POST.get("seen", "")
    context = {
        "row": row, "raw": raw, "errors": errors or {}, "other_errors": (errors or {}).get("", []), "meant": meant,
        "url": f"{BASE}{row.pk}/edit/" if row else f"{BASE}new/", "back": f"{BASE}{row.pk}/" if row else BASE,
        "others": [(str(each.pk), each.name) for each in Pipeline.objects.filter(is_active=True)],
        "seen": (kept or meanwhile.written(pipelines.seen_of(row))) if row else "",
    }  # fmt: skip
    return drawer(request, "pipeline_form", context, status=status)


def _retirement_form(request: Any, row: Pipeline, errors: Any = None, *, status: int = 200) -> HttpResponse:
    held = pipelines.stages_with_open_deals(row)
    context = {
        "name": row.name, "url": f"{BASE}{row.pk}/retirement/", "back": BASE, "errors": errors or {},
        "other_errors": (errors or {}).get("", []),
        "questions": questions(held, request.POST, errors or {}, without=row.pk),
    }  # fmt: skip
    return drawer(request, "retirement", context, status=status)


def drawer(request: Any, name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """In the drawer, or as a page of its own."""
    context["page"] = not request.htmx or "_page" in request.POST
    context["partial"] = f"opportunities/_{name}.html"
    template = "opportunities/shaping_page.html" if context["page"] else context["partial"]
    return render(request, template, context, status=status)
