"""Fields of a company's own and the lists they share, in the configuration file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.base.actors import Actor
from zhike.records import contributions, gate, registry
from zhike.records.configuration import comparing, names
from zhike.records.configuration.faults import Fault
from zhike.records.configuration.parts import Items, Part, Path
from zhike.records.configuration.shapes import ANYTHING, CONDITION, FIGURE, OneOf
from zhike.records.customising import changing, choice_lists, kinds, values
from zhike.records.declaration import RecordType
from zhike.records.fields.base import TONES
from zhike.records.fields.making import field_of_custom
from zhike.records.formulas import circles, rollups
from zhike.records.models import ChoiceList, CustomField

CHOICES = [{
    "value": str, "label": str, "label_en": str, "colour": OneOf(TONES), "level": int, "retired": bool,
}]  # fmt: skip
LIST = {"name_en": str, "choices": CHOICES}
FIELD = {
    "label": str, "label_en": str, "kind": OneOf(str(kind) for kind in (*kinds.OFFERED, *kinds.COMPUTED)),
    "required": bool, "help": str, "help_en": str, "section": str, "default": ANYTHING, "unique": bool,
    "indexed": bool, "minimum": FIGURE, "maximum": FIGURE, "min_length": int, "max_length": int, "places": FIGURE,
    "earliest": str, "latest": str, "list": str, "choices": CHOICES, "pattern": str, "most": int,
    "largest": int, "endings": [str], "target": str, "list_label": str, "list_label_en": str,
    "shown_when": CONDITION, "required_when": CONDITION, "formula": str,
    "result": str, "over": str, "function": OneOf(rollups.FUNCTION_WORDS), "measure": str, "latest_by": str,
    "condition": CONDITION,
}  # fmt: skip
FIGURES = ("minimum", "maximum", "places")
CONDITIONS = ("shown_when", "required_when")
NOT_TOLD = frozenset({"repatterned", "begun_at", "default", "list", "roll_up", *CONDITIONS})
"""Options that are told in another way, or follow from others."""


# Shared lists


def _read_lists() -> Items:
    found = names.named_apart(((row.name,), row) for row in ChoiceList.objects.all())
    return {path: {"name_en": row.name_en, "choices": row.choices} for path, row in found.items()}


def _write_list(actor: Actor, path: Path, said: Mapping[str, Any]) -> None:
    raw = {"name": path[0], "name_en": said.get("name_en"), "as_written": True}
    raw["choices"] = json.dumps(said.get("choices") or [])
    row = ChoiceList.objects.filter(name__iexact=path[0]).first()
    if row is None:
        choice_lists.add_list(actor, raw)
    else:
        choice_lists.revise_list(actor, row, raw)


def _remove_list(actor: Actor, path: Path) -> None:
    choice_lists.remove_list(actor, _list_called(path[0]))


def _list_called(name: str) -> ChoiceList:
    row: ChoiceList | None = ChoiceList.objects.filter(name=name).first()
    if row is None:
        raise names.Unnamed(_("There is no shared list “%(name)s” here.") % {"name": name})
    return row


def _merged_list(path: Path, said: Any, now: Any, remove_missing: bool) -> Any:
    row = ChoiceList.objects.filter(name=path[0]).first()
    users = choice_lists.users(row) if row else []
    return _with_choices(said, now, users, remove_missing)


def _with_choices(said: Any, now: Any, used_by: Sequence[CustomField], remove_missing: bool) -> Any:
    """What stands only here stays; what is to go is retired while records hold it."""
    told, there = said.get("choices") or [], now.get("choices") or []
    if remove_missing:
        kept = {each.get("value") for each in told}
        there = [
            each if each["value"] in kept else {**each, "retired": True} for each in there
            if each["value"] in kept or any(values.count_using(row, each["value"]) for row in used_by)
        ]  # fmt: skip
    return {**said, "choices": comparing.woven(told, there, "value")}


# Fields


def _read_fields() -> Items:
    rows = CustomField.objects.filter(removed_at__isnull=True).order_by("record_type", "position", "pk")
    known = ((row, registry.find(row.record_type)) for row in rows)
    return {(row.record_type, row.name): _told(row, of) for row, of in known if of is not None}


def _told(row: CustomField, record_type: RecordType) -> dict[str, Any]:
    said: dict[str, Any] = {"label": row.label, "label_en": row.label_en, "kind": row.kind, "required": row.required}
    options = {name: value for name, value in row.options.items() if name not in NOT_TOLD}
    shared = ChoiceList.objects.filter(pk=row.options.get("list") or 0).first()
    if shared is not None:
        options.pop("choices", None)
        options["list"] = shared.name
    for name in CONDITIONS:
        options[name] = names.told(row.options.get(name), record_type)
    if row.kind in kinds.COMPUTED:
        options |= _told_roll_up(row.options["roll_up"]) if "roll_up" in row.options else {}
        options.pop("result" if row.kind == kinds.Kind.ROLL_UP else "", None)
    return comparing.tidy(_heard(said | options | {"default": _told_default(row)}))


def _heard(said: Any) -> Any:
    """Whole figures may be written as texts or as figures."""
    return {name: _figure(value) if name in FIGURES else value for name, value in said.items()}


def _figure(value: Any) -> Any:
    text = str(value)
    return int(text) if text.removeprefix("-").isdigit() else text


def _told_roll_up(said: Mapping[str, Any]) -> dict[str, Any]:
    child = registry.find(str(said.get("type") or ""))
    found = {name: value for name, value in said.items() if name in ("function", "measure", "latest_by")}
    condition = said.get("condition")
    return found | {
        "over": f"{said.get('type')}.{said.get('by')}",
        "condition": names.told(condition, child) if child is not None else condition,
    }


def _told_default(row: CustomField) -> Any:
    stored = row.options.get("default")
    if isinstance(stored, bool):
        return "yes" if stored else "no"
    return names.told_values(field_of_custom(row), stored)


def _write_field(actor: Actor, path: Path, said: Mapping[str, Any]) -> None:
    record_type = names.type_called(path[0])
    row = CustomField.objects.filter(record_type=path[0], name=path[1]).first()
    raw = _raw(record_type, path[1], said)
    if row is None:
        changing.add_field(actor, record_type, raw)
        return
    if row.removed_at is not None:
        changing.restore_field(actor, record_type, row)
    changing.revise_field(actor, record_type, row, raw)


def _raw(record_type: RecordType, name: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """As a form would send it."""
    raw: dict[str, Any] = {**said, "name": name, "as_written": True, "choices": json.dumps(said.get("choices") or [])}
    raw |= {each: str(said[each]) for each in FIGURES if said.get(each) is not None}
    raw["endings"] = ", ".join(said.get("endings") or ())
    if said.get("list"):
        raw["list"] = str(_list_called(said["list"]).pk)
    if said.get("target"):
        names.type_called(said["target"])
    for each in CONDITIONS:
        raw[each] = json.dumps(names.meant(said.get(each) or {}, record_type))
    if said.get("over"):
        child = names.type_called(str(said["over"]).partition(".")[0])
        raw["condition"] = json.dumps(names.meant(said.get("condition") or {}, child))
    if said.get("default") and said.get("kind") in kinds.LISTED:
        raw["default"] = names.meant_values(_field_like(record_type, name, said), said["default"])
    return raw


def _field_like(record_type: RecordType, name: str, said: Mapping[str, Any]) -> Any:
    options = {"target": said.get("target", "")}
    return field_of_custom(CustomField(record_type=record_type.name, name=name, kind=said["kind"], options=options))


def _remove_field(actor: Actor, path: Path) -> None:
    changing.remove_field(actor, _field_called(path))


def _field_called(path: Path) -> CustomField:
    row: CustomField | None = CustomField.objects.filter(record_type=path[0], name=path[1]).first()
    if row is None:
        raise gate.NotVisible
    return row


def _order_fields(actor: Actor, path: Path, said: Sequence[str]) -> None:
    changing.order_fields(actor, names.type_called(path[0]), [_field_called((path[0], name)).pk for name in said])


def _merged_field(path: Path, said: Any, now: Any, remove_missing: bool) -> Any:
    if "choices" not in said or "choices" not in now:
        return said
    rows = CustomField.objects.filter(record_type=path[0], name=path[1])
    return _with_choices(said, now, list(rows), remove_missing)


def _circles(items: Items) -> Iterator[Fault]:
    said = {(path[0], path[1]): told for path, told in items.items()}
    circle = circles.circle_among(said)
    if circle:
        names = " → ".join(f"“{said[key].get('label', key[1])}”" for key in (*circle, circle[0]))
        told = _("These fields would read one another in a circle: %(names)s.") % {"names": names}
        yield Fault((*circle[0], "over" if said[circle[0]].get("over") else "formula"), told)


def _without_conditions(said: Any) -> Any:
    return {name: value for name, value in said.items() if name not in CONDITIONS}


def install() -> None:
    contributions.contribute_configuration(Part(
        "choice_lists", gettext_lazy("Shared lists"), 20, 1, LIST, _read_lists, _write_list, _remove_list,
        merged=_merged_list, tables=(ChoiceList,),
    ))  # fmt: skip
    contributions.contribute_configuration(Part(
        "fields", gettext_lazy("Fields"), 30, 2, FIELD, _read_fields, _write_field, _remove_field, _order_fields,
        merged=_merged_field, heard=_heard, check=_circles,
        bare=_without_conditions, tables=(CustomField,), gone=gettext_lazy("hidden, values stay"),
    ))  # fmt: skip
