"""The page of reports: ready-made ones, and everything that can be asked of the declared measures."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhike.base import clock
from zhike.records import conditions, policies
from zhike.records.exporting import running as exporting
from zhike.records.pages import answering
from zhike.records.reporting import asking, offering, ranges, running
from zhike.records.reporting.asking import Asked, BadQuestion
from zhike.shell import report_drawing, report_files

FIRST = "funnel"
HEAD_AND_FOOT = 2


@require_GET
@answering.for_members
def report(request: Any) -> HttpResponse:
    offered = offering.offered_to(request.actor)
    if not offered:
        raise Http404
    try:
        asked = _asked(request)
    except BadQuestion as error:
        return answering.refuse(request, 400, str(error))
    result = _result(request, asked)
    chart = report_drawing.chart_of(result, asked.chart)
    context = {
        "asked": asked,
        "result": result,
        "table": report_drawing.table_of(result),
        "chart": json.dumps(chart, ensure_ascii=False) if chart else "",
        "chart_height": chart["height"] if chart else 0,
        "offered": offered,
        "controls": _controls(asked),
        "filter_json": json.dumps(asked.filter, ensure_ascii=False) if asked.filter else "",
        "state": asked.pairs(filter=None),
        "without_filter": asked.query(filter=None),
        "chips": conditions.chips(asked.filter, asked.reports.type, request.actor) if asked.filter else [],
        "may_export": asked.reports.type.policy.may(request.actor, policies.EXPORT),
        "title": asked.ready.label if asked.ready else asked.reports.type.plural,
    }
    return render(request, "shell/_report.html" if request.htmx else "shell/reports.html", context)


def _asked(request: Any) -> Asked:
    sent = request.GET
    first = FIRST if not any(sent.get(name) for name in ("report", "type")) else ""
    known = {ready.name for _reports, ready in offering.ready_for(request.actor)}
    try:
        return asking.read(request.actor, sent, clock.today(), report=first if first in known else "")
    except offering.UnknownReport as error:
        raise Http404 from error


def _result(request: Any, asked: Asked) -> running.Result:
    """A table of two groupings has room for one measure, and no groups only others would have."""
    question = asked.question
    if len(question.by) == 2:
        question = replace(question, measures=question.measures[:1], date=question.date_field)
    return running.ask(request.actor, question)


def _controls(asked: Asked) -> dict[str, Any]:
    """What each control offers, each as (value, label, is it chosen)."""
    reports, question = asked.reports, asked.question
    dimensions = [(each.name, _dimension_label(each)) for each in reports.all_dimensions()]
    dates = [(name, str(found.label)) for name in reports.all_dates() if (found := reports.type.field(name))]
    charts = [(name, str(label)) for name, label in asking.CHARTS.items() if name != "stacked"]
    named = ranges.choices()
    others = [each for each in reports.all_measures() if each.name not in {one.name for one in question.measures}]
    return {
        "measures": [
            *((each.name, str(each.label), True) for each in question.measures),
            *((each.name, str(each.label), False) for each in others),
        ],
        "by": _options([("", _("Nothing")), *dimensions], asked.by),
        "then": _options([("", "–"), *(each for each in dimensions if each[0] != asked.by)], asked.then),
        "dates": _options(dates, question.date_field),
        "ranges": _options([*named, (ranges.CUSTOM, _("From … to …"))], question.range.name),
        "scopes": _options([(name, str(label)) for name, label in asking.SCOPES.items()], asked.scope),
        "charts": _options(charts, asked.chart),
        "is_custom": question.range.name == ranges.CUSTOM,
    }


def _options(pairs: list[tuple[str, str]], chosen: str) -> list[tuple[str, str, bool]]:
    return [(value, label, value == chosen) for value, label in pairs]


def _dimension_label(dimension: Any) -> str:
    units = {"week": _("by week"), "month": _("by month"), "quarter": _("by quarter"), "year": _("by year")}
    unit = units.get(getattr(dimension, "unit", ""))
    return f"{dimension.label} · {unit}" if unit else str(dimension.label)


@require_GET
@answering.for_members
def export(request: Any) -> HttpResponse:
    """The table of the report as CSV or XLSX."""
    form = request.GET.get("format", "")
    if form not in report_files.MEDIA_TYPES:
        raise Http404
    try:
        asked = _asked(request)
    except BadQuestion as error:
        return answering.refuse(request, 400, str(error))
    if not asked.reports.type.policy.may(request.actor, policies.EXPORT):
        return answering.refuse(request, 403, _("You may not export here."))
    rows = report_files.rows_of(_result(request, asked))
    _note(request.actor, asked, form, len(rows) - HEAD_AND_FOOT)
    content = report_files.as_csv(rows) if form == "csv" else report_files.as_xlsx(rows)
    name = quote(f"{asked.ready.label if asked.ready else asked.reports.type.plural}-{clock.today()}.{form}")
    response = HttpResponse(content, content_type=report_files.MEDIA_TYPES[form])
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


def _note(actor: Any, asked: Asked, form: str, rows: int) -> None:
    """Figures that leave have a trace as records have; its columns say which report it was."""
    columns = [f"{name}={value}" for name, value in asked.pairs() if name != "filter"]
    condition = dict(asked.question.condition or {})
    exporting.note(actor, asked.reports.record_type, form, rows=rows, condition=condition, columns=columns)
