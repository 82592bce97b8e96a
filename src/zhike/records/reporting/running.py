"""From a question to figures: one grouped query under the permission of the list, folded by currency."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cached_property, reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Q

from zhike.base.actors import Actor
from zhike.base.workspaces import queries as workspaces
from zhike.records import conditions, listing
from zhike.records.currencies import converting
from zhike.records.currencies.converting import Conversion
from zhike.records.reporting.dimensions import BySpan, Dimension, Group, as_day
from zhike.records.reporting.measures import Condition, Measure, both, compiled
from zhike.records.reporting.offering import Reports
from zhike.records.reporting.ranges import Range

MOST_GROUPS = 1000
Parts = list[Any]
Cells = dict[tuple[Any, ...], dict[str, Parts]]


@dataclass(frozen=True)
class Question:
    """`date` is the field the range is taken by; the first measure's own when it is not said."""

    reports: Reports
    measures: tuple[Measure, ...]
    by: tuple[Dimension, ...] = ()
    condition: Condition = field(default_factory=dict)
    range: Range = field(default_factory=lambda: Range("all"))
    date: str = ""

    @property
    def date_field(self) -> str:
        return self.date or self.measures[0].date

    @property
    def has_money(self) -> bool:
        return bool(self.reports.currency) and any(measure.is_money for measure in self.measures)

    def narrowed(self) -> dict[str, Any]:
        """The question's condition and range together."""
        return both(self.condition, within(self.date_field, self.range))


@dataclass(frozen=True)
class Figure:
    """A measure's value in the leading currency; `others` are the same in other currencies, never added up."""

    measure: Measure
    value: Any
    currency: str = ""
    others: tuple[tuple[str, Any], ...] = ()
    condition: Condition = field(default_factory=dict)
    url: str = ""
    conversion: Conversion | None = None
    """How amounts of other currencies came into `value`."""


@dataclass(frozen=True)
class Row:
    groups: tuple[Group, ...]
    figures: tuple[Figure, ...]

    @property
    def label(self) -> str:
        return self.groups[0].label

    def figure(self, name: str) -> Figure:
        return next(figure for figure in self.figures if figure.measure.name == name)


@dataclass
class Result:
    question: Question
    currency: str
    currencies: tuple[str, ...]
    rows: list[Row]
    total: Row
    is_cut: bool = False
    """Whether there are more groups than are shown; the total is of all of them."""
    first_totals: list[Row] = field(default_factory=list)
    second_totals: list[Row] = field(default_factory=list)
    """With two groupings: each group of the first, of the second, over all of the other."""
    conversion: Conversion | None = None
    """How amounts of other currencies were converted, where they were."""

    def figure(self, name: str) -> Figure:
        return self.total.figure(name)


def ask(actor: Actor, question: Question) -> Result:
    """Raises `ConditionError` when the question's condition does not fit its type."""
    return _Run(actor, question).result()


def ask_simply(
    actor: Actor, reports: Reports, *measures: str, by: Sequence[str] = (), condition: Condition | None = None,
    range: Range | None = None, date: str = "",
) -> Result:  # fmt: skip
    """The same by names. Raises `UnknownReport`."""
    return ask(
        actor,
        Question(
            reports,
            tuple(reports.measure(name) for name in measures),
            tuple(reports.dimension(name) for name in by),
            condition or {},
            range or Range("all"),
            date,
        ),
    )


def within(date_field: str, span: Range) -> Condition | None:
    if span.first and span.last:
        return {"field": date_field, "op": "between", "value": [str(span.first), str(span.last)]}
    if span.first:
        return {"field": date_field, "op": "after", "value": str(span.first - timedelta(days=1))}
    if span.last:
        return {"field": date_field, "op": "before", "value": str(span.last + timedelta(days=1))}
    return None


def list_url(record_type_name: str, condition: Condition) -> str:
    """The list of exactly the records a condition finds."""
    text = json.dumps(condition, ensure_ascii=False, separators=(",", ":"))
    return f"/{record_type_name}/?{urlencode({'view': 'all', 'filter': text})}"


