"""Looking as another member, acting for one, and naming one's own deputy."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zhike.base import clock
from zhike.base.changelog import acts
from zhike.domains.people import standing
from zhike.domains.people.models import Deputy, Member
from zhike.records import gate
from zhike.records.pages import finishing
from zhike.records.pages.answering import for_members


@require_http_methods(["GET", "POST"])
@for_members
def look(request: Any, member_id: int) -> HttpResponse:
    """GET says what it means, POST begins it."""
    if not request.actor.is_administrator:
        raise gate.NotAllowed("look_as")
    member = _member(member_id)
    if request.method == "GET":
        template = "people/_look.html" if request.htmx else "people/look_page.html"
        return render(request, template, {"member": member, "full_page": not request.htmx})
    standing.look_as(request.session, request.actor, member)
    return _home(request)


@require_POST
@for_members
def act_for(request: Any, member_id: int) -> HttpResponse:
    standing.act_for(request.session, request.user, _member(member_id))
    return _home(request)


@require_POST
def be_oneself(request: Any) -> HttpResponse:
    standing.be_oneself(request.session)
    return _home(request)


def _home(request: Any) -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Redirect": "/"}) if request.htmx else redirect("/")


def _member(member_id: int) -> Member:
    found: Member | None = Member.objects.filter(pk=member_id, trashed_at__isnull=True).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@for_members
def deputies(request: Any) -> HttpResponse:
    """The drawer in which a member names who stands in for them."""
    if request.method == "GET":
        return _form(request, {"first_day": clock.today().isoformat()}, {})
    raw = request.POST
    try:
        with acts.act(request.actor, "name_deputy", record_type="members") as change_set:
            standing.name_deputy(
                actor=request.actor, member=Member.objects.get(pk=request.actor.member_id), deputy=raw.get("deputy"),
                first_day=_day(raw, "first_day"), last_day=_day(raw, "last_day"),
            )  # fmt: skip
    except ValidationError as error:
        return _form(request, raw, error.message_dict)
    return finishing.finished(request, _("Your deputy is named."), undo=change_set, url="/me/")


def _day(raw: Any, name: str) -> date:
    try:
        return date.fromisoformat(raw.get(name, ""))
    except ValueError:
        raise ValidationError({name: [_("Say the day.")]}) from None


def _form(request: Any, raw: Any, errors: dict[str, list[str]]) -> HttpResponse:
    chosen = Member.objects.filter(pk=raw.get("deputy")).first() if str(raw.get("deputy", "")).isdigit() else None
    context = {"raw": raw, "errors": errors, "chosen": chosen, "today": clock.today(), "full_page": not request.htmx}
    template = "people/_deputy.html" if request.htmx else "people/deputy_page.html"
    return render(request, template, context, status=422 if errors else 200)


@require_http_methods(["DELETE"])
@for_members
def deputy(request: Any, deputy_id: int) -> HttpResponse:
    found = Deputy.objects.select_related("member", "deputy").filter(pk=deputy_id).first()
    if found is None:
        raise Http404
    with acts.act(request.actor, "end_deputyship", record_type="members", subject=found.deputy.name) as change_set:
        standing.end_deputyship(actor=request.actor, deputy=found)
    return finishing.finished(
        request, _("%(name)s does not stand in any more.") % {"name": found.deputy.name}, undo=change_set
    )
