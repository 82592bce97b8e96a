"""Acts on many records, asked for from a list: forms in the drawer, and how far a long one has come."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhike.base.changelog.models import ChangeSet
from zhike.records import bulk, gate, policies
from zhike.records.declaration import RecordType
from zhike.records.fields.references import as_id
from zhike.records.forms import Input
from zhike.records.models import BulkRun, JobState
from zhike.records.pages import finishing
from zhike.records.pages.answering import for_type, refuse, tell
from zhike.records.pages.asked import Asked

PREFIX = "set-"
"""Before the names of inputs, so that a field called `q` is not taken for the list's words."""


@require_http_methods(["GET", "POST"])
@for_type
def edit(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """GET offers the fields, POST writes the values of those that were chosen."""
    bulk.require(request.actor, record_type, bulk.EDIT, {})  # type: ignore[attr-defined]
    if request.method == "GET":
        return _form(request, record_type, bulk.EDIT, {}, {})
    return _done(request, record_type, bulk.EDIT, _raw(request, record_type))


@require_http_methods(["GET", "POST"])
@for_type
def transfer(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """Gives records to another owner."""
    if not record_type.has_owner():
        raise Http404
    bulk.require(request.actor, record_type, bulk.TRANSFER, {})  # type: ignore[attr-defined]
    if request.method == "GET":
        return _form(request, record_type, bulk.TRANSFER, {"owner": None}, {})
    raw = {name: value for name, value in _raw(request, record_type).items() if name == "owner"}
    if not raw.get("owner"):
        return _form(request, record_type, bulk.TRANSFER, raw, {"owner": [_("Say who takes over.")]}, status=422)
    return _done(request, record_type, bulk.TRANSFER, raw)


@require_POST
@for_type
def trash(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    return _done(request, record_type, bulk.TRASH, {})


@require_POST
@for_type
def restore(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    return _done(request, record_type, bulk.RESTORE, {})


@require_GET
@for_type
def field_input(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """The input of one more field for the drawer."""
    name, shown = request.GET.get("field", ""), set(request.GET.getlist("fields"))
    offered = [each for each in _offered(request, record_type) if each.name not in shown]
    chosen = next((each for each in offered if each.name == name), None)
    if chosen is None:
        raise Http404
    context = {
        "type": record_type,
        "input": _input(chosen, None, []),
        "fields": [each for each in offered if each is not chosen],
    }
    return render(request, "records/_bulk_more.html", context)


# A long act


@require_GET
@for_type
def progress(request: HttpRequest, record_type: RecordType, run_id: int) -> HttpResponse:
    """The drawer that shows how far a run has come, or (as JSON) the figures it asks for every second."""
    run = _run(request, record_type, run_id)
    if "application/json" not in request.headers.get("Accept", ""):
        return render(request, "records/_bulk_run.html", {"type": record_type, "run": run})
    base = f"{record_type.url}bulk/runs/{run.pk}/"
    return JsonResponse(
        {
            "state": run.state, "done": run.handled, "total": run.total, "message": JobState(run.state).label,
            "cancel_url": None if run.is_over else f"{base}cancel/", "done_url": f"{base}end/" if run.is_over else None,
        }
    )  # fmt: skip


@require_POST
@for_type
def cancel(request: HttpRequest, record_type: RecordType, run_id: int) -> HttpResponse:
    bulk.cancel(_run(request, record_type, run_id))
    return HttpResponse(status=204)


@require_GET
@for_type
def end(request: HttpRequest, record_type: RecordType, run_id: int) -> HttpResponse:
    """Back to the list, which tells what was done and offers to undo it."""
    run = _run(request, record_type, run_id)
    outcome = bulk.Outcome(run.done, run.left_out, Counter(run.refusals))
    return finishing.led_on(request, record_type.url, _sentence(record_type, run.act, outcome), undo=run.change_set)


def _run(request: HttpRequest, record_type: RecordType, run_id: int) -> BulkRun:
    actor: Any = request.actor  # type: ignore[attr-defined]
    runs = BulkRun.objects.select_related("change_set").filter(record_type=record_type.name, pk=run_id)
    found = runs.filter(member_id=actor.member_id or 0).first()
    if found is None:
        raise gate.NotVisible
    return found


# Answers


def _done(request: HttpRequest, record_type: RecordType, act: str, raw: dict[str, Any]) -> HttpResponse:
    actor: Any = request.actor  # type: ignore[attr-defined]
    selection = _selection(request, record_type, trashed=act == bulk.RESTORE)
    if selection is None:
        return refuse(request, 422, _("Choose at least one record."))
    try:
        found = bulk.perform(actor, record_type, act, raw, selection)
    except gate.Refused as refused:
        if act in (bulk.EDIT, bulk.TRANSFER):
            return _form(request, record_type, act, raw, refused.errors, status=422)
        return refuse(request, 422, " ".join(text for texts in refused.errors.values() for text in texts))
    if isinstance(found, BulkRun):
        url = f"{record_type.url}bulk/runs/{found.pk}/"
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"zhike:open-drawer": {"url": url}})})
    return _told(record_type, act, *found)


def _told(record_type: RecordType, act: str, outcome: bulk.Outcome, change_set: ChangeSet) -> HttpResponse:
    response = HttpResponse(status=204)
    kind = "good" if outcome.done else "bad"
    undo = finishing.undoable(change_set)
    return tell(
        response, _sentence(record_type, act, outcome), undo=undo, kind=kind, close_drawer=True, refresh=True
    )  # fmt: skip


def _sentence(record_type: RecordType, act: str, outcome: bulk.Outcome) -> str:
    """What was done, what was left out and why."""
    count = outcome.done
    done = {
        bulk.EDIT: ngettext("%(count)d record changed.", "%(count)d records changed.", count),
        bulk.TRANSFER: ngettext("%(count)d record has a new owner.", "%(count)d records have a new owner.", count),
        bulk.TRASH: ngettext("%(count)d record moved to the trash.", "%(count)d records moved to the trash.", count),
        bulk.RESTORE: ngettext("%(count)d record restored.", "%(count)d records restored.", count),
    }
    parts = [done[act] % {"count": count}]
    if outcome.left_out:
        parts.append(
            ngettext(
                "%(count)d left out: you may not do this with it.",
                "%(count)d left out: you may not do this with them.",
                outcome.left_out,
            )
            % {"count": outcome.left_out}
        )
    parts += [
        _("%(count)d refused: %(reason)s") % {"count": count, "reason": reason}
        for reason, count in outcome.refusals.most_common(3)
    ]
    return " ".join(parts)


# What was posted


def _selection(request: HttpRequest, record_type: RecordType, *, trashed: bool) -> bulk.Selection | None:
    """`ids`, or `all=1` with what the list shows. Raises `ConditionError`, `ListError`."""
    if request.POST.get("all") == "1":
        asked = Asked(request, record_type, trashed=trashed)
        return None if asked.broken else bulk.Selection(None, asked.condition, asked.words)
    ids = tuple(dict.fromkeys(number for each in request.POST.getlist("ids") if (number := as_id(each))))
    return bulk.Selection(ids) if ids else None


def _raw(request: HttpRequest, record_type: RecordType) -> dict[str, Any]:
    """Raw values of the fields named in `fields`; unknown names go on, to be refused."""
    known = {each.name: each for each in _offered(request, record_type)}
    posted = request.POST.copy()
    for name in request.POST:
        if name.startswith(PREFIX):
            posted.setlist(name.removeprefix(PREFIX), request.POST.getlist(name))
    return {
        name: known[name].from_form(posted) if name in known else posted.get(name)
        for name in dict.fromkeys(request.POST.getlist("fields"))
    }


def _offered(request: HttpRequest, record_type: RecordType) -> list[Any]:
    may_transfer = record_type.policy.may(request.actor, policies.TRANSFER)  # type: ignore[attr-defined]
    return [each for each in bulk.editable_fields(record_type) if each.name != "owner" or may_transfer]


def _form(
    request: HttpRequest,
    record_type: RecordType,
    act: str,
    raw: dict[str, Any],
    errors: Any,
    *,
    status: int = 200,
) -> HttpResponse:
    offered = {each.name: each for each in _offered(request, record_type)}
    inputs = [_input(offered[name], value, errors.get(name, [])) for name, value in raw.items() if name in offered]
    told = [text for name, texts in errors.items() if name not in offered for text in texts]
    left = [] if act == bulk.TRANSFER else [each for name, each in offered.items() if name not in raw]
    context = {
        "type": record_type, "act": act, "inputs": inputs, "other_errors": told,
        "count": _count(request), "fields": left,
    }  # fmt: skip
    return render(request, "records/_bulk_form.html", context, status=status)


def _count(request: HttpRequest) -> str:
    """How many were chosen, as the list says; only shown."""
    sent = request.POST if request.method == "POST" else request.GET
    number = as_id(sent.get("count", ""))
    return f"{number:,}" if number else ""


def _input(each: Any, value: Any, errors: list[str]) -> Input:
    return Input(each, value, [str(error) for error in errors], name=f"{PREFIX}{each.name}", required=each.required)
