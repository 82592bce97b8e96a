"""What records hold in a custom field: how many have none, which choices are used, which values stand twice."""

from __future__ import annotations

from typing import Any

from django.db import connection

from zhike.records import custom, registry
from zhike.records.fields.making import field_of_custom
from zhike.records.models import CustomField


def has_values(row: CustomField) -> bool:
    """Whether any record, one in the trash too, holds a value."""
    return bool(_rows(row).exclude(_field(row).is_empty()).exists())


def count_lacking(row: CustomField) -> int:
    """How many records outside the trash have no value."""
    return int(_rows(row).filter(trashed_at__isnull=True).filter(_field(row).is_empty()).count())


def count_using(row: CustomField, choice: str) -> int:
    """How many records, those in the trash too, have the choice."""
    at = f"custom__{row.name}"
    if row.kind == CustomField.Kind.MANY_CHOICES:
        return int(_rows(row).filter(**{f"{at}__contains": [choice]}).count())
    return int(_rows(row).filter(**{at: choice}).count())


def count_doubled(row: CustomField) -> int:
    """How many values stand in more than one record."""
    table, key = _table(row), _quoted(row.name)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*) FROM (SELECT 1 FROM {table} WHERE custom ->> {key} <> ''
                GROUP BY custom ->> {key} HAVING count(*) > 1) doubled"""
        )
        return int(cursor.fetchone()[0])


def keep_apart(row: CustomField) -> None:
    """Puts the index on that lets no value stand twice, or takes it off, as the definition says."""
    index = connection.ops.quote_name(f"{custom.UNIQUE_INDEX}{row.pk}")
    with connection.cursor() as cursor:
        # Rows written in this very transaction may still wait for the check of their references.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        if row.options.get("unique") and row.removed_at is None:
            value = f"(custom ->> {_quoted(row.name)})"
            cursor.execute(
                f"CREATE UNIQUE INDEX IF NOT EXISTS {index} ON {_table(row)} (md5{value}) WHERE {value} <> ''"
            )
        else:
            cursor.execute(f"DROP INDEX IF EXISTS {index}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def drop_orphaned_indexes() -> None:
    """Takes off the indexes of definitions that an undo took back."""
    numbers = list(CustomField.objects.values_list("pk", flat=True))
    beginnings = (custom.UNIQUE_INDEX, custom.VALUE_INDEX, custom.ORDER_INDEX)
    known = {f"{beginning}{number}" for beginning in beginnings for number in numbers}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE ANY (%s)",
            [[beginning.replace("_", r"\_") + "%" for beginning in beginnings]],
        )
        for (name,) in cursor.fetchall():
            if name not in known:
                cursor.execute(f"DROP INDEX IF EXISTS {connection.ops.quote_name(name)}")


def _field(row: CustomField) -> Any:
    return field_of_custom(row)


def _rows(row: CustomField) -> Any:
    return registry.get(row.record_type).queryset().order_by()


def _table(row: CustomField) -> str:
    return connection.ops.quote_name(registry.get(row.record_type).table)


def _quoted(name: str) -> str:
    """A key in SQL; keys are letters, digits and underscores."""
    if not name.replace("_", "").isalnum() or not name.isascii():
        raise ValueError(name)
    return f"'{name}'"
