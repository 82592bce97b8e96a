"""Adding, changing, removing and ordering the fields of a company; each an act that can be undone.

Removing hides a field and leaves what records hold: bringing it back, or undoing, shows it again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from zhike.base import clock, events
from zhike.base.actors import Actor, Kind
from zhike.base.changelog import acts
from zhike.base.changelog.models import Change
from zhike.base.changelog.undoing import ActUndone, UnableToUndo
from zhike.records import custom, gate, numbering, registry
from zhike.records.customising import checking, indexing, jobs, kinds, naming, saying, values
from zhike.records.declaration import RecordType
from zhike.records.fields.making import field_of_custom
from zhike.records.fields.serial import Serial
from zhike.records.models import CustomField, CustomType

MOST = 200
"""Fields of one type, removed ones included."""
CHANGEABLE = ("kind", "label", "label_en", "required", "options")


def require_administrator(actor: Actor) -> None:
    """A person who administers the company; programs do not change what others see. Raises `NotAllowed`."""
    if not actor.is_administrator or actor.kind != Kind.MEMBER or actor.read_only or actor.types:
        raise gate.NotAllowed("configure")


def get_field(record_type: RecordType, field_id: int) -> CustomField:
    """Raises `NotVisible`."""
    found: CustomField | None = CustomField.objects.filter(record_type=record_type.name, pk=field_id).first()
    if found is None:
        raise gate.NotVisible
    return found


def add_field(actor: Actor, record_type: RecordType, raw: Mapping[str, Any]) -> CustomField:
    """A new field, last of its type; its key is made from its label, unless `raw` says a `name`. Raises `Refused`."""
    require_administrator(actor)
    if CustomField.objects.filter(record_type=record_type.name).count() >= MOST:
        raise gate.Refused({"": [_("At most %(limit)d fields.") % {"limit": MOST}]})
    made = checking.checked(record_type, CustomField(kind=""), raw)
    made.name = _name(record_type, made, raw)
    with _act(actor, "add_field", record_type.name, made.label):
        last = CustomField.objects.filter(record_type=record_type.name).aggregate(last=Max("position"))["last"]
        made.position = (last or 0) + 1
        made.save(force_insert=True)
        values.keep_apart(made)
        indexing.follow(made)
        if raw.get("number_existing"):
            number_existing(made)
    return made


def _name(record_type: RecordType, made: CustomField, raw: Mapping[str, Any]) -> str:
    if not raw.get("name"):
        return naming.name_for(record_type, made.label, made.label_en)
    try:
        return naming.name_as_written(record_type, str(raw["name"]))
    except saying.Unfit as unfit:
        raise gate.Refused({"name": [str(unfit)]}) from unfit


def revise_field(
    actor: Actor, record_type: RecordType, row: CustomField, raw: Mapping[str, Any], *, seen: str = ""
) -> CustomField:
    """Changes a field. `seen` is the `stamp` the editor started from. Raises `Refused`."""
    require_administrator(actor)
    with _act(actor, "revise_field", row.record_type, row.label):
        locked: CustomField = CustomField.objects.select_for_update().get(pk=row.pk)
        if seen and seen != stamp(locked):
            raise gate.Refused({"": [_("Somebody changed this field in the meantime; open it again.")]})
        made = checking.checked(record_type, locked, raw)
        _refuse_doubled(made)
        changed = [name for name in CHANGEABLE if getattr(made, name) != getattr(locked, name)]
        if changed:
            made.save(force_update=True, update_fields=changed)
        values.keep_apart(made)
        indexing.follow(made)
        if raw.get("number_existing"):
            number_existing(made)
    return made


def number_existing(row: CustomField) -> None:
    """Numbers the records that have no number yet, inside the open act: here, or by a job where they are many."""
    field, record_type = field_of_custom(row), registry.get(row.record_type)
    change_set = acts.current()
    if not isinstance(field, Serial) or change_set is None:
        return
    if record_type.queryset().filter(field.is_empty()).count() > numbering.BATCH:
        jobs.number_existing_records.later(field_id=row.pk, change_set_id=change_set.pk, once=f"number:{row.pk}")
    else:
        numbering.number_some(record_type, field, 0)


def remove_field(actor: Actor, row: CustomField) -> None:
    """Hides it everywhere; values stay."""
    require_administrator(actor)
    if row.removed_at is None:
        with _act(actor, "remove_field", row.record_type, row.label):
            row.removed_at = clock.now()
            row.save(update_fields=["removed_at"])
            values.keep_apart(row)
            indexing.follow(row)


def restore_field(actor: Actor, record_type: RecordType, row: CustomField) -> None:
    """Shows a removed field again, with its values. Raises `Refused` when its label is taken by now."""
    require_administrator(actor)
    others = CustomField.objects.filter(record_type=record_type.name, label=row.label, removed_at__isnull=True)
    if others.exclude(pk=row.pk).exists():
        raise gate.Refused({"": [_("There is a field “%(label)s” already.") % {"label": row.label}]})
    if row.removed_at is not None:
        with _act(actor, "restore_field", row.record_type, row.label):
            row.removed_at = None
            _refuse_doubled(row)
            row.save(update_fields=["removed_at"])
            values.keep_apart(row)
            indexing.follow(row)


def order_fields(actor: Actor, record_type: RecordType, ids: Sequence[int]) -> None:
    """Puts the fields named into this order; others keep their places."""
    require_administrator(actor)
    with _act(actor, "order_fields", record_type.name, str(record_type.plural)):
        rows = {row.pk: row for row in CustomField.objects.filter(record_type=record_type.name)}
        moved = [rows[number] for number in dict.fromkeys(ids) if number in rows]
        first = min((row.position for row in moved), default=1)
        for place, row in enumerate(moved, first):
            if row.position != place:
                row.position = place
                row.save(update_fields=["position"])


def stamp(row: CustomField) -> str:
    """What a definition says, in short: two that differ have different stamps."""
    said = json.dumps({name: getattr(row, name) for name in CHANGEABLE}, sort_keys=True, default=str)
    return hashlib.sha256(f"{said}{row.removed_at}".encode()).hexdigest()[:16]


@contextmanager
def _act(actor: Actor, action: str, record_type: str, subject: str) -> Iterator[None]:
    """An act after which this process forgets what it knows; the others do within two seconds."""
    with acts.act(actor, action, record_type=record_type, subject=subject):
        yield
        custom.forget_kept()


def _refuse_doubled(row: CustomField) -> None:
    if row.options.get("unique") and (count := values.count_doubled(row)):
        raise gate.Refused({"unique": [_("%(count)s values stand in more than one record.") % {"count": f"{count:,}"}]})


# Undoing


@events.on(ActUndone)
def follow_undo(event: ActUndone) -> None:
    """What the database keeps for a definition follows it back; a kind does not go back under values of the new one."""
    if CustomField._meta.db_table not in event.tables:
        return
    changes = Change.objects.filter(change_set_id=event.change_set.pk, table_name=CustomField._meta.db_table)
    before = {change.record_id: change.before or {} for change in changes}
    after = {change.record_id: change.after or {} for change in changes}
    rows = CustomField.objects.filter(pk__in=before)
    gone = (told.get("record_type") for told in (*before.values(), *after.values()))
    made = Change.objects.filter(change_set_id=event.change_set.pk, table_name=CustomType._meta.db_table, operation="I")
    with_it = set(made.values_list("after__key", flat=True))
    for name in {*rows.values_list("record_type", flat=True), *filter(None, gone)} - with_it:
        if registry.find(name) is None:
            raise UnableToUndo(_("The record type of this field was removed: bring it back first."))
    for row in rows:
        _check_kind(row, str(after[row.pk].get("kind", "")), str(before[row.pk].get("kind", "")))
        if row.options.get("unique") and row.removed_at is None and values.count_doubled(row):
            raise UnableToUndo(_("Values of “%(label)s” stand in more than one record by now.") % {"label": row.label})
        values.keep_apart(row)
        indexing.follow(row)
    values.drop_orphaned_indexes()
    custom.forget_kept()


def _check_kind(row: CustomField, undone: str, back: str) -> None:
    """`undone` was its kind until now, `back` is the kind it had before."""
    if not undone or not back or undone == back or back in kinds.WIDER.get(undone, ()):
        return
    was = CustomField(record_type=row.record_type, name=row.name, kind=undone, options=row.options)
    if values.has_values(was):
        raise UnableToUndo(_("Records hold values of “%(label)s”: its kind cannot go back.") % {"label": row.label})
