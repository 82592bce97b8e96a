"""Records by the day: the fields a calendar may go by, the days it shows, and what stands on each of them.

A record's place in a calendar tells its date, so a calendar goes only by fields the reader in force may read in full.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from zhike.base.actors import Actor
from zhike.records import conditions, periods
from zhike.records.currencies import converting
from zhike.records.declaration import RecordType
from zhike.records.fields.moments import Day, Moment
from zhike.records.fields.numbers import Money
from zhike.records.roles import sight

MONTH, WEEK, DAY = "month", "week", "day"
SPANS = (MONTH, WEEK, DAY)
SHOWN = {MONTH: 3, WEEK: 20, DAY: 200}
"""Entries drawn for each day; the others are counted, but for one that needs no more room than to count it."""
MOST_ENTRIES = 1000
"""Records read for one calendar; where there are more, days are only counted until one of them is opened."""
EARLIEST, LATEST = date(1001, 1, 1), date(2998, 12, 31)


# By which field


def fields_of(record_type: RecordType) -> dict[str, Day]:
    """The days and moments a calendar of the type may go by, for the reader in force; in the order of the form."""
    return {name: found for name, found in record_type.fields_as_laid_out().items() if isinstance(found, Day)}


def usual_field(record_type: RecordType) -> Day | None:
    """What a calendar goes by unless somebody chose: the declared field, else the first one may edit, else any."""
    found = fields_of(record_type)
    declared = record_type.calendar.by if record_type.calendar is not None else "next_activity_at"
    editable = next((each for each in found.values() if each.editable), None)
    if record_type.calendar is None and editable is not None:
        return editable
    return found.get(declared) or editable or next(iter(found.values()), None)


# Which days


@dataclass(frozen=True)
class Window:
    """What a calendar shows at once, around one day: whole weeks from Monday on, or that day."""

    span: str
    day: date

    @property
    def first(self) -> date:
        start = self.day.replace(day=1) if self.span == MONTH else self.day
        return start if self.span == DAY else periods.start_of("week", start)

    @property
    def last(self) -> date:
        if self.span == DAY:
            return self.day
        end = periods.shift("month", self.day.replace(day=1), 1) - timedelta(days=1)
        return periods.start_of("week", end if self.span == MONTH else self.day) + timedelta(days=6)

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=ahead) for ahead in range((self.last - self.first).days + 1)]

    def beside(self, count: int) -> date | None:
        """The day to go to `count` windows away; None beyond what can be shown."""
        found = periods.shift(self.span, self.day, count)
        return found if EARLIEST <= found <= LATEST else None

    def holds(self, day: date) -> bool:
        """Whether the day belongs to what the window is about: the month's weeks begin and end in other months."""
        return self.span != MONTH or (day.year, day.month) == (self.day.year, self.day.month)


# What stands there


@dataclass
class Place:
    """One day: how many records, what they add up to by currency, and which of them are drawn."""

    count: int = 0
    totals: dict[str, Decimal] = field(default_factory=dict)
    ids: list[int] = field(default_factory=list)
    note: str = ""
    """How the total was converted into the company's own currency, where it was."""

    def add(self, currency: str, amount: Decimal | None) -> None:
        if amount is not None:
            self.totals[currency] = self.totals.get(currency, Decimal()) + amount


@dataclass
class Filled:
    """The days of a window that hold something. `is_full`: each day's first records are known, not only its count."""

    places: dict[date, Place]
    is_full: bool

    @property
    def count(self) -> int:
        return sum(place.count for place in self.places.values())

    @property
    def totals(self) -> dict[str, Decimal]:
        found = Place()
        for place in self.places.values():
            for currency, amount in place.totals.items():
                found.add(currency, amount)
        return found.totals

    @property
    def note(self) -> str:
        return next((place.note for place in self.places.values() if place.note), "")

    @property
    def ids(self) -> list[int]:
        return [number for place in self.places.values() for number in place.ids]


