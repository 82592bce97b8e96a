"""The columns, and their widths, that a member wants for a list."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zhike.records.columns import available_columns
from zhike.records.declaration import RecordType
from zhike.records.models import ListPreference
from zhike.records.pages.answering import for_type, refuse, tell
from zhike.records.pages.asked import Asked

NARROWEST, WIDEST = 48, 640


@require_http_methods(["GET", "POST"])
@for_type
def columns(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """GET offers the columns, POST keeps the chosen ones in their order (`reset` goes back to the view's own)."""
    asked = Asked(request, record_type)
    if request.method == "GET":
        context = {"asked": asked, "type": record_type, "columns": asked.available_columns()}
        return render(request, "records/_list_columns.html", context)
    known = {column.name for column in available_columns(record_type)}
    chosen = list(dict.fromkeys(request.POST.getlist("columns")))
    if any(name not in known for name in chosen):
        return refuse(request, 422, _("There is no such column."))
    if "reset" in request.POST:
        _keep(asked, columns=[], widths={})
    else:
        _keep(asked, columns=[record_type.title, *(name for name in chosen if name != record_type.title)])
    return tell(HttpResponse(status=204), _("The columns are kept for you."), refresh=True)


@require_POST
@for_type
def widths(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """Keeps one column's width, in pixels."""
    name, width = request.POST.get("column", ""), request.POST.get("width", "")
    if name not in {column.name for column in available_columns(record_type)} or not re.fullmatch("[0-9]{1,6}", width):
        return refuse(request, 422, _("There is no such column."))
    asked = Asked(request, record_type)
    kept = dict(asked.preference.widths) if asked.preference else {}
    _keep(asked, widths=kept | {name: max(NARROWEST, min(int(width), WIDEST))})
    return HttpResponse(status=204)


def _keep(asked: Asked, **changes: Any) -> None:
    with transaction.atomic():
        ListPreference.objects.update_or_create(
            member_id=asked.actor.member_id, record_type=asked.record_type.name, view=asked.view.saved, defaults=changes
        )
