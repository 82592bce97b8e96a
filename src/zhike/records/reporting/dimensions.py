"""By what figures can be grouped: a choice, an option, a record pointed at, a span of a date, a place.

A dimension gives the expression to group by, the label of each group, and the condition that finds a group's
records again. Ordinary ones are made from fields by name: `stage`, `customer.industry`, `closed_on:month`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, DateField, F, Func, Value
from django.db.models.functions import NullIf, Trunc
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.records import periods, registry
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Field
from zhike.records.fields.choices import Choice, ManyChoices, Option
from zhike.records.fields.moments import Day, Moment
from zhike.records.fields.numbers import YesNo
from zhike.records.fields.references import Reference
from zhike.records.fields.text import Region
from zhike.records.reporting.measures import Condition
from zhike.records.roles import sight

SPANS = ("week", "month", "quarter", "year")


class UnknownDimension(LookupError):
    """There is nothing of that name to group by."""


@dataclass(frozen=True)
class Group:
    """One group: what the database calls it, what people call it, where it stands among the others."""

    value: Any
    label: str
    position: Any = None
    colour: str = ""
    is_current: bool = False


class Dimension:
    """`natural_order` says that groups stand in their own order (stages, months), not by size."""

    natural_order = False
    is_time = False

    def __init__(self, name: str, label: Any) -> None:
        self.name = name
        self.label = label

    def expression(self) -> Any:
        raise NotImplementedError

    def groups(self, actor: Actor, values: Iterable[Any]) -> dict[Any, Group]:
        raise NotImplementedError

    def condition(self, value: Any) -> Condition:
        raise NotImplementedError

    def is_readable(self, record_type: RecordType) -> bool:
        """Whether the reader in force may read what it groups by."""
        return sight.all_readable(record_type, [self.name.partition(":")[0].partition(".")[0]])

    def key(self, value: Any) -> Any:
        """How the API and links write a group's value."""
        return value


class ByField(Dimension):
    """`path` leads to the field, from the record or one step along a reference (`customer.industry`)."""

    def __init__(self, path: str, label: Any, field: Field) -> None:
        super().__init__(path, label)
        self.field = field

    @property
    def prefix(self) -> str:
        step, dot, _rest = self.name.rpartition(".")
        return f"{step}__" if dot else ""

    def expression(self) -> Any:
        return self.field.expression(self.prefix)

    def condition(self, value: Any) -> Condition:
        if value in (None, ""):
            return {"field": self.name, "op": "empty"}
        return {"field": self.name, "op": "in", "value": [value]}


class ByChoice(ByField):
    natural_order = True

    def expression(self) -> Any:
        return NullIf(super().expression(), Value(""))

    def groups(self, actor: Actor, values: Iterable[Any]) -> dict[Any, Group]:
        order = [value for value, _label in self.field.choices()]
        field: Any = self.field
        return {
            value: Group(value, nothing(), len(order))
            if value is None
            else Group(
                value,
                field.text(value),
                order.index(value) if value in order else len(order),
                field.colour(value) if isinstance(field, Choice) else "",
            )
            for value in values
        }


class ByYesNo(ByField):
    natural_order = True

    def groups(self, actor: Actor, values: Iterable[Any]) -> dict[Any, Group]:
        return {value: Group(value, self.field.text(value) or nothing(), str(value)) for value in values}

    def condition(self, value: Any) -> Condition:
        if value is None:
            return {"field": self.name, "op": "empty"}
        return {"field": self.name, "op": "is", "value": value}


class ByOption(ByField):
    """Rows of a small table a company keeps itself, in that table's order."""

    natural_order = True

    def groups(self, actor: Actor, values: Iterable[Any]) -> dict[Any, Group]:
        field: Any = self.field
        rows = field.rows()
        known = {row.pk: Group(row.pk, str(row), place, row.colour) for place, row in enumerate(rows)}
        return {value: known.get(value) or Group(value, nothing(), len(rows)) for value in values}


