"""What a company's own number fields offer to reports: their sums and averages."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.records.declaration import RecordType
from zhike.records.fields.base import Field
from zhike.records.fields.moments import Day, Moment
from zhike.records.fields.numbers import Money, Number, Percent
from zhike.records.reporting.measures import Measure, Unit, average, total

SUM, AVERAGE = _("{field}, sum"), _("{field}, average")


def measures_of(record_type: RecordType) -> list[Measure]:
    return [measure for field in _fields(record_type).values() for measure in _measures_of(field)]


def _fields(record_type: RecordType) -> dict[str, Field]:
    """Their own, as the reader in force may see them: what is masked is no number any more."""
    known = record_type.custom_fields()
    return {name: field for name, field in record_type.fields().items() if name in known} if known else {}


def _measures_of(field: Field) -> Iterator[Measure]:
    if not isinstance(field, Number):
        return
    unit = Unit.MONEY if isinstance(field, Money) else Unit.PERCENT if isinstance(field, Percent) else Unit.NUMBER
    if field.summable and unit is not Unit.PERCENT:
        yield total(f"sum_{field.name}", format_lazy(SUM, field=field.label), field.expression(), unit=unit)
    yield average(f"average_{field.name}", format_lazy(AVERAGE, field=field.label), field.expression(), unit=unit)


def dates_of(record_type: RecordType) -> list[str]:
    """The company's own days, by which a span of time may be taken."""
    return [name for name, field in _fields(record_type).items() if isinstance(field, Day | Moment)]
