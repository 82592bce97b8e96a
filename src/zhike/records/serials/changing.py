"""Another pattern, another next number; acts of an administrator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.records import custom, gate, numbering, registry
from zhike.records.customising import meanwhile
from zhike.records.customising.changing import require_administrator
from zhike.records.fields.base import Invalid
from zhike.records.fields.serial import MOST_DIGITS, Pattern, Serial, read_pattern
from zhike.records.models import CustomField, SerialCounter
from zhike.records.serials import standing
from zhike.records.serials.standing import Standing


def get_numbered(field_id: int) -> CustomField:
    """Raises `NotVisible`."""
    found: CustomField | None = CustomField.objects.filter(
        pk=field_id, kind=Serial.kind, removed_at__isnull=True
    ).first()
    if found is None or registry.find(found.record_type) is None:
        raise gate.NotVisible
    return found


def revise_pattern(actor: Actor, row: CustomField, raw: Any, *, seen: str = "") -> CustomField:
    """New records are numbered by another pattern; those that have a number keep it. Raises `Refused`, or
    `ChangedMeanwhile` when the pattern is not as it was `seen`."""
    require_administrator(actor)
    try:
        pattern = read_pattern(str(raw or "")[:200])
    except Invalid as error:
        raise gate.Refused({"pattern": [str(error.message)]}) from error
    with _act(actor, "revise_numbering", row) as locked:
        meanwhile.refuse(locked, seen, seen_of(locked), {"pattern": _("Pattern")}, lambda name, value: str(value))
        if locked.options.get("pattern") != pattern:
            locked.options = {**locked.options, "pattern": pattern, "repatterned": True}
            locked.save(update_fields=["options"])
        return locked


def set_next(actor: Actor, row: CustomField, raw: Any) -> Standing:
    """The count the next record gets, in the frame of today. Never one that is given: raises `Refused`, which names
    those that would come twice."""
    require_administrator(actor)
    count = _count(raw)
    with _act(actor, "set_next_number", row) as locked:
        now = standing.standing_of(locked)
        # Whoever is numbering a record now is waited for: their number counts.
        numbering.hold(now.record_type.name, now.field, now.frame)
        if taken := standing.taken_from(now, count):
            told = _("Given already: %(numbers)s. Choose a number behind them.")
            raise gate.Refused({"next": [told % {"numbers": str(_(", ")).join(taken)}]})
        SerialCounter._default_manager.filter(
            record_type=locked.record_type, field=locked.name, frame=now.frame
        ).update(last=count - 1)
        locked.options = {**locked.options, "begun_at": Pattern.number(now.frame, count)}
        locked.save(update_fields=["options"])
        return standing.standing_of(locked)


def _count(raw: Any) -> int:
    text = str(raw or "").strip()
    if not text.isascii() or not text.isdigit() or not 1 <= len(text.lstrip("0")) <= MOST_DIGITS:
        raise gate.Refused({"next": [_("A whole number is expected here, 1 or more.")]})
    return int(text)


def seen_of(row: CustomField) -> dict[str, Any]:
    return {"pattern": row.options.get("pattern", "")}


@contextmanager
def _act(actor: Actor, action: str, row: CustomField) -> Iterator[CustomField]:
    with acts.act(actor, action, record_type=row.record_type, subject=row.label):
        yield CustomField.objects.select_for_update().get(pk=row.pk)
        custom.forget_kept()
