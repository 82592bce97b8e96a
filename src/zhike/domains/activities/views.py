"""The composer above every timeline, and the form of an activity that stands on other records."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zhike.base import clock
from zhike.base.changelog import acts
from zhike.base.changelog.models import ChangeSet
from zhike.domains.activities import forms, services, workdays
from zhike.domains.activities.choices import ActivityKind, Outcome
from zhike.domains.activities.models import Activity, Link
from zhike.domains.activities.timeline import ICONS
from zhike.records import gate, policies, registry
from zhike.records.fields.references import as_id
from zhike.records.models import FollowedRecord
from zhike.records.pages import answering, finishing

KINDS = (ActivityKind.NOTE, ActivityKind.CALL, ActivityKind.VISIT, ActivityKind.MEETING, ActivityKind.TASK)


def composer(request: Any, record: Any) -> str:
    """The composer of a record's page; nothing where nobody would look for an activity."""
    may_create = registry.of(Activity).policy.may(request.actor, policies.CREATE)
    if not may_create or not isinstance(record, FollowedRecord):
        return ""
    return render_to_string("activities/_composer.html", _composer(record, QueryDict()), request)


def _composer(record: Any, posted: QueryDict, errors: dict[str, list[str]] | None = None) -> dict[str, Any]:
    chosen = posted.get("kind") if posted.get("kind") in ActivityKind.values else ActivityKind.NOTE
    kinds = [
        {"value": kind.value, "label": kind.label, "icon": ICONS[kind], "chosen": kind == chosen} for kind in KINDS
    ]
    on = f"{record.record_type_name}:{record.pk}"
    return {"kinds": kinds, "outcomes": Outcome.choices, "on": on, "posted": posted, "errors": errors or {},
            "usual_due": f"{workdays.next_working_morning(clock.now()):%Y-%m-%dT%H:%M}"}  # fmt: skip


@require_POST
@answering.for_members
def compose(request: Any) -> HttpResponse:
    """Logs what was written above a timeline; the first record of `on` is the page it was written on."""
    gate.require_any(request.actor, policies.CREATE, registry.of(Activity))
    records = forms.records_on(request.actor, request.POST.getlist("on")[:1])
    if not records:
        raise gate.NotVisible
    try:
        change_set = _log(request)
    except gate.Refused as refused:
        context = _composer(records[0], request.POST, refused.errors)
        return render(request, "activities/_composer.html", context, status=422)
    response = render(request, "activities/_composer.html", _composer(records[0], _same_kind(request.POST)))
    return answering.tell(response, _("Saved."), undo=change_set, refresh=True)


def _same_kind(posted: QueryDict) -> QueryDict:
    kept = QueryDict(mutable=True)
    kept["kind"] = posted.get("kind", "")
    return kept


def _log(request: Any) -> ChangeSet:
    read = forms.composed(request.actor, request.POST)
    first = read.records[0] if read.records else None
    record_type = registry.of(first) if first is not None else registry.of(Activity)
    subject = record_type.title_of(first) if first is not None else ""
    with (
        acts.act(request.actor, "log_activity", record_type=record_type.name, subject=subject) as change_set,
        gate.refusals(),
    ):
        logged = services.log_activity(
            actor=request.actor, on=read.records, participants=read.participants, **read.changes
        )
        gate.obey_rules(request.actor, logged)
    return change_set


@require_http_methods(["GET", "POST"])
@answering.for_members
def new(request: Any) -> HttpResponse:
    """A new activity in the drawer, with the records it is on and who takes part."""
    gate.require_any(request.actor, policies.CREATE, registry.of(Activity))
    if request.method == "GET":
        return _draw_new(request, request.GET, request.GET.getlist("on"))
    try:
        change_set = _log(request)
    except gate.Refused as refused:
        return _draw_new(request, request.POST, request.POST.getlist("on"), refused.errors, status=422)
    return finishing.finished(request, _("Saved."), undo=change_set, url="/activities/")


def _draw_new(
    request: Any, given: QueryDict, on: list[str], errors: dict[str, list[str]] | None = None, status: int = 200
) -> HttpResponse:
    members = registry.get("members").queryset()
    chosen = [found for found in map(as_id, given.getlist("participants")) if found is not None]
    owner = given.get("owner") or str(request.actor.member_id or "")
    context = {
        "given": given, "errors": errors or {}, "kinds": ActivityKind.choices, "outcomes": Outcome.choices,
        "kind": given.get("kind") or ActivityKind.TASK, "records": forms.records_on(request.actor, on),
        "participants": members.filter(pk__in=chosen), "followed": _followed_types(request),
        "owner": members.filter(pk=as_id(owner)).first(),
    }  # fmt: skip
    template = "activities/_activity_new.html" if request.htmx else "activities/activity_new.html"
    return render(request, template, context, status=status)


def _followed_types(request: Any) -> list[Any]:
    return [
        record_type
        for record_type in registry.all_types()
        if issubclass(record_type.model, FollowedRecord) and record_type.policy.may(request.actor, policies.SEE)
    ]


@require_http_methods(["GET"])
@answering.for_members
def record_options(request: Any) -> HttpResponse:
    """What an activity can be on: records of every followed type, for a picker."""
    from django.http import JsonResponse

    items = []
    for record_type in _followed_types(request):
        visible = record_type.policy.visible_to(request.actor, record_type.queryset().filter(trashed_at__isnull=True))
        for record in _matching(visible, record_type, request.GET.get("q", "")):
            value = f"{record_type.name}:{record.pk}"
            items.append({"value": value, "label": record_type.title_of(record), "hint": str(record_type.singular)})
    return JsonResponse({"items": items})


def _matching(visible: Any, record_type: Any, words: str) -> list[Any]:
    from zhike.records import listing

    if not words.strip():
        return list(visible.order_by("-updated_at")[:4])
    return list(listing.matching_words(visible, record_type, words)[:8])


def linked_records_panel(request: Any, activity: Any) -> str:
    """The records an activity stands on, at the right of its page."""
    links = Link.objects.filter(activity=activity).order_by("-is_direct", "record_type")
    items = []
    for link in links[:50]:
        record_type = registry.find(link.record_type)
        if record_type is None:
            continue
        try:
            record = gate.get_record(request.actor, record_type, link.record_id)
        except gate.NotVisible:
            continue
        items.append({"title": record_type.title_of(record), "url": record.get_absolute_url(), "type": record_type})
    context = {
        "items": items,
        "participants": [each.member for each in activity.participations.select_related("member")],
    }
    return (
        render_to_string("activities/_linked_records.html", context, request)
        if items or context["participants"]
        else ""
    )
