"""Amounts that a column gives in thousands or 万: its heading says so (金额(万元)), or the plan does.

A cell that names a unit of its own (1.2万, 12000元, 3%) is read by that alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.base.chinese import fold_width
from zhike.records import values
from zhike.records.fields.base import Field
from zhike.records.importing import cells

PLAIN = 1
UNITS = {
    PLAIN: _("as it stands"),
    1000: _("in thousands"),
    10_000: _("in ten thousands (万)"),
    1_000_000: _("in millions"),
    10_000_000: _("in ten millions (千万)"),
    100_000_000: _("in hundred millions (亿)"),
}
"""By how much a figure of the column is multiplied."""

KINDS = frozenset({"money", "decimal"})
_FACTORS = {
    "千": 1000, "仟": 1000, "万": 10_000, "萬": 10_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000,
    "億": 100_000_000, "k": 1000, "thousand": 1000, "thousands": 1000, "000": 1000, "000s": 1000, "m": 1_000_000,
    "mn": 1_000_000, "mio": 1_000_000, "million": 1_000_000, "millions": 1_000_000, "": PLAIN,
}  # fmt: skip
_CURRENCY = (
    r"人民币|元人民币|美元|欧元|港元|港币|日元|英镑|元|圆|块|[¥$€£]|(?:us|hk|nt)\$|rmb|cny|usd|eur|hkd|gbp|jpy|twd"
)
_CHINESE = "百万|千万|千|仟|万|萬|亿|億"
_ENGLISH = r"k|thousands?|'?000s?|mn|mio|m|millions?"
_UNIT = re.compile(
    rf"(?:单位\s*[:：]?|in)?\s*(?:{_CURRENCY})?\s*(?P<factor>{_CHINESE}|{_ENGLISH})?\s*(?:{_CURRENCY})?", re.IGNORECASE
)
_BRACKETED = re.compile(r"[(\[【<《]([^)\]】>》]*)[)\]】>》]")
_BEHIND = re.compile(
    rf"(?<=[\u3400-\u9fff\w])(?:\s*[/_,，:：;|·-]\s*|\s+)(?P<apart>(?:{_CHINESE})?(?:元|美元)|(?:{_CHINESE}))$"
    rf"|(?<=[\u3400-\u9fff])(?P<close>(?:{_CHINESE})(?:元|美元))$"
)


def of_heading(heading: str) -> int | None:
    """What the heading says its figures are counted in; None where it says nothing about it."""
    folded = fold_width(heading)
    for inner in _BRACKETED.findall(folded):
        if (factor := _factor(inner)) is not None:
            return factor
    behind = _BEHIND.search(folded)
    return _factor(behind["apart"] or behind["close"]) if behind else None


def without(heading: str) -> str:
    """The heading without a unit behind it: 金额/万元 → 金额. What stands in brackets nobody compares anyway."""
    return _BEHIND.sub("", fold_width(heading))


def _factor(text: str) -> int | None:
    found = _UNIT.fullmatch(text.strip()) if text.strip() else None
    return _FACTORS[(found["factor"] or "").lower().lstrip("'")] if found else None


def counts(field: Field | None) -> bool:
    """Whether figures of the field may be counted in units."""
    return field is not None and field.kind in KINDS


def scaling(read: cells.Reader, factor: int) -> cells.Reader:
    """Reads cells as `read` does, figures multiplied by the factor."""
    return read if factor == PLAIN else cells.remembering(_scaled(read, factor))


def _scaled(read: cells.Reader, factor: int) -> Callable[[Any], Any]:
    def read_scaled(raw: Any) -> Any:
        figure = _plain_figure(raw)
        return read(raw) if figure is None else read(figure * factor)

    return read_scaled


def _plain_figure(raw: Any) -> Decimal | None:
    """The number of a cell that names no unit; None for every other, which the field itself reads or refuses."""
    try:
        return None if values.names_unit(raw) else values.read_decimal(raw)
    except values.UnableToRead:
        return None
