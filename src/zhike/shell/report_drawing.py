"""A report's result as a chart and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zhike.records.fields.numbers import SYMBOLS
from zhike.records.reporting.measures import Unit
from zhike.records.reporting.running import Figure, Result, Row

MOST_BARS, MOST_SERIES = 30, 8
PER_BAR, FRAME = 26, 36
COLOURS = ("accent", "good", "plum", "warn", "line-strong", "bad", "ink-3", "accent-soft")


@dataclass(frozen=True)
class Line:
    """A row of the table: its label, its cells (None where there is nothing), for a second grouping its total."""

    label: str
    cells: list[Figure | None]
    total: Figure | None = None
    is_current: bool = False


@dataclass(frozen=True)
class Table:
    heads: list[str]
    lines: list[Line]
    foot: Line
    has_totals: bool


def table_of(result: Result) -> Table:
    return _matrix(result) if len(result.question.by) == 2 else _plain(result)


def _plain(result: Result) -> Table:
    heads = [str(measure.label) for measure in result.question.measures]
    lines = [Line(row.label, list(row.figures), None, row.groups[0].is_current) for row in result.rows]
    return Table(heads, lines, Line("", list(result.total.figures)), False)


def _matrix(result: Result) -> Table:
    """The first measure by both groupings; the totals are figures of their own, not sums of rates."""
    known = {(row.groups[0].value, row.groups[1].value): row.figures[0] for row in result.rows}
    columns = [row.groups[0] for row in result.second_totals]
    lines = [
        Line(
            row.label,
            [known.get((row.groups[0].value, column.value)) for column in columns],
            row.figures[0],
            row.groups[0].is_current,
        )
        for row in result.first_totals
    ]
    foot = Line("", [row.figures[0] for row in result.second_totals], result.total.figures[0])
    return Table([column.label for column in columns], lines, foot, True)


# Charts


def chart_of(result: Result, kind: str) -> dict[str, Any] | None:
    """What `<zk-chart>` draws, or None where there is nothing to draw."""
    if not kind or not result.rows:
        return None
    frame = {"unit": _unit(result), "height": 280}
    if len(result.question.by) == 2:
        return frame | _stacked(result)
    if kind == "pie":
        return frame | {"kind": "pie", "series": [{"name": _name(result), "data": _named(result.rows[:MOST_BARS])}]}
    rows = result.rows[-MOST_BARS * 2 :] if result.question.by[0].is_time else result.rows[:MOST_BARS]
    drawn: dict[str, Any] = {
        "kind": "line" if kind == "line" else "bar",
        "labels": [row.label for row in rows],
        "series": [{"name": _name(result), "colour": "accent", "data": [_datum(row.figures[0]) for row in rows]}],
    }
    if kind == "ranking":
        drawn |= {"horizontal": True, "height": len(rows) * PER_BAR + FRAME}
    return frame | drawn


def _stacked(result: Result) -> dict[str, Any]:
    known = {(row.groups[0].value, row.groups[1].value): row.figures[0] for row in result.rows}
    firsts = result.first_totals[-MOST_BARS * 2 :] if result.question.by[0].is_time else result.first_totals[:MOST_BARS]
    seconds = sorted(result.second_totals, key=lambda row: -(row.figures[0].value or 0))[:MOST_SERIES]
    series = [
        {
            "name": second.label,
            "colour": COLOURS[place % len(COLOURS)],
            "data": [_datum(known.get((first.groups[0].value, second.groups[0].value))) for first in firsts],
        }
        for place, second in enumerate(seconds)
    ]
    return {"kind": "bar", "stacked": True, "labels": [row.label for row in firsts], "series": series}


def _datum(figure: Figure | None) -> dict[str, Any]:
    if figure is None or figure.value is None:
        return {"value": 0}
    return {"value": float(figure.value), "url": figure.url}


def _named(rows: list[Row]) -> list[dict[str, Any]]:
    return [{"name": row.label, **_datum(row.figures[0])} for row in rows if row.figures[0].value]


def _name(result: Result) -> str:
    return str(result.question.measures[0].label)


def _unit(result: Result) -> str:
    measure = result.question.measures[0]
    if measure.unit is Unit.MONEY:
        return SYMBOLS.get(result.currency, result.currency)
    return "%" if measure.unit is Unit.PERCENT else ""
