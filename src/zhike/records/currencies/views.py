"""The pages of currencies: all of them, one with its rates, a rate in the drawer, rates from a file."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from zhike.base import clock
from zhike.base.actors import Door
from zhike.base.changelog import acts
from zhike.base.money import Currency
from zhike.base.sentences import one_line
from zhike.records import gate
from zhike.records.currencies import changing, files, keeping
from zhike.records.customising import meanwhile
from zhike.records.customising.changing import require_administrator
from zhike.records.models import ExchangeRate
from zhike.records.models.money import plain
from zhike.records.pages import answering, finishing

BASE = "/settings/currencies/"
SHOWN_RATES = 400


@require_safe
@answering.for_members
def all_currencies(request: Any) -> HttpResponse:
    require_administrator(request.actor)
    own, late, latest = keeping.own(), keeping.retired(), keeping.rates_of(clock.today())
    counts = dict(ExchangeRate.objects.filter(base=own).order_by().values_list("currency").annotate(n=Count("pk")))
    lines = [
        {"code": code, "name": keeping.name_of(code), "url": f"{BASE}{code}/", "rate": latest.get(code),
         "count": counts.get(code, 0)}
        for code in keeping.known() if code != own
    ]  # fmt: skip
    context = {
        "own": own, "own_name": keeping.name_of(own), "base": BASE,
        "used": [line for line in lines if line["code"] not in late],
        "retired": [line for line in lines if line["code"] in late],
    }  # fmt: skip
    template = "records/currencies/_currencies.html" if request.htmx else "records/currencies/currencies.html"
    return render(request, template, context)


@require_safe
@answering.for_members
def history(request: Any, code: str) -> HttpResponse:
    """The rates of one currency, the latest first."""
    require_administrator(request.actor)
    if code not in keeping.known() or code == keeping.own():
        raise gate.NotVisible
    found = ExchangeRate.objects.filter(currency=code, base=keeping.own()).order_by("-day")
    rows = list(found[: SHOWN_RATES + 1])
    before = [*rows[1:], None][: len(rows)]
    lines = [{"row": row, "change": _change(row, other)} for row, other in zip(rows, before, strict=True)]
    context = {
        "code": code, "name": keeping.name_of(code), "own": keeping.own(), "base": BASE, "url": f"{BASE}{code}/",
        "lines": lines[:SHOWN_RATES], "count": found.count(), "is_retired": code in keeping.retired(),
        "is_cut": len(rows) > SHOWN_RATES, "today": clock.today(),
    }  # fmt: skip
    template = "records/currencies/_rates.html" if request.htmx else "records/currencies/rates.html"
    return render(request, template, context)


def _change(row: ExchangeRate, before: ExchangeRate | None) -> str:
    """By how many per cent it is more than the one before: +0.42%."""
    return f"{(row.rate / before.rate - 1) * 100:+.2f}%" if before else ""


# Currencies


@require_http_methods(["GET", "POST"])
@answering.for_members
def new(request: Any) -> HttpResponse:
    require_administrator(request.actor)
    if request.method == "GET":
        return _currency_form(request, "")
    code, actor = request.POST.get("code", ""), request.actor.through(Door.FORM)
    try:
        with acts.act(actor, "add_currency", subject=code) as change_set:
            code = changing.add_currency(actor, code)
    except gate.Refused as refused:
        return _currency_form(request, code, refused.errors, status=422)
    message = _("%(name)s is in use now.") % {"name": keeping.name_of(code)}
    return finishing.finished(request, message, undo=change_set, url=BASE)


@require_http_methods(["POST", "DELETE"])
@answering.for_members
def retirement(request: Any, code: str) -> HttpResponse:
    """POST retires a currency, DELETE brings it back."""
    require_administrator(request.actor)
    actor, name = request.actor.through(Door.FORM), {"name": keeping.name_of(code)}
    is_back = request.method == "DELETE"
    service = changing.bring_back_currency if is_back else changing.retire_currency
    try:
        with acts.act(actor, "bring_back_currency" if is_back else "retire_currency", subject=code) as change_set:
            service(actor, code)
    except gate.Refused as refused:
        return answering.refuse(request, 422, " ".join(text for texts in refused.errors.values() for text in texts))
    told = (
        _("%(name)s is in use now.") if is_back else _("%(name)s is retired: amounts keep it, it is offered no more.")
    )
    return finishing.finished(request, told % name, undo=change_set, url=BASE, refresh=True)


# Rates


@require_http_methods(["GET", "POST"])
@answering.for_members
def new_rate(request: Any) -> HttpResponse:
    require_administrator(request.actor)
    if request.method == "GET":
        chosen = request.GET.get("currency", "")
        return _rate_form(request, None, {"currency": chosen, "day": clock.today().isoformat()})
    actor = request.actor.through(Door.FORM)
    try:
        with acts.act(actor, "add_rate", subject=_subject(request.POST)) as change_set:
            row = changing.add_rate(actor, request.POST)
    except gate.Refused as refused:
        return _rate_form(request, None, request.POST, refused.errors, status=422)
    return finishing.finished(request, _told(row), undo=change_set, url=f"{BASE}{row.currency}/")


@require_http_methods(["GET", "POST", "DELETE"])
@answering.for_members
def rate(request: Any, rate_id: int) -> HttpResponse:
    """GET its form, POST changes it, DELETE removes it."""
    require_administrator(request.actor)
    row, actor = changing.get_rate(rate_id), request.actor.through(Door.FORM)
    if request.method == "GET":
        return _rate_form(request, row, changing.seen_of(row))
    if request.method == "DELETE":
        with acts.act(actor, "remove_rate", subject=str(row)) as change_set:
            changing.remove_rate(actor, row)
        message = _("The rate of %(day)s is removed.") % {"day": row.day}
        return finishing.finished(request, message, undo=change_set, url=f"{BASE}{row.currency}/")
    try:
        with acts.act(actor, "revise_rate", subject=str(row)) as change_set:
            row = changing.revise_rate(actor, row, request.POST, seen=request.POST.get("seen", ""))
    except gate.Refused as refused:
        return _rate_form(request, row, request.POST, refused.errors, status=422)
    except meanwhile.ChangedMeanwhile as changed:
        return _rate_form(request, changing.get_rate(rate_id), request.POST, meant=changed, status=409)
    return finishing.finished(request, _told(row), undo=change_set, url=f"{BASE}{row.currency}/")


def _subject(posted: Any) -> str:
    return one_line(f"1 {posted.get('currency', '')} = {posted.get('rate', '')} {keeping.own()}")[:60]


def _told(row: ExchangeRate) -> str:
    return _("%(rate)s from %(day)s on.") % {"rate": row, "day": row.day}


@require_http_methods(["GET", "POST"])
@answering.for_members
def import_rates(request: Any) -> HttpResponse:
    require_administrator(request.actor)
    if request.method == "GET":
        return _import_form(request, {})
    actor = request.actor.through(Door.IMPORT)
    try:
        text = files.text_of(request.FILES.get("file"), request.POST.get("lines", ""))
        count, change_set = changing.import_rates(
            actor, text, replace="replace" in request.POST, confirmed="confirmed" in request.POST
        )
    except gate.Refused as refused:
        return _import_form(request, request.POST, refused.errors, status=422)
    words = ngettext("%(count)s rate was brought in.", "%(count)s rates were brought in.", count)
    return finishing.finished(request, words % {"count": f"{count:,}"}, undo=change_set, url=BASE)


# Drawing


def _currency_form(request: Any, code: str, errors: Any = None, *, status: int = 200) -> HttpResponse:
    late = set(keeping.in_use())
    offered = sorted(((each, f"{each} {name}") for each, name in Currency.choices if each not in late))
    context = {"url": f"{BASE}new/", "back": BASE, "code": code, "errors": errors or {}, "offered": offered}
    return _drawer(request, "currency", context, status=status)


def _rate_form(
    request: Any, row: ExchangeRate | None, raw: Any, errors: Any = None, *, meant: Any = None, status: int = 200
) -> HttpResponse:
    kept = "" if meant else request.POST.get("seen", "")
    own = keeping.own()
    context = {
        "row": row, "raw": raw, "errors": errors or {}, "meant": meant, "own": row.base if row else own,
        "url": f"{BASE}rates/{row.pk}/" if row else f"{BASE}rates/new/",
        "back": f"{BASE}{row.currency}/" if row else BASE,
        "offered": [(code, f"{code} {keeping.name_of(code)}") for code in keeping.in_use() if code != own],
        "seen": (kept or meanwhile.written(changing.seen_of(row))) if row else "",
        "latest": "" if row else _latest(str(raw.get("currency"))),
    }  # fmt: skip
    return _drawer(request, "rate", context, status=status)


def _latest(code: str) -> str:
    found = keeping.rate_on(code, clock.today())
    return plain(found.rate) if found else ""


def _import_form(request: Any, raw: Any, errors: Any = None, *, status: int = 200) -> HttpResponse:
    context = {
        "raw": raw, "errors": errors or {}, "url": f"{BASE}rates/import/", "back": BASE, "own": keeping.own(),
        "today": clock.today(),
    }  # fmt: skip
    return _drawer(request, "import", context, status=status)


def _drawer(request: Any, name: str, context: dict[str, Any], *, status: int) -> HttpResponse:
    """In the drawer, or as a page of its own."""
    context["page"] = not request.htmx or "_page" in request.POST
    context["partial"] = f"records/currencies/_{name}.html"
    template = "records/currencies/form_page.html" if context["page"] else context["partial"]
    return render(request, template, context, status=status)
