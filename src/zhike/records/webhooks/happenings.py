"""What rows of the log mean to a receiver: a record was created, changed, trashed or restored; an event was
announced. All that one act did to one record within a batch of the log is one happening."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from zhike.base.changelog import reading
from zhike.base.changelog.models import Change
from zhike.records import history, registry
from zhike.records.api import histories
from zhike.records.declaration import RecordType
from zhike.records.webhooks import events
from zhike.records.webhooks.models import Announcement

UNTOLD = frozenset(history.HIDDEN_COLUMNS)
"""Columns that follow from others: a change of these alone is none."""
AT_ONCE = 2000


@dataclass
class Happening:
    """An event of one record in one act. `changes` are its fields as the API's history has them, `parts` rows that
    belong to it (product lines), `data` what an announced event says."""

    event: str
    record_type: RecordType
    record_id: int
    change_set_id: int
    changes: list[dict[str, Any]] = field(default_factory=list)
    parts: list[dict[str, Any]] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    is_removed: bool = False
    """The record is gone altogether: its creation was undone."""


def read_from(rows: Iterable[reading.Row], wanted: set[str]) -> list[Happening]:
    """The happenings among rows of the log whose events somebody wants, in the order of the log."""
    types = {name.partition(".")[0] for name in wanted}
    groups: dict[tuple[int, str, int], list[reading.Row]] = defaultdict(list)
    for row in rows:
        groups[row.change_set_id, row.owner_table, row.owner_id].append(row)
    tables = {table: registry.of_table(table) for _act, table, _id in groups}
    listened = {key: found for key, found in groups.items() if _is_of(tables[key[1]], types)}
    changes = _changes_of(listened.values())
    made = (_happening(tables[key[1]], key, [changes[row.id] for row in found]) for key, found in listened.items())
    return [each for each in made if each is not None and each.event in wanted]


def _is_of(record_type: RecordType | None, types: set[str]) -> bool:
    return record_type is not None and record_type.name in types


def _changes_of(groups: Iterable[list[reading.Row]]) -> dict[int, Change]:
    numbers = [row.id for rows in groups for row in rows]
    return {change.id: change for change in Change.objects.filter(id__in=numbers)} if numbers else {}


def _happening(record_type: Any, key: tuple[int, str, int], changes: list[Change]) -> Happening | None:
    change_set_id, table, record_id = key
    own = [each for each in changes if each.table_name == table]
    verb, is_removed = _verb(own, has_parts=len(own) < len(changes))
    if not verb:
        return None
    made = Happening(f"{record_type.name}.{verb}", record_type, record_id, change_set_id, is_removed=is_removed)
    if verb != events.CREATED and not is_removed:
        made.changes = histories.fields_between(record_type, *_between(own))
        made.parts = [_part(each) for each in changes if each.table_name != table]
    return made


def _verb(own: list[Change], *, has_parts: bool) -> tuple[str, bool]:
    """What happened to the record, and whether it is gone; "" for nothing anybody would call a change."""
    first, last = (own[0].operation, own[-1].operation) if own else ("", "")
    if last == "D":
        return ("", False) if first == "I" else (events.TRASHED, True)
    if first == "I":
        return events.CREATED, False
    if first == "D":
        return events.CHANGED, False
    before, after = _between(own)
    if before.get("trashed_at") != after.get("trashed_at"):
        return (events.TRASHED if after.get("trashed_at") else events.RESTORED), False
    is_told = any(before.get(name) != value for name, value in after.items() if name not in UNTOLD)
    return (events.CHANGED if is_told or has_parts else ""), False


def _between(own: list[Change]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns of a row before the first of its changes and after the last, those that changed at all."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for change in own:
        before = {**(change.before or {}), **before}
        after = {**after, **(change.after or {})}
    return before, after


def _part(change: Change) -> dict[str, Any]:
    return {
        "part": change.table_name,
        "id": change.record_id,
        "operation": histories.OPERATIONS[change.operation],
        "fields": histories.fields_between(None, change.before or {}, change.after or {}),
    }


def announced(wanted: set[str]) -> list[Happening]:
    """Takes what was announced, at most `AT_ONCE`; what nobody wants any more is forgotten."""
    rows = list(Announcement.objects.select_for_update(skip_locked=True).order_by("id")[:AT_ONCE])
    Announcement.objects.filter(pk__in=[row.pk for row in rows]).delete()
    found = []
    for row in rows:
        offer = events.find(row.event) if row.event in wanted else None
        if offer is not None:
            record_type = registry.get(offer.record_type)
            found.append(Happening(row.event, record_type, row.record_id, row.change_set_id, data=row.data))
    return found
