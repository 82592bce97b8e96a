"""How sales stand: won, open, in which stages, month by month, by whom and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.dateformat import format as in_words
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from zhike.domains.opportunities import attention
from zhike.domains.opportunities.reports import CLOSED, LOST, REPORTS, WON
from zhike.records.fields.numbers import SYMBOLS
from zhike.records.reporting import running, wording
from zhike.records.reporting.measures import both, count, share, total
from zhike.records.reporting.ranges import Range
from zhike.records.reporting.running import Figure, Question, Result, Row
from zhike.shell.home.asking import Asked

MONTHS = range(1, 13)


@dataclass(frozen=True)
class Stage:
    """A row of the funnel; `width` and `strength` in per cent."""

    label: str
    count: Figure
    amount: Figure | None
    width: int
    strength: int
    tone: str = ""

    @property
    def amount_text(self) -> str:
        return wording.text_of(self.amount) if self.amount is not None else ""


@dataclass(frozen=True)
class Change:
    """How a figure compares with the span before."""

    per_cent: int | None
    words: str

    @property
    def size(self) -> int:
        return abs(self.per_cent or 0)

    @property
    def tone(self) -> str:
        return "" if not self.per_cent else "up" if self.per_cent > 0 else "down"


@dataclass
class Sales:
    asked: Asked
    reasons: tuple[attention.Reason, ...] = field(default=())

    def __post_init__(self) -> None:
        self.reasons = self.reasons or attention.reasons(self.asked.today)

    # Closed deals

    @cached_property
    def closed(self) -> Result:
        """One query for the range and for the span before it."""
        now = running.within("closed_on", self.asked.range)
        won, lost, closed = both(WON, now), both(LOST, now), both(CLOSED, now)
        measures = [
            total("won_amount", _("Won amount"), "amount", where=won),
            count("won_count", _("Won"), where=won),
            count("lost_count", _("Lost"), where=lost),
            share("win_rate", _("Win rate"), having=won, among=closed),
        ]
        if before := self.asked.range.before():
            earlier = both(WON, running.within("closed_on", before))
            measures.append(total("won_before", _("Won amount"), "amount", where=earlier))
        return running.ask(self.asked.actor, Question(REPORTS, tuple(measures), condition=self.asked.condition))

    @cached_property
    def change(self) -> Change | None:
        """Against the span before; none where all time is shown."""
        if self.asked.range.before() is None:
            return None
        now, then = self.closed.figure("won_amount"), self.closed.figure("won_before")
        found = wording.difference(now.value, then.value)
        return Change(found, _("before: %(amount)s") % {"amount": wording.text_of(then)})

    # Open deals

    @cached_property
    def open(self) -> Result:
        """One query for the pipeline, the funnel and the deals that need attention."""
        needing = attention.needing_attention(self.reasons)
        named = tuple(REPORTS.measure(name) for name in ("open_count", "open_amount", "weighted_amount"))
        noticed = (
            count("attention_count", _("Deals that need attention"), where=needing),
            total("attention_amount", _("Amount"), "amount", where=needing),
        )
        question = Question(REPORTS, (*named, *noticed), (REPORTS.dimension("stage"),), self.asked.condition)
        return running.ask(self.asked.actor, question)

    @property
    def funnel(self) -> list[Stage]:
        rows = [row for row in self.open.rows if row.figure("open_count").value]
        won = self.closed.figure("won_count")
        counts = [row.figure("open_count").value for row in rows]
        largest = max([*counts, won.value, 1])
        stages = [
            Stage(
                row.label, row.figure("open_count"), row.figure("open_amount"),
                width=_per_cent(row.figure("open_count").value, largest),
                strength=35 + 55 * place // max(1, len(rows)),
            )
            for place, row in enumerate(rows)
        ]  # fmt: skip
        won_amount = self.closed.figure("won_amount")
        return [*stages, Stage(_("Won"), won, won_amount, _per_cent(won.value, largest), 90, "good")]

    # Month by month

    @cached_property
    def months(self) -> Result:
        year = self.asked.chart_year
        span = Range("custom", date(year - 1, 1, 1), date(year, 12, 31))
        return running.ask_simply(
            self.asked.actor, REPORTS, "won_amount", by=("closed_on:month",), condition=self.asked.condition,
            range=span, date="closed_on",
        )  # fmt: skip

    @property
    def month_table(self) -> list[tuple[str, Figure | None, Figure | None]]:
        """(month, this year, the year before)"""
        year = self.asked.chart_year
        known = {row.groups[0].value: row.figures[0] for row in self.months.rows}
        return [
            (_month(date(year, month, 1)), known.get(date(year, month, 1)), known.get(date(year - 1, month, 1)))
            for month in MONTHS
        ]

    @property
    def month_chart(self) -> dict[str, Any]:
        year, table = self.asked.chart_year, self.month_table
        return {
            "kind": "bar",
            "unit": SYMBOLS.get(self.months.currency, self.months.currency),
            "labels": [label for label, _now, _before in table],
            "series": [
                {"name": str(year - 1), "colour": "line-strong", "data": [_datum(before) for _l, _n, before in table]},
                {"name": str(year), "colour": "accent", "data": [_datum(now) for _l, now, _b in table]},
            ],
        }

    # By whom and where

    def ranking(self, dimension: str) -> list[Ranked]:
        """Won amount and win rate of each group, best first; groups that closed nothing are left out."""
        names = ("won_amount", "won_count", "win_rate")
        found = running.ask_simply(
            self.asked.actor, REPORTS, *names, by=(dimension,), condition=self.asked.condition,
            range=self.asked.range, date="closed_on",
        )  # fmt: skip
        rows = [row for row in found.rows if row.figure("win_rate").value is not None]
        best = max((row.figures[0].value for row in rows), default=Decimal())
        return [Ranked(row, _per_cent(row.figures[0].value, best)) for row in rows]

    def attention_condition(self) -> dict[str, Any]:
        return both(self.asked.condition, attention.needing_attention(self.reasons))


@dataclass(frozen=True)
class Ranked:
    row: Row
    width: int

    @property
    def label(self) -> str:
        return self.row.label

    @property
    def is_me(self) -> bool:
        return self.row.groups[0].is_current

    @property
    def won_amount(self) -> Figure:
        return self.row.figure("won_amount")

    @property
    def won_count(self) -> Figure:
        return self.row.figure("won_count")

    @property
    def win_rate(self) -> Figure:
        return self.row.figure("win_rate")

    @property
    def rate_width(self) -> int:
        return round(self.win_rate.value or 0)


def _per_cent(value: Any, of: Any) -> int:
    return int(Decimal(value or 0) * 100 / Decimal(of)) if of else 0


def _datum(figure: Figure | None) -> dict[str, Any]:
    if figure is None or not figure.value:
        return {"value": 0}
    return {"value": float(figure.value), "url": figure.url}


def _month(first: date) -> str:
    return in_words(first, pgettext("format of a month below a chart", "M"))
