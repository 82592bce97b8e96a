"""Adding, renaming, ordering, retiring and merging the values of a list; each an act that can be undone.

A retired value stays on the records that have it and is given to no other. A value is removed for good only while no
record names it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.base.sentences import one_line
from zhike.records import bulk, gate, registry
from zhike.records.customising import meanwhile
from zhike.records.customising.changing import require_administrator
from zhike.records.fields.base import TONES, Field, Invalid
from zhike.records.fields.making import field_of_model_field
from zhike.records.lists import tables
from zhike.records.lists.tables import Table
from zhike.records.models import BulkRun

LONGEST, MOST = 60, 1_000
LARGE = 20_000
"""Records from which on a merge is carried on by a job."""
LABELS = {
    "name": gettext_lazy("Name"), "colour": gettext_lazy("Colour"), "is_active": gettext_lazy("In use"),
}  # fmt: skip
TONE_WORDS = (
    ("", gettext_lazy("Plain")), ("g", gettext_lazy("Good")), ("w", gettext_lazy("Attention")),
    ("b", gettext_lazy("Bad")), ("a", gettext_lazy("Accent")), ("v", gettext_lazy("New")),
)  # fmt: skip


def add_option(actor: Actor, table: Table, raw: Mapping[str, Any]) -> Any:
    """A new value, last of its list. `raw`: name, colour. Raises `Refused`."""
    require_administrator(actor)
    if table.model.objects.count() >= MOST:
        raise gate.Refused({"": [_("At most %(limit)d values.") % {"limit": MOST}]})
    values = cleaned(table.model.objects.all(), None, raw)
    with acts.act(actor, "add_option", subject=subject_of(table, values["name"])):
        last = table.model.objects.aggregate(last=Max("position"))["last"] or 0
        row = table.model.objects.create(**values, position=last + 1)
        row.settle()
        return row


def revise_option(actor: Actor, table: Table, row: Any, raw: Mapping[str, Any], *, seen: str = "") -> Any:
    """Renames or colours a value. Raises `Refused`, or `ChangedMeanwhile` when it is not as it was `seen`."""
    require_administrator(actor)
    with acts.act(actor, "revise_option", subject=subject_of(table, row.name)):
        locked = table.model.objects.select_for_update().get(pk=row.pk)
        fields = fields_of(table.model)
        labels = LABELS | {name: field.label for name, field in fields.items()}
        meanwhile.refuse(locked, seen, seen_of(locked), labels, lambda name, value: words(name, value, fields))
        write(locked, cleaned(table.model.objects.all(), locked, raw))
        locked.settle()
        return locked


def order_options(actor: Actor, table: Table, ids: Sequence[int]) -> None:
    require_administrator(actor)
    with acts.act(actor, "order_options", subject=table.label):
        place(table.model.objects.all(), ids)


def retire_option(actor: Actor, table: Table, row: Any) -> None:
    require_administrator(actor)
    with acts.act(actor, "retire_option", subject=subject_of(table, row.name)):
        write(table.model.objects.select_for_update().get(pk=row.pk), {"is_active": False})


def bring_back_option(actor: Actor, table: Table, row: Any) -> None:
    require_administrator(actor)
    with acts.act(actor, "bring_back_option", subject=subject_of(table, row.name)):
        write(table.model.objects.select_for_update().get(pk=row.pk), {"is_active": True})


def remove_option(actor: Actor, table: Table, row: Any) -> None:
    """Takes a value away that no record names. Raises `Refused`."""
    require_administrator(actor)
    with acts.act(actor, "remove_option", subject=subject_of(table, row.name)):
        locked = table.model.objects.select_for_update().get(pk=row.pk)
        if count := tables.count_using(table, locked):
            told = {"count": f"{count:,}", "name": row.name}
            raise gate.Refused({"": [_("%(count)s records have “%(name)s”: retire it, or merge it.") % told]})
        locked.delete()


def merge_options(actor: Actor, table: Table, row: Any, into: Any) -> int:
    """Gives every record that has `row` the value `into`, and retires `row`: one act. Returns how many records
    changed. Raises `Refused`."""
    require_administrator(actor)
    _refuse_unfit(row, into)
    with acts.act(actor, "merge_options", subject=f"{subject_of(table, row.name)} → {into.name}"):
        locked = {each.pk: each for each in table.model.objects.select_for_update().filter(pk__in=[row.pk, into.pk])}
        if len(locked) < 2:
            raise gate.NotVisible
        moved = 0
        for pointer in table.pointers():
            moved += pointer.model._base_manager.filter(**{pointer.name: row}).update(**{pointer.name: into})
        write(locked[row.pk], {"is_active": False})
    return moved


def begin_merging(actor: Actor, table: Table, row: Any, into: Any) -> BulkRun | None:
    """The same for very many records: a run that a job carries on, of one act as well. None where they are few, or
    not all of one record type: then `merge_options` does it at once. Raises `Refused`."""
    require_administrator(actor)
    _refuse_unfit(row, into)
    held = [each for each in table.pointers() if each.model._base_manager.filter(**{each.name: row}).exists()]
    record_type = registry.of_table(held[0].model._meta.db_table) if len(held) == 1 else None
    if record_type is None or (count := tables.count_using(table, row)) <= LARGE:
        return None
    name = held[0].name
    chosen = bulk.Selection(condition={"field": name, "op": "in", "value": [str(row.pk)]})
    with transaction.atomic():
        run = bulk.begin(actor, record_type, bulk.EDIT, {name: str(into.pk)}, chosen, count)
        with acts.resume(run.change_set):
            write(table.model.objects.select_for_update().get(pk=row.pk), {"is_active": False})
    return run


def _refuse_unfit(row: Any, into: Any) -> None:
    if row.pk == into.pk:
        raise gate.Refused({"into": [_("Choose another value.")]})
    if not into.is_active:
        raise gate.Refused({"into": [_("“%(name)s” is not in use any more.") % {"name": into.name}]})
    if reason := row.refuses(into):
        raise gate.Refused({"into": [reason]})


# Shared with lists that have a page of their own


def subject_of(table: Table, name: str) -> str:
    return f"{table.singular} “{name}”"


def cleaned(among: Any, row: Any, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The name, the colour and the list's own columns that `raw` says; no other row of `among` has that name. Raises
    `Refused`."""
    name = one_line(raw.get("name"))
    errors: dict[str, list[str]] = {}
    if not name:
        errors["name"] = [_("Give it a name.")]
    elif len(name) > LONGEST:
        errors["name"] = [_("At most %(limit)d characters.") % {"limit": LONGEST}]
    elif (twin := among.filter(name__iexact=name).exclude(pk=row.pk if row else None).first()) is not None:
        told = _("“%(name)s” is there already.") if twin.is_active else _("“%(name)s” is there already, retired.")
        errors["name"] = [told % {"name": twin.name}]
    colour = str(raw.get("colour") or "")
    if colour and colour not in TONES:
        errors["colour"] = [_("There is no such colour.")]
    values = {"name": name, "colour": colour} | _own(among.model, raw, errors)
    errors |= {} if errors else among.model.mend(row, values)
    if errors:
        raise gate.Refused(errors)
    return values


