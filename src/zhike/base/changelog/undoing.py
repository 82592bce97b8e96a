"""Undo of any act, set by set, in SQL: what the act inserted goes, what it deleted returns, what it changed
turns back — unless somebody changed it since, or a `Restraint` keeps the undo from it; that is left alone and
reported.

A record the act inserted that others have built upon since is not removed but moved to the trash.
The undo is an act of its own, so it can be undone as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from zhike.base import events
from zhike.base.actors import Actor, Door
from zhike.base.changelog import acts
from zhike.base.changelog.models import ChangeSet, Tracked, tracked_models
from zhike.base.changelog.removing import computed_keys, computed_names, remove_inserted
from zhike.base.changelog.restraining import CUSTOM, Conflict, Restraint

__all__ = ["ActUndone", "Conflict", "Restraint", "UnableToUndo", "Undone", "computed_keys", "undo"]

EXAMPLES = 100
REASONS = 3


class UnableToUndo(Exception):
    """The act was undone already, or is still running; or something says in a sentence why it cannot be."""


@dataclass(frozen=True)
class ActUndone:
    """Announced before the transaction of an undo ends; a handler that raises `UnableToUndo` takes it back."""

    change_set: ChangeSet
    tables: frozenset[str]


@dataclass
class Undone:
    change_set: ChangeSet
    restored: int = 0
    conflict_count: int = 0
    conflicts: list[Conflict] = field(default_factory=list)

    def add_conflicts(self, found: list[Conflict]) -> None:
        self.conflict_count += len(found)
        self.conflicts.extend(found[: EXAMPLES - len(self.conflicts)])


class _RefusedNow(Exception):
    def __init__(self, records: list[Conflict]) -> None:
        super().__init__()
        self.records = records


NET = """
CREATE TEMP TABLE zhike_net ON COMMIT DROP AS
SELECT table_name, record_id,
       (array_agg(operation ORDER BY id))[1] AS first,
       (array_agg(operation ORDER BY id DESC))[1] AS last,
       max(owner_table) AS owner_table, max(owner_id) AS owner_id, false AS held
FROM base_change WHERE change_set_id = %s GROUP BY 1, 2
"""


def undo(
    actor: Actor,
    change_set: ChangeSet,
    *,
    before_step: Callable[[], None] = lambda: None,
    restraint: Restraint | None = None,
) -> Undone:
    """Undoes `change_set` in one transaction, as far as `restraint` lets it. Raises `UnableToUndo` when that was done
    already, or when nothing at all is left to be done.

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
        tables = _tables_touched()
        result = _turned_back(tables, original, undoing, restraint or Restraint(), before_step)
        original.undone_by = undoing
        original.save(update_fields=["undone_by"])
        _redone(original)
        events.announce(ActUndone(original, frozenset(model._meta.db_table for model in tables)))
        return result


def _turned_back(
    tables: list[type[Tracked]],
    original: ChangeSet,
    undoing: ChangeSet,
    restraint: Restraint,
    before_step: Callable[[], None],
) -> Undone:
    """All of it, once more without what turns out to be refused; each round refuses at least one record more."""
    refused = restraint.refused(tables)
    while True:
        _hold(refused)
        result = Undone(undoing)
        result.add_conflicts(refused)
        try:
            with transaction.atomic():
                _turn_back_all(tables, original, result, restraint, before_step)
                if again := restraint.refused_after(tables):
                    raise _RefusedNow(again)
        except _RefusedNow as now:
            refused = [*refused, *now.records]
            continue
        reasons = dict.fromkeys(each.reason for each in result.conflicts if each.reason)
        if not result.restored and reasons:
            raise UnableToUndo(" ".join([*reasons][:REASONS]))
        return result


