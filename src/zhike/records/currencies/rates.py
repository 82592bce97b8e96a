"""Rates as people write them: one in a form, many on lines of a file, and the doubts about them."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from zhike.base.money import Currency
from zhike.base.sentences import shortened
from zhike.records import values
from zhike.records.currencies import keeping
from zhike.records.models import ExchangeRate
from zhike.records.models.money import PLACES, plain

SMALLEST, LARGEST = Decimal(1).scaleb(-PLACES), Decimal(10) ** 11
FAR = 10
"""A rate so many times the one before, or that part of it, is asked about: a point or the direction went wrong."""
MOST_LINES, MOST_ERRORS = 5000, 20
EARLIEST = date(1990, 1, 1)
AHEAD = timedelta(days=366)


@dataclass(frozen=True)
class Given:
    """1 `currency` = `rate` `base` from `day` on; `line` is where it stands in a file."""

    currency: str
    base: str
    day: date
    rate: Decimal
    line: int = 0

    def columns(self) -> dict[str, Any]:
        return {"currency": self.currency, "base": self.base, "day": self.day, "rate": self.rate}

    def told(self) -> str:
        return f"1 {self.currency} = {plain(self.rate)} {self.base}"


@dataclass
class Read:
    given: list[Given] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


Known = dict[str, dict[date, ExchangeRate]]


def read_rate(raw: str) -> Decimal:
    """Raises `ValueError` with a sentence."""
    rate = values.read_decimal(raw)
    if rate is None:
        raise ValueError(_("Say the rate."))
    if rate <= 0:
        raise ValueError(_("A rate is more than 0."))
    if rate >= LARGEST:
        raise ValueError(_("This rate is too large."))
    rate = rate.quantize(SMALLEST)
    if rate <= 0:
        raise ValueError(_("This rate is too small: at most %(places)d decimals are kept.") % {"places": PLACES})
    return rate


def refuse_day(day: date | None, today: date) -> None:
    """Raises `ValueError` with a sentence."""
    if day is None:
        raise ValueError(_("Say from which day it holds."))
    if not EARLIEST <= day <= today + AHEAD:
        told = _("A rate holds from a day between %(first)s and a year from now.")
        raise ValueError(told % {"first": EARLIEST})


def before(rows: Any, day: date) -> ExchangeRate | None:
    """The one that held until then; where there is none, the next one."""
    found: ExchangeRate | None = rows.filter(day__lt=day).order_by("-day").first()
    return found or rows.filter(day__gt=day).order_by("day").first()


def doubt(given: Given, other: ExchangeRate | None) -> str:
    """The question whether a rate is meant, "" for one that is near the one beside it."""
    if other is None or 1 / Decimal(FAR) < given.rate / other.rate < FAR:
        return ""
    told = _("%(rate)s is far from the rate of %(day)s: %(other)s.")
    return told % {"rate": given.told(), "day": other.day, "other": other}


# Lines


def read_lines(text: str, today: date) -> Read:
    """Lines of three cells in any order: a day, a currency (its code or name), a rate. A first line without figures
    is a heading. Separated by tabs, commas, semicolons or blanks."""
    found = Read()
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip(" \t,;，；")]
    if len(lines) > MOST_LINES:
        found.errors.append(_("At most %(limit)s lines at once.") % {"limit": f"{MOST_LINES:,}"})
        return found
    codes, base = _codes(), keeping.own()
    seen: dict[tuple[str, date], int] = {}
    for place, (number, line) in enumerate(lines):
        if place == 0 and not any(character.isdigit() for character in line):
            continue
        try:
            given = _given(_cells(line), codes, base, today, number)
            if (first := seen.setdefault((given.currency, given.day), number)) != number:
                told = _("%(code)s has a rate of %(day)s on line %(first)d already.")
                raise ValueError(told % {"code": given.currency, "day": given.day, "first": first})
            found.given.append(given)
        except ValueError as error:
            _note(found.errors, number, str(error))
    if not found.given and not found.errors:
        found.errors.append(_("There is no line with a rate."))
    return found


def _note(errors: list[str], number: int, sentence: str) -> None:
    if len(errors) < MOST_ERRORS:
        errors.append(_("Line %(line)d: %(sentence)s") % {"line": number, "sentence": sentence})
    elif len(errors) == MOST_ERRORS:
        errors.append(_("… and more lines."))


def _codes() -> dict[str, str]:
    """Codes and names in both languages, in small letters."""
    from django.utils.translation import override

    found: dict[str, str] = {}
    for language in ("zh-hans", "en"):
        with override(language):
            for code, name in Currency.choices:
                found |= {code.lower(): code, str(name).lower(): code}
    return found


def _cells(line: str) -> list[str]:
    folded = line.replace("，", ",").replace("；", ";")
    mark = next((mark for mark in "\t;," if mark in folded), " ")
    cells = next(csv.reader(io.StringIO(folded), delimiter=mark), [])
    return [cell.strip() for cell in cells if cell.strip()]


def _given(cells: Sequence[str], codes: Mapping[str, str], base: str, today: date, line: int) -> Given:
    if len(cells) != 3:
        raise ValueError(_("Three things are expected: a day, a currency and a rate."))
    named = [cell for cell in cells if cell.lower() in codes]
    if len(named) != 1:
        wrong = next((cell for cell in cells if not any(character.isdigit() for character in cell)), "")
        raise ValueError(
            _("“%(code)s” is no currency. Write its code by ISO 4217, such as USD.") % {"code": shortened(wrong)}
            if wrong and not named else _("Three things are expected: a day, a currency and a rate.")
        )  # fmt: skip
    code = codes[named[0].lower()]
    if code == base:
        raise ValueError(_("1 %(code)s is always 1 %(code)s.") % {"code": code})
    if code not in keeping.in_use():
        raise ValueError(_("%(code)s is not in use. Add it to the currencies first.") % {"code": code})
    first, second = [cell for cell in cells if cell is not named[0]]
    day, rest = _which_is_day(first, second)
    refuse_day(day, today)
    return Given(code, base, day, read_rate(rest), line)


def _which_is_day(first: str, second: str) -> tuple[date, str]:
    """The one of two cells that is a day; the other is the rate."""
    for cell, other in ((first, second), (second, first)):
        if any(mark in cell for mark in "-/年") or cell.count(".") == 2 or (len(cell) == 8 and cell.isdigit()):
            day = values.read_day(cell)
            if day is not None:
                return day, other
    raise ValueError(_("“%(raw)s” is not a date. Write it like 2024-03-05.") % {"raw": shortened(first)})


# Beside what stands there


def known_beside(given: Sequence[Given]) -> Known:
    """The rates there are of the currencies given, by day; locked, for they may be written."""
    known: Known = defaultdict(dict)
    codes = {each.currency for each in given}
    base = keeping.own()
    for row in ExchangeRate.objects.select_for_update().filter(currency__in=codes, base=base).order_by("day"):
        known[row.currency][row.day] = row
    return known


def standing(found: Read, known: Known) -> list[str]:
    """The lines whose day has another rate already."""
    errors: list[str] = []
    for each in found.given:
        row = known[each.currency].get(each.day)
        if row is not None and row.rate != each.rate:
            told = _("There is a rate of %(day)s already: %(rate)s.") % {"day": each.day, "rate": row}
            _note(errors, each.line, told)
    return errors


def doubts(found: Read, known: Known) -> list[str]:
    """Questions about the lines whose rate is far from the one before it, in the file or here."""
    asked: list[str] = []
    by_code: dict[str, dict[date, Any]] = {code: dict(rows) for code, rows in known.items()}
    for each in found.given:
        by_code.setdefault(each.currency, {})[each.day] = ExchangeRate(**each.columns())
    days = {code: sorted(rows) for code, rows in by_code.items()}
    for each in found.given:
        place = days[each.currency].index(each.day)
        if place and (question := doubt(each, by_code[each.currency][days[each.currency][place - 1]])):
            _note(asked, each.line, question)
    return asked


def write(found: Read, known: Known) -> int:
    """How many were new or became another."""
    count = 0
    for each in found.given:
        row = known[each.currency].get(each.day)
        if row is None:
            ExchangeRate.objects.create(**each.columns())
        elif row.rate != each.rate:
            row.rate = each.rate
            row.save(update_fields=["rate"])
        else:
            continue
        count += 1
    return count
