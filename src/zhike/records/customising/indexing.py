"""Indexes over the company's own fields, so that a list sorted or chosen by one is as quick as by a built-in field.

A definition says that its field is indexed; a job makes the index while people go on working, and takes it off when
the definition no longer says so. A reference always has one: the page of every record pointed at asks who points there.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import connection

from zhike.records import custom, registry
from zhike.records.customising import kinds
from zhike.records.declaration import RecordType
from zhike.records.fields.choices import ManyChoices
from zhike.records.fields.making import field_of_custom
from zhike.records.fields.pointing import OwnReference, References
from zhike.records.fields.text import Tags
from zhike.records.models import CustomField

BY_VALUE, BY_ORDER = custom.VALUE_INDEX, custom.ORDER_INDEX
LONGEST_TEXT = 500
"""Characters: what an index holds of one value is a third of a page of the database."""


def is_wanted(row: CustomField) -> bool:
    return row.removed_at is None and bool(row.options.get("indexed") or row.kind in kinds.LISTED)


def follow(row: CustomField) -> None:
    """Has the indexes made, made anew or taken off once the open transaction is through."""
    from zhike.records.customising import jobs

    if is_wanted(row) or _standing(row.pk):
        jobs.bring_indexes_up_to_date.later(field_id=row.pk, once=f"index:{row.pk}")


def is_ready(row: CustomField) -> bool:
    """Whether all the indexes of a definition stand as it says."""
    wanted, standing = _wanted(row), _standing(row.pk)
    return all(standing.get(name) == _mark(told) for name, told in wanted.items())


def bring_up_to_date(row: CustomField) -> None:
    """Outside of a transaction nobody waits for it; inside of one (tests) the table is locked meanwhile."""
    wanted, standing = _wanted(row) if is_wanted(row) else {}, _standing(row.pk)
    for name, mark in standing.items():
        if name not in wanted or mark != _mark(wanted[name]):
            _run(f"DROP INDEX {{meanwhile}} IF EXISTS {connection.ops.quote_name(name)}")
    missing = {name: told for name, told in wanted.items() if standing.get(name) != _mark(told)}
    for name, told in missing.items():
        index = connection.ops.quote_name(name)
        _run(f"CREATE INDEX {{meanwhile}} {index} {told}")
        _run(f"COMMENT ON INDEX {index} IS '{_mark(told)}'")
    if missing:
        # An index over an expression has figures of its own, without which nobody chooses it.
        _run(f"ANALYZE {_table(registry.get(row.record_type))}")


def _run(sql: str) -> None:
    is_inside = connection.in_atomic_block
    with connection.cursor() as cursor:
        if is_inside:
            # Rows written in this very transaction may still wait for the check of their references.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql.replace("{meanwhile}", "" if is_inside else "CONCURRENTLY"))
        if is_inside:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _wanted(row: CustomField) -> dict[str, str]:
    """By name, what stands behind `CREATE INDEX name`. Records in the trash are in it too: the database keeps figures
    of an expression only for an index over the whole table, and without them takes the wrong way."""
    record_type = registry.find(row.record_type)
    if record_type is None:
        return {}
    field, table = field_of_custom(row), _table(record_type)
    value, order = f"{BY_VALUE}{row.pk}", f"{BY_ORDER}{row.pk}"
    if isinstance(field, ManyChoices | Tags | References):
        return {value: f"ON {table} USING gin ((custom -> '{row.name}') jsonb_path_ops)"}
    by_value = _sql(record_type, field.expression())
    found = {value: f"ON {table} (({by_value}), id)"}
    by_order = _sql(record_type, field.order()) if field.sortable and not isinstance(field, OwnReference) else by_value
    if by_order != by_value:
        found[order] = f"ON {table} (({by_order}), id)"
    return found


def _sql(record_type: RecordType, expression: Any) -> str:
    """The expression exactly as lists ask by it: otherwise the database would not see that it is the same."""
    query = record_type.queryset().order_by().annotate(value=expression).values_list("value").query
    sql, parameters = query.get_compiler(connection=connection).compile(query.annotations["value"])
    return str(connection.ops.compose_sql(sql, parameters))  # type: ignore[attr-defined]


def _table(record_type: RecordType) -> str:
    return connection.ops.quote_name(record_type.table)


def _mark(told: str) -> str:
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _standing(number: int) -> dict[str, str]:
    """The indexes of a definition that are there and whole, each with its mark; a half made one has none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname,
                      CASE WHEN i.indisvalid THEN COALESCE(obj_description(c.oid, 'pg_class'), '') ELSE '' END
               FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = current_schema() AND c.relname = ANY (%s)""",
            [[f"{BY_VALUE}{number}", f"{BY_ORDER}{number}"]],
        )
        return dict(cursor.fetchall())
