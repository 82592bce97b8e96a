"""Days and moments."""

import datetime
import math
import re
import zoneinfo
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhike.base import sentences
from zhike.base.chinese.widths import fold_width
from zhike.records.values.refusals import NOTHING, UnableToRead

FIRST_YEAR, LAST_YEAR = 1850, 2200
# Excel counts days from here (its 1900 was a leap year, so counts before March 1900 are one off).
SERIAL_START = datetime.date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 61, 109574
# As text a short number is more likely a count: only 1954-10-03 … 2119-02-05 is read as a serial day.
FIRST_TEXT_SERIAL, LAST_TEXT_SERIAL = 20000, 80000
SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")

_YEAR_FIRST = re.compile(r"^(\d{4})\s*[-/.年_ ]\s*(\d{1,2})\s*[-/.月_ ]\s*(\d{1,2})\s*(?:[日号]|(?!\d))")
_SHORT_YEAR = re.compile(r"^(\d{2})年\s*(\d{1,2})月\s*(\d{1,2})(?:[日号]|(?!\d))")
_YEAR_LAST = re.compile(r"^(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4})(?!\d)")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?=$|[T\s]|\d{4,6}$)")
_DAY_MONTH_NAME = re.compile(
    r"^(\d{1,2})(?:st|nd|rd|th)?[\s\-/.]*([a-z]{3,9})\.?[\s\-/.,]*(\d{4})(?!\d)", re.IGNORECASE
)
_MONTH_NAME_DAY = re.compile(r"^([a-z]{3,9})\.?[\s\-]*(\d{1,2})(?:st|nd|rd|th)?[\s,\-]+(\d{4})(?!\d)", re.IGNORECASE)
_WEEKDAY = re.compile(
    r"[,\s(]*(?:星期|周|礼拜)[一二三四五六日天][)\s]*|\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b[,.]?\s*",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"^[T\s,]*(?P<half>上午|下午|晚上|中午|凌晨|早上|傍晚|[ap]\.?m\.?)?\s*(?P<hour>\d{1,2})\s*(?:[:时点]\s*(?P<minute>\d{1,2})?)\s*"
    r"(?:[:分]\s*(?:(?P<second>\d{1,2})(?:[.,](?P<fraction>\d{1,9}))?\s*秒?)?)?\s*(?P<after>[ap]\.?m\.?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)
_COMPACT_TIME = re.compile(r"^T?(\d{2})(\d{2})(\d{2})?$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONGEST = 60

_NOT_A_DAY = _("“%(raw)s” is not a date. Write it like 2024-03-05.")
_NO_SUCH_DAY = _("“%(raw)s”: that date does not exist. Write it like 2024-03-05.")
_YEAR_OUT_OF_RANGE = _("“%(raw)s”: the year is not between %(first)s and %(last)s.")
_NOT_A_TIME = _("“%(raw)s”: the time of day cannot be read. Write it like 2024-03-05 14:30.")


class _Found(NamedTuple):
    day: datetime.date
    rest: str


def _refuse(message: Promise, raw: object) -> UnableToRead:
    return UnableToRead(message, raw=sentences.shortened(raw), first=FIRST_YEAR, last=LAST_YEAR)


def _day(raw: object, year: int, month: int, day: int) -> datetime.date:
    try:
        found = datetime.date(year, month, day)
    except ValueError as failure:
        raise _refuse(_NO_SUCH_DAY, raw) from failure
    return _in_range(raw, found)


def _in_range(raw: object, day: datetime.date) -> datetime.date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _refuse(_YEAR_OUT_OF_RANGE, raw)
    return day


def _month_named(raw: object, name: str) -> int:
    if name[:3].lower() not in _MONTHS:
        raise _refuse(_NOT_A_DAY, raw)
    return _MONTHS.index(name[:3].lower()) + 1


def _of_year_last(raw: object, first: int, second: int, year: int, day_first: bool) -> datetime.date:
    if first > 12 >= second or (day_first and not second > 12 >= first):
        first, second = second, first
    return _day(raw, year, first, second)


def _find_day(raw: str, text: str, day_first: bool) -> _Found:
    if found := _YEAR_FIRST.match(text) or _COMPACT.match(text):
        return _Found(_day(raw, int(found[1]), int(found[2]), int(found[3])), text[found.end() :])
    if found := _SHORT_YEAR.match(text):
        return _Found(_day(raw, 2000 + int(found[1]), int(found[2]), int(found[3])), text[found.end() :])
    if found := _YEAR_LAST.match(text):
        day = _of_year_last(raw, int(found[1]), int(found[3]), int(found[4]), day_first)
        return _Found(day, text[found.end() :])
    if found := _DAY_MONTH_NAME.match(text):
        return _Found(_day(raw, int(found[3]), _month_named(raw, found[2]), int(found[1])), text[found.end() :])
    if found := _MONTH_NAME_DAY.match(text):
        return _Found(_day(raw, int(found[3]), _month_named(raw, found[1]), int(found[2])), text[found.end() :])
    raise _refuse(_NOT_A_DAY, raw)


def _serial(raw: object, number: float, first: int, last: int) -> datetime.datetime | None:
    """The moment an Excel serial number stands for, to the second; None outside *first* … *last*."""
    if not first <= number <= last:
        return None
    seconds = round((number - int(number)) * 86400)
    moment = datetime.datetime.combine(SERIAL_START, datetime.time()) + datetime.timedelta(int(number), seconds)
    return moment if _in_range(raw, moment.date()) else None


def _of_number(raw: float) -> datetime.datetime:
    if isinstance(raw, bool) or math.isnan(raw):
        raise _refuse(_NOT_A_DAY, raw)
    if abs(raw) < 10**9 and raw == int(raw):
        compact = _COMPACT.match(str(int(raw)))
        if compact and len(str(int(raw))) == 8:
            day = _day(raw, int(compact[1]), int(compact[2]), int(compact[3]))
            return datetime.datetime.combine(day, datetime.time())
    moment = _serial(raw, raw, FIRST_SERIAL, LAST_SERIAL)
    if moment is None:
        raise _refuse(_NOT_A_DAY, raw)
    return moment


def _of_text(raw: str, day_first: bool) -> tuple[datetime.date, str] | datetime.datetime | None:
    text = fold_width(raw)
    if text.lower() in NOTHING:
        return None
    if len(text) > _LONGEST:
        raise _refuse(_NOT_A_DAY, raw)
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text, re.ASCII):
        moment = _serial(raw, float(text), FIRST_TEXT_SERIAL, LAST_TEXT_SERIAL)
        if moment is None:
            raise _refuse(_NOT_A_DAY, raw)
        return moment
    return _find_day(raw, _WEEKDAY.sub(" ", text).strip(), day_first)


def read_day(raw: object, *, day_first: bool = False) -> datetime.date | None:
    """Returns the day written in *raw*, None for a blank cell.

    Reads `2024年3月5日`, `2024/3/5`, `2024.3.5`, `20240305`, `5 Mar 2024`, `3/5/2024` (month first,
    or day first if *day_first* or if it can only be so), ISO with or without time, Excel's serial
    numbers, and date objects; a time behind the day is left out.

    Raises UnableToRead; a day such as 31 February is said not to exist.
    """
    moment = _read(raw, day_first, datetime.UTC)
    return moment.date() if isinstance(moment, datetime.datetime) else moment


def read_moment(
    raw: object, *, timezone: datetime.tzinfo = SHANGHAI, day_first: bool = False
) -> datetime.datetime | None:
    """Returns the moment written in *raw*, aware; without an offset it is in *timezone*, without time at its midnight.

    Forms of the day as in `read_day`; times as `14:30`, `14:30:05.5`, `下午2:30`, `2时30分`, `2:30 PM`,
    with `Z` or `+08:00` behind. None for a blank cell. Raises UnableToRead.
    """
    found = _read(raw, day_first, timezone)
    if found is None or isinstance(found, datetime.datetime):
        return found
    return datetime.datetime.combine(found, datetime.time(), timezone)


def _read(raw: object, day_first: bool, timezone: datetime.tzinfo) -> datetime.date | datetime.datetime | None:
    if raw is None:
        return None
    if isinstance(raw, datetime.datetime):
        _in_range(raw, raw.date())
        return raw if raw.tzinfo else raw.replace(tzinfo=timezone)
    if isinstance(raw, datetime.date):
        return _in_range(raw, raw)
    if isinstance(raw, (int, float)):
        return _of_number(raw).replace(tzinfo=timezone)
    if not isinstance(raw, str):
        raise _refuse(_NOT_A_DAY, raw)
    found = _of_text(raw, day_first)
    if found is None:
        return None
    if isinstance(found, datetime.datetime):
        return found.replace(tzinfo=timezone)
    day, rest = found
    return _with_time(raw, day, rest.strip(), timezone)


def _with_time(raw: str, day: datetime.date, text: str, timezone: datetime.tzinfo) -> datetime.date | datetime.datetime:
    if not text:
        return day
    if compact := _COMPACT_TIME.match(text):
        hour, minute, second = (int(part or 0) for part in compact.groups())
        return _combine(raw, day, (hour, minute, second, 0), timezone)
    found = _TIME.match(text)
    if not found:
        raise _refuse(_NOT_A_TIME if re.search(r"\d", text) else _NOT_A_DAY, raw)
    hour = _hour(int(found["hour"]), (found["half"] or found["after"] or "").replace(".", "").lower())
    micro = int((found["fraction"] or "0")[:6].ljust(6, "0"))
    parts = (hour, int(found["minute"] or 0), int(found["second"] or 0), micro)
    return _combine(raw, day, parts, _zone(raw, found["zone"]) or timezone)


def _hour(hour: int, half: str) -> int:
    if half in ("pm", "下午", "晚上", "傍晚") and hour < 12:
        return hour + 12
    if half in ("am", "凌晨") and hour == 12:
        return 0
    if half == "中午" and hour < 11:
        return hour + 12
    return hour


def _zone(raw: str, text: str | None) -> datetime.tzinfo | None:
    if not text:
        return None
    if text.upper() in ("Z", "UTC", "GMT"):
        return datetime.UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 14 or minutes > 59:
        raise _refuse(_NOT_A_TIME, raw)
    offset = datetime.timedelta(hours=hours, minutes=minutes)
    return datetime.timezone(-offset if text[0] == "-" else offset)


def _combine(
    raw: str, day: datetime.date, parts: tuple[int, int, int, int], timezone: datetime.tzinfo
) -> datetime.datetime:
    if parts == (24, 0, 0, 0):
        day, parts = day + datetime.timedelta(days=1), (0, 0, 0, 0)
    try:
        return datetime.datetime.combine(day, datetime.time(*parts), timezone)
    except ValueError as failure:
        raise _refuse(_NOT_A_TIME, raw) from failure
