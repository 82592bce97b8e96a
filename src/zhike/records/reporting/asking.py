"""A report as an address asks for it; the page, its exports and the API read the same words.

report=sellers   type=opportunities   measure=won_amount&measure=win_rate   by=owner   then=stage
range=this_quarter   from=2026-01-01&to=2026-03-31   date=closed_on   scope=me|team|all   filter=JSON   chart=bar
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.base.actors import Actor
from zhike.records import conditions
from zhike.records.conditions import ConditionError
from zhike.records.reporting import offering, ranges
from zhike.records.reporting.measures import Condition, Measure, both
from zhike.records.reporting.offering import Ready, Reports, UnknownReport
from zhike.records.reporting.ranges import Range
from zhike.records.reporting.running import Question

SCOPES = {"all": gettext_lazy("Everyone I may see"), "team": gettext_lazy("My team"), "me": gettext_lazy("Me")}
MINE = {"field": "owner", "op": "is_me"}
OURS = {"field": "owner", "op": "is_my_team"}
CHARTS = {
    "bar": gettext_lazy("Bars"),
    "ranking": gettext_lazy("Ranking"),
    "line": gettext_lazy("Line"),
    "pie": gettext_lazy("Ring"),
    "stacked": gettext_lazy("Stacked bars"),
    "": gettext_lazy("Table only"),
}
MOST_MEASURES = 6
LONGEST_FILTER = 20_000


class BadQuestion(ValueError):
    """The address asks for something that is not offered; `name` says which word of it."""

    def __init__(self, name: str, message: Any) -> None:
        super().__init__(str(message))
        self.name = name


def scope_condition(scope: str) -> Condition:
    return {"me": MINE, "team": OURS}.get(scope, {})


@dataclass(frozen=True)
class Asked:
    """`filter` is the condition as sent; the question's condition has the scope and the ready report's own too."""

    reports: Reports
    ready: Ready | None
    question: Question
    filter: Condition
    scope: str
    chart: str

    @property
    def by(self) -> str:
        return self.question.by[0].name if self.question.by else ""

    @property
    def then(self) -> str:
        return self.question.by[1].name if len(self.question.by) > 1 else ""

    def pairs(self, **changes: Any) -> list[tuple[str, str]]:
        """The report as the words of an address; a change of None drops a word."""
        parts: dict[str, Any] = {
            "report": self.ready.name if self.ready else None,
            "type": None if self.ready else self.reports.record_type,
            "measure": [measure.name for measure in self.question.measures],
            "by": self.by,
            "then": self.then or None,
            "date": self.question.date_field,
            **self.question.range.query(),
            "scope": self.scope if self.scope != "all" else None,
            "filter": json.dumps(self.filter, ensure_ascii=False) if self.filter else None,
            "chart": self.chart,
        }
        parts |= changes
        return [
            (name, str(value))
            for name, given in parts.items()
            if given is not None
            for value in (given if isinstance(given, list) else [given])
        ]

    def query(self, **changes: Any) -> str:
        return urlencode(self.pairs(**changes))


def read(actor: Actor, sent: Any, today: date, *, report: str = "") -> Asked:
    """`sent` is a `QueryDict`. Raises `BadQuestion`, `UnknownReport`, `ConditionError`."""
    ready = None
    if name := report or sent.get("report", ""):
        reports, ready = offering.find_ready(actor, name)
    else:
        reports = _reports_of(actor, sent.get("type", ""))
    measures = _measures(reports, sent.getlist("measure") or (ready.measures if ready else ()))
    by = _dimensions(reports, sent, ready)
    scope = sent.get("scope") or "all"
    if scope not in SCOPES:
        raise BadQuestion("scope", _("One of: me, team, all."))
    asked_filter = _filter(reports, sent.get("filter", ""))
    condition = both(ready.condition if ready else None, scope_condition(scope), asked_filter)
    question = Question(reports, measures, by, condition, _range(sent, today, ready), _date(reports, sent, ready))
    return Asked(reports, ready, question, asked_filter, scope, _chart(sent, ready, by))


def _reports_of(actor: Actor, name: str) -> Reports:
    offered = offering.offered_to(actor)
    found = next((reports for reports in offered if reports.record_type == name or not name), None)
    if found is None:
        raise UnknownReport(name)
    return found


def _measures(reports: Reports, names: Any) -> tuple[Measure, ...]:
    wanted = list(dict.fromkeys(names))[:MOST_MEASURES]
    try:
        return tuple(reports.measure(name) for name in wanted) or reports.measures[:1]
    except UnknownReport as error:
        raise BadQuestion("measure", _("There is no such measure: %(name)s.") % {"name": str(error)[:60]}) from None


def _dimensions(reports: Reports, sent: Any, ready: Ready | None) -> tuple[Any, ...]:
    ready_by = (*(ready.by if ready else ()), "", "")
    names = [sent.get("by", ready_by[0]), sent.get("then", ready_by[1] if "by" not in sent else "")]
    wanted = list(dict.fromkeys(name for name in names if name))
    try:
        return tuple(reports.dimension(name) for name in wanted)
    except UnknownReport as error:
        raise BadQuestion("by", _("There is no such grouping: %(name)s.") % {"name": str(error)[:60]}) from None


def _filter(reports: Reports, raw: str) -> Condition:
    if not raw:
        return {}
    try:
        found = json.loads(raw) if len(raw) <= LONGEST_FILTER and "\\u0000" not in raw and "\0" not in raw else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ConditionError(_("A condition is an object."))
    conditions.parse(found, reports.type)
    return {} if found == {"all": []} else found


def _range(sent: Any, today: date, ready: Ready | None) -> Range:
    try:
        return ranges.asked(sent, today, ready.span if ready else ranges.ALL)
    except ranges.BadRange as error:
        raise BadQuestion("range" if sent.get("range") else "from", error) from None


def _date(reports: Reports, sent: Any, ready: Ready | None) -> str:
    found = sent.get("date") or (ready.date if ready else "")
    if found and found not in reports.all_dates():
        raise BadQuestion("date", _("One of: %(names)s.") % {"names": ", ".join(reports.all_dates())})
    return str(found)


def _chart(sent: Any, ready: Ready | None, by: tuple[Any, ...]) -> str:
    chart = sent.get("chart", ready.chart if ready else "")
    if chart not in CHARTS:
        raise BadQuestion("chart", _("There is no such chart."))
    if "chart" not in sent and not ready:
        chart = "bar"
    if not by:
        return ""
    return "stacked" if len(by) == 2 and chart else "bar" if chart == "stacked" and len(by) < 2 else str(chart)
