"""How a day is greeted: its date, its weekday, and whether China works on it."""

from __future__ import annotations

from datetime import date, datetime

import chinese_calendar
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from zhike.records.company import keeping
from zhike.records.periods import WEEKDAYS

NOON, EVENING = 12, 18
SATURDAY = 5


def greeting(moment: datetime, name: str) -> str:
    hour = timezone.localtime(moment).hour
    if hour < NOON:
        return _("Good morning, %(name)s") % {"name": name}
    if hour < EVENING:
        return _("Good afternoon, %(name)s") % {"name": name}
    return _("Good evening, %(name)s") % {"name": name}


def day_text(day: date) -> str:
    """11 月 21 日 周六 · 调休上班"""
    shown = date_format(day, pgettext("date format", "j F"))
    text = _("%(weekday)s, %(date)s") % {"weekday": WEEKDAYS[day.weekday()], "date": shown}
    special = special_text(day)
    return f"{text} · {special}" if special else text


def special_text(day: date) -> str:
    """What the company says of the day; else a public holiday's name, or that a weekend is worked for one. Nothing for
    years not yet announced."""
    if (said := keeping.own_day(day)) is not None:
        return said.get("note") or (_("working day") if said["kind"] == keeping.WORK else _("day off"))
    if not keeping.company().follows_holidays:
        return ""
    try:
        is_free, holiday = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return ""
    if not is_free:
        return _("make-up working day") if day.weekday() >= SATURDAY else ""
    if holiday is None:
        return ""
    speaks_chinese = (get_language() or "").startswith("zh")
    return str(chinese_calendar.Holiday(holiday).chinese if speaks_chinese else holiday)
