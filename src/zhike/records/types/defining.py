"""Making, changing, removing and bringing back the record types of a company; each an act that can be undone.

Removing hides a type with all its records. For thirty days it can be brought back; then its table goes for good.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db.models import Count, Max
from django.utils.translation import gettext as _

from zhike.base import clock, events
from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.base.changelog.models import Change, tracked_models
from zhike.base.changelog.undoing import ActUndone, UnableToUndo
from zhike.records import custom, gate
from zhike.records.customising.changing import require_administrator
from zhike.records.models import BulkRun, CustomField, CustomType, ImportRun, JobState, SearchEntry, Visit
from zhike.records.types import checking, keeping, tables

MOST = 50
"""Types in use."""
KEPT_FOR = timedelta(days=30)
AT_WORK = (JobState.CHECKING, JobState.WAITING, JobState.RUNNING, JobState.UNDOING)
CHANGEABLE = ("label", "label_en", "plural_en", "icon", "group", "title_label", "title_label_en", "stages")


def get_type(number: int) -> CustomType:
    """A type that was not deleted for good. Raises `NotVisible`."""
    found: CustomType | None = CustomType.objects.filter(pk=number, dropped_at__isnull=True).first()
    if found is None:
        raise gate.NotVisible
    return found


def add_type(actor: Actor, raw: Mapping[str, Any]) -> CustomType:
    """A new type with a table of its own, last in its part of the menu. Raises `Refused`."""
    require_administrator(actor)
    if CustomType.objects.filter(removed_at__isnull=True, dropped_at__isnull=True).count() >= MOST:
        raise gate.Refused({"": [_("At most %(limit)d types of your own.") % {"limit": MOST}]})
    made = checking.checked(CustomType(), raw)
    with _act(actor, "add_type", made):
        made.position = (CustomType.objects.aggregate(last=Max("position"))["last"] or 0) + 1
        made.save(force_insert=True)
        tables.make_table(made.pk)
    return made


def revise_type(actor: Actor, row: CustomType, raw: Mapping[str, Any], *, seen: str = "") -> CustomType:
    """Changes a type. `seen` is the `stamp` the editor started from. Raises `Refused`."""
    require_administrator(actor)
    with _act(actor, "revise_type", row):
        locked: CustomType = CustomType.objects.select_for_update().get(pk=row.pk)
        if seen and seen != stamp(locked):
            raise gate.Refused({"": [_("Somebody changed this type in the meantime; open it again.")]})
        made = checking.checked(locked, raw)
        changed = [name for name in CHANGEABLE if getattr(made, name) != getattr(locked, name)]
        if changed:
            made.save(force_update=True, update_fields=changed)
        if made.stages and not locked.stages:
            _put_into_first_stage(made)
    return made


def _put_into_first_stage(row: CustomType) -> None:
    """Records from before there were stages stand in the first one: a board shows them all."""
    first = next(each["value"] for each in row.stages if not each.get("retired"))
    tables.model_of(row.pk)._default_manager.filter(stage="").update(stage=first)


def remove_type(actor: Actor, row: CustomType, typed: str) -> None:
    """Hides a type and its records. `typed` is its name, written out by who removes it. Raises `Refused`."""
    require_administrator(actor)
    if " ".join(typed.split()) not in {row.label, row.label_en, row.plural_en} - {""}:
        raise gate.Refused({"typed": [_("Write “%(label)s” to remove it.") % {"label": row.label}]})
    if any(runs.objects.filter(record_type=row.key, state__in=AT_WORK).exists() for runs in (ImportRun, BulkRun)):
        raise gate.Refused({"": [_("An import or a change of many records is running: wait for it, or cancel it.")]})
    if row.removed_at is None:
        with _act(actor, "remove_type", row):
            row.removed_at = clock.now()
            row.save(update_fields=["removed_at"])


def restore_type(actor: Actor, row: CustomType) -> None:
    """Brings a removed type back with all its records. Raises `Refused` when its name is taken by now."""
    require_administrator(actor)
    others = CustomType.objects.filter(label=row.label, removed_at__isnull=True, dropped_at__isnull=True)
    if others.exclude(pk=row.pk).exists():
        raise gate.Refused({"": [_("There is a type “%(label)s” already.") % {"label": row.label}]})
    if row.removed_at is not None:
        with _act(actor, "restore_type", row):
            row.removed_at = None
            row.save(update_fields=["removed_at"])


def move_type(actor: Actor, row: CustomType, step: int) -> None:
    """Moves a type up (-1) or down (1) among the company's own."""
    require_administrator(actor)
    rows = list(CustomType.objects.filter(removed_at__isnull=True, dropped_at__isnull=True))
    here = next((place for place, each in enumerate(rows) if each.pk == row.pk), None)
    if here is None or not 0 <= here + step < len(rows):
        return
    rows.insert(here + step, rows.pop(here))
    with _act(actor, "order_types", row):
        _place(rows)


