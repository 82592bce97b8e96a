"""Roll-ups: how many, the sum, the smallest, the largest, the latest of the records that point here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.base import actors
from zhike.records import conditions, registry
from zhike.records.conditions.language import Group, Leaf, Related
from zhike.records.conditions.language import Node as Condition
from zhike.records.currencies import keeping
from zhike.records.currencies.converting import Conversion
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Context, Field
from zhike.records.fields.numbers import Money
from zhike.records.fields.references import Reference
from zhike.records.formulas import compiling, types
from zhike.records.formulas.finding import target_of
from zhike.records.formulas.functions import Type
from zhike.records.formulas.lexing import FormulaError
from zhike.records.formulas.sql import Sql

COUNT, SUM, MIN, MAX, LATEST = "count", "sum", "min", "max", "latest"
FUNCTION_WORDS = {
    COUNT: gettext_lazy("How many"), SUM: gettext_lazy("Sum"), MIN: gettext_lazy("Smallest"),
    MAX: gettext_lazy("Largest"), LATEST: gettext_lazy("Latest"),
}  # fmt: skip
MEASURED = {
    SUM: frozenset({Type.NUMBER}), MIN: frozenset({Type.NUMBER, Type.DAY, Type.MOMENT}),
    MAX: frozenset({Type.NUMBER, Type.DAY, Type.MOMENT}),
    LATEST: frozenset({Type.NUMBER, Type.DAY, Type.MOMENT, Type.TEXT, Type.TRUTH}),
}  # fmt: skip
BY_CLOCK = frozenset({"within", "not_within", "anniversary"})
BY_READER = frozenset({"is_me", "is_my_team"})
DAYS_SAID = frozenset({"on", "before", "after"})


@dataclass(frozen=True)
class RollUp:
    """`child` are the records that point here by `pointer`; `latest_by` orders them where the latest is wanted."""

    child: RecordType
    pointer: Field
    function: str
    measure: types.Read | None
    latest_by: Field | None
    condition: Condition

    @property
    def reads_clock(self) -> bool:
        return any(_is_by_clock(leaf) for leaf in leaves_of(self.condition))

    @property
    def money(self) -> Money | None:
        """What it measures, where that may be in several currencies: then it is taken in the company's own."""
        field = self.measure.field if self.measure else None
        return field if isinstance(field, Money) and field.currency_field else None

    def conversion(self, today: date) -> Conversion | None:
        if self.money is None:
            return None
        return Conversion(self.child.model, self.money.currency_field, keeping.own(), (), today)

    def paths(self) -> Iterator[tuple[tuple[Field, ...], Field]]:
        """Every field of the child it reads, with the step that leads there."""
        yield (), self.pointer
        if self.measure is not None:
            yield (), self.measure.field
        if self.latest_by is not None:
            yield (), self.latest_by
        if self.money is not None:
            day = getattr(self.child.model._meta.get_field(self.money.currency_field), "day_field", "")
            fields = self.child.every_field()
            yield from (((), fields[name]) for name in (self.money.currency_field, day) if name in fields)
        for leaf in leaves_of(self.condition):
            yield leaf.steps, leaf.field


def understood(said: Mapping[str, Any], parent: RecordType) -> RollUp:
    """`said`: type, by, function, measure, latest_by, condition. Raises `FormulaError`, `ConditionError`."""
    child = registry.find(str(said.get("type") or ""))
    pointer = child.field(str(said.get("by") or "")) if child else None
    if child is None or pointer is None or target_of(pointer) is not parent:
        raise FormulaError(_("Choose the related records that point here."))
    function = str(said.get("function") or "")
    if function not in FUNCTION_WORDS:
        raise FormulaError(_("Choose how the records are summed up."))
    condition = conditions.parse(said.get("condition") or {}, child)
    _check_condition(condition)
    measure = None if function == COUNT else _measure(child, function, str(said.get("measure") or ""))
    latest_by = _latest_by(child, str(said.get("latest_by") or "created_at")) if function == LATEST else None
    return RollUp(child, pointer, function, measure, latest_by, condition)


def pointers_to(parent: RecordType) -> list[tuple[RecordType, Field]]:
    """Every field of any type that points at records of this one."""
    return [
        (child, field)
        for child in registry.all_types()
        for field in child.fields().values()
        if isinstance(field, Reference) and target_of(field) is parent
    ]


def measures_of(child: RecordType, function: str) -> list[Field]:
    return [field for field in child.fields().values() if types.type_of(field) in MEASURED.get(function, ())]


def result_of(found: RollUp) -> str:
    """The kind of its values."""
    if found.function == COUNT or found.measure is None:
        return "integer"
    kind = found.measure.field.kind
    if found.measure.type == Type.NUMBER:
        return kind if kind in ("money", "percent", "decimal") else "integer"
    return {Type.DAY: "day", Type.MOMENT: "moment", Type.TRUTH: "yes_no"}.get(found.measure.type, "text")


