"""Amounts, counts and percentages."""

import decimal
import re
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhike.base import sentences
from zhike.base.chinese.widths import fold_width
from zhike.records.values.refusals import NOTHING, UnableToRead

_CURRENCY_BEFORE = re.compile(r"^(?:人民币|RMB|CNY|USD|EUR|HKD|GBP|JPY|TWD|US\$|HK\$|NT\$|[¥$€£₩])\s*", re.IGNORECASE)
_CURRENCY_AFTER = re.compile(
    r"\s*(?:人民币|RMB|CNY|USD|EUR|HKD|GBP|JPY|TWD|[元圆块¥$€£]整?|美元|欧元|港元|港币|日元|英镑)$",
    re.IGNORECASE,
)
_UNITS = {
    "亿": 10**8, "億": 10**8, "千万": 10**7, "百万": 10**6, "十万": 10**5, "万": 10**4, "萬": 10**4, "w": 10**4,
    "千": 10**3, "k": 10**3, "thousand": 10**3, "m": 10**6, "mn": 10**6, "million": 10**6, "bn": 10**9,
    "billion": 10**9,
}  # fmt: skip
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_FIGURE = r"[\d.,'\s]*\d[\d.,']*?"
_WITH_UNIT = re.compile(rf"^({_FIGURE})\s*({_UNIT})$", re.IGNORECASE)
_TWO_UNITS = re.compile(rf"^({_FIGURE})\s*(亿|億|万|萬)\s*({_FIGURE})\s*(千万|百万|十万|万|萬|千)?$")
_PLAIN = re.compile(r"^(?:\d+(?:\.\d*)?|\.\d+)$", re.ASCII)
_SCIENTIFIC = re.compile(r"^\d+(?:\.\d+)?e[+-]?\d{1,2}$", re.ASCII | re.IGNORECASE)
_GROUPED = re.compile(r"^\d{1,3}(?:,\d{3})+(?:\.\d*)?$", re.ASCII)
_GROUPED_BY_WAN = re.compile(r"^\d{1,4}(?:,\d{4})+(?:\.\d*)?$", re.ASCII)
_GROUPED_INDIAN = re.compile(r"^\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d*)?$", re.ASCII)
_GROUPED_OTHERWISE = re.compile(r"^\d{1,3}(?:([ '])\d{3})(?:\1\d{3})*(?:[.,]\d*)?$", re.ASCII)
_EUROPEAN = re.compile(r"^\d{1,3}(?:\.\d{3})+,\d+$|^\d{1,3}(?:\.\d{3}){2,}$", re.ASCII)
_LONGEST = 60
_MOST_DIGITS = 30

_NOT_A_NUMBER = _("“%(raw)s” is not a number. Write it like 12000, 12,000.00 or 1.2万.")
_TOO_LARGE = _("“%(raw)s” is too large a number.")
_AMBIGUOUS_COMMA = _("“%(raw)s”: the comma stands for neither thousands nor decimals clearly. Write it like 12,000.50.")


def _refuse(message: Promise, raw: object) -> UnableToRead:
    return UnableToRead(message, raw=sentences.shortened(raw))


def read_decimal(raw: object) -> Decimal | None:
    """Returns the number written in *raw*, None for a blank cell.

    Reads currency signs and words, thousands by comma, blank or apostrophe, `1.2万`, `3亿2000万`,
    `12k`, `(1,200)` and `1,200-` as negative, `12%` as 0.12, `1.234,56` where it can mean nothing else.

    Raises UnableToRead.
    """
    if raw is None:
        return None
    if isinstance(raw, (int, float, Decimal)) and not isinstance(raw, bool):
        return _typed(raw)
    if not isinstance(raw, str):
        raise _refuse(_NOT_A_NUMBER, raw)
    text = fold_width(raw).replace("，", ",").replace("−", "-")
    if text.lower() in NOTHING:
        return None
    if len(text) > _LONGEST:
        raise _refuse(_NOT_A_NUMBER, raw)
    is_negative, text = _sign(text)
    number = _percent_or_unit(raw, text)
    return -number if is_negative else number


def names_unit(raw: object) -> bool:
    """Whether the cell itself says what it is counted in: `1.2万`, `12000元`, `12k`, `3%`."""
    if not isinstance(raw, str):
        return False
    _is_negative, text = _sign(fold_width(raw).replace("，", ","))
    has_word = bool(re.search(r"[元圆块]整?\)?-?$", fold_width(raw)))
    return has_word or text.endswith("%") or bool(_WITH_UNIT.match(text) or _TWO_UNITS.match(text))


