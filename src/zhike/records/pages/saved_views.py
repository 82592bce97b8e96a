"""Saved views in the drawer: save, rename, share, order, delete."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhike.base.changelog import acts
from zhike.records import calendars, gate, saved_views
from zhike.records.declaration import RecordType
from zhike.records.fields.references import as_id
from zhike.records.models import SavedView
from zhike.records.pages.answering import for_type, refuse, tell
from zhike.records.pages.asked import Asked
from zhike.records.roles import holding

FIELDS = ("name", "audience", "display", "calendar_by", "role")


@require_GET
@for_type
def manage(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """Every view the actor may use, those to change with their order."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    saved = [view.saved for view in saved_views.views_of(actor, record_type) if view.saved]
    rows = [(view, saved_views.may_change(actor, view)) for view in saved]
    return _drawn(request, "records/_view_list.html", {"type": record_type, "rows": rows})


@require_http_methods(["GET", "POST"])
@for_type
def new(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """GET asks for the name of what the list shows now, POST saves it."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    if request.method == "GET":
        asked = Asked(request, record_type)
        values = {
            "condition": asked.condition_json, "sort": asked.order.text, "audience": "personal",
            "display": _shown_as(request, asked), "calendar_by": request.GET.get("by", asked.view.calendar_by),
            "columns": ",".join(column.name for column in asked.columns),
        }  # fmt: skip
        return _form(request, record_type, None, values, {})
    try:
        with acts.act(actor, "create_view", record_type=record_type.name) as change_set:
            view = saved_views.create_view(actor, record_type, _raw(request))
            change_set.subject = view.name
            change_set.save(update_fields=["subject"])
    except gate.Refused as refused:
        return _form(request, record_type, None, request.POST.dict(), refused.errors, status=422)
    response = tell(HttpResponse(), _("The view “%(name)s” is saved.") % {"name": view.name}, close_drawer=True)
    response["HX-Redirect"] = _address(record_type, view)
    return response


@require_http_methods(["GET", "POST", "DELETE"])
@for_type
def change(request: HttpRequest, record_type: RecordType, view_id: int) -> HttpResponse:
    """GET the form of a view, POST its changes, DELETE it."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    view = saved_views.get_saved_view(actor, record_type, view_id, to_change=True)
    if request.method == "GET":
        return _form(request, record_type, view, _values(view), {})
    if request.method == "DELETE":
        return _delete(actor, record_type, view)
    try:
        version = as_id(request.POST.get("version", ""))
        view = saved_views.revise_view(actor, record_type, view, _raw(request), version=version)
    except gate.Refused as refused:
        return _form(request, record_type, view, request.POST.dict(), refused.errors, status=422)
    response = tell(HttpResponse(), _("The view “%(name)s” is saved.") % {"name": view.name}, close_drawer=True)
    response["HX-Redirect"] = _address(record_type, view)
    return response


def _delete(actor: Any, record_type: RecordType, view: SavedView) -> HttpResponse:
    with acts.act(actor, "delete_view", record_type=record_type.name, subject=view.name) as change_set:
        saved_views.delete_view(actor, view)
    message = _("The view “%(name)s” is deleted.") % {"name": view.name}
    response = tell(HttpResponse(), message, undo=change_set, close_drawer=True)
    response["HX-Location"] = json.dumps({"path": record_type.url, "target": "#list", "swap": "outerHTML"})
    return response


@require_POST
@for_type
def condition(request: HttpRequest, record_type: RecordType, view_id: int) -> HttpResponse:
    """Keeps what the list shows now as the view's condition and order."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    view = saved_views.get_saved_view(actor, record_type, view_id, to_change=True)
    raw = {"condition": _json(request.POST.get("filter", ""))}
    if request.POST.get("sort"):
        raw["sort"] = request.POST["sort"]
    try:
        with acts.act(actor, "edit_view", record_type=record_type.name, subject=view.name) as change_set:
            saved_views.revise_view(actor, record_type, view, raw)
    except gate.Refused as refused:
        return refuse(request, 422, " ".join(text for texts in refused.errors.values() for text in texts))
    message = _("The view “%(name)s” is saved.") % {"name": view.name}
    response = tell(HttpResponse(), message, undo=change_set)
    response["HX-Location"] = json.dumps(
        {"path": f"{record_type.url}?view={view.pk}", "target": "#list", "swap": "outerHTML"}
    )
    return response


@require_POST
@for_type
def order(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    actor: Any = request.actor  # type: ignore[attr-defined]
    ids = [number for each in request.POST.getlist("ids") if (number := as_id(each))]
    saved_views.reorder_views(actor, record_type, ids)
    return tell(HttpResponse(status=204), _("The order of the views is kept."), close_drawer=True, refresh=True)


def _form(
    request: HttpRequest,
    record_type: RecordType,
    view: SavedView | None,
    values: dict[str, Any],
    errors: dict[str, list[str]],
    *,
    status: int = 200,
) -> HttpResponse:
    actor: Any = request.actor  # type: ignore[attr-defined]
    context = {
        "type": record_type,
        "view": view,
        "values": values,
        "errors": errors,
        "other_errors": [
            text for name, texts in errors.items() if name not in (*FIELDS, "condition") for text in texts
        ],
        "audiences": saved_views.audiences_for(actor),
        "displays": _displays(record_type),
        "calendar_fields": _calendar_fields(record_type, view),
        "roles": _roles() if actor.is_administrator else [],
    }
    return _drawn(request, "records/_view_form.html", context, status=status)


def _drawn(request: HttpRequest, part: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """For the drawer, or a page of its own where the address is opened by itself."""
    if request.headers.get("HX-Request"):
        return render(request, part, context, status=status)
    return render(request, "records/view_page.html", context | {"part": part}, status=status)


def _shown_as(request: HttpRequest, asked: Asked) -> str:
    """What the page that is saved is shown as: the list, unless it says otherwise."""
    shown = request.GET.get("display", "")
    return shown if shown in saved_views.displays_of(asked.record_type) else SavedView.Display.LIST


def _displays(record_type: RecordType) -> list[tuple[str, Any]]:
    """How a view may open, where there is anything to choose."""
    offered = saved_views.displays_of(record_type)
    return [(value, label) for value, label in SavedView.Display.choices if value in offered] if offered[1:] else []


def _calendar_fields(record_type: RecordType, view: SavedView | None) -> list[tuple[str, Any]]:
    """What the view's calendar may go by. Nothing where it goes by what the reader may not see: it stays as it is."""
    found, chosen = calendars.fields_of(record_type), view.calendar_by if view is not None else ""
    return [] if chosen and chosen not in found else [(name, field.label) for name, field in found.items()]


def _roles() -> list[tuple[str, Any]]:
    return [(role.key, role.name) for role in holding.roles()]


def _values(view: SavedView) -> dict[str, Any]:
    return {
        "name": view.name, "audience": view.audience, "display": view.display,
        "calendar_by": view.calendar_by, "role": view.role, "sort": view.sort,
        "condition": json.dumps(view.condition, ensure_ascii=False), "columns": ",".join(view.columns),
        "version": view.version,
    }  # fmt: skip


def _raw(request: HttpRequest) -> dict[str, Any]:
    """The posted values; what the form did not hold is left out."""
    raw: dict[str, Any] = {name: request.POST[name] for name in (*FIELDS, "sort") if name in request.POST}
    if "columns" in request.POST:
        raw["columns"] = [name for name in request.POST["columns"].split(",") if name]
    if "condition" in request.POST:
        raw["condition"] = _json(request.POST["condition"])
    return raw


def _json(text: str) -> Any:
    try:
        return json.loads(text or "{}")
    except (ValueError, RecursionError):
        return text


def _address(record_type: RecordType, view: SavedView) -> str:
    place = "" if view.display == SavedView.Display.LIST else f"{view.display}/"
    return f"{record_type.url}{place}?view={view.pk}"