class ByReference(ByField):
    """Records that are pointed at; those the reader may not see are told by their number only."""

    def groups(self, actor: Actor, values: Iterable[Any]) -> dict[Any, Group]:
        field: Any = self.field
        target = registry.get(field.record_type_name)
        ids = [value for value in values if value is not None]
        rows = target.policy.visible_to(actor, target.queryset().filter(pk__in=ids))
        names = _titles(target, rows)
        return {value: self._group(actor, value, names) for value in values}

    def _group(self, actor: Actor, value: Any, names: dict[Any, tuple[str, str]]) -> Group:
        if value is None:
            return Group(None, nothing(), "\uffff")
        key, label = names.get(value, (f"#{value}", f"#{value}"))
        return Group(value, label, key, is_current=self.field.kind == "member" and value == actor.member_id)


class ByRegion(ByField):
    """Province by province."""

    def expression(self) -> Any:
        first = Func(super().expression(), Value("/"), Value(1), function="split_part", output_field=CharField())
        return NullIf(first, Value(""))

    def groups(self, actor: Actor, values: Iterable[Any]) -> dict[Any, Group]:
        return {value: Group(value, value or nothing(), value or "\uffff") for value in values}

    def condition(self, value: Any) -> Condition:
        if value is None:
            return {"field": self.name, "op": "empty"}
        return {"field": self.name, "op": "in", "value": [value]}


