"""A number the system gives to each new record by a pattern: `HT-{yyyy}{mm}-{0000}`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.records.fields.base import Invalid
from zhike.records.fields.text import Text

LONGEST_PATTERN, MOST_DIGITS = 60, 12
_PART = re.compile(r"\{([^{}]*)\}")
_DATE_PARTS = {"yyyy": "%Y", "yy": "%y", "mm": "%m", "dd": "%d"}


@dataclass(frozen=True)
class Pattern:
    """Date parts in braces, and one counter of zeros, as wide as it is to be at least."""

    text: str

    def frame(self, day: date) -> str:
        """The pattern with its date parts filled in; each frame is counted by itself, so a counter begins anew with
        the year, the month or the day, whichever is the finest part there is."""
        return _PART.sub(lambda part: day.strftime(_DATE_PARTS.get(part[1], part[0])), self.text)

    @staticmethod
    def number(frame: str, count: int) -> str:
        return _PART.sub(lambda zeros: f"{count:0{len(zeros[1])}d}", frame)

    @staticmethod
    def matching(frame: str) -> str:
        """A regular expression for the numbers of a frame, their count in its one group."""
        before, zeros, behind = _PART.split(frame)
        return rf"^{re.escape(before)}([0-9]{{{len(zeros)},18}}){re.escape(behind)}$"


def read_pattern(text: str) -> str:
    """The pattern as it is kept. Raises `Invalid`."""
    text = text.strip()
    parts = _PART.findall(text)
    counters = [part for part in parts if part and set(part) == {"0"}]
    dates = {part for part in parts if part not in counters}
    if unknown := sorted(dates - _DATE_PARTS.keys()):
        raise Invalid(_("“{%(part)s}” is no part of a number.") % {"part": unknown[0][:20]})
    if "{" in _PART.sub("", text) or "}" in _PART.sub("", text):
        raise Invalid(_("A brace has no other half."))
    if len(counters) != 1 or len(counters[0]) > MOST_DIGITS:
        raise Invalid(_("A number has one counter, such as {0000}."))
    has_year = bool(dates & {"yyyy", "yy"})
    if ("mm" in dates and not has_year) or ("dd" in dates and "mm" not in dates):
        raise Invalid(_("Without the year and month before it, this number would come again."))
    if len(text) > LONGEST_PATTERN or "%" in text:
        raise Invalid(_("At most %(limit)d characters, and no percent sign.") % {"limit": LONGEST_PATTERN})
    return text


class Serial(Text):
    kind = "serial"
    width = 150

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings | {"editable": False, "required": False})

    @property
    def pattern(self) -> Pattern:
        return Pattern(self.options["pattern"])
