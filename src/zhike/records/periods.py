"""Spans of time in conditions, and days and moments in the words people use for them.

A span is `{"this": "quarter"}`, `{"previous": "month"}`, `{"next": "year"}`, `{"last": 14, "unit": "day"}`,
`{"coming": 7, "unit": "day"}` (both with today) or `["2026-01-01", "2026-03-31"]`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

UNITS = ("day", "week", "month", "quarter", "year")
FISCAL = {"quarter": 3, "year": 12}
"""The spans that follow the fiscal year, by their months."""
LONGEST = 5000
EARLIEST_YEAR, LATEST_YEAR = 1000, 9000
WEEKDAYS = (
    gettext_lazy("Mon"), gettext_lazy("Tue"), gettext_lazy("Wed"), gettext_lazy("Thu"),
    gettext_lazy("Fri"), gettext_lazy("Sat"), gettext_lazy("Sun"),
)  # fmt: skip


def start_of(unit: str, day: date) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    if unit in FISCAL:
        return _fiscal_start(day, FISCAL[unit])
    return day


def _fiscal_start(day: date, length: int) -> date:
    """Quarters and years begin with the company's fiscal year."""
    before = fiscal_month() - 1
    months = day.year * 12 + day.month - 1 - before
    year, month = divmod(months - months % length + before, 12)
    return date(year, month + 1, 1)


def fiscal_month() -> int:
    """The month in which the company's year begins, January is 1."""
    from zhike.records.company import keeping

    return keeping.fiscal_start()


def fiscal_year(day: date) -> int:
    """Named, as usual, by the calendar year in which it ends."""
    return shift("month", start_of("year", day), 11).year


def shift(unit: str, day: date, count: int) -> date:
    """`count` units later; the day of the month is cut to the month's length."""
    if unit in ("day", "week"):
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 + count * {"month": 1, "quarter": 3, "year": 12}[unit]
    year, month = divmod(months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))


def span(value: Any, today: date) -> tuple[date, date]:
    """First and last day of a span, both included. Raises `Invalid` for what is no span."""
    from zhike.records.fields.base import Invalid

    try:
        first, last = _span(value, today)
        if first.year < EARLIEST_YEAR or last.year > LATEST_YEAR:
            raise ValueError(value)
        return first, last
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        raise Invalid(_("This is no span of time.")) from None


def _span(value: Any, today: date) -> tuple[date, date]:
    if isinstance(value, list | tuple):
        first, last = (date.fromisoformat(str(each)) for each in value)
        return first, last
    for word, offset in (("this", 0), ("previous", -1), ("next", 1)):
        if word in value:
            first = shift(_unit(value[word]), start_of(value[word], today), offset)
            return first, shift(value[word], first, 1) - timedelta(days=1)
    unit, count = _unit(value.get("unit", "day")), int(value.get("last", value.get("coming")))
    if not 0 < count <= LONGEST:
        raise ValueError(count)
    if "last" in value:
        return shift(unit, today, -count) + timedelta(days=1), today
    return today, shift(unit, today, count)


def _unit(unit: Any) -> str:
    if unit not in UNITS:
        raise ValueError(unit)
    return str(unit)


def explain(value: Any) -> str:
    """A span in words: this quarter, the last 14 days, 2026-01-01 – 2026-03-31."""
    span(value, date(2000, 1, 1))
    if isinstance(value, list | tuple):
        return f"{value[0]} – {value[1]}"
    for word in ("this", "previous", "next"):
        if word in value:
            return _whole()[word, value[word]]
    unit = value.get("unit", "day")
    count = int(value.get("last", value.get("coming")))
    words = _counted(unit, count)
    return _("the last %(span)s") % {"span": words} if "last" in value else _("the next %(span)s") % {"span": words}


def _whole() -> dict[tuple[str, str], str]:
    return {
        ("this", "day"): _("today"), ("previous", "day"): _("yesterday"), ("next", "day"): _("tomorrow"),
        ("this", "week"): _("this week"), ("previous", "week"): _("last week"), ("next", "week"): _("next week"),
        ("this", "month"): _("this month"), ("previous", "month"): _("last month"),
        ("next", "month"): _("next month"), ("this", "quarter"): _("this quarter"),
        ("previous", "quarter"): _("last quarter"), ("next", "quarter"): _("next quarter"),
        ("this", "year"): _("this year"), ("previous", "year"): _("last year"), ("next", "year"): _("next year"),
    }  # fmt: skip


def _counted(unit: str, count: int) -> str:
    return {
        "day": ngettext("%(count)d day", "%(count)d days", count),
        "week": ngettext("%(count)d week", "%(count)d weeks", count),
        "month": ngettext("%(count)d month", "%(count)d months", count),
        "quarter": ngettext("%(count)d quarter", "%(count)d quarters", count),
        "year": ngettext("%(count)d year", "%(count)d years", count),
    }[unit] % {"count": count}


def short_day(day: date, today: date | None = None) -> str:
    """今天, 昨天, 明天, 10-28 in this year, 2025-10-28 in another."""
    today = today or timezone.localdate()
    away = (day - today).days
    if -1 <= away <= 1:
        return _("today") if away == 0 else _("yesterday") if away < 0 else _("tomorrow")
    return f"{day:%m-%d}" if day.year == today.year else day.isoformat()


def short_moment(moment: datetime, now: datetime) -> str:
    """今天 10:24, 昨天 15:40, 周二 15:40 in this week, 上周二 or 下周二, 10-28 before, 2025-10-28 in another year."""
    local, here = timezone.localtime(moment), timezone.localtime(now)
    days = (local.date() - here.date()).days
    if -1 <= days <= 1:
        return f"{short_day(local.date(), here.date())} {local:%H:%M}"
    if -7 < days < 7:
        return f"{_weekday(local.date(), here.date())} {local:%H:%M}"
    return short_day(local.date(), here.date())


def _weekday(day: date, today: date) -> str:
    """周二, 上周二, 下周二: the bare name is of this week."""
    name = str(WEEKDAYS[day.weekday()])
    weeks = (start_of("week", day) - start_of("week", today)).days // 7
    if weeks == 0:
        return name
    return (_("next %(weekday)s") if weeks > 0 else _("last %(weekday)s")) % {"weekday": name}
