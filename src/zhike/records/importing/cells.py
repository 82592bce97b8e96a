"""Reading cells fast: one reader per column, made once, that remembers what it has read.

A spreadsheet column repeats itself, so most cells are looked up and not read; what cannot be read raises
`Invalid` with the sentence of the field.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, tzinfo
from typing import Any

from zhike.base.chinese import fold_width
from zhike.records import values
from zhike.records.fields import contacts, moments, text
from zhike.records.fields.base import Field, Invalid

Reader = Callable[[Any], Any]
MOST_REMEMBERED = 20_000
_MOBILE = re.compile(r"(?:\+86[ -]?)?(1[3-9]\d)[ -]?(\d{4})[ -]?(\d{4})", re.ASCII)
_PLAIN_EMAIL = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}", re.ASCII
)


def reader_of(field: Field, zone: tzinfo, *, day_first: bool = False) -> Reader:
    """The quickest way to read a cell of this field; blank cells are not its business."""
    kind = type(field)
    if kind is text.Text:
        return _text_reader(field, zone)
    if kind is text.LongText:
        return lambda raw: field.read(_as_written(raw), zone)
    if kind is contacts.Phones:
        return _phones_reader(field, zone)
    if type(field) is contacts.Emails:
        return _emails_reader(field, zone)
    if isinstance(field, moments.Moment):
        return remembering(_moment_reader(field, zone, day_first))
    if isinstance(field, moments.Day):
        return remembering(_day_reader(field, day_first))
    if isinstance(field, text.Text | text.Tags):
        return remembering(lambda raw: field.read(_as_written(raw), zone))
    return remembering(lambda raw: field.read(raw, zone))


def remembering(read: Reader, most: int = MOST_REMEMBERED) -> Reader:
    """Keeps results by text. Numbers are read anew: 1, 1.0 and True would share a place."""
    known: dict[str, Any] = {}

    def look_up(raw: Any) -> Any:
        if type(raw) is not str:
            return read(raw)
        try:
            return known[raw]
        except KeyError:
            found = read(raw)
            if len(known) >= most:
                known.clear()
            if len(raw) < 500:
                known[raw] = found
            return found

    return look_up


def _as_written(raw: Any) -> str:
    return raw if type(raw) is str else values.as_text(raw)


def _text_reader(field: Any, zone: tzinfo) -> Reader:
    longest, shortest = field.longest, field.shortest

    def read(raw: Any) -> Any:
        # isprintable leaves out every control character and odd blank, so nothing is left to clean.
        if type(raw) is str and not shortest and len(raw) <= longest and raw.isprintable():
            return raw.strip() or field.read(raw, zone)
        return field.read(_as_written(raw), zone)

    return read


def _phones_reader(field: Field, zone: tzinfo) -> Reader:
    def read(raw: Any) -> Any:
        if type(raw) is str and (found := _MOBILE.fullmatch(raw)):
            return [{"kind": "mobile", "number": f"+86{found[1]}{found[2]}{found[3]}"}]
        if isinstance(raw, float | int):
            raw = values.as_text(raw)
        return field.read(raw, zone)

    return read


def _emails_reader(field: Field, zone: tzinfo) -> Reader:
    def read(raw: Any) -> Any:
        if type(raw) is str and len(raw) < 100 and _PLAIN_EMAIL.fullmatch(raw):
            return [{"kind": "work", "address": raw}]
        return field.read(_as_written(raw), zone)

    return read


def _day_reader(field: Any, day_first: bool) -> Reader:
    def read(raw: Any) -> date | None:
        try:
            day = values.read_day(raw, day_first=day_first)
        except values.UnableToRead as error:
            raise Invalid(str(error)) from error
        return field.clean(None) if day is None else field.fitting(day)

    return read


def _moment_reader(field: Any, zone: tzinfo, day_first: bool) -> Reader:
    def read(raw: Any) -> Any:
        try:
            moment = values.read_moment(raw, timezone=zone, day_first=day_first)
        except values.UnableToRead as error:
            raise Invalid(str(error)) from error
        if moment is None:
            return field.clean(None)
        field.fitting(moment.astimezone(zone).date())
        return moment

    return read


def is_blank(raw: Any) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip())


def unguarded(raw: str) -> str:
    """An export guards a text that a spreadsheet would take for a formula with an apostrophe; it comes off here."""
    return raw[1:] if raw[:1] == "'" and raw[1:2] in "=+-@\t\r" else raw


def folded(raw: str) -> str:
    """How names are compared: width, case and blanks do not count."""
    return " ".join(fold_width(raw).casefold().split())