def order_types(actor: Actor, rows: Sequence[CustomType]) -> None:
    """Puts these types into this order, where the first of them stands; the others keep theirs."""
    require_administrator(actor)
    every = list(CustomType.objects.filter(removed_at__isnull=True, dropped_at__isnull=True))
    named = {row.pk for row in rows}
    others = [each for each in every if each.pk not in named]
    first = next((place for place, each in enumerate(every) if each.pk in named), 0)
    with _act(actor, "order_types", rows[0]):
        _place([*others[:first], *rows, *others[first:]])


def _place(rows: Sequence[CustomType]) -> None:
    for place, each in enumerate(rows, 1):
        if each.position != place:
            each.position = place
            each.save(update_fields=["position"])


def stamp(row: CustomType) -> str:
    """What a definition says, in short: two that differ have different stamps."""
    said = json.dumps({name: getattr(row, name) for name in CHANGEABLE}, sort_keys=True)
    return hashlib.sha256(f"{said}{row.removed_at}".encode()).hexdigest()[:16]


@contextmanager
def _act(actor: Actor, action: str, row: CustomType) -> Iterator[None]:
    """An act of which others hear once it is done: this process at once, the others within two seconds."""
    with acts.act(actor, action, record_type=row.key, subject=row.label):
        yield
        _forget_kept()


def _forget_kept() -> None:
    """Fields as well: those that point at a type stand as long as it does."""
    keeping.forget_kept()
    custom.forget_kept()


# For good


def drop_removed(actor: Actor) -> list[str]:
    """Deletes for good what was removed more than thirty days ago, with whatever hangs on its records; returns the
    names. The definitions stay, so that no other type ever gets their keys."""
    late = list(CustomType.objects.filter(dropped_at__isnull=True, removed_at__lt=clock.now() - KEPT_FOR))
    if not late:
        return []
    with acts.act(actor, "drop_types", subject=", ".join(row.label for row in late)[:300]):
        for row in late:
            _drop_what_hangs_on(row)
            row.dropped_at = clock.now()
            row.save(update_fields=["dropped_at"])
            tables.drop_table(row.pk)
        _forget_kept()
    return [row.label for row in late]


def _drop_what_hangs_on(row: CustomType) -> None:
    """Shares, files, links of activities and the entries of the search."""
    for model in tracked_models():
        if model.soft_reference:
            model._default_manager.filter(**{model.soft_reference[0]: row.key}).delete()
    for beside in (SearchEntry, Visit):
        beside.objects.filter(record_type=row.key).delete()


# Undoing


@events.on(ActUndone, first=True)
def follow_undo(event: ActUndone) -> None:
    """A type that an undo took back leaves no table, one that it brought back gets one."""
    if CustomType._meta.db_table not in event.tables:
        return
    _forget_kept()
    _refuse_doubled()
    known = set(CustomType.objects.filter(dropped_at__isnull=True).values_list("pk", flat=True))
    there = tables.numbers_there()
    for number in there - known:
        _refuse_losing(event, number)
        tables.drop_table(number)
    for number in known - there:
        tables.make_table(number)


def _refuse_doubled() -> None:
    in_use = CustomType.objects.filter(removed_at__isnull=True, dropped_at__isnull=True).order_by("label")
    twice = in_use.values_list("label", flat=True).annotate(count=Count("pk")).filter(count__gt=1).first()
    if twice is not None:
        raise UnableToUndo(_("There is a type “%(label)s” already.") % {"label": twice})


def _refuse_losing(event: ActUndone, number: int) -> None:
    """A table with records, or a type with fields, does not vanish with the act that made it."""
    made = Change.objects.filter(change_set_id=event.change_set.pk, table_name=CustomType._meta.db_table)
    said = made.filter(record_id=number, operation="I").values_list("after", flat=True).first() or {}
    key, label = said.get("key", ""), said.get("label", "")
    if not tables.is_empty(number) or CustomField.objects.filter(record_type=key).exists():
        words = {"label": label}
        raise UnableToUndo(_("“%(label)s” has fields or records by now: remove the type instead.") % words)
