"""What the company said of itself, asked at every turn; as delivered where it said nothing."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
from django.db import connection
from django_tenants.utils import get_public_schema_name

from zhike.base.recent import Recent
from zhike.records.models import Company

WEEKEND = (5, 6)
OFF, WORK = "off", "work"
LONGEST_BREAK = 60
"""Days looked ahead for the next day of work: no company rests longer."""


def as_delivered() -> Company:
    return Company(rest_days=list(WEEKEND))


def _read() -> Company:
    """Where there is no workspace, there is no company."""
    if connection.schema_name == get_public_schema_name():  # type: ignore[attr-defined]
        return as_delivered()
    return Company.objects.first() or as_delivered()


_kept: Recent[Company] = Recent(_read)


def company() -> Company:
    return _kept.now()


def forget_kept() -> None:
    _kept.forget()


def fiscal_start() -> int:
    """The month in which the fiscal year begins, January is 1."""
    return int(company().fiscal_start)


# Days of work


def own_day(day: date) -> dict[str, str] | None:
    """What the company itself said of a day."""
    return next((each for each in company().own_days if each["day"] == day.isoformat()), None)


def is_working_day(day: date) -> bool:
    """Its own days first, then the public holidays and the weekends worked for them, then the week."""
    said = own_day(day)
    if said is not None:
        return said["kind"] == WORK
    if company().follows_holidays:
        try:
            is_free, holiday = chinese_calendar.get_holiday_detail(day)
        except NotImplementedError:  # a year whose holidays are not announced yet
            return day.weekday() not in company().rest_days
        if holiday is not None:
            return not is_free
    return day.weekday() not in company().rest_days


def next_working_day(day: date) -> date:
    """The first day of work after `day`."""
    for ahead in range(1, LONGEST_BREAK + 1):
        if is_working_day(found := day + timedelta(days=ahead)):
            return found
    return day + timedelta(days=1)
