"""What the company says of money: which currencies it uses, and what they were worth on which day."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.base.changelog.models import Tracked

PLACES = 10


class UsedCurrency(Tracked):
    """Whether a currency is offered; without a row it is as delivered."""

    code = models.CharField(_("currency"), max_length=3, unique=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering: ClassVar[Any] = ("code",)
        verbose_name, verbose_name_plural = _("currency"), _("currencies")

    def __str__(self) -> str:
        return self.code


class ExchangeRate(Tracked):
    """From `day` on, 1 `currency` is worth `rate` of `base`, until the next day that has a rate."""

    currency = models.CharField(_("currency"), max_length=3)
    base = models.CharField(_("worth in"), max_length=3)
    """The company's own currency when the rate was given."""
    day = models.DateField(_("from day"))
    rate = models.DecimalField(_("rate"), max_digits=22, decimal_places=PLACES)

    class Meta:
        ordering: ClassVar[Any] = ("currency", "base", "-day")
        verbose_name, verbose_name_plural = _("exchange rate"), _("exchange rates")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["currency", "base", "day"], name="exchange_rate_once"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="exchange_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"1 {self.currency} = {plain(self.rate)} {self.base}"


def plain(rate: Any) -> str:
    """7.12, 0.0483: without the noughts nobody wrote."""
    text = f"{rate:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
