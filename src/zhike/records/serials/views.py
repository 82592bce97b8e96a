"""The page of automatic numbers: all of them, a pattern and a next number in the drawer."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zhike.base.actors import Door
from zhike.base.changelog import acts
from zhike.records import gate
from zhike.records.customising import meanwhile
from zhike.records.customising.changing import require_administrator
from zhike.records.models import CustomField
from zhike.records.pages import answering, finishing
from zhike.records.serials import changing, standing

BASE = "/settings/numbering/"


@require_safe
@answering.for_members
def all_numbers(request: Any) -> HttpResponse:
    require_administrator(request.actor)
    context = {"lines": standing.all_numbered(), "base": BASE}
    template = "records/serials/_numbers.html" if request.htmx else "records/serials/numbers.html"
    return render(request, template, context)


@require_safe
@answering.for_members
def gaps(request: Any, field_id: int) -> HttpResponse:
    """Which of the numbers given no record has; asked for once the page stands."""
    require_administrator(request.actor)
    found = standing.standing_of(changing.get_numbered(field_id))
    return render(request, "records/serials/_gaps.html", {"gaps": standing.gaps_of(found)})


@require_http_methods(["GET", "POST"])
@answering.for_members
def pattern(request: Any, field_id: int) -> HttpResponse:
    require_administrator(request.actor)
    row, actor = changing.get_numbered(field_id), request.actor.through(Door.FORM)
    if request.method == "GET":
        return _form(request, row, changing.seen_of(row))
    asked = request.POST.get("pattern", "")
    try:
        with acts.act(actor, "revise_numbering", record_type=row.record_type, subject=row.label) as change_set:
            row = changing.revise_pattern(actor, row, asked, seen=request.POST.get("seen", ""))
    except gate.Refused as refused:
        return _form(request, row, request.POST, refused.errors, status=422)
    except meanwhile.ChangedMeanwhile as changed:
        return _form(request, changing.get_numbered(field_id), request.POST, meant=changed, status=409)
    message = _("The next record is numbered %(number)s.") % {"number": standing.standing_of(row).next}
    return finishing.finished(request, message, undo=change_set, url=BASE)


@require_http_methods(["GET", "POST"])
@answering.for_members
def next_number(request: Any, field_id: int) -> HttpResponse:
    require_administrator(request.actor)
    row, actor = changing.get_numbered(field_id), request.actor.through(Door.FORM)
    if request.method == "GET":
        return _next_form(request, row, {"next": standing.standing_of(row).last + 1})
    try:
        found = changing.set_next(actor, row, request.POST.get("next"))
    except gate.Refused as refused:
        return _next_form(request, row, request.POST, refused.errors, status=422)
    return finishing.finished(request, _("The next record is numbered %(number)s.") % {"number": found.next}, url=BASE)


# Drawing


def _form(
    request: Any, row: CustomField, raw: Any, errors: Any = None, *, meant: Any = None, status: int = 200
) -> HttpResponse:
    kept = "" if meant else request.POST.get("seen", "")
    context = {
        "raw": raw, "errors": errors or {}, "meant": meant, "url": f"{BASE}{row.pk}/",
        "seen": kept or meanwhile.written(changing.seen_of(row)),
    }  # fmt: skip
    return _drawer(request, row, "pattern", context, status)


def _next_form(request: Any, row: CustomField, raw: Any, errors: Any = None, *, status: int = 200) -> HttpResponse:
    return _drawer(request, row, "next", {"raw": raw, "errors": errors or {}, "url": f"{BASE}{row.pk}/next/"}, status)


def _drawer(request: Any, row: CustomField, name: str, context: dict[str, Any], status: int) -> HttpResponse:
    """In the drawer, or as a page of its own."""
    context |= {
        "standing": standing.standing_of(row), "back": BASE, "partial": f"records/serials/_{name}.html",
        "page": not request.htmx or "_page" in request.POST,
    }  # fmt: skip
    template = "records/serials/form_page.html" if context["page"] else context["partial"]
    return render(request, template, context, status=status)
