"""From a typed tree to one SQL expression, and from its value to what `custom` holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import override

from zhike.records.fields import choices, references
from zhike.records.fields.base import Field
from zhike.records.fields.pointing import outer
from zhike.records.formulas.finding import LANGUAGES, target_of
from zhike.records.formulas.functions import SQL_TYPES, Type
from zhike.records.formulas.sql import Sql
from zhike.records.formulas.types import Apply, Constant, Convert, Node, Read

OUTPUT: dict[Type, models.Field[Any, Any]] = {
    Type.NUMBER: models.DecimalField(max_digits=1000, decimal_places=30), Type.TEXT: models.TextField(),
    Type.TRUTH: models.BooleanField(), Type.DAY: models.DateField(), Type.MOMENT: models.DateTimeField(),
    Type.LIST: models.JSONField(), Type.BLANK: models.TextField(),
}  # fmt: skip
LONGEST_TEXT = 500
"""Characters a formula's text keeps: as many as an index holds."""
STORED = {
    "integer": "(SELECT CASE WHEN abs(v) < 2147483648 THEN to_jsonb(round(v)::bigint) END"
               " FROM (SELECT {0} AS v OFFSET 0) s)",
    "decimal": "(SELECT CASE WHEN abs(v) < 1e16 THEN to_jsonb(round(v, 2)::text) END"
               " FROM (SELECT {0} AS v OFFSET 0) s)",
    "text": f"to_jsonb(NULLIF(left({{0}}, {LONGEST_TEXT}), ''))",
    "yes_no": "to_jsonb({0})",
    "day": "(SELECT CASE WHEN v BETWEEN '1000-01-01' AND '2999-12-31' THEN to_jsonb(to_char(v, 'YYYY-MM-DD')) END"
           " FROM (SELECT {0} AS v OFFSET 0) s)",
    "moment": "(SELECT CASE WHEN v BETWEEN '1000-01-01' AND '2999-12-31' THEN"
              """ to_jsonb(to_char(v AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')) END"""
              " FROM (SELECT {0} AS v OFFSET 0) s)",
}  # fmt: skip
"""What is beyond what a field of the kind holds is empty."""
STORED |= {"percent": STORED["decimal"], "money": STORED["decimal"]}


def stored(node_sql: Any, kind: str) -> Any:
    """The value as JSON, as a field of the kind keeps it; empty is NULL."""
    return Sql(STORED[kind], node_sql, output_field=models.JSONField())


def nothing() -> Any:
    return Sql("NULL::jsonb", output_field=models.JSONField())


def expression(node: Node, today: date, prefix: str = "") -> Any:
    """`prefix` leads to the record from another model ("customer__")."""
    if isinstance(node, Constant):
        return _constant(node)
    if isinstance(node, Read):
        return _read(node, prefix)
    inner = node.arguments if isinstance(node, Apply) else (node.inner,)
    arguments = [expression(each, today, prefix) for each in inner]
    if isinstance(node, Convert):
        return _converted(node, arguments[0])
    return _applied(node, arguments, today)


def _constant(node: Constant) -> Any:
    cast = SQL_TYPES.get(node.type, "text")
    if node.value is None:
        return Sql(f"NULL::{cast}", output_field=OUTPUT[node.type])
    return Sql(f"{{0}}::{cast}", models.Value(_plain(node.value)), output_field=OUTPUT[node.type])


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool) else str(value)


def _read(node: Read, prefix: str) -> Any:
    if node.steps and node.steps[0].is_custom:
        return _beyond(node.steps[0], replace(node, steps=()), prefix)
    raw = _column(node.field, f"{prefix}{node.prefix}")
    if node.type == Type.NUMBER:
        return Sql("{0}::numeric", raw, output_field=OUTPUT[Type.NUMBER])
    if node.type == Type.LIST:
        return _list(node, raw)
    if node.type != Type.TEXT:
        return raw
    if isinstance(node.field, choices.Choice) and not node.is_coded:
        raw = _label(node.field, raw)
    return Sql("NULLIF({0}::text, '')", raw, output_field=OUTPUT[Type.TEXT])


def _beyond(step: Field, node: Read, prefix: str) -> Any:
    """What is read from the record that a reference of the company's own points at."""
    target = target_of(step)
    assert target is not None
    rows = target.queryset().filter(pk=outer(step.expression(prefix))).order_by()
    return models.Subquery(rows.annotate(zhike_read=_read(node, "")).values("zhike_read")[:1], OUTPUT[node.type])


def _column(field: Field, prefix: str) -> Any:
    if isinstance(field, references.Reference):
        target = target_of(field)
        if field.is_custom and target:
            rows = target.queryset().filter(pk=outer(field.expression(prefix))).order_by()
            return models.Subquery(rows.values(target.title)[:1], models.TextField())
        return models.F(f"{prefix}{field.name}__{target.title if target else 'pk'}")
    if isinstance(field, choices.Option):
        return models.F(f"{prefix}{field.name}__name")
    return field.expression(prefix)


def _label(field: choices.Choice, raw: Any) -> Any:
    """The words of a choice; values are kept in the language of the company."""
    with override(LANGUAGES[0]):
        pairs = field.choices()
    if not pairs:
        return raw
    lines = "".join(f" WHEN {{{2 * place + 1}}}::text THEN {{{2 * place + 2}}}::text" for place in range(len(pairs)))
    words = [models.Value(word) for pair in pairs for word in pair]
    return Sql(f"CASE {{0}}{lines} END", raw, *words, output_field=OUTPUT[Type.TEXT])


def _list(node: Read, raw: Any) -> Any:
    """As a JSON list in lower case; an empty one is NULL."""
    if not node.field.is_custom:
        return Sql("NULLIF(to_jsonb(lower({0}::text)::text[]), '[]')", raw, output_field=OUTPUT[Type.LIST])
    held = Sql("CASE WHEN left({0}, 1) = '[' THEN lower({0})::jsonb END", raw, output_field=OUTPUT[Type.LIST])
    return Sql("NULLIF({0}, '[]'::jsonb)", held, output_field=OUTPUT[Type.LIST])


def _converted(node: Convert, inner: Any) -> Any:
    zone = timezone.get_current_timezone_name()
    if node.type == Type.DAY:
        return Sql("({0} AT TIME ZONE {1}::text)::date", inner, models.Value(zone), output_field=OUTPUT[Type.DAY])
    if node.inner.type == Type.NUMBER:
        return Sql("trim_scale({0})::text", inner, output_field=OUTPUT[Type.TEXT])
    if node.inner.type == Type.DAY:
        return Sql("to_char({0}, 'YYYY-MM-DD')", inner, output_field=OUTPUT[Type.TEXT])
    pattern = "to_char({0} AT TIME ZONE {1}::text, 'YYYY-MM-DD HH24:MI')"
    return Sql(pattern, inner, models.Value(zone), output_field=OUTPUT[Type.TEXT])


def _applied(node: Apply, arguments: list[Any], today: date) -> Any:
    name, output = node.function.name, OUTPUT[node.type]
    if name == "TODAY":
        return Sql("{0}::date", models.Value(today.isoformat()), output_field=output)
    if name in ("AND", "OR"):
        joined = f" {name} ".join(f"{{{place}}}" for place in range(len(arguments)))
        return Sql(f"({joined})", *arguments, output_field=output)
    if name == "CONTAINS" and node.arguments[0].type == Type.LIST:
        return Sql("({0} @> to_jsonb(lower({1})))", *arguments, output_field=output)
    return Sql(node.function.sql, *arguments, output_field=output)
