"""What is told of a day beside its date: what the company says of it, a public holiday, a weekend worked for one."""

from __future__ import annotations

from datetime import date

import chinese_calendar
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhike.records.company import keeping

SATURDAY = 5


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
