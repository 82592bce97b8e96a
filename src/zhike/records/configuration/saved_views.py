"""Saved views that are shared, with everybody or with a department, in the configuration file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy

from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.records import contributions, gate, registry, saved_views
from zhike.records.configuration import names
from zhike.records.configuration.parts import Items, Part, Path
from zhike.records.configuration.shapes import CONDITION, OneOf
from zhike.records.models import SavedView

Audience, Display = SavedView.Audience, SavedView.Display
VIEW = {
    "condition": CONDITION, "columns": [str], "sort": str, "display": OneOf(Display.values), "calendar_by": str,
    "department": str,
    "opens_for": str,
}  # fmt: skip


def _rows() -> dict[Path, SavedView]:
    rows = SavedView.objects.exclude(audience=Audience.PERSONAL).order_by("record_type", "position", "pk")
    return names.named_apart(
        ((row.record_type, row.name), row) for row in rows if registry.find(row.record_type) is not None
    )


def _read() -> Items:
    return {path: _told(row) for path, row in _rows().items()}


def _told(row: SavedView) -> dict[str, Any]:
    record_type = registry.get(row.record_type)
    is_of_department = row.audience == Audience.DEPARTMENT
    return {
        "condition": names.told(row.condition, record_type), "columns": list(row.columns), "sort": row.sort,
        "display": "" if row.display == Display.LIST else row.display, "opens_for": row.role,
        "calendar_by": row.calendar_by,
        "department": names.name_of(names.departments(), row.department_id) if is_of_department else "",
    }  # fmt: skip


def _write(actor: Actor, path: Path, said: Mapping[str, Any]) -> None:
    record_type, row = names.type_called(path[0]), _rows().get(path)
    department = names.number_of(names.departments(), said["department"]) if said.get("department") else None
    raw = {
        "name": row.name if row is not None else path[1],
        "condition": names.meant(said.get("condition") or {}, record_type), "columns": said.get("columns") or [],
        "sort": said.get("sort", ""), "display": said.get("display") or Display.LIST,
        "audience": Audience.DEPARTMENT if department else Audience.EVERYBODY, "role": said.get("opens_for", ""),
        "calendar_by": said.get("calendar_by", ""),
    }  # fmt: skip
    there = replace(actor, department_id=department or actor.department_id)
    if row is None:
        saved_views.create_view(there, record_type, raw)
        return
    with acts.act(actor, "edit_view", record_type=record_type.name, subject=row.name):
        revised = saved_views.revise_view(there, record_type, row, raw)
        if department and revised.department_id != department:
            revised.department_id = department
            revised.save(update_fields=["department_id"])


def _remove(actor: Actor, path: Path) -> None:
    saved_views.delete_view(actor, _called(path))


def _called(path: Path) -> SavedView:
    row = _rows().get(path)
    if row is None:
        raise gate.NotVisible
    return row


def _order(actor: Actor, path: Path, said: Sequence[str]) -> None:
    rows = [_called((path[0], name)) for name in said]
    first = min(row.position for row in rows)
    with acts.act(actor, "reorder_views", record_type=path[0]):
        for place, row in enumerate(rows, first):
            if row.position != place:
                row.position = place
                row.save(update_fields=["position"])


def install() -> None:
    contributions.contribute_configuration(Part(
        "views", gettext_lazy("Shared views"), 65, 2, VIEW, _read, _write, _remove, _order, tables=(SavedView,),
    ))  # fmt: skip