def expression(found: RollUp, today: date) -> Any:
    """For a query over the parents. Without a rate for one of its amounts it is empty: nothing is left out silently."""
    value = _expression(found, today)
    return Sql("NULLIF({0}, 'NaN'::numeric)", value, output_field=_output(found)) if found.money else value


def _expression(found: RollUp, today: date) -> Any:
    rows = rows_of(found, OuterRef("pk"), today)
    if found.function == LATEST and found.latest_by is not None:
        newest = models.OrderBy(found.latest_by.expression(), descending=True, nulls_last=True)
        wanted = rows.order_by(newest, "-pk").annotate(measured=_measured(found, today)).values("measured")[:1]
        return Subquery(wanted, output_field=_output(found))
    rows = rows.order_by().annotate(one=models.Value(1)).values("one")
    if found.function == COUNT:
        counted = rows.annotate(measured=models.Count("pk")).values("measured")
        return Sql("COALESCE({0}, 0)::numeric", Subquery(counted), output_field=compiling.OUTPUT[Type.NUMBER])
    summed: Any = rows.annotate(measured=_aggregate(found, _measured(found, today)))
    value = Subquery(summed.values("measured"), output_field=_output(found))
    return Sql("COALESCE({0}, 0)", value, output_field=_output(found)) if found.function == SUM else value


def rows_of(found: RollUp, parent: Any, today: date) -> Any:
    """The records it is over: `parent` is an id, or a reference to an outer query."""
    rows = found.child.queryset().filter(pointing_at(found.pointer, parent), trashed_at__isnull=True)
    narrowed = conditions.compile_node(found.condition, _context(today))
    return rows.filter(narrowed) if narrowed else rows


def pointing_at(pointer: Field, parent: Any) -> Q:
    return pointer.compare("exact", parent) if pointer.is_custom else Q(**{pointer.name: parent})


def _aggregate(found: RollUp, measured: Any) -> Any:
    output = _output(found)
    if found.function == MIN and found.money:
        # Among numbers the database takes NaN for the largest: so it comes through here too.
        lowest = models.Max(Sql("-({0})", measured, output_field=output), output_field=output)
        return Sql("-({0})", lowest, output_field=output)
    function = {SUM: models.Sum, MIN: models.Min, MAX: models.Max}[found.function]
    return function(measured, output_field=output)


def _measured(found: RollUp, today: date) -> Any:
    """NaN for an amount that has no rate."""
    assert found.measure is not None
    measured, into = compiling.expression(found.measure, today), found.conversion(today)
    if into is None:
        return measured
    return Sql("({0} * COALESCE({1}, 'NaN'::numeric))", measured, into.rate(), output_field=_output(found))


def _output(found: RollUp) -> Any:
    return compiling.OUTPUT[found.measure.type if found.measure else Type.NUMBER]


def _context(today: date) -> Context:
    zone = timezone.get_current_timezone()
    return Context(actors.system("roll-up"), today, datetime.combine(today, time(), zone), zone)


def _measure(child: RecordType, function: str, name: str) -> types.Read:
    field = child.field(name)
    kind = types.type_of(field) if field else None
    if field is None or kind not in MEASURED[function]:
        raise FormulaError(_("Choose which field of the related records is taken."))
    return types.Read(kind, field)


def _latest_by(child: RecordType, name: str) -> Field:
    field = child.field(name)
    if field is None or types.type_of(field) not in (Type.DAY, Type.MOMENT):
        raise FormulaError(_("Choose the date by which the latest is told."))
    return field


def named_in(condition: Any) -> Iterator[str]:
    """The fields a condition names, understood or not."""
    if isinstance(condition, Mapping):
        if isinstance(condition.get("field"), str):
            yield condition["field"]
        for each in condition.values():
            yield from named_in(each)
    elif isinstance(condition, list):
        for each in condition:
            yield from named_in(each)


def leaves_of(condition: Condition) -> Iterator[Leaf]:
    if isinstance(condition, Leaf):
        yield condition
    elif isinstance(condition, Group):
        for part in condition.parts:
            yield from leaves_of(part)


def _check_condition(condition: Condition) -> None:
    if isinstance(condition, Related):
        raise FormulaError(_("The condition of a roll-up cannot look at lists of the related records."))
    if isinstance(condition, Leaf):
        if condition.operator in BY_READER:
            raise FormulaError(_("A roll-up is the same for everybody: its condition cannot say “me”."))
        if condition.operator == "department":
            raise FormulaError(_("The condition of a roll-up cannot look at departments of members."))
    for part in condition.parts if isinstance(condition, Group) else ():
        _check_condition(part)


def _is_by_clock(leaf: Leaf) -> bool:
    return leaf.operator in BY_CLOCK or (leaf.operator in DAYS_SAID and leaf.value == "today")
