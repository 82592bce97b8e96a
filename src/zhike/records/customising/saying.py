"""What an administrator says in words about a field: texts, figures, days, endings of files; read or `Unfit`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from zhike.base.sentences import one_line
from zhike.records.customising import kinds
from zhike.records.fields import moments
from zhike.records.fields.base import Invalid
from zhike.records.models import CustomField

LONGEST_LABEL, LONGEST_HELP, LONGEST_TEXT = 60, 200, 20_000
MOST_STARS, MOST_FILES, MOST_PLACES = 10, 50, 6
LARGEST = Decimal(10) ** 15


class Unfit(Exception):
    """A value that cannot be taken, in a sentence."""


def taken(errors: dict[str, list[str]], name: str, read: Callable[[], Any]) -> Any:
    """What `read` gives; where it cannot be taken, None, and why under the name of the input."""
    try:
        return read()
    except (Unfit, Invalid) as unfit:
        errors[name] = [str(unfit)]
        return None


def words(raw: Mapping[str, Any], name: str, longest: int) -> str:
    words = one_line(raw.get(name))
    if len(words) > longest:
        raise Unfit(_("At most %(limit)d characters.") % {"limit": longest})
    return words


def figure(made: CustomField, raw: Mapping[str, Any], name: str) -> str:
    """A limit as text: a float would not keep what was written."""
    text = str(raw.get(name) or "").replace(",", "").strip()
    if not text:
        return ""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Unfit(_("A number is expected here.")) from None
    if not number.is_finite() or abs(number) > LARGEST:
        raise Unfit(_("This number is too large."))
    if made.kind in (kinds.Kind.INTEGER, kinds.Kind.RATING) and number != number.to_integral_value():
        raise Unfit(_("A whole number is expected here."))
    if made.kind == kinds.Kind.RATING and not 2 <= number <= MOST_STARS:
        raise Unfit(_("From 2 to %(most)d stars.") % {"most": MOST_STARS})
    return f"{number:f}"


def length(raw: Mapping[str, Any], name: str) -> int | None:
    return whole(raw, name, LONGEST_TEXT)


def whole(raw: Mapping[str, Any], name: str, largest: int) -> int | None:
    text = str(raw.get(name) or "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= largest:
        raise Unfit(_("A whole number from 1 to %(largest)d is expected.") % {"largest": largest})
    return int(text)


def places(raw: Mapping[str, Any]) -> str:
    text = str(raw.get("places") or "").strip()
    if text and (text not in tuple("0123456")):
        raise Unfit(_("From 0 to %(most)d decimal places.") % {"most": MOST_PLACES})
    return text


def day(raw: Mapping[str, Any], name: str) -> str:
    """An ISO date, or the word `today`."""
    text = str(raw.get(name) or "").strip()
    if not text or text == "today":
        return text
    try:
        return moments.Day("", "").clean_value(text).isoformat()
    except Invalid:
        raise Unfit(_("A date such as 2026-03-05 is expected, or the word today.")) from None


def endings(raw: Mapping[str, Any]) -> list[str]:
    """`pdf, .DOCX` → `["pdf", "docx"]`."""
    text = words(raw, "endings", LONGEST_HELP).lower()
    found = [each.strip(" .*") for each in re.split(r"[,，;；、\s]+", text)]
    if any(each and not each.isalnum() for each in found):
        raise Unfit(_("Endings of files are expected here, such as pdf, docx."))
    return list(dict.fromkeys(filter(None, found)))
