"""Whether conditions hold for a record that may not be saved yet: asked of the database, which alone knows what they
mean, of a table that for the length of one query holds nothing but this record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import BooleanField, Case, Q, Value, When
from django.db.models.expressions import DatabaseDefault

from zhike.base.actors import Actor
from zhike.records.conditions.compiling import compile_node, context_of
from zhike.records.conditions.language import ConditionError, parse
from zhike.records.declaration import RecordType


def holding(
    actor: Actor, record_type: RecordType, record: Any, conditions: Mapping[str, Any]
) -> dict[str, bool | None]:
    """By the key of each condition whether it holds; None for one that cannot be understood any more."""
    found: dict[str, bool | None] = {}
    asked: dict[str, Q] = {}
    for key, raw in conditions.items():
        try:
            compiled = compile_node(parse(raw, record_type), context_of(actor))
        except ConditionError:
            found[key] = None
            continue
        found[key] = True
        if compiled:
            asked[key] = compiled
    if asked:
        found.update(_answers(record_type, record, asked))
    return found


def _answers(record_type: RecordType, record: Any, asked: Mapping[str, Q]) -> dict[str, bool]:
    names = {f"holds_{place}": key for place, key in enumerate(asked)}
    cases = {
        name: Case(When(asked[key], then=Value(True)), default=Value(False), output_field=BooleanField())
        for name, key in names.items()
    }
    rows = record_type.queryset().order_by().annotate(**cases).values_list(*names)
    sql, parameters = rows.query.sql_with_params()
    table = connection.ops.quote_name(record_type.table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {table} AS (SELECT * FROM jsonb_populate_record(NULL::{table}, %s::jsonb)) {sql}",
            [_as_row(record), *parameters],
        )
        answers = cursor.fetchone()
    return {key: bool(answer) for key, answer in zip(names.values(), answers, strict=True)}


def _as_row(record: Any) -> str:
    """The columns as JSON; what only the database would fill in is left out."""
    columns = {column.column: getattr(record, column.attname) for column in record._meta.concrete_fields}
    known = {name: value for name, value in columns.items() if not isinstance(value, DatabaseDefault)}
    return json.dumps(known, cls=DjangoJSONEncoder)
