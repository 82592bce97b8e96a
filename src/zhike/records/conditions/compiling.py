"""From a condition to one SQL query."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.base import clock
from zhike.base.actors import Actor
from zhike.records import relations
from zhike.records.conditions.language import ConditionError, Group, Leaf, Node, Related, parse
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Context, Invalid
from zhike.records.fields.numbers import COMPARISONS, DecimalNumber, Number

AGGREGATES = {"sum": Sum, "min": Min, "max": Max}


def context_of(actor: Actor) -> Context:
    return Context(actor, clock.today(), clock.now(), timezone.get_current_timezone())


def filtered(queryset: Any, raw: Any, record_type: RecordType, actor: Actor) -> Any:
    """`queryset` narrowed by a JSON condition. Raises `ConditionError`."""
    node = parse(raw, record_type)
    if node == Group("all", ()):
        return queryset
    return queryset.filter(compile_node(node, context_of(actor)))


def compile_node(node: Node, context: Context) -> Q:
    if isinstance(node, Leaf):
        try:
            if node.steps and node.steps[0].is_custom:
                return _through(node, context)
            return node.field.condition(node.operator, node.value, context, node.prefix)
        except Invalid as error:
            raise ConditionError(str(error.message), node.path) from error
    if isinstance(node, Related):
        return _related(node, context)
    return _group(node, context)


def _through(leaf: Leaf, context: Context) -> Q:
    """One step along a reference of the company's own: no join leads there."""
    step: Any = leaf.steps[0]
    rows = step.model._default_manager.filter(leaf.field.condition(leaf.operator, leaf.value, context))
    found: Q = step.compare("in", rows.order_by().values("pk"))
    return found


def _group(group: Group, context: Context) -> Q:
    parts = [compile_node(part, context) for part in group.parts]
    if group.word == "not":
        return ~parts[0] if parts and parts[0] else Q(pk__in=[])
    found = Q()
    for part in parts:
        found = found | part if group.word == "any" else found & part
    return found


def _related(node: Related, context: Context) -> Q:
    rows = relations.rows_of(node.relation, node.owner, OuterRef("pk")).order_by()
    condition = compile_node(node.where, context)
    if condition:
        rows = rows.filter(condition)
    if node.measure == "exists":
        wanted = node.value in (None, True, "true")
        return Q(Exists(rows)) if wanted else ~Q(Exists(rows))
    return _compared(node, _measured(node, rows), context)


def _measured(node: Related, rows: Any) -> Any:
    grouped = rows.annotate(one=Value(1)).values("one")
    if node.measure == "count":
        return Coalesce(Subquery(grouped.annotate(measured=Count("pk")).values("measured")), 0)
    of: Any = node.of
    aggregate = AGGREGATES[node.measure](of.expression())
    found: Any = Subquery(grouped.annotate(measured=aggregate).values("measured"), output_field=of.output_field())
    return Coalesce(found, Value(0, of.output_field())) if node.measure == "sum" else found


def _compared(node: Related, measured: Any, context: Context) -> Q:
    field = Number("count", "") if node.measure == "count" else node.of
    if not isinstance(field, Number | DecimalNumber):
        raise ConditionError(_("Only figures can be compared here."), node.path)
    try:
        low, high = field._pair(node.value) if node.operator == "between" else (field._wanted(node.value), None)
    except Invalid as error:
        raise ConditionError(str(error.message), node.path) from error
    if node.operator == "between":
        return _lookup(field, measured, "gte", low) & _lookup(field, measured, "lte", high)
    return _lookup(field, measured, COMPARISONS[node.operator], low)


def _lookup(field: Any, measured: Any, lookup: str, value: Any) -> Q:
    found = field.output_field().get_lookup(lookup)
    return Q(found(measured, value))
