"""Laying out a part, and taking it back to what the declaration says; each an act that can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from zhike.base import events
from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.base.changelog.undoing import ActUndone
from zhike.records.customising import meanwhile
from zhike.records.customising.changing import require_administrator
from zhike.records.layouts import parts, reading
from zhike.records.layouts.parts import Place
from zhike.records.models import Layout


def find(place: Place) -> Layout | None:
    """The row of exactly this place."""
    return Layout.objects.filter(**_key(place)).first()


def lay_out(actor: Actor, place: Place, raw: str, *, seen: str = "") -> Layout:
    """`raw` as the editor sends it. Raises `Refused`, or `ChangedMeanwhile` when the layout is not as it was `seen`."""
    require_administrator(actor)
    body = parts.read(place, raw, actor)
    with _act(actor, "lay_out", place):
        row = _locked(place, seen)
        if row is None:
            return Layout.objects.create(**_key(place), body=body)
        if row.body != body:
            row.body = body
            row.save(update_fields=["body"])
        return row


def reset(actor: Actor, place: Place, *, seen: str = "") -> None:
    """Takes the part back to what holds without it: everybody's layout, or the declared one."""
    require_administrator(actor)
    with _act(actor, "reset_layout", place):
        row = _locked(place, seen)
        if row is not None:
            row.delete()


def seen_of(place: Place) -> dict[str, Any]:
    row = find(place)
    return {"body": row.body if row else None}


def _locked(place: Place, seen: str) -> Layout | None:
    row = Layout.objects.select_for_update().filter(**_key(place)).first()
    now = {"body": row.body if row else None}
    meanwhile.refuse(
        row or Layout(), seen, now, {"body": parts.LABELS[place.part]}, lambda _name, value: parts.words(place, value)
    )
    return row


def _key(place: Place) -> dict[str, str]:
    return {"record_type": place.type_name, "part": place.part, "role": place.role, "record_kind": place.kind}


@contextmanager
def _act(actor: Actor, action: str, place: Place) -> Iterator[None]:
    with acts.act(actor, action, record_type=place.type_name, subject=place.subject):
        yield
        reading.forget_kept()


@events.on(ActUndone)
def follow_undo(event: ActUndone) -> None:
    if Layout._meta.db_table in event.tables:
        reading.forget_kept()