class _Run:
    def __init__(self, actor: Actor, question: Question) -> None:
        self.actor, self.question = actor, question
        self.type = question.reports.type
        self.context = conditions.context_of(actor)
        self._read: dict[str, Q] = {}
        self._groups: dict[int, dict[Any, Group]] = {}
        self.conversion: Conversion | None = None
        self._lacks_rates = False

    def result(self) -> Result:
        cells, sums, is_cut = self._read_all()
        if self.question.has_money:
            cells, sums, is_cut = self._converted(cells, sums, is_cut)
        self.currencies = self._currencies(sums)
        self._fill_gaps(cells)
        total = Row((), self._figures(sums, []))
        found = Result(self.question, self.currency, self.currencies, self._rows(cells), total, is_cut)
        found.conversion = self.conversion
        if len(self.question.by) == 2:
            found.first_totals, found.second_totals = self._totals_along(cells, 0), self._totals_along(cells, 1)
        return found

    def _read_all(self) -> tuple[Cells, dict[str, Parts], bool]:
        rows = list(self._query(self.question.by)[: MOST_GROUPS + 1])
        is_cut = len(rows) > MOST_GROUPS
        cells = self._cells(rows[:MOST_GROUPS], len(self.question.by))
        return cells, self._folded(self._cells(list(self._query(())), 0) if is_cut else cells), is_cut

    def _converted(self, *told: Any) -> tuple[Cells, dict[str, Parts], bool]:
        """The same in the workspace's own currency, if others were met and each amount has a rate; else as `told`."""
        met = [currency for currency, parts in told[1].items() if any(parts)]
        self.conversion = converting.conversion(self.type.model, self.question.reports.currency, met)
        if self.conversion is not None:
            found = self._read_all()
            if not self._lacks_rates:
                return found
            self.conversion = None
        return told

    # The query

    @cached_property
    def _wheres(self) -> list[Condition]:
        """What at least one measure asks for; nothing where one of them asks for nothing."""
        asked = [measure.where for measure in self.question.measures]
        return [where for place, where in enumerate(asked) if where not in asked[:place]] if all(asked) else []

    def _compiled(self, where: Condition) -> Q:
        """Each condition is read once: reading looks up the options it names."""
        key = json.dumps(where, sort_keys=True, default=str)
        if key not in self._read:
            self._read[key] = compiled(where, self.type, self.context)
        return self._read[key]

    def _query(self, by: tuple[Dimension, ...]) -> Any:
        found = listing.base_query(self.actor, self.type, condition=self.question.narrowed() or None)
        if self._wheres:
            found = found.filter(reduce(or_, map(self._compiled, self._wheres)))
        names = {f"d{place}": dimension.expression() for place, dimension in enumerate(by)}
        if self.question.has_money and self.conversion is None:
            names["c"] = F(self.question.reports.currency)
        grouped = found.order_by().annotate(**names).values(*names) if names else found.order_by()
        if not names:
            return [grouped.aggregate(**self._aggregates())]
        return grouped.annotate(**self._aggregates()).order_by(F("p0").desc(nulls_last=True))

    def _aggregates(self) -> dict[str, Any]:
        parts = ((measure, part) for measure in self.question.measures for part in measure.parts())
        told = self._wheres[0] if len(self._wheres) == 1 else {}
        found: dict[str, Any] = {}
        for place, (measure, part) in enumerate(parts):
            asked = Q() if part.where == told else self._compiled(part.where)
            into = self.conversion if measure.is_money and part.is_sum else None
            found[f"p{place}"] = part.aggregate(asked, into.worth if into else None)
            if into:
                found[f"l{place}"] = into.lacking(part.of, asked)
        return found

    # Folding

    def _cells(self, rows: list[dict[str, Any]], depth: int) -> Cells:
        cells: Cells = {}
        own = self.conversion.own if self.conversion else ""
        for row in rows:
            self._lacks_rates = self._lacks_rates or any(row.get(f"l{place}") for place in range(self._part_count))
            key = tuple(row[f"d{place}"] for place in range(depth))
            parts = [_in_days(row[f"p{place}"]) for place in range(self._part_count)]
            cells.setdefault(key, {})[row.get("c") or own] = parts
        return cells

    @cached_property
    def _part_count(self) -> int:
        return sum(len(measure.parts()) for measure in self.question.measures)

    def _folded(self, cells: Cells) -> dict[str, Parts]:
        sums: dict[str, Parts] = {}
        for by_currency in cells.values():
            for currency, parts in by_currency.items():
                sums[currency] = _added(sums.get(currency), parts)
        return sums

    def _currencies(self, sums: dict[str, Parts]) -> tuple[str, ...]:
        """The workspace's own first (or, where nothing is in it, whichever is), then the others by name."""
        own = workspaces.own_currency()
        present = {currency for currency, parts in sums.items() if currency and any(parts)}
        return tuple(sorted(present or {own}, key=lambda each: (each != own, each)))

    @property
    def currency(self) -> str:
        return self.currencies[0]

    def _fill_gaps(self, cells: Cells) -> None:
        """A month without records stands in the row of months too."""
        by = self.question.by
        if not by or not isinstance(by[0], BySpan) or not all(m.is_additive for m in self.question.measures):
            return
        days = [day for key in cells if (day := as_day(key[0]))]
        seen = {as_day(key[0]) for key in cells}
        if len(by) != 1 or not days:
            return
        for day in by[0].between(min(days), max(days)):
            if day not in seen:
                cells[(day,)] = {}

    # Figures

    def _rows(self, cells: Cells) -> list[Row]:
        rows = [
            Row(
                tuple(self._known(cells, place)[value] for place, value in enumerate(key)),
                self._figures(by_currency, self._conditions_of(key)),
            )
            for key, by_currency in cells.items()
            if key
        ]
        return sorted(rows, key=lambda row: _place(self.question.by[0], row))

    def _conditions_of(self, key: tuple[Any, ...]) -> list[Condition]:
        return [dimension.condition(value) for dimension, value in zip(self.question.by, key, strict=True)]

    def _totals_along(self, cells: Cells, place: int) -> list[Row]:
        dimension, folded = self.question.by[place], {}
        for value in {key[place] for key in cells}:
            folded[value] = self._folded({key: each for key, each in cells.items() if key[place] == value})
        known = self._known(cells, place)
        rows = [
            Row((known[value],), self._figures(sums, [dimension.condition(value)])) for value, sums in folded.items()
        ]
        return sorted(rows, key=lambda row: _place(dimension, row))

    def _known(self, cells: Cells, place: int) -> dict[Any, Group]:
        """The groups of one dimension, looked up once."""
        if place not in self._groups:
            values = {key[place] for key in cells}
            self._groups[place] = self.question.by[place].groups(self.actor, values)
        return self._groups[place]

    def _figures(self, by_currency: dict[str, Parts], where: list[Condition]) -> tuple[Figure, ...]:
        figures, place = [], 0
        for measure in self.question.measures:
            upto = place + len(measure.parts())
            figures.append(self._figure(measure, by_currency, slice(place, upto), where))
            place = upto
        return tuple(figures)

    def _figure(self, measure: Measure, by_currency: dict[str, Parts], part: slice, where: list[Condition]) -> Figure:
        asked = [self.question.narrowed(), measure.where, *where]
        if not (measure.is_money and self.question.has_money):
            summed: Parts = []
            for parts in by_currency.values():
                summed = _added(summed, parts[part])
            condition = both(*asked)
            value = measure.value(*(summed or [None] * len(measure.parts())))
            return Figure(measure, value, condition=condition, url=self._url(condition))
        values = {currency: measure.value(*parts[part]) for currency, parts in by_currency.items()}
        if len(self.currencies) > 1:
            asked.append({"field": self.question.reports.currency, "op": "in", "value": [self.currency]})
        condition = both(*asked)
        others = tuple((currency, values[currency]) for currency in self.currencies[1:] if values.get(currency))
        empty = measure.value(*[None] * len(measure.parts()))
        value = values.get(self.currency, empty)
        return Figure(measure, value, self.currency, others, condition, self._url(condition), self.conversion)

    def _url(self, condition: Condition) -> str:
        return list_url(self.type.name, condition)


def _place(dimension: Dimension, row: Row) -> Any:
    """Stages and months in their own order, people and products by size."""
    first, group = row.figures[0].value, row.groups[0]
    size = (first is None, -(first or 0))
    if dimension.natural_order:
        return (group.position, group.label, *size)
    return (*size, str(group.position), group.label)


def _in_days(value: Any) -> Any:
    return Decimal(value // timedelta(seconds=1)) / 86_400 if isinstance(value, timedelta) else value


def _added(sums: Parts | None, parts: Parts) -> Parts:
    if not sums:
        return list(parts)
    return [(one or 0) + (other or 0) for one, other in zip(sums, parts, strict=True)]
