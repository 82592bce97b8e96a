"""Reports through the API: the very figures of the pages, each with the condition of the records behind it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from zhike.base import clock
from zhike.base.actors import Actor
from zhike.records.api import problems
from zhike.records.api.answering import Answer, endpoint
from zhike.records.api.bodies import Parameters
from zhike.records.api.problems import bad_parameter
from zhike.records.reporting import asking, offering, running
from zhike.records.reporting.dimensions import Dimension, Group
from zhike.records.reporting.running import Figure, Result, Row

PARAMETERS = ("range", "from", "to", "scope", "filter", "by", "then", "date")


def list_reports(request: HttpRequest, actor: Actor) -> Answer:
    Parameters(request)
    items = [
        {
            "name": ready.name,
            "label": str(ready.label),
            "record_type": reports.record_type,
            "measures": [_measure(reports.measure(name)) for name in ready.measures],
            "by": list(ready.by),
            "url": f"/api/v1/reports/{ready.name}/",
        }
        for reports, ready in offering.ready_for(actor)
    ]
    return Answer({"items": items})


def read_report(request: HttpRequest, actor: Actor, report_name: str) -> Answer:
    parameters = Parameters(request, *PARAMETERS)
    parameters.json("filter")
    try:
        asked = asking.read(actor, request.GET, clock.today(), report=report_name)
    except offering.UnknownReport:
        raise problems.not_found() from None
    except asking.BadQuestion as error:
        raise bad_parameter(error.name, str(error)) from None
    return Answer(_shown(asked, running.ask(actor, asked.question)))


def _shown(asked: asking.Asked, result: Result) -> dict[str, Any]:
    question = result.question
    return {
        "name": asked.ready.name if asked.ready else "",
        "label": str(asked.ready.label) if asked.ready else "",
        "record_type": question.reports.record_type,
        "from": _day(question.range.first),
        "to": _day(question.range.last),
        "date": question.date_field,
        "currency": result.currency,
        "converted": list(result.conversion.codes) if result.conversion else [],
        "measures": [_measure(measure) for measure in question.measures],
        "by": [{"name": each.name, "label": str(each.label)} for each in question.by],
        "rows": [_row(question.by, row) for row in result.rows],
        "total": _row((), result.total),
        "is_cut": result.is_cut,
    }


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None


def _measure(measure: Any) -> dict[str, str]:
    return {"name": measure.name, "label": str(measure.label), "unit": measure.unit.value}


def _row(by: tuple[Dimension, ...], row: Row) -> dict[str, Any]:
    return {
        "groups": [_group(dimension, group) for dimension, group in zip(by, row.groups, strict=False)],
        "figures": {figure.measure.name: _figure(figure) for figure in row.figures},
    }


def _group(dimension: Dimension, group: Group) -> dict[str, Any]:
    return {"value": dimension.key(group.value), "label": group.label}


def _figure(figure: Figure) -> dict[str, Any]:
    """Counts are numbers, everything else decimal strings; other currencies stand beside, never added in."""
    shown: dict[str, Any] = {"value": _number(figure.value), "filter": dict(figure.condition)}
    if figure.currency:
        shown["currency"] = figure.currency
        shown["others"] = [{"currency": code, "value": _number(value)} for code, value in figure.others]
    return shown


def _number(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


reports_list = endpoint(GET=list_reports)
report_detail = endpoint(GET=read_report)
