"""One act with all it changed, and its undo."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhike.base.changelog import undoing as base_undoing
from zhike.base.changelog.models import Change, ChangeSet
from zhike.records import gate, history, jobs, registry, undoing
from zhike.records.fields.references import as_id
from zhike.records.pages import answering, finishing
from zhike.records.pages.history import Act

SHOWN_ROWS = 200
SHOWN_CONFLICTS = 20


@require_GET
@answering.for_members
def show(request: Any, change_set_id: int) -> HttpResponse:
    change_set = undoing.get_act(request.actor, change_set_id)
    changes = Change.objects.filter(change_set_id=change_set.pk)
    counts = changes.order_by().values("table_name", "operation").annotate(count=Count("id")).order_by("table_name")
    rows = history.described(changes.select_related("change_set").order_by("id")[:SHOWN_ROWS])
    told = [row for row in rows if row.fields or row.operation != "U" or row.is_trashed or row.is_restored]
    total = sum(row["count"] for row in counts)
    context = {
        "act": Act(request, change_set, told), "counts": _counts(counts), "total": total,
        "links": _links(request, rows),
        "left": max(0, total - SHOWN_ROWS), "undoes": change_set.undoes, "undone_by": change_set.undone_by,
    }  # fmt: skip
    return render(request, "records/change_set_detail.html", context)


def _counts(counts: Any) -> list[dict[str, Any]]:
    by_table: dict[str, dict[str, Any]] = {}
    for row in counts:
        line = by_table.setdefault(row["table_name"], {"label": history.table_label(row["table_name"])})
        line[row["operation"]] = row["count"]
    return list(by_table.values())


def _links(request: Any, rows: list[history.RowChange]) -> dict[str, tuple[str, str]]:
    """(title, URL) of the records behind the rows that are still there for the actor, by `table:id`."""
    wanted: dict[str, set[int]] = {}
    for row in rows:
        wanted.setdefault(row.change.owner_table, set()).add(row.change.owner_id)
    found = {}
    for table, ids in wanted.items():
        record_type = registry.of_table(table)
        if record_type is not None:
            for record in record_type.policy.visible_to(request.actor, record_type.queryset().filter(pk__in=ids)):
                found[f"{table}:{record.pk}"] = (record_type.title_of(record), record.get_absolute_url())
    return found


# Undoing


@require_POST
@answering.for_members
def undo(request: Any, change_set_id: int) -> HttpResponse:
    change_set = undoing.get_undoable(request.actor, change_set_id)
    if change_set.undone_by_id is not None:
        return _already(request, change_set)
    if undoing.is_large(change_set):
        return _undo_later(request, change_set)
    try:
        undone = undoing.undo(request.actor, change_set)
    except base_undoing.UnableToUndo as error:
        return answering.refuse(request, 409, str(error)) if str(error) else _already(request, change_set)
    return _undone(request, undone)


def _already(request: Any, change_set: ChangeSet) -> HttpResponse:
    return answering.refuse(request, 409, _("This was undone already."))


def _undo_later(request: Any, change_set: ChangeSet) -> HttpResponse:
    jobs.undo_large_act.later(
        once=f"undo-{change_set.pk}", change_set_id=change_set.pk, actor=jobs.packed(request.actor),
        language=get_language() or "zh-hans",
    )  # fmt: skip
    url = f"/change-sets/{change_set.pk}/undo/progress/"
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def _undone(request: Any, undone: base_undoing.Undone) -> HttpResponse:
    """How much came back; what did not is listed in the drawer. An undo can be undone: that is redo."""
    undoes = undone.change_set.undoes
    if is_redo := undoes is not None and undoes.undoes_id is not None:
        words = ngettext("Done again: %(count)d row.", "Done again: %(count)d rows.", undone.restored)
    else:
        words = ngettext("Undone: %(count)d row restored.", "Undone: %(count)d rows restored.", undone.restored)
    message = words % {"count": undone.restored}
    if undone.conflict_count:
        left = ngettext("%(count)d was left alone.", "%(count)d were left alone.", undone.conflict_count)
        message = f"{message} {left % {'count': undone.conflict_count}}"
    if not request.htmx:
        finishing.remember(request, message, undo=undone.change_set)
        return redirect(f"/change-sets/{undone.change_set.pk}/")
    response = HttpResponse(headers={"HX-Reswap": "none"})
    events: dict[str, Any] = {"refresh": True}
    if undone.conflict_count:
        request.session["undo_conflicts"] = [
            [each.table, each.record_id, each.field, each.reason] for each in undone.conflicts[:SHOWN_CONFLICTS]
        ]
        events["open_drawer"] = {"url": f"/change-sets/{undone.change_set.pk}/conflicts/?count={undone.conflict_count}"}
    answering.tell(response, message, undo=finishing.undoable(undone.change_set), **events)
    return response if is_redo else _labelled_redo(response)


def _labelled_redo(response: HttpResponse) -> HttpResponse:
    import json

    told = json.loads(response["HX-Trigger"])
    if told["zhike:toast"]["undo"]:
        told["zhike:toast"]["undo_label"] = _("Redo")
    response["HX-Trigger"] = json.dumps(told)
    return response


@require_GET
@answering.for_members
def conflicts(request: Any, change_set_id: int) -> HttpResponse:
    """What an undo left alone, as the one who asked for it was told."""
    change_set = undoing.get_act(request.actor, change_set_id)
    kept = request.session.get("undo_conflicts", [])
    left = [_conflict(request, base_undoing.Conflict(*each)) for each in kept]
    count = as_id(request.GET.get("count", "")) or len(left)
    context = {
        "act": Act(request, change_set, []),
        "conflicts": left,
        "count": count,
        "more": max(0, count - len(left)),
    }
    template = "records/_undo_conflicts.html" if request.htmx else "records/undo_conflicts.html"
    return render(request, template, context)


def _conflict(request: Any, left: base_undoing.Conflict) -> dict[str, Any]:
    record_type = registry.of_table(left.table)
    field = undoing.field_left(left)
    record = None
    if record_type is not None:
        try:
            record = gate.get_record(request.actor, record_type, left.record_id)
        except gate.NotVisible:
            record = None
    return {
        "label": history.table_label(left.table), "record": record, "id": left.record_id,
        "title": record_type.title_of(record) if record_type and record else f"#{left.record_id}",
        "field": field.label if field else "", "reason": left.reason,
    }  # fmt: skip


@require_GET
@answering.for_members
def undo_progress(request: Any, change_set_id: int) -> HttpResponse:
    """A page for people, the state for `<job-progress>` where JSON is asked for."""
    change_set = undoing.get_undoable(request.actor, change_set_id)
    if "state" in request.GET:
        return JsonResponse(_state(change_set))
    return render(request, "records/undo_progress.html", {"act": Act(request, change_set, [])})


def _state(change_set: ChangeSet) -> dict[str, Any]:
    told = {"done": 0, "total": 0, "message": "", "cancel_url": None, "done_url": None}
    if change_set.undone_by_id is not None:
        return told | {"state": "done", "done_url": f"/change-sets/{change_set.undone_by_id}/"}
    job = undoing.job_of(change_set.pk)
    if job is not None and job.status in ("cancelled", "aborted"):
        return told | {"state": "cancelled", "message": _("The undo was cancelled; nothing was changed.")}
    if job is not None and job.status == "succeeded":
        change_set.refresh_from_db(fields=["undone_by"])
        if change_set.undone_by_id is not None:
            return _state(change_set)
    if job is None or job.status in ("failed", "succeeded"):
        message = _("The undo did not succeed; nothing was changed. You can try again.")
        return told | {"state": "failed", "message": message}
    if job.abort_requested:
        return told | {"state": "running", "message": _("Being cancelled…")}
    words = {"doing": _("Undoing…")}.get(job.status, _("Waiting for a worker…"))
    state = "running" if job.status == "doing" else "waiting"
    return told | {"state": state, "message": words, "cancel_url": f"/change-sets/{change_set.pk}/undo/cancel/"}


@require_POST
@answering.for_members
def undo_cancel(request: Any, change_set_id: int) -> HttpResponse:
    undoing.cancel(undoing.get_undoable(request.actor, change_set_id).pk)
    return HttpResponse(status=204)
