"""Amounts of several currencies in the company's own.

An amount is worth what it was on the day of its record (`CurrencyField.day_field`: the day a deal was closed), and
what it is worth today where that day is empty. Nobody asks for rates unless another currency was met; where one amount
has no rate, none is converted, and each currency is told by itself. Sums are rounded, not what they are made of.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    DecimalField,
    Expression,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from zhike.base import clock
from zhike.records.currencies import keeping
from zhike.records.models import ExchangeRate

AMOUNT = DecimalField(max_digits=60, decimal_places=14)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Conversion:
    """How amounts of a model become amounts of the company's own currency; `codes` are the others that were met."""

    model: Any
    currency_field: str
    own: str
    codes: tuple[str, ...]
    today: date

    @property
    def day_field(self) -> str:
        return str(getattr(self.model._meta.get_field(self.currency_field), "day_field", ""))

    def rate(self) -> Case:
        """What one unit of a row's currency is worth; NULL where there is no rate for its day."""
        given = (
            ExchangeRate.objects.filter(currency=OuterRef(self.currency_field), base=self.own, day__lte=self._day())
            .order_by("-day").values("rate")[:1]
        )  # fmt: skip
        is_own = When(**{self.currency_field: self.own}, then=Value(Decimal(1)))
        return Case(is_own, default=Subquery(given), output_field=AMOUNT)

    def _day(self) -> Any:
        today = Value(self.today, output_field=DateField())
        return Coalesce(OuterRef(self.day_field), today) if self.day_field else today

    def worth(self, amount: Any) -> Expression:
        """An amount, given as a field or an expression, in the company's own currency."""
        of: Any = F(amount) if isinstance(amount, str) else amount
        return ExpressionWrapper(of * self.rate(), output_field=AMOUNT)

    def lacking(self, amount: Any, asked: Q | None = None) -> Count:
        """How many rows have an amount and no rate for it."""
        of: Any = F(amount) if isinstance(amount, str) else amount
        has_amount, has_none = Q(IsNull(of, False)), Q(IsNull(self.rate(), True))
        return Count("pk", filter=has_amount & has_none & (asked or Q()))

    @property
    def note(self) -> str:
        """1 USD = 7.12 CNY (2026-11-20): the rates of today, and of which day others are."""
        rates = keeping.rates_of(self.today)
        told = [f"{rates[code]} ({rates[code].day})" for code in self.codes if code in rates]
        named = {"own": self.own, "codes": str(_(", ")).join(self.codes), "rates": str(_("; ")).join(told)}
        if not self.day_field:
            return _("%(codes)s converted into %(own)s at today’s rate: %(rates)s.") % named
        named["day"] = str(capfirst(self.model._meta.get_field(self.day_field).verbose_name))
        told_by_day = _(
            "%(codes)s converted into %(own)s at the rate of “%(day)s”; where that is empty, at today’s: %(rates)s."
        )
        return told_by_day % named


def conversion(model: Any, currency_field: str, met: Iterable[str]) -> Conversion | None:
    """For the currencies that were met; None where all is in the company's own, or one of them has no rate at all."""
    own, today = keeping.own(), clock.today()
    others = tuple(sorted(code for code in set(met) if code and code != own))
    if not others:
        return None
    first = dict(
        ExchangeRate.objects.filter(base=own, currency__in=others).order_by().values_list("currency")
        .annotate(first=Min("day"))
    )  # fmt: skip
    if any(code not in first or first[code] > today for code in others):
        return None
    return Conversion(model, currency_field, own, others, today)


def totals(queryset: Any, currency_field: str, amount: Any, met: Iterable[str], by: str = "") -> Converted | None:
    """Sums in the company's own currency: of all, or by the field `by`; None where they cannot be."""
    found = conversion(queryset.model, currency_field, met)
    if found is None:
        return None
    rows = queryset.order_by().annotate(_worth=found.worth(amount))
    asked = {"total": Sum("_worth"), "lacking": found.lacking(amount)}
    told = rows.values(by).annotate(**asked) if by else [rows.aggregate(**asked)]
    sums: dict[Any, Decimal] = {}
    for row in told:
        if row["lacking"]:
            return None
        sums[row[by] if by else None] = Decimal(row["total"] or 0).quantize(CENT)
    return Converted(found, sums)


@dataclass(frozen=True)
class Converted:
    """`sums` by the value grouped by; None is its key where nothing was."""

    conversion: Conversion
    sums: dict[Any, Decimal]
