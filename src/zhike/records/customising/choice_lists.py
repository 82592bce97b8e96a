"""Choice lists shared between fields: one act changes the list and every field that uses it.

A field keeps the choices of its list as its own (`options["choices"]`, beside `options["list"]`), so every road reads
them where it always does. A choice that records hold is retired, never left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.base import events
from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.base.changelog.undoing import ActUndone
from zhike.records import custom, gate, registry
from zhike.records.customising import checking, kinds, meanwhile
from zhike.records.customising.changing import require_administrator
from zhike.records.models import ChoiceList, CustomField

MOST = 200
LABELS = {
    "name": gettext_lazy("Name"), "name_en": gettext_lazy("English name"), "choices": gettext_lazy("Choices"),
}  # fmt: skip


def get_list(list_id: int) -> ChoiceList:
    """Raises `NotVisible`."""
    found: ChoiceList | None = ChoiceList.objects.filter(pk=list_id).first()
    if found is None:
        raise gate.NotVisible
    return found


def users(row: ChoiceList) -> list[CustomField]:
    """The fields that use a list, removed ones too: they may come back."""
    return list(CustomField.objects.filter(options__list=row.pk, kind__in=kinds.CHOICES))


def add_list(actor: Actor, raw: Mapping[str, Any], *, of: CustomField | None = None) -> ChoiceList:
    """A new list; with `of` a field, that field uses it from now on. `raw`: name, name_en, choices (JSON). Raises
    `Refused`."""
    require_administrator(actor)
    if ChoiceList.objects.count() >= MOST:
        raise gate.Refused({"": [_("At most %(limit)d lists.") % {"limit": MOST}]})
    made = checking.checked_list(
        ChoiceList(choices=of.options.get("choices", []) if of else []), raw, [of] if of else []
    )
    with _act(actor, "add_choice_list", made.name):
        made.save(force_insert=True)
        if of is not None:
            of.options = {**of.options, "list": made.pk}
            of.save(update_fields=["options"])
            spread(made)
    return made


def revise_list(actor: Actor, row: ChoiceList, raw: Mapping[str, Any], *, seen: str = "") -> ChoiceList:
    """Raises `Refused`, or `ChangedMeanwhile` when the list is not as it was `seen`."""
    require_administrator(actor)
    with _act(actor, "revise_choice_list", row.name):
        locked = ChoiceList.objects.select_for_update().get(pk=row.pk)
        meanwhile.refuse(locked, seen, seen_of(locked), LABELS, words)
        made = checking.checked_list(locked, raw, users(locked))
        made.save(force_update=True)
        spread(made)
    return made


def remove_list(actor: Actor, row: ChoiceList) -> None:
    """Raises `Refused` while a field uses it."""
    require_administrator(actor)
    if found := users(row):
        told = {"fields": _(", ").join(field_words(each) for each in found)}
        raise gate.Refused({"": [_("These fields use it: %(fields)s.") % told]})
    with _act(actor, "remove_choice_list", row.name):
        row.delete()


def spread(row: ChoiceList) -> None:
    """Brings the choices of a list to its fields."""
    for field in users(row):
        if field.options.get("choices") != row.choices:
            field.options = {**field.options, "choices": row.choices}
            field.save(update_fields=["options"])


def field_words(row: CustomField) -> str:
    """Customers · 户型."""
    record_type = registry.find(row.record_type)
    return f"{record_type.plural if record_type else row.record_type} · {row.label}"


# What was seen


def seen_of(row: ChoiceList) -> dict[str, Any]:
    return {name: getattr(row, name) for name in LABELS}


def words(name: str, value: Any) -> str:
    if name != "choices":
        return str(value or "")
    shown = (
        _("%(label)s (retired)") % {"label": each["label"]} if each.get("retired") else each["label"]
        for each in value or []
    )
    return str(_(", ")).join(shown)


@contextmanager
def _act(actor: Actor, action: str, subject: str) -> Iterator[None]:
    with acts.act(actor, action, subject=subject):
        yield
        custom.forget_kept()


# Undoing


@events.on(ActUndone)
def follow_undo(event: ActUndone) -> None:
    """After an undo the fields of a list have its choices again, also those that were changed in between."""
    if event.tables & {ChoiceList._meta.db_table, CustomField._meta.db_table}:
        for row in ChoiceList.objects.all():
            spread(row)
        custom.forget_kept()