class BySpan(ByField):
    """A date by week, month, quarter or year."""

    natural_order = True
    is_time = True

    def __init__(self, path: str, label: Any, field: Field, unit: str) -> None:
        super().__init__(path, label, field)
        self.path, self.unit = path, unit
        self.name = f"{path}:{unit}"

    @property
    def prefix(self) -> str:
        step, dot, _rest = self.path.rpartition(".")
        return f"{step}__" if dot else ""

    def expression(self) -> Any:
        zone = timezone.get_current_timezone() if isinstance(self.field, Moment) else None
        before = periods.fiscal_month() - 1 if self.unit in periods.FISCAL else 0
        unit = "month" if before else self.unit
        start = Trunc(self.field.expression(self.prefix), unit, tzinfo=zone, output_field=self.field.output_field())
        return _FiscalTrunc(start, self.unit, before) if before else start

    def key(self, value: Any) -> Any:
        day = as_day(value)
        return day.isoformat() if day else None

    def groups(self, actor: Actor, values: Iterable[Any]) -> dict[Any, Group]:
        return {value: self.group(value) for value in values}

    def group(self, value: Any) -> Group:
        day = as_day(value)
        return Group(value, self.words(day), day.isoformat()) if day else Group(None, nothing(), "9999")

    def words(self, day: date) -> str:
        first = periods.fiscal_month()
        if self.unit == "year":
            return f"{day.year}" if first == 1 else _("FY %(year)d") % {"year": periods.fiscal_year(day)}
        if self.unit == "quarter":
            told = {"quarter": (day.month - first) % 12 // 3 + 1, "year": periods.fiscal_year(day)}
            return (_("Q%(quarter)d %(year)d") if first == 1 else _("Q%(quarter)d FY %(year)d")) % told
        return f"{day:%Y-%m}" if self.unit == "month" else f"{day:%Y-%m-%d}"

    def condition(self, value: Any) -> Condition:
        day = as_day(value)
        if day is None:
            return {"field": self.path, "op": "empty"}
        return {"field": self.path, "op": "between", "value": [str(each) for each in self.span(day)]}

    def span(self, day: date) -> tuple[date, date]:
        first = periods.start_of(self.unit, day)
        return first, date.fromordinal(periods.shift(self.unit, first, 1).toordinal() - 1)

    def between(self, first: date, last: date) -> list[date]:
        """The starts of every span from one to the other, so that an empty month is not left out."""
        found: list[date] = []
        day = periods.start_of(self.unit, first)
        while day <= last and len(found) < MOST_SPANS:
            found.append(day)
            day = periods.shift(self.unit, day, 1)
        return found


MOST_SPANS = 240


class _FiscalTrunc(Func):
    """The quarter or year of a month, where the year begins `before` months after January."""

    def __init__(self, month: Any, unit: str, before: int) -> None:
        super().__init__(month, output_field=DateField())
        self.template = (
            f"(date_trunc('{unit}', (%(expressions)s)::timestamp - interval '{before} months')"
            f" + interval '{before} months')::date"
        )


class ByDepartment(Dimension):
    """The department of the record's owner: its own, or the top of its branch (`top`).

    Where the whole company is one tree under a single root, the branches begin below that root.
    """

    def __init__(self, name: str, label: Any, *, top: bool, owner: str = "owner") -> None:
        super().__init__(name, label)
        self.top, self.owner = top, owner

    def is_readable(self, record_type: RecordType) -> bool:
        readable = sight.all_readable(record_type, [self.owner])
        return readable and sight.all_readable(registry.get("members"), ["department"])

    def expression(self) -> Any:
        if not self.top:
            return F(f"{self.owner}__department")
        path = F(f"{self.owner}__department__path")
        first = NullIf(_step(path, 2), Value(""))
        if self.root() is None:
            return first
        return Func(NullIf(_step(path, 3), Value("")), first, function="COALESCE", output_field=CharField())

    def root(self) -> int | None:
        """The only department without a parent, if it has others below it."""
        rows = list(_departments().filter(trashed_at__isnull=True).values_list("pk", "parent_id"))
        roots = [pk for pk, parent in rows if parent is None]
        return roots[0] if len(roots) == 1 and len(rows) > 1 else None

    def groups(self, actor: Actor, values: Iterable[Any]) -> dict[Any, Group]:
        ids = [int(value) for value in values if value is not None]
        target = registry.get("departments")
        names = _titles(target, target.policy.visible_to(actor, target.queryset().filter(pk__in=ids)))
        return {value: self._group(value, names) for value in values}

    def _group(self, value: Any, names: dict[int, tuple[str, str]]) -> Group:
        if value is None:
            return Group(None, nothing(), "\uffff")
        key, label = names.get(int(value), (f"#{value}", f"#{value}"))
        return Group(value, label, key)

    def key(self, value: Any) -> Any:
        return None if value is None else int(value)

    def condition(self, value: Any) -> Condition:
        if value is None:
            return {"field": f"{self.owner}.department", "op": "empty"}
        if self.top and int(value) != self.root():
            return {"field": self.owner, "op": "department", "value": [int(value)]}
        return {"field": f"{self.owner}.department", "op": "in", "value": [int(value)]}


def _titles(record_type: RecordType, rows: Iterable[Any]) -> dict[int, tuple[str, str]]:
    """By number: what to sort by, and the title. A masked title is sorted by what is shown of it."""
    is_masked = sight.masked_title(record_type) is not None
    titles = ((row, record_type.title_of(row)) for row in rows)
    return {row.pk: (title if is_masked else row.title_key, title) for row, title in titles}


def _step(path: Any, number: int) -> Func:
    return Func(path, Value("/"), Value(number), function="split_part", output_field=CharField())


def _departments() -> Any:
    return registry.get("departments").queryset()


def nothing() -> str:
    return _("(none)")


def as_day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return timezone.localtime(value).date()
    return value if isinstance(value, date) else None


# Made from fields


def dimension_of(record_type: RecordType, name: str) -> Dimension:
    """The dimension a name stands for. Raises `UnknownDimension`."""
    path, _colon, unit = name.partition(":")
    field, label = _field_at(record_type, path)
    if isinstance(field, Day):
        if unit not in SPANS:
            raise UnknownDimension(name)
        return BySpan(path, label, field, unit)
    if unit or not isinstance(field, Field):
        raise UnknownDimension(name)
    for kind, made in MADE_FROM:
        if isinstance(field, kind) and not isinstance(field, ManyChoices):
            return made(path, label, field)
    raise UnknownDimension(name)


MADE_FROM: tuple[tuple[type[Field], type[ByField]], ...] = (
    (Choice, ByChoice), (Option, ByOption), (Reference, ByReference), (YesNo, ByYesNo), (Region, ByRegion),
)  # fmt: skip


def _field_at(record_type: RecordType, path: str) -> tuple[Field | None, Any]:
    first, dot, rest = path.partition(".")
    field = record_type.field(first)
    if not dot or field is None:
        return field, field.label if field else ""
    target = registry.find(field.record_type_name) if isinstance(field, Reference) else None
    found = target.field(rest) if target else None
    return found, f"{field.label} · {found.label}" if found else ""
