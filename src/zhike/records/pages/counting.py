"""Counts and sums beside a list. They are asked for after the rows, and none may hold up the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Avg, Sum
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.records import listing, saved_views
from zhike.records.columns import Column
from zhike.records.conditions import ConditionError
from zhike.records.currencies import converting, keeping
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Field
from zhike.records.fields.numbers import Money, Percent, with_symbol

LONGEST_MS = 3000


@contextmanager
def patience(milliseconds: int = LONGEST_MS) -> Iterator[None]:
    """Queries within give up after a while (`OperationalError`)."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {int(milliseconds)}")
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")


def count_text(exact: int | None, count: int) -> str:
    """12,480 or ≈ 1,000,000."""
    return f"{exact:,}" if exact is not None else f"≈ {_rounded(count):,}"


def _rounded(count: int) -> int:
    """An estimate has two digits that mean something."""
    scale = 10 ** max(0, len(str(count)) - 3)
    return round(count / scale) * scale


def counts_of_views(
    actor: Actor, record_type: RecordType, views: Sequence[saved_views.View]
) -> list[tuple[saved_views.View, str]]:
    """Exact up to 10,000, beyond that `10,000+`; a view that cannot be counted in time has no number."""
    counts = []
    for view in views:
        if view.key == saved_views.ALL:
            continue
        try:
            with patience():
                queryset = listing.base_query(actor, record_type, condition=view.condition)
                found = queryset.order_by()[: listing.COUNTED_TO + 1].count()
            counts.append((view, f"{found:,}" if found <= listing.COUNTED_TO else f"{listing.COUNTED_TO:,}+"))
        except (ConditionError, OperationalError):
            counts.append((view, ""))
    return counts


def is_summed(field: Field) -> bool:
    return field.summable and bool(field.options.get("summable", True))


@dataclass(frozen=True)
class ColumnSum:
    """What a column adds up to: one sum per currency, or one that is converted; `note` says how."""

    label: str
    texts: list[str]
    note: str = ""


def sums_of(queryset: Any, columns: Sequence[Column]) -> list[ColumnSum]:
    """Of the columns that add up; percentages have an average instead."""
    fields = [column.field for column in columns if is_summed(column.field)]
    try:
        with patience():
            return [_sum(queryset.order_by(), field) for field in fields]
    except OperationalError:
        return []


def _sum(queryset: Any, field: Field) -> ColumnSum:
    label = str(field.label)
    if isinstance(field, Money) and field.currency_field:
        return _sum_of_currencies(queryset, field)
    if isinstance(field, Percent):
        return _average(queryset, field)
    total = queryset.aggregate(sum=Sum(field.expression()))["sum"]
    if isinstance(field, Money):
        return ColumnSum(label, [with_symbol(total or field.clean_value(0), keeping.own())])
    return ColumnSum(label, [field.text(total or Decimal(0))])


def _average(queryset: Any, field: Percent) -> ColumnSum:
    mean = queryset.aggregate(mean=Avg(field.expression()))["mean"]
    label = _("%(field)s, average") % {"field": field.label}
    return ColumnSum(label, ["–" if mean is None else field.text(round(mean, 2))])


def _sum_of_currencies(queryset: Any, field: Money) -> ColumnSum:
    by_currency = queryset.values(field.currency_field).annotate(sum=Sum(field.expression())).order_by("-sum")
    sums = {row[field.currency_field]: row["sum"] for row in by_currency if row["sum"]}
    texts = [with_symbol(total, currency) for currency, total in sums.items()]
    found = _converted(queryset, field, list(sums))
    if found is None:
        return ColumnSum(str(field.label), texts or [_("none")])
    total = with_symbol(found.sums[None], found.conversion.own)
    return ColumnSum(str(field.label), [f"≈ {total}"], f"{' + '.join(texts)}. {found.conversion.note}")


def _converted(queryset: Any, field: Money, met: list[str]) -> converting.Converted | None:
    """None where it would take too long as well."""
    try:
        with patience():
            return converting.totals(queryset, field.currency_field, field.expression(), met)
    except OperationalError:
        return None
