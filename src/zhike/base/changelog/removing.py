"""The part of an undo that takes away what the act inserted: what others have built upon since is not removed but moved
to the trash."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey

from zhike.base.changelog.models import ChangeSet, Tracked, tables_made_later, tracked_models
from zhike.base.changelog.restraining import Conflict, Restraint

ComputedKeys = Callable[[], dict[str, list[str]]]
_computed_keys: list[ComputedKeys] = []


def computed_keys(function: ComputedKeys) -> ComputedKeys:
    """Registers what knows which keys of `custom` are computed, by table: a change of these alone edits no record."""
    _computed_keys.append(function)
    return function


def computed_names(table: str) -> list[str]:
    return _all_computed().get(table, [])


def _all_computed() -> dict[str, list[str]]:
    return {table: keys for known in _computed_keys for table, keys in known().items()}


def remove_inserted(
    tables: list[type[Tracked]],
    original: ChangeSet,
    restraint: Restraint,
    before_step: Callable[[], None],
) -> tuple[int, list[Conflict]]:
    """How many rows went, and which stayed."""
    removed, left = 0, []
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE zhike_net ADD COLUMN stays boolean NOT NULL DEFAULT false")
        cursor.execute("UPDATE zhike_net SET stays = true WHERE held")
        _keep_what_was_edited_since(cursor, original)
        while _keep_what_is_built_upon(cursor, tables):
            pass
        for model in reversed(tables):
            before_step()
            table = model._meta.db_table
            cursor.execute(
                f"""DELETE FROM {table} WHERE id IN (SELECT record_id FROM zhike_net WHERE table_name = %s
                    AND first = 'I' AND last <> 'D' AND NOT stays)""",
                [table],
            )
            removed += int(cursor.rowcount)
            left += _move_to_trash(cursor, model, restraint)
    return removed, left


def _keep_what_was_edited_since(cursor: Any, original: ChangeSet) -> None:
    computed = json.dumps(_all_computed())
    cursor.execute(
        """UPDATE zhike_net n SET stays = true
           FROM base_change c JOIN base_changeset s ON s.id = c.change_set_id
           WHERE n.first = 'I' AND n.last <> 'D' AND c.table_name = n.table_name AND c.record_id = n.record_id
             AND c.owner_table = n.table_name AND c.owner_id = n.record_id
             AND c.id > (SELECT max(id) FROM base_change WHERE change_set_id = %s)
             AND c.operation = 'U' AND s.id <> %s AND s.undoes_id IS NULL AND s.undone_by_id IS NULL
             AND NOT (c.after - 'custom' = '{}'::jsonb AND c.table_name IN (SELECT jsonb_object_keys(%s::jsonb)) AND
               (SELECT (c.before -> 'custom') - k.keys = (c.after -> 'custom') - k.keys FROM (
                  SELECT ARRAY(SELECT jsonb_array_elements_text(%s::jsonb -> c.table_name)) AS keys) k))""",
        [original.pk, original.pk, computed, computed],
    )


def _keep_what_is_built_upon(cursor: Any, tables: list[type[Tracked]]) -> int:
    """One round: rows of the act that a row outside it (or one that stays) points at must stay."""
    kept = 0
    for referring, column, target in _references_to(tables):
        cursor.execute(
            f"""UPDATE zhike_net n SET stays = true
                WHERE n.table_name = %s AND n.first = 'I' AND n.last <> 'D' AND NOT n.stays AND EXISTS (
                  SELECT 1 FROM {referring} s WHERE s.{column} = n.record_id AND NOT EXISTS (
                    SELECT 1 FROM zhike_net m WHERE m.table_name = %s AND m.record_id = s.id
                      AND m.first = 'I' AND NOT m.stays))""",
            [target, referring],
        )
        kept += cursor.rowcount
    for model, name, target in _soft_references_to(tables):
        type_column, id_column = model.soft_reference or ("", "")
        referring = model._meta.db_table
        cursor.execute(
            f"""UPDATE zhike_net n SET stays = true
                WHERE n.table_name = %s AND n.first = 'I' AND n.last <> 'D' AND NOT n.stays AND EXISTS (
                  SELECT 1 FROM {referring} s WHERE s.{type_column} = %s AND s.{id_column} = n.record_id
                    AND NOT EXISTS (SELECT 1 FROM zhike_net m WHERE m.table_name = %s
                      AND m.record_id = s.id AND m.first = 'I' AND NOT m.stays))""",
            [target, name, referring],
        )
        kept += cursor.rowcount
    return kept


def _references_to(tables: list[type[Tracked]]) -> list[tuple[str, str, str]]:
    """(referring table, column, table) of every foreign key to the tables, those without a way back as well."""
    wanted = set(tables)
    sources = [*apps.get_models(include_auto_created=True), *tables_made_later()]
    columns = [column for source in sources if source._meta.managed for column in source._meta.local_concrete_fields]
    return [
        (column.model._meta.db_table, column.column, column.related_model._meta.db_table)
        for column in columns
        if isinstance(column, ForeignKey) and column.column and column.related_model in wanted
    ]


def _soft_references_to(tables: list[type[Tracked]]) -> list[tuple[type[Tracked], str, str]]:
    names: dict[str, str] = defaultdict(str)
    for model in tables:
        names[model._meta.db_table] = getattr(model, "record_type_name", "")
    return [
        (model, name, table)
        for model in tracked_models()
        if model.soft_reference
        for table, name in names.items()
        if name
    ]


def _move_to_trash(cursor: Any, model: type[Tracked], restraint: Restraint) -> list[Conflict]:
    table = model._meta.db_table
    cursor.execute(
        """SELECT record_id FROM zhike_net WHERE table_name = %s AND stays AND NOT held
           AND first = 'I' AND last <> 'D'""",
        [table],
    )
    ids = [record_id for (record_id,) in cursor.fetchall()]
    if ids and any(column.name == "trashed_at" for column in model._meta.fields):
        cursor.execute(
            f"UPDATE {table} SET trashed_at = now() WHERE trashed_at IS NULL AND id = ANY(%s)",
            [restraint.trashable(model, ids)],
        )
    return [Conflict(table, record_id) for record_id in ids]