def _hold(refused: list[Conflict]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE zhike_net n SET held = true FROM unnest(%s::text[], %s::bigint[]) AS r(owner_table, owner_id)
               WHERE n.owner_table = r.owner_table AND n.owner_id = r.owner_id AND NOT n.held""",
            [[each.table for each in refused], [each.record_id for each in refused]],
        )


def _turn_back_all(
    tables: list[type[Tracked]],
    original: ChangeSet,
    result: Undone,
    restraint: Restraint,
    before_step: Callable[[], None],
) -> None:
    for model in tables:
        before_step()
        result.restored += _bring_back_deleted(model, original)
    for model in tables:
        before_step()
        result.restored += _turn_back_changed(model, original, result, restraint)
    removed, left = remove_inserted(tables, original, restraint, before_step)
    result.restored += removed
    result.add_conflicts(left)


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
                    AND NOT n.held AND c.operation = 'D' ORDER BY c.record_id, c.id DESC) d,
                LATERAL jsonb_populate_record(NULL::{table}, d.before) r
                WHERE NOT EXISTS (SELECT 1 FROM {table} t WHERE t.id = r.id)""",
            [original.pk, table],
        )
        return int(cursor.rowcount)


def _turn_back_changed(model: type[Tracked], original: ChangeSet, result: Undone, restraint: Restraint) -> int:
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
                       AND n.first = 'U' AND n.last = 'U' AND NOT n.held) k GROUP BY 1""",
            [original.pk, table],
        )
        if kept := restraint.kept_columns(model):
            result.add_conflicts(restraint.left_out(model, _leave_out(cursor, kept)))
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


def _leave_out(cursor: Any, kept: frozenset[str]) -> list[tuple[int, str]]:
    """Takes columns, and keys of `custom`, out of what is to be turned back: which of which rows."""
    columns = [each for each in kept if not each.startswith(CUSTOM)]
    inside = [each.removeprefix(CUSTOM) for each in kept if each.startswith(CUSTOM)]
    cursor.execute(
        """SELECT record_id, key FROM zhike_back, jsonb_object_keys(before) key WHERE key = ANY(%s)
           UNION ALL SELECT record_id, %s || key FROM zhike_back, unnest(%s::text[]) key
           WHERE before ? 'custom' AND before -> 'custom' -> key IS DISTINCT FROM after -> 'custom' -> key""",
        [columns, CUSTOM, inside],
    )
    found = [(record_id, key) for record_id, key in cursor.fetchall()]
    for side in ("before", "after"):
        cursor.execute(
            f"""UPDATE zhike_back SET {side} = CASE WHEN {side} ? 'custom'
                THEN jsonb_set({side}, '{{custom}}', ({side} -> 'custom') - %s::text[]) ELSE {side} END - %s::text[]
                WHERE record_id = ANY(%s)""",
            [inside, columns, [record_id for record_id, _key in found]],
        )
    return found


def _changed_since(cursor: Any, table: str, keys: tuple[str, ...], usable: list[str]) -> list[Conflict]:
    cursor.execute(
        f"""SELECT t.id, k.key FROM {table} t JOIN zhike_back b ON b.record_id = t.id
            CROSS JOIN LATERAL unnest(%s::text[]) k(key)
            WHERE ARRAY(SELECT jsonb_object_keys(b.before) ORDER BY 1) = %s::text[]
              AND k.key <> 'custom' AND to_jsonb(t) -> k.key IS DISTINCT FROM b.after -> k.key""",
        [usable, list(keys)],
    )
    found = cursor.fetchall()
    return [
        Conflict(table, *each)
        for each in found + (_custom_changed_since(cursor, table, keys) if "custom" in usable else [])
    ]


def _custom_changed_since(cursor: Any, table: str, keys: tuple[str, ...]) -> list[tuple[int, str]]:
    """The same key by key; a computed one follows from the rest and is no conflict."""
    cursor.execute(
        f"""SELECT t.id, %s || k.key FROM {table} t JOIN zhike_back b ON b.record_id = t.id
            CROSS JOIN LATERAL (SELECT jsonb_object_keys(b.before -> 'custom') AS key
                                UNION SELECT jsonb_object_keys(b.after -> 'custom')) k
            WHERE ARRAY(SELECT jsonb_object_keys(b.before) ORDER BY 1) = %s::text[] AND NOT k.key = ANY(%s)
              AND b.before -> 'custom' -> k.key IS DISTINCT FROM b.after -> 'custom' -> k.key
              AND t.custom -> k.key IS DISTINCT FROM b.after -> 'custom' -> k.key""",
        [CUSTOM, list(keys), computed_names(table)],
    )
    return [(record_id, key) for record_id, key in cursor.fetchall()]


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
