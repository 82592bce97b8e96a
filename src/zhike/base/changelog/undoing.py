"""Undo of any act, set by set, in SQL: what the act inserted goes, what it deleted returns, what it changed
turns back — unless somebody changed it since; that is left alone and reported.

A record the act inserted that others have built upon since is not removed but moved to the trash.
The undo is an act of its own, so it can be undone as well.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey

from zhike.base import events
from zhike.base.actors import Actor, Door
from zhike.base.changelog import acts
from zhike.base.changelog.models import ChangeSet, Tracked, tables_made_later, tracked_models

EXAMPLES = 100


class UnableToUndo(Exception):
    """The act was undone already, or is still running; or something says in a sentence why it cannot be."""


@dataclass(frozen=True)
class ActUndone:
    """Announced before the transaction of an undo ends; a handler that raises `UnableToUndo` takes it back."""

    change_set: ChangeSet
    tables: frozenset[str]


@dataclass(frozen=True)
class Conflict:
    """Left alone: `field` of a row was changed since, or (`field` empty) others have built upon the row."""

    table: str
    record_id: int
    field: str = ""


@dataclass
class Undone:
    change_set: ChangeSet
    restored: int = 0
    conflict_count: int = 0
    conflicts: list[Conflict] = field(default_factory=list)

    def add_conflicts(self, found: list[Conflict]) -> None:
        self.conflict_count += len(found)
        self.conflicts.extend(found[: EXAMPLES - len(self.conflicts)])


ComputedKeys = Callable[[], dict[str, list[str]]]
_computed_keys: list[ComputedKeys] = []


def computed_keys(function: ComputedKeys) -> ComputedKeys:
    """Registers what knows which keys of `custom` are computed, by table: a change of these alone edits no record."""
    _computed_keys.append(function)
    return function


NET = """
CREATE TEMP TABLE zhike_net ON COMMIT DROP AS
SELECT table_name, record_id,
       (array_agg(operation ORDER BY id))[1] AS first,
       (array_agg(operation ORDER BY id DESC))[1] AS last
FROM base_change WHERE change_set_id = %s GROUP BY 1, 2
"""


def undo(actor: Actor, change_set: ChangeSet, *, before_step: Callable[[], None] = lambda: None) -> Undone:
    """Undoes `change_set` in one transaction. Raises `UnableToUndo` when that was done already.

    `before_step` is called before each table is treated; what it raises ends the undo as if it had never begun.
    """
    with acts.act(
        actor.through(Door.UNDO),
        "undo",
        record_type=change_set.record_type,
        subject=change_set.subject,
        undoes=change_set,
    ) as undoing:
        original = ChangeSet.objects.select_for_update(of=("self",)).get(pk=change_set.pk)
        if original.undone_by_id is not None:
            raise UnableToUndo
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS zhike_net")
            cursor.execute(NET, [original.pk])
            cursor.execute("CREATE INDEX ON zhike_net (table_name, record_id)")
            cursor.execute("ANALYZE zhike_net")
        result = Undone(undoing)
        tables = _tables_touched()
        for model in tables:
            before_step()
            result.restored += _bring_back_deleted(model, original)
        for model in tables:
            before_step()
            result.restored += _turn_back_changed(model, original, result)
        result.restored += _remove_inserted(tables, original, result, before_step)
        original.undone_by = undoing
        original.save(update_fields=["undone_by"])
        _redone(original)
        events.announce(ActUndone(original, frozenset(model._meta.db_table for model in tables)))
        return result


def _redone(original: ChangeSet) -> None:
    """Undoing an undo makes the first act undoable again."""
    if original.undoes_id is not None:
        ChangeSet.objects.filter(pk=original.undoes_id).update(undone_by=None)


def _tables_touched() -> list[type[Tracked]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT table_name FROM zhike_net")
        names = {name for (name,) in cursor.fetchall()}
    return [model for model in tracked_models() if model._meta.db_table in names]


def _bring_back_deleted(model: type[Tracked], original: ChangeSet) -> int:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {table} SELECT r.* FROM (
                  SELECT DISTINCT ON (c.record_id) c.before FROM base_change c
                  JOIN zhike_net n ON n.table_name = c.table_name AND n.record_id = c.record_id
                  WHERE c.change_set_id = %s AND c.table_name = %s AND n.first <> 'I' AND n.last = 'D'
                    AND c.operation = 'D' ORDER BY c.record_id, c.id DESC) d,
                LATERAL jsonb_populate_record(NULL::{table}, d.before) r
                WHERE NOT EXISTS (SELECT 1 FROM {table} t WHERE t.id = r.id)""",
            [original.pk, table],
        )
        return int(cursor.rowcount)