def filled(actor: Actor, record_type: RecordType, queryset: Any, by: Day, window: Window) -> Filled:
    """What stands in the window, in one query; in two where there is more than `MOST_ENTRIES`."""
    between = [window.first.isoformat(), window.last.isoformat()]
    queryset = queryset.filter(by.condition("between", between, conditions.context_of(actor))).order_by()
    amount = _amount_of(record_type)
    rows = list(_rows(queryset, by, amount)[: MOST_ENTRIES + 1])
    is_full = len(rows) <= MOST_ENTRIES
    places = _placed(rows, SHOWN[window.span]) if is_full else _counted(queryset, by, amount, window)
    if amount is not None:
        _convert(queryset, by, amount, places)
    return Filled(places, is_full)


def _rows(queryset: Any, by: Day, amount: Money | None) -> Any:
    money = (amount.expression(), F(amount.currency_field)) if amount else ()
    named = {"calendar_at": by.expression(), **dict(zip(("calendar_amount", "calendar_currency"), money, strict=False))}
    return queryset.annotate(**named).order_by("calendar_at", "pk").values_list("pk", *named)


def _placed(rows: list[tuple[Any, ...]], shown: int) -> dict[date, Place]:
    places: dict[date, Place] = {}
    for number, at, *money in rows:
        place = places.setdefault(day_of(at), Place())
        place.count += 1
        if len(place.ids) <= shown:
            place.ids.append(number)
        if money:
            place.add(money[1], money[0])
    for place in places.values():
        if place.count > len(place.ids):
            place.ids.pop()
    return places


def _counted(queryset: Any, by: Day, amount: Money | None, window: Window) -> dict[date, Place]:
    """Counts and sums of all days at once; of a window of one day the first records too."""
    names = ["calendar_day"] + ([amount.currency_field] if amount else [])
    sums = {"calendar_total": Sum(amount.expression())} if amount else {}
    rows = (
        queryset.annotate(calendar_day=_day_expression(by))
        .values_list(*names)
        .annotate(calendar_count=Count("pk"), **sums)
    )
    places: dict[date, Place] = {}
    for row in rows:
        place = places.setdefault(row[0], Place())
        place.count += row[2 if amount else 1]
        if amount:
            place.add(row[1], row[3])
    if window.span == DAY and window.day in places:
        first = queryset.annotate(calendar_at=by.expression()).order_by("calendar_at", "pk")
        places[window.day].ids = list(first.values_list("pk", flat=True)[: SHOWN[DAY]])
    return places


def _day_expression(by: Day) -> Any:
    at: Any = by.expression()
    return TruncDate(at, tzinfo=timezone.get_current_timezone()) if isinstance(by, Moment) else at


def _convert(queryset: Any, by: Day, amount: Money, places: dict[date, Place]) -> None:
    """In the company's own currency, where others were met and each has a rate."""
    met = {currency for place in places.values() for currency in place.totals}
    rows = queryset.annotate(calendar_day=_day_expression(by))
    found = converting.totals(rows, amount.currency_field, amount.expression(), met, "calendar_day")
    for day, place in places.items() if found else ():
        if found and set(place.totals) - {found.conversion.own}:
            place.note = found.conversion.note
            place.totals = {found.conversion.own: found.sums[day]}


def _amount_of(record_type: RecordType) -> Money | None:
    """What is added up above the lanes of the board, where the reader may read it and its currency."""
    name = record_type.board.total if record_type.board is not None else ""
    found = record_type.field(name) if name else None
    if not isinstance(found, Money) or not found.summable or not found.currency_field:
        return None
    return found if sight.all_readable(record_type, [name, found.currency_field]) else None


def day_of(at: Any) -> date:
    """The day a value of a calendar's field falls on, in the time zone in force."""
    return timezone.localtime(at).date() if isinstance(at, datetime) else at
