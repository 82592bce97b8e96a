"""Which currencies are known, offered and retired, and the rate of a day."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django_tenants.utils import get_public_schema_name

from zhike.base import money
from zhike.base.money import Currency
from zhike.base.recent import Recent
from zhike.base.workspaces import queries
from zhike.records.models import ExchangeRate, UsedCurrency

_NAMES = dict(Currency.choices)


def name_of(code: str) -> str:
    return str(_NAMES.get(code, code))


def own() -> str:
    return queries.own_currency()


def _read() -> dict[str, bool]:
    """What the company said of each; where there is no workspace nothing was said."""
    if connection.schema_name == get_public_schema_name():  # type: ignore[attr-defined]
        return {}
    return dict(UsedCurrency.objects.values_list("code", "is_active"))


_said: Recent[dict[str, bool]] = Recent(_read)


def forget_kept() -> None:
    _said.forget()


def known() -> list[str]:
    """Every currency records may be in: its own first, then those delivered, then those it added."""
    added = sorted(code for code in _said.now() if code in _NAMES)
    return list(dict.fromkeys([own(), *money.DELIVERED, *added]))


def retired() -> set[str]:
    """Offered no more; the company's own never is."""
    return {code for code, is_active in _said.now().items() if not is_active} - {own()}


def in_use() -> list[str]:
    late = retired()
    return [code for code in known() if code not in late]


# Rates


def rate_on(code: str, day: date) -> ExchangeRate | None:
    """The rate of a day into the company's own currency: the last one given up to then."""
    found: ExchangeRate | None = (
        ExchangeRate.objects.filter(currency=code, base=own(), day__lte=day).order_by("-day").first()
    )
    return found


def rates_of(day: date) -> dict[str, ExchangeRate]:
    """The rate of each currency that has one on that day."""
    rows = ExchangeRate.objects.filter(base=own(), day__lte=day).order_by("currency", "-day").distinct("currency")
    return {row.currency: row for row in rows}


def begins_on(day: date) -> bool:
    """Whether a rate holds from that day on."""
    return ExchangeRate.objects.filter(base=own(), day=day).exists()
