"""Ranges of dates people ask figures for: this quarter, last year, everything, from here to there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.records import periods

ALL, CUSTOM = "all", "custom"
NAMED = {
    "this_month": ("month", 0, gettext_lazy("This month")),
    "this_quarter": ("quarter", 0, gettext_lazy("This quarter")),
    "this_year": ("year", 0, gettext_lazy("This year")),
    "last_month": ("month", -1, gettext_lazy("Last month")),
    "last_quarter": ("quarter", -1, gettext_lazy("Last quarter")),
    "last_year": ("year", -1, gettext_lazy("Last year")),
}
EARLIEST, LATEST = date(1000, 1, 1), date(2999, 12, 31)


class BadRange(ValueError):
    """The range cannot be understood; its text says why."""


@dataclass(frozen=True)
class Range:
    """`first` and `last` are included; without them it is open there."""

    name: str
    first: date | None = None
    last: date | None = None

    @property
    def is_open(self) -> bool:
        return self.first is None or self.last is None

    @property
    def label(self) -> str:
        if self.name == ALL:
            return _("All time")
        if self.name in NAMED:
            return str(NAMED[self.name][2])
        return f"{self.first or '…'} – {self.last or '…'}"

    def before(self) -> Range | None:
        """The span as long that ended just before this one began; None for an open range."""
        if self.first is None or self.last is None:
            return None
        if self.name in NAMED:
            unit = NAMED[self.name][0]
            first = periods.shift(unit, self.first, -1)
            return Range(CUSTOM, first, self.first - timedelta(days=1))
        length = self.last - self.first
        return Range(CUSTOM, max(EARLIEST, self.first - length - timedelta(days=1)), self.first - timedelta(days=1))

    def query(self) -> dict[str, str]:
        """As the query of an address."""
        if self.name != CUSTOM:
            return {"range": self.name}
        days = {"from": self.first, "to": self.last}
        return {"range": CUSTOM} | {name: str(day) for name, day in days.items() if day}


def named(name: str, today: date) -> Range:
    """Raises `BadRange`."""
    if name == ALL:
        return Range(ALL)
    if name not in NAMED:
        raise BadRange(_("There is no such range of dates."))
    unit, offset, _label = NAMED[name]
    first = periods.shift(unit, periods.start_of(unit, today), offset)
    return Range(name, first, periods.shift(unit, first, 1) - timedelta(days=1))


def custom(first: str, last: str) -> Range:
    """Of two dates as a form or an address gives them, either may be empty. Raises `BadRange`."""
    found = Range(CUSTOM, _day(first), _day(last))
    if found.first and found.last and found.last < found.first:
        raise BadRange(_("The range ends before it begins."))
    return found if found.first or found.last else Range(ALL)


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        found = parse_date(text.strip())
    except ValueError:
        found = None
    if found is None or not EARLIEST <= found <= LATEST:
        raise BadRange(_("A date is expected here, such as 2026-03-05."))
    return found


def asked(sent: Any, today: date, default: str = ALL) -> Range:
    """The range an address asks for: `range=this_quarter`, or `from=` and `to=`. Raises `BadRange`."""
    name = sent.get("range", "")
    if name == CUSTOM or (not name and (sent.get("from") or sent.get("to"))):
        return custom(sent.get("from", ""), sent.get("to", ""))
    return named(name or default, today)


def choices() -> list[tuple[str, str]]:
    return [*((name, str(label)) for name, (_unit, _offset, label) in NAMED.items()), (ALL, _("All time"))]
