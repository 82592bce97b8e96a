"""The path of stages on a record page: where it stands, what lies behind, where it may go."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from zhike.base import clock
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Field
from zhike.records.fields.choices import Choice, Option
from zhike.records.roles import sight


@dataclass(frozen=True)
class Step:
    option: Any
    state: str
    """done, now, won, lost, or "" for what lies ahead."""
    days: int | None = None
    sent: str = ""
    """What a click sends: the stage, and the one it was decided upon."""

    @property
    def is_here(self) -> bool:
        return self.state in ("now", "won", "lost")


def steps_of(record_type: RecordType, record: Any) -> list[Step]:
    """The stages of the record's path; a lost end shows only where the record came to it."""
    field = record_type.field(record_type.path) if record_type.path else None
    if isinstance(field, Choice):
        return _steps_of_choice(field, record)
    if not isinstance(field, Option):
        return []
    current = field.value_of(record)
    shown = [row for row in options_of(record_type, record, field) if _outcome(row) != "lost" or row == current]
    at = shown.index(current) if current in shown else -1
    seen = _seen(field, current)
    return [_step(record_type, record, row, place, at, seen) for place, row in enumerate(shown)]


def _steps_of_choice(field: Choice, record: Any) -> list[Step]:
    """The stages a company defined for a type of its own; one that was retired shows where the record stands in it."""
    current = field.value_of(record)
    shown = [pair for pair in field.choices() if pair[0] not in field.retired() or pair[0] == current]
    at = next((place for place, (value, _label) in enumerate(shown) if value == current), -1)
    seen = _seen(field, current)
    return [
        Step(label, "now") if place == at
        else Step(label, "done" if place < at else "", sent=json.dumps({"value": value, "seen": seen}))
        for place, (value, label) in enumerate(shown)
    ]  # fmt: skip


def options_of(record_type: RecordType, record: Any, field: Option) -> list[Any]:
    board = record_type.board
    if board is None or board.lanes != field.name or board.lanes_of is None:
        return field.rows()
    found = list(board.lanes_of(getattr(record, board.choose_by, None) if board.choose_by else None))
    current = field.value_of(record)
    return found if current is None or current in found else [*found, current]


def _step(record_type: RecordType, record: Any, row: Any, place: int, at: int, seen: str) -> Step:
    if place != at:
        sent = json.dumps({"value": str(row.pk), "seen": seen})
        return Step(row, "done" if place < at else "", sent=sent)
    outcome = _outcome(row)
    if outcome in ("won", "lost"):
        return Step(row, outcome)
    name = f"{record_type.path}_entered_at"
    entered = getattr(record, name, None) if sight.all_readable(record_type, [name]) else None
    days = max(0, (clock.today() - timezone.localtime(entered).date()).days) if entered else None
    return Step(row, "now", days)


def _outcome(row: Any) -> str:
    return str(getattr(row, "outcome", ""))


def _seen(field: Field, current: Any) -> str:
    return json.dumps({field.name: field.json(current)}, ensure_ascii=False)
