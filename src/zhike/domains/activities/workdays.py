"""Days on which one works, and when something planned without a word about it is due."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import chinese_calendar
from django.utils import timezone

MORNING_HOUR = 9


def is_working_day(day: date) -> bool:
    """By the State Council's calendar, moved holidays and make-up days counted; by the week where it ends."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def next_working_morning(now: datetime) -> datetime:
    """Nine o'clock of the next working day, in the time zone of the company."""
    morning = timezone.localtime(now).replace(hour=MORNING_HOUR, minute=0, second=0, microsecond=0)
    morning += timedelta(days=1)
    while not is_working_day(morning.date()):
        morning += timedelta(days=1)
    return morning
