"""What can be counted, added up or averaged, made of parts that may be added to each other.

A measure is a count or sum, or one count or sum over another. Because the parts can be added, totals, rarer
groups folded into one, and several currencies need no second query, and a rate of a total is never a mean of rates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Expression, F, Q, Sum
from django.utils.translation import gettext_lazy as _

from zhike.records import conditions
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Context
from zhike.records.roles import sight

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

Condition = Mapping[str, Any]
EVERYTHING: Condition = {}
ALWAYS = "created_at"
"""The day nobody chose: without it a figure still counts, only not by a span of time."""
CENT, TENTH = Decimal("0.01"), Decimal("0.1")


class Unit(StrEnum):
    COUNT = "count"
    MONEY = "money"
    PERCENT = "percent"
    DAYS = "days"
    NUMBER = "number"


@dataclass(frozen=True)
class Part:
    """A count (`of` is None) or a sum of a field or expression, of the records that satisfy `where`."""

    of: str | Expression | F | None = None
    where: Condition = field(default_factory=dict)
    counts_values: bool = False
    """Counts the records that have a value in `of`."""

    def aggregate(self, asked: Q, worth: Callable[[Any], Any] | None = None) -> Any:
        """Over the records that satisfy `asked` (this part's `where`, compiled, or nothing); `worth` makes of what is
        added up what it is worth in another currency."""
        if self.is_sum:
            return Sum(worth(self.of) if worth else self.of, filter=asked or None)
        return Count("pk" if self.of is None else self.of, filter=asked or None)

    @property
    def is_sum(self) -> bool:
        return self.of is not None and not self.counts_values


@dataclass(frozen=True)
class Measure:
    """`where` says which records the figure is about and where its link leads; `date` which field a span of time
    is taken by when nobody says another; `better` whether more of it is good (`up`) or bad (`down`)."""

    name: str
    label: _StrOrPromise
    top: Part
    bottom: Part | None = None
    unit: Unit = Unit.COUNT
    date: str = "created_at"
    where: Condition = field(default_factory=dict)
    scale: int = 1

    def parts(self) -> tuple[Part, ...]:
        return (self.top,) if self.bottom is None else (self.top, self.bottom)

    def value(self, top: Any, bottom: Any = None) -> Decimal | int | None:
        """A rate of nothing is no figure."""
        if self.bottom is None:
            return Decimal(top or 0).quantize(CENT) if self.is_money else top or 0
        if not bottom:
            return None
        places = TENTH if self.unit is Unit.PERCENT else CENT
        return (Decimal(top or 0) * self.scale / Decimal(bottom)).quantize(places)

    @property
    def is_money(self) -> bool:
        return self.unit is Unit.MONEY

    @property
    def is_additive(self) -> bool:
        """Whether the figures of groups add up to the figure of all."""
        return self.bottom is None


def count(
    name: str = "count", label: Any = None, *, where: Condition = EVERYTHING, date: str = "created_at"
) -> Measure:
    return Measure(name, label or _("Number"), Part(where=where), where=where, date=date)


def total(
    name: str, label: Any, of: Any, *, where: Condition = EVERYTHING, date: str = "created_at", unit: Unit = Unit.MONEY
) -> Measure:
    return Measure(name, label, Part(of, where), unit=unit, where=where, date=date)


def average(
    name: str, label: Any, of: Any, *, where: Condition = EVERYTHING, date: str = "created_at", unit: Unit = Unit.MONEY
) -> Measure:
    return Measure(name, label, Part(of, where), Part(of, where, counts_values=True), unit, date, where)


def share(name: str, label: Any, *, having: Condition, among: Condition, date: str = "created_at") -> Measure:
    """Per cent of the records `among` that are `having`."""
    return Measure(name, label, Part(where=having), Part(where=among), Unit.PERCENT, date, among, scale=100)


def is_readable(measure: Measure, record_type: RecordType) -> bool:
    """Whether the reader in force may read everything the figure is made of, and the day it is taken by."""
    wheres = (measure.where, *(part.where for part in measure.parts()))
    if not all(is_condition_readable(where, record_type) for where in wheres):
        return False
    names = {name.partition("__")[0] for part in measure.parts() for name in _fields_in(part.of)}
    return sight.all_readable(record_type, {*names, measure.date} - {ALWAYS})


def is_condition_readable(where: Condition, record_type: RecordType) -> bool:
    try:
        conditions.parse(where, record_type)
    except conditions.ConditionError:
        return False
    return True


def _fields_in(of: Any) -> list[str]:
    if of is None or isinstance(of, str):
        return [of] if of else []
    expressions: list[Any] = [of] if isinstance(of, F) else list(of.flatten())
    return [str(getattr(each, "name", "")) for each in expressions if isinstance(each, F)]


def compiled(where: Condition, record_type: RecordType, context: Context) -> Q:
    return conditions.compile_node(conditions.parse(where, record_type), context) if where else Q()


def both(*parts: Condition | None) -> dict[str, Any]:
    """One condition that asks for all of them, as flat as a person would have built it."""
    flat: list[Any] = []
    for part in parts:
        if part:
            flat += part["all"] if set(part) == {"all"} else [part]
    unique = [part for place, part in enumerate(flat) if part not in flat[:place]]
    return {} if not unique else dict(unique[0]) if len(unique) == 1 else {"all": unique}