def _turn_back_changed(model: type[Tracked], original: ChangeSet, result: Undone) -> int:
    """Each set of columns changed together is one UPDATE; a column changed since keeps its value."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS zhike_back")
        cursor.execute(
            """CREATE TEMP TABLE zhike_back ON COMMIT DROP AS
               SELECT k.record_id, jsonb_object_agg(k.key, k.was ORDER BY k.id DESC) AS before,
                      jsonb_object_agg(k.key, k.became ORDER BY k.id) AS after
               FROM (SELECT c.id, c.record_id, b.key, b.value AS was, c.after -> b.key AS became
                     FROM base_change c JOIN zhike_net n USING (table_name, record_id)
                     CROSS JOIN LATERAL jsonb_each(c.before) b
                     WHERE c.change_set_id = %s AND c.table_name = %s AND c.operation = 'U'
                       AND n.first = 'U' AND n.last = 'U') k GROUP BY 1""",
            [original.pk, table],
        )
        cursor.execute("SELECT DISTINCT ARRAY(SELECT jsonb_object_keys(before) ORDER BY 1) FROM zhike_back")
        shapes = [tuple(keys) for (keys,) in cursor.fetchall()]
        columns = {column.column for column in model._meta.fields} - set(model.never_undone)
        restored = 0
        for keys in shapes:
            usable = [key for key in keys if key in columns]
            if usable:
                result.add_conflicts(_changed_since(cursor, table, keys, usable))
                restored += _turn_back(cursor, table, keys, usable)
        return restored


def _changed_since(cursor: Any, table: str, keys: tuple[str, ...], usable: list[str]) -> list[Conflict]:
    cursor.execute(
        f"""SELECT t.id, k.key FROM {table} t JOIN zhike_back b ON b.record_id = t.id
            CROSS JOIN LATERAL unnest(%s::text[]) k(key)
            WHERE ARRAY(SELECT jsonb_object_keys(b.before) ORDER BY 1) = %s::text[]
              AND k.key <> 'custom' AND to_jsonb(t) -> k.key IS DISTINCT FROM b.after -> k.key""",
        [usable, list(keys)],
    )
    return [Conflict(table, record_id, key) for record_id, key in cursor.fetchall()]


def _turn_back(cursor: Any, table: str, keys: tuple[str, ...], usable: list[str]) -> int:
    assignments = ", ".join(_assignment(key) for key in usable)
    cursor.execute(
        f"""UPDATE {table} t SET {assignments}
            FROM zhike_back b, LATERAL jsonb_populate_record(NULL::{table}, b.before) r
            WHERE b.record_id = t.id AND ARRAY(SELECT jsonb_object_keys(b.before) ORDER BY 1) = %s::text[]""",
        [list(keys)],
    )
    return int(cursor.rowcount)


def _assignment(key: str) -> str:
    if key == "custom":
        return """"custom" = (
            SELECT COALESCE(jsonb_object_agg(f.key, f.value) FILTER (WHERE f.value IS NOT NULL), '{}')
            FROM (SELECT k.key, CASE WHEN b.before -> 'custom' -> k.key IS DISTINCT FROM b.after -> 'custom' -> k.key
                                      AND t.custom -> k.key IS NOT DISTINCT FROM b.after -> 'custom' -> k.key
                                     THEN b.before -> 'custom' -> k.key ELSE t.custom -> k.key END AS value
                  FROM (SELECT jsonb_object_keys(t.custom) AS key
                        UNION SELECT jsonb_object_keys(b.before -> 'custom')) k) f)"""
    return (
        f"\"{key}\" = CASE WHEN to_jsonb(t) -> '{key}' IS NOT DISTINCT FROM b.after -> '{key}'"
        f' THEN r."{key}" ELSE t."{key}" END'
    )


def _remove_inserted(
    tables: list[type[Tracked]], original: ChangeSet, result: Undone, before_step: Callable[[], None]
) -> int:
    removed = 0
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE zhike_net ADD COLUMN stays boolean NOT NULL DEFAULT false")
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
            result.add_conflicts(_move_to_trash(cursor, model))
    return removed


def _keep_what_was_edited_since(cursor: Any, original: ChangeSet) -> None:
    computed = json.dumps({table: keys for known in _computed_keys for table, keys in known().items()})
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


def _move_to_trash(cursor: Any, model: type[Tracked]) -> list[Conflict]:
    table = model._meta.db_table
    if any(column.name == "trashed_at" for column in model._meta.fields):
        cursor.execute(
            f"""UPDATE {table} SET trashed_at = now() WHERE trashed_at IS NULL AND id IN
                (SELECT record_id FROM zhike_net WHERE table_name = %s AND stays)""",
            [table],
        )
    cursor.execute("SELECT record_id FROM zhike_net WHERE table_name = %s AND stays", [table])
    return [Conflict(table, record_id) for (record_id,) in cursor.fetchall()]