def fields_of(model: Any) -> dict[str, Field]:
    """The columns a list has besides name and colour, as fields."""
    found = {name: field_of_model_field(model._meta.get_field(name)) for name in model.asked}
    return {name: field for name, field in found.items() if field is not None}


def _own(model: Any, raw: Mapping[str, Any], errors: dict[str, list[str]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, field in fields_of(model).items():
        try:
            values[name] = field.clean(field.from_form(raw) if isinstance(raw, QueryDict) else raw.get(name))
        except Invalid as error:
            errors[name] = [str(error.message)]
    return values


def write(row: Any, values: Mapping[str, Any]) -> None:
    """Writes what differs."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=changed)


def place(among: Any, ids: Sequence[int]) -> None:
    """Puts the rows named into this order, in the places they have together; others keep theirs."""
    rows = {row.pk: row for row in among.select_for_update(of=("self",))}
    moved = [rows[number] for number in dict.fromkeys(ids) if number in rows]
    first = min((row.position for row in moved), default=0)
    for position, row in enumerate(moved, first):
        write(row, {"position": position})


def seen_of(row: Any) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in LABELS}
    return said | {name: field.text(field.value_of(row)) for name, field in fields_of(type(row)).items()}


def words(name: str, value: Any, fields: Mapping[str, Field] = MappingProxyType({})) -> str:
    if name in fields:
        return str(value)
    if name == "colour":
        return str(dict(TONE_WORDS).get(value, value))
    if name == "is_active":
        return str(_("Yes") if value else _("No"))
    return str(value)
