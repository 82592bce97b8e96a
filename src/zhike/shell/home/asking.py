"""What is asked of the home page: which range of dates, whose records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from zhike.base import clock
from zhike.base.actors import Actor
from zhike.records import listing, registry
from zhike.records.reporting import ranges
from zhike.records.reporting.asking import SCOPES, scope_condition
from zhike.records.reporting.measures import both
from zhike.records.reporting.ranges import Range
from zhike.records.roles import sight

WON = {"field": "status", "op": "in", "value": ["won"]}
LOST = {"field": "status", "op": "in", "value": ["lost"]}
SALES = (
    "amount", "currency", "status", "stage", "owner", "closed_on", "opened_on", "created_at", "expected_close_on",
    "stage_entered_at", "last_activity_at", "next_activity_at",
)  # fmt: skip
TASKS = ("kind", "owner", "due_at", "done_at", "happened_at")
DEFAULTS = ("this_quarter", "this_year", "last_year")
"""The default range is the first of these in which a deal was closed, else all time."""


@dataclass(frozen=True)
class Asked:
    """`is_fallback` says that nobody chose the range and this quarter had nothing to show."""

    actor: Actor
    today: date
    scope: str
    range: Range
    is_fallback: bool
    last_closed: date | None
    problem: str = ""

    @property
    def sees_sales(self) -> bool:
        """Whether the reader may read every field the figures of sales are made of."""
        return sight.all_readable(registry.get("opportunities"), SALES)

    @property
    def sees_tasks(self) -> bool:
        return sight.all_readable(registry.get("activities"), TASKS)

    @property
    def condition(self) -> dict[str, Any]:
        return dict(scope_condition(self.scope))

    @property
    def scope_label(self) -> str:
        return str(SCOPES[self.scope])

    def query(self, **changes: str) -> str:
        return urlencode({**self.range.query(), "scope": self.scope, **changes})

    def range_links(self) -> list[tuple[str, str, bool]]:
        """(query, label, is it shown now)"""
        return [
            (urlencode({"range": name, "scope": self.scope}), label, name == self.range.name)
            for name, label in ranges.choices()
        ]

    def scope_links(self) -> list[tuple[str, str, bool]]:
        return [(self.query(scope=name), str(label), name == self.scope) for name, label in SCOPES.items()]

    @property
    def chart_year(self) -> int:
        """The year whose months are drawn: the range's, else that of the last closing."""
        last = self.range.last or self.last_closed or self.today
        return min(last, self.last_closed or last).year if self.range.is_open else last.year


def read(actor: Actor, sent: Any) -> Asked:
    today = clock.today()
    scope = sent.get("scope", "")
    scope = scope if scope in SCOPES else "all"
    condition = dict(scope_condition(scope))
    last_closed = None
    if sight.all_readable(registry.get("opportunities"), SALES):
        last_closed = _last_closed(actor, condition, today)
    if not any(sent.get(name) for name in ("range", "from", "to")):
        found = default_range(last_closed, today)
        return Asked(actor, today, scope, found, found.name != DEFAULTS[0], last_closed)
    try:
        return Asked(actor, today, scope, ranges.asked(sent, today), False, last_closed)
    except ranges.BadRange as error:
        return Asked(actor, today, scope, default_range(last_closed, today), False, last_closed, str(error))


def default_range(last_closed: date | None, today: date) -> Range:
    for name in DEFAULTS:
        found = ranges.named(name, today)
        if last_closed is None or (found.first and last_closed >= found.first):
            return found
    return Range(ranges.ALL)


def _last_closed(actor: Actor, condition: dict[str, Any], today: date) -> date | None:
    """The latest closing up to today; a closing entered for the future is none yet.

    Won and lost are asked for by themselves: so each is the end of an index.
    """
    until = {"field": "closed_on", "op": "between", "value": [str(ranges.EARLIEST), str(today)]}
    latest: list[date] = []
    for closed in (WON, LOST):
        asked = both(condition, closed, until)
        found = listing.base_query(actor, registry.get("opportunities"), condition=asked).order_by("-closed_on")
        latest += found.values_list("closed_on", flat=True)[:1]
    return max(latest, default=None)


def fallback_text(asked: Asked) -> str:
    if not asked.is_fallback:
        return ""
    return _("No deal was closed this quarter; shown is: %(range)s") % {"range": asked.range.label}
