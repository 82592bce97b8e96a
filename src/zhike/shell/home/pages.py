"""The home page and its parts. The heavier cards fetch themselves once the page stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from zhike.base import clock
from zhike.base.changelog import acts
from zhike.domains.activities import queries
from zhike.records import gate, policies, registry
from zhike.records.pages import answering, finishing
from zhike.records.reporting.asking import MINE
from zhike.records.reporting.running import list_url
from zhike.shell.home import asking, days, planning, work
from zhike.shell.home.asking import Asked
from zhike.shell.home.sales import Sales

SELLERS_SHOWN = 15
BEGUN_BY = ("opportunities", "customers", "activities")
"""A workspace has begun once there is a record of one of these."""


@require_GET
@answering.for_members
def home(request: Any) -> HttpResponse:
    frame: dict[str, Any] = {
        "greeting": days.greeting(clock.now(), request.user.name),
        "day": days.day_text(clock.today()),
    }
    if not _has_begun(request.actor):
        return render(request, "shell/home_start.html", frame | {"steps": _first_steps(request.actor)})
    asked = asking.read(request.actor, request.GET)
    frame |= {"asked": asked, "sales": Sales(asked), "fallback": asking.fallback_text(asked)}
    for light in (*((_tasks, _appointments) if asked.sees_tasks else ()), _recent):
        frame |= light(request, asked)
    return render(request, "shell/home.html", frame)


def _has_begun(actor: Any) -> bool:
    for name in BEGUN_BY:
        record_type = registry.get(name)
        found = record_type.queryset().filter(trashed_at__isnull=True)
        if record_type.policy.visible_to(actor, found).exists():
            return True
    return False


def _first_steps(actor: Any) -> list[dict[str, Any]]:
    """What to do first, as far as the actor may."""
    may = {name: registry.get(name).policy.may for name in ("customers", "members", "opportunities")}
    steps = [
        (may["customers"](actor, policies.IMPORT), "file-spreadsheet", _("Bring in a spreadsheet"),
         _("Customers, contacts, deals, products and salespeople from Excel or CSV, checked before anything is saved."),
         "/imports/new/", _("Import a file"), False),
        (may["customers"](actor, policies.CREATE), "building", _("Add a customer"),
         _("Begin with one you are talking to just now; contacts, deals and activities gather around it."),
         "/customers/new/", _("New customer"), True),
        (may["members"](actor, policies.CREATE), "user-plus", _("Invite your people"),
         _("They sign in by a link of their own and see what their role and department allow."),
         "/members/", _("Members"), False),
        (may["opportunities"](actor, policies.CREATE), "target-arrow", _("Open the first deal"),
         _("Move it from stage to stage on the board; this page then shows how sales stand."),
         "/opportunities/new/", _("New opportunity"), True),
    ]  # fmt: skip
    names = ("icon", "title", "text", "url", "label", "drawer")
    return [dict(zip(names, step[1:], strict=True)) for step in steps if step[0]]


# Parts


@require_GET
@answering.for_members
def part(request: Any, name: str) -> HttpResponse:
    draw = PARTS.get(name)
    if draw is None:
        raise Http404
    asked = asking.read(request.actor, request.GET)
    if not (asked.sees_tasks if name == "tasks" else asked.sees_sales):
        raise gate.NotAllowed(name)
    return render(request, f"shell/home_{name}.html", {"asked": asked} | draw(request, asked))


def _tasks(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    groups = work.tasks(asked.actor, asked.today)
    shown = [task for group in groups for task in group.tasks]
    return {
        "task_groups": groups,
        "task_count": sum(group.count for group in groups),
        "task_subjects": queries.subjects(asked.actor, shown),
        "now": clock.now(),
    }


def _months(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    sales = Sales(asked)
    return {"sales": sales, "chart": json.dumps(sales.month_chart, ensure_ascii=False)}


def _sellers(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    ranking = Sales(asked).ranking("owner")
    return {"ranking": ranking[:SELLERS_SHOWN], "count": len(ranking), "head": _("Salesperson")}


def _regions(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    return {"ranking": Sales(asked).ranking("region"), "head": _("Sales region")}


def _attention(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    sales = Sales(asked)
    condition = sales.attention_condition()
    deals = work.deals_needing_attention(asked, sales.reasons, condition)
    url = list_url("opportunities", condition)
    return {"deals": deals, "url": url, "editable": work.editable(asked.actor, deals)}


def _appointments(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    shown, url = work.appointments(asked.actor, asked.today)
    return {"appointments": shown, "appointments_url": url, "calendar_url": list_url("activities/calendar", MINE)}


def _recent(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    return {"recent": work.recent_records(asked.actor)}


PARTS: dict[str, Callable[[HttpRequest, Asked], dict[str, Any]]] = {
    "tasks": _tasks,
    "months": _months,
    "sellers": _sellers,
    "regions": _regions,
    "attention": _attention,
}


# Planning a next step


@require_http_methods(["GET", "POST"])
@answering.for_members
def plan(request: Any, opportunity_id: int) -> HttpResponse:
    """A task on a deal, from the list of deals that need attention."""
    deal = gate.get_record(request.actor, registry.get("opportunities"), opportunity_id)
    gate.require_any(request.actor, policies.CREATE, registry.get("activities"))
    if request.method == "GET":
        return _plan_form(request, deal, planning.begun(deal, clock.now()), {})
    raw = {name: request.POST.get(name, "") for name in planning.FIELDS}
    try:
        with acts.act(request.actor, "create", record_type="activities", subject=raw["subject"][:200]) as change_set:
            planning.plan_task(request.actor, deal, raw)
    except gate.Refused as refused:
        return _plan_form(request, deal, raw, refused.errors, status=422)
    return finishing.finished(request, _("The task was planned."), undo=change_set, url=deal.get_absolute_url())


def _plan_form(request: Any, deal: Any, raw: dict[str, Any], errors: dict[str, Any], status: int = 200) -> HttpResponse:
    context = {"deal": deal, "raw": raw, "errors": errors}
    template = "shell/home_plan.html" if request.htmx else "shell/home_plan_page.html"
    return render(request, template, context, status=status)
