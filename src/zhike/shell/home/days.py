"""How a day is greeted: its date, its weekday, and whether China works on it."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from zhike.records.company.days import special_text
from zhike.records.periods import WEEKDAYS

NOON, EVENING = 12, 18


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
