"""Figures as people read them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from zhike.records.fields.numbers import with_symbol
from zhike.records.reporting.measures import Measure, Unit
from zhike.records.reporting.running import Figure


def text_of(figure: Figure) -> str:
    """≈ before what holds amounts that were converted."""
    text = value_text(figure.measure, figure.value, figure.currency)
    return f"≈ {text}" if figure.conversion and figure.value else text


def value_text(measure: Measure, value: Any, currency: str = "") -> str:
    """¥ 12,000 · 63.2% · 51.78 · 4,238; a dash for a rate of nothing."""
    if value is None:
        return "–"
    if measure.unit is Unit.MONEY:
        return with_symbol(Decimal(value), currency)
    if measure.unit is Unit.PERCENT:
        return _("%(number)s%%") % {"number": _plain(value)}
    return _plain(value)


def others_text(figure: Figure) -> str:
    """The same in other currencies: $ 1,200 · € 300."""
    return " · ".join(value_text(figure.measure, value, currency) for currency, value in figure.others)


def _plain(value: Any) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    number = Decimal(value)
    return f"{number:,.0f}" if number == number.to_integral_value() else f"{number.normalize():,f}"


def difference(now: Any, before: Any) -> int | None:
    """By how many per cent `now` is more than `before`; None where there was nothing."""
    if not before or now is None:
        return None
    return int(((Decimal(now) - Decimal(before)) * 100 / Decimal(before)).to_integral_value())
