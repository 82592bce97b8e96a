"""The page on which the company says how it counts its time."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhike.base import clock
from zhike.base.actors import Door
from zhike.base.changelog import acts
from zhike.base.money import Currency
from zhike.records import gate, periods
from zhike.records.company import changing, itself, keeping
from zhike.records.customising import meanwhile
from zhike.records.customising.changing import require_administrator
from zhike.records.models import Company
from zhike.records.pages import answering, finishing

URL = "/settings/company/"
SHOWN_DAYS = 42


@require_http_methods(["GET", "POST"])
@answering.for_members
def page(request: Any) -> HttpResponse:
    require_administrator(request.actor)
    if request.method == "GET":
        return _draw(request, changing.seen_of(_row()))
    raw, actor = _asked(request.POST), request.actor.through(Door.FORM)
    try:
        with acts.act(actor, "revise_company", subject=_("Company")) as change_set:
            changing.revise_company(actor, raw, seen=request.POST.get("seen", ""))
    except gate.Refused as refused:
        return _draw(request, raw, refused.errors, status=422)
    except meanwhile.ChangedMeanwhile as changed:
        return _draw(request, raw, meant=changed, status=409)
    return finishing.led_on(request, URL, _("The company’s settings are saved."), undo=change_set)


def _row() -> Company:
    return itself.filled(Company.objects.first() or keeping.as_delivered())


def _asked(posted: Any) -> dict[str, Any]:
    return {name: posted[name] for name in itself.NAMES if name in posted} | {
        "fiscal_start": posted.get("fiscal_start", ""), "rest_days": posted.getlist("rest_days"),
        "follows_holidays": "follows_holidays" in posted, "own_days": posted.get("own_days", ""),
    }  # fmt: skip


def _draw(
    request: Any, raw: dict[str, Any], errors: Any = None, *, meant: Any = None, status: int = 200
) -> HttpResponse:
    kept = "" if meant else request.POST.get("seen", "")
    rest, own = {str(each) for each in raw["rest_days"]}, raw["own_days"]
    context = {
        "raw": raw, "errors": errors or {}, "meant": meant, "url": URL,
        "months": [(str(month), date_format(date(2026, month, 1), "F")) for month in range(1, 13)],
        "month": str(raw["fiscal_start"]), "languages": settings.LANGUAGES,
        "currencies": [(code, f"{code} {name}") for code, name in Currency.choices],
        "zones": [(name, name) for name in itself.time_zones()],
        "weekdays": [(str(number), name, str(number) in rest) for number, name in enumerate(periods.WEEKDAYS)],
        "own_days": own if isinstance(own, str) else json.dumps(own, ensure_ascii=False),
        "kinds": ((keeping.OFF, _("Day off")), (keeping.WORK, _("Working day"))),
        "seen": kept or meanwhile.written(changing.seen_of(_row())), "spans": _spans(), "weeks": _weeks(),
    }  # fmt: skip
    template = "records/company/_form.html" if request.htmx else "records/company/page.html"
    return render(request, template, context, status=status)


def _spans() -> list[tuple[str, str]]:
    """What "this quarter" and "this year" mean at present."""
    today = clock.today()
    named = ((_("This quarter"), {"this": "quarter"}), (_("This year"), {"this": "year"}))
    return [(label, " – ".join(str(each) for each in periods.span(value, today))) for label, value in named]


def _weeks() -> list[list[dict[str, Any]]]:
    """The weeks to come, day by day, as they are worked now."""
    today = clock.today()
    first = periods.start_of("week", today)
    days = [first + timedelta(days=ahead) for ahead in range(SHOWN_DAYS)]
    shown = [
        {"day": day, "is_worked": keeping.is_working_day(day), "is_today": day == today,
         "is_past": day < today, "is_unusual": keeping.is_working_day(day) != (day.weekday() not in keeping.WEEKEND)}
        for day in days
    ]  # fmt: skip
    return [shown[start : start + 7] for start in range(0, SHOWN_DAYS, 7)]
