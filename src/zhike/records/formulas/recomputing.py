"""What an act changed is followed by what is computed from it, before the act ends: every road into the database opens
an act, so none passes by here, undo included.

Which records are touched is read from the change log's rows of this very act; fields that can be computed at the same
time are one UPDATE. What is too much for an act is left to a job right after it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Q

from zhike.base.changelog import acts
from zhike.base.changelog.models import ChangeSet
from zhike.records import custom, registry
from zhike.records.declaration import RecordType
from zhike.records.formulas import definitions, runs, touched, writing
from zhike.records.formulas.definitions import Computed, Definitions
from zhike.records.formulas.inputs import Input, leading_to, led_to
from zhike.records.formulas.touched import Window
from zhike.records.models import CustomField
from zhike.records.roles import sight

FANNED_OUT = 1_000
"""Records besides those that were changed that an act computes itself."""
ADDED_UP = 50_000
"""Related records an act goes through for a roll-up."""
DEFINING = frozenset({"kind", "options", "removed_at", "name"})
"""What of a definition means computing anew."""


@acts.before_end
@sight.seeing_all()
def follow(change_set: ChangeSet) -> None:
    """Computes what follows from what the act has written."""
    if connection.schema_name == "public" or not any(custom.every_definition().values()):  # type: ignore[attr-defined]
        return
    window = touched.window_of(change_set)
    if CustomField._meta.db_table in window.tables:
        custom.forget_kept()
        _follow_definitions(window)
    found = definitions.now()
    if found.by_key and window.tables:
        _follow_levels(found, window)
        _refresh(acts.watched(change_set))


def _refresh(records: list[Any]) -> None:
    by_model: dict[Any, list[Any]] = defaultdict(list)
    for record in records:
        by_model[type(record)].append(record)
    for model, held in by_model.items():
        rows = model._base_manager.filter(pk__in=[each.pk for each in held])
        fresh = dict(rows.values_list("pk", "custom"))
        for each in held:
            each.custom = fresh.get(each.pk, each.custom)


# Definitions


def _follow_definitions(window: Window) -> None:
    """Fields that were defined anew, and those that read a field that was, are computed for all records."""
    changed = CustomField.objects.filter(pk__in=touched.rows(window, CustomField, DEFINING, frozenset()))
    keys = {(row.record_type, row.name) for row in changed}
    fresh = [each for each in definitions.now().by_key.values() if each.key in keys or each.reads & keys]
    for computed in sorted(fresh, key=lambda each: each.level):
        if runs.begin(computed):
            window.tables.add(computed.record_type.table)


# Records


def _follow_levels(found: Definitions, window: Window) -> None:
    for level in found.levels:
        by_type: dict[str, list[Computed]] = defaultdict(list)
        for computed in level:
            by_type[computed.record_type.name].append(computed)
        for name, fields in by_type.items():
            formulas = [each for each in fields if each.roll_up is None]
            if formulas:
                _follow_formulas(registry.get(name), formulas, window)
            for computed in fields:
                if computed.roll_up is not None:
                    _follow_roll_up(computed, window)


def _follow_formulas(record_type: RecordType, fields: Sequence[Computed], window: Window) -> None:
    """Records that were changed are computed here; those that read others that were, if they are few."""
    changed = _own_rows(record_type, fields, window)
    for read in (each for computed in fields for each in computed.inputs):
        numbers = touched.rows(window, read.model, read.columns, read.keys)
        if not read.path:
            changed |= numbers
        elif numbers:
            changed |= _reached(record_type, fields, read, numbers)
    _compute(record_type, fields, changed, window)


def _own_rows(record_type: RecordType, fields: Sequence[Computed], window: Window) -> set[int]:
    """New records, and those whose computed value itself was overwritten (by an undo, by an old copy)."""
    return touched.rows(window, record_type.model, frozenset(), frozenset(each.name for each in fields))


def _reached(record_type: RecordType, fields: Sequence[Computed], read: Input, numbers: set[int]) -> set[int]:
    """The records that read these rows; none when a job has to do it."""
    found = record_type.queryset().filter(leading_to(read.path, numbers)).order_by().values_list("pk", flat=True)
    ids = set(found[: FANNED_OUT + 1])
    if len(ids) > FANNED_OUT:
        runs.reach_later(record_type, fields, read.path, numbers)
        return set()
    return ids


def _follow_roll_up(computed: Computed, window: Window) -> None:
    """The parents, those of before and those of now, of the related records that were changed."""
    found = computed.roll_up
    assert found is not None
    parents = _own_rows(computed.record_type, [computed], window)
    parents |= touched.pointed_at(window, found.child.table, found.pointer)
    for read in computed.inputs:
        columns = read.columns if read.path else read.columns | {"trashed_at"}
        if numbers := touched.rows(window, read.model, columns, read.keys):
            chosen = leading_to(read.path, numbers) if read.path else Q(pk__in=numbers)
            parents |= led_to(found.child.queryset().filter(chosen), (found.pointer,))
    if parents and _is_much(computed, parents):
        runs.compute_later(computed.record_type, [computed], parents)
    else:
        _compute(computed.record_type, [computed], parents, window)


def _is_much(computed: Computed, parents: set[int]) -> bool:
    """Whether so many related records would be gone through that the act should not wait for it."""
    assert computed.roll_up is not None
    rows = computed.roll_up.child.queryset().filter(computed.roll_up.pointer.compare("in", parents))
    return bool(rows.order_by()[ADDED_UP : ADDED_UP + 1].exists())


def _compute(record_type: RecordType, fields: Sequence[Computed], ids: Iterable[int], window: Window) -> None:
    numbers = set(ids)
    if not numbers:
        return
    left_out = writing.compute(record_type, fields, numbers)
    window.tables.add(record_type.table)
    if left_out:
        runs.compute_later(record_type, fields, left_out)
