"""What a price is with and without tax, and what a quantity is in another unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

from zhike.base.sentences import Sentence
from zhike.domains.catalogue.models import Product, Unit

CENT = Decimal("0.01")


class UnableToConvert(Sentence):
    """The units do not count the same thing."""


@dataclass(frozen=True)
class Price:
    """Of one unit, rounded to two places; the tax is what the two differ by."""

    without_tax: Decimal
    with_tax: Decimal

    @property
    def tax(self) -> Decimal:
        return self.with_tax - self.without_tax


def price_of(product: Product) -> Price | None:
    """None where the price or the tax rate is not said."""
    if product.list_price is None or product.tax_rate is None:
        return None
    times = 1 + product.tax_rate.share
    if product.is_tax_included:
        return Price(_rounded(product.list_price / times), product.list_price)
    return Price(product.list_price, _rounded(product.list_price * times))


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def convert(quantity: Decimal, unit: Unit, into: Unit) -> Decimal:
    """The same quantity in another unit of the dimension, with as many decimal places as that one has.

    Raises `UnableToConvert` where the units do not count the same thing.
    """
    if (unit.base_id or unit.pk) != (into.base_id or into.pk):
        raise UnableToConvert(_("“%(one)s” cannot be counted in “%(other)s”."), one=unit.name, other=into.name)
    exact = quantity * unit.factor / into.factor
    return exact.quantize(Decimal(1).scaleb(-into.places), ROUND_HALF_UP)
