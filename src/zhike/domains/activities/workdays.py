"""Days on which one works, and when something planned without a word about it is due."""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils import timezone

from zhike.records.company import keeping

MORNING_HOUR = 9


def is_working_day(day: date) -> bool:
    """As the company says: its own days, the State Council's calendar where it follows it, else the week."""
    return keeping.is_working_day(day)


def next_working_morning(now: datetime) -> datetime:
    """Nine o'clock of the next working day, in the time zone of the company."""
    day = keeping.next_working_day(timezone.localtime(now).date())
    return timezone.make_aware(datetime.combine(day, time(MORNING_HOUR)))