def _typed(raw: float | Decimal) -> Decimal:
    if isinstance(raw, int):
        if abs(raw) >= 10**_MOST_DIGITS:
            raise _refuse(_TOO_LARGE, "10³⁰…")
        return Decimal(raw)
    # repr is the shortest text of a float, what the sheet showed: 0.1, not 0.1000000000000000055.
    number = Decimal(repr(raw)) if isinstance(raw, float) else raw
    if not number.is_finite():
        raise _refuse(_NOT_A_NUMBER, raw)
    if number.adjusted() >= _MOST_DIGITS:
        raise _refuse(_TOO_LARGE, raw)
    return number


def _sign(text: str) -> tuple[bool, str]:
    is_negative = False
    if text.startswith("(") and text.endswith(")"):
        is_negative, text = True, text[1:-1].strip()
    text = _CURRENCY_BEFORE.sub("", text)
    if text[:1] in ("-", "+"):
        is_negative, text = is_negative or text[0] == "-", text[1:].strip()
        text = _CURRENCY_BEFORE.sub("", text)
    elif text.endswith("-"):
        is_negative, text = True, text[:-1].strip()
    return is_negative, _CURRENCY_AFTER.sub("", text)


def _percent_or_unit(raw: object, text: str) -> Decimal:
    if text.endswith("%"):
        return _figure(raw, text[:-1].strip()) / 100
    if unit := _WITH_UNIT.match(text):
        return _scaled(raw, unit[1], unit[2])
    if two := _TWO_UNITS.match(text):
        return _scaled(raw, two[1], two[2]) + _scaled(raw, two[3], two[4] or "")
    return _figure(raw, text)


def _scaled(raw: object, figure: str, unit: str) -> Decimal:
    return _figure(raw, figure.strip()) * _UNITS.get(unit.lower(), 1)


def _figure(raw: object, text: str) -> Decimal:
    if _GROUPED.match(text) or _GROUPED_INDIAN.match(text) or _GROUPED_BY_WAN.match(text):
        text = text.replace(",", "")
    elif _EUROPEAN.match(text):
        text = text.replace(".", "").replace(",", ".")
    elif _GROUPED_OTHERWISE.match(text):
        text = text.replace(" ", "").replace("'", "").replace(",", ".")
    elif "," in text and not text.strip("0123456789.,"):
        raise _refuse(_AMBIGUOUS_COMMA, raw)
    if not (_PLAIN.match(text) or _SCIENTIFIC.match(text)):
        raise _refuse(_NOT_A_NUMBER, raw)
    try:
        number = Decimal(text)
    except decimal.InvalidOperation as failure:
        raise _refuse(_NOT_A_NUMBER, raw) from failure
    if number.adjusted() >= _MOST_DIGITS:
        raise _refuse(_TOO_LARGE, raw)
    return number


def read_integer(raw: object) -> int | None:
    """Returns the whole number written in *raw*, None for a blank cell; forms as in `read_decimal`.

    A unit word (人, 家, 名, 个, 台, 件, 天, 年) or `+` behind it is left out: `1000+人`.
    Raises UnableToRead, for a number with decimals too.
    """
    text = (
        re.sub(r"\s*\+?\s*(?:人|家|名|个|台|件|套|天|年|岁|次)$", "", fold_width(raw)) if isinstance(raw, str) else raw
    )
    number = read_decimal(text)
    if number is None:
        return None
    if number != number.to_integral_value():
        raise _refuse(_("“%(raw)s” is not a whole number. Write it like 12 or 12,000."), raw)
    return int(number)


def read_percent(raw: object) -> Decimal | None:
    """Returns percent points: 12 for `12%`, `12` and a sheet's cell formatted as per cent (the number 0.12).

    Text without a sign is points as it stands (`0.5` is half a per cent). None for a blank cell.
    Raises UnableToRead.
    """
    number = read_decimal(raw)
    if number is None:
        return None
    is_share = isinstance(raw, float) and -1 <= raw <= 1
    has_sign = isinstance(raw, str) and fold_width(raw).rstrip(" )-").endswith("%")
    return number * 100 if is_share or has_sign else number
