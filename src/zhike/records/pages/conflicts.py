"""When two people changed the same field: both values, and who the other one was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zhike.base.changelog.models import Change
from zhike.records import gate, registry
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Field


@dataclass(frozen=True)
class Conflict:
    field: Field
    mine: str
    theirs: str


def conflicts_of(record_type: RecordType, stale: gate.Stale) -> list[Conflict]:
    fields = record_type.fields()
    return [
        Conflict(fields[name], fields[name].text(ours) or "–", fields[name].text(theirs) or "–")
        for name, (theirs, ours) in stale.conflicts.items()
    ]


def who_changed(record: Any) -> str:
    """Who changed the record last, by the log."""
    table = registry.of(record).table
    last = (
        Change.objects.filter(owner_table=table, owner_id=record.pk)
        .select_related("change_set")
        .order_by("-id")
        .first()
    )
    return last.change_set.actor_label if last else _("Somebody")
