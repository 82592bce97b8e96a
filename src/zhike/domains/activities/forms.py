"""What the composer asks: an activity, the records it is on, who took part."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from zhike.base import clock
from zhike.base.actors import Actor
from zhike.domains.activities.choices import ActivityKind
from zhike.domains.activities.models import Activity
from zhike.records import gate, registry
from zhike.records.fields.base import Invalid
from zhike.records.fields.references import as_id

ASKED = (
    "kind",
    "subject",
    "body",
    "due_at",
    "happened_at",
    "duration_minutes",
    "location",
    "outcome",
    "next_step",
    "owner",
)
MOST_RECORDS, MOST_PARTICIPANTS = 20, 50


@dataclass
class Composed:
    """A cleaned composer: field values, records, participants."""

    changes: dict[str, Any] = field(default_factory=dict)
    records: list[Any] = field(default_factory=list)
    participants: list[Any] = field(default_factory=list)


def composed(actor: Actor, posted: Any) -> Composed:
    """Reads a posted composer. Raises `gate.Refused` by field, `gate.NotVisible` for a record out of sight."""
    record_type = registry.of(Activity)
    fields = record_type.fields()
    raw = {name: fields[name].from_form(posted) for name in ASKED if name in posted and posted.get(name) != ""}
    raw |= _placed_in_time(posted.get("when", ""))
    if not (posted.get("body", "").strip() or posted.get("subject", "").strip()):
        raise gate.Refused({"body": [_("Write a few words first.")]})
    if posted.get("kind") not in ActivityKind.values:
        raise gate.Refused({"kind": [_("Say what kind of activity this is.")]})
    if posted.get("kind") == ActivityKind.TASK and not raw.get("subject"):
        raw |= _task_in_words(posted.get("body", ""))
    changes = gate.cleaned(actor, record_type, raw, partial=True)
    return Composed(changes, records_on(actor, posted.getlist("on")), _participants(posted.getlist("participants")))


def _placed_in_time(when: str) -> dict[str, Any]:
    """A moment to come is a plan, one that is past has happened."""
    if not when:
        return {}
    try:
        moment = registry.of(Activity).fields()["happened_at"].clean(when)
    except Invalid as error:
        raise gate.Refused({"when": [str(error.message)]}) from error
    return {"due_at" if moment > clock.now() else "happened_at": when}


def _task_in_words(body: str) -> dict[str, str]:
    """The first line says what is to be done, the others how."""
    first, _break, rest = body.strip().partition("\n")
    return {"subject": first[:200], "body": rest.strip() if len(first) <= 200 else body}


def records_on(actor: Actor, named: list[str]) -> list[Any]:
    """The records `customers:12` name. Raises `gate.NotVisible` for any the actor does not see."""
    found = []
    for each in dict.fromkeys(named[:MOST_RECORDS]):
        name, _colon, number = each.partition(":")
        record_type, record_id = registry.find(name), as_id(number)
        if record_type is None or record_id is None:
            raise gate.NotVisible
        found.append(gate.get_record(actor, record_type, record_id))
    return found


def _participants(named: list[str]) -> list[Any]:
    members = registry.get("members")
    ids = [number for each in named[:MOST_PARTICIPANTS] if (number := as_id(each)) is not None]
    return list(members.queryset().filter(pk__in=ids, is_active=True, trashed_at__isnull=True))
