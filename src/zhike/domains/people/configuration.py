"""Departments by their paths, in the configuration file: rules and views name them. Who works in them does not stand
there, and none is removed by a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.base.actors import Actor
from zhike.domains.people.models import Department
from zhike.records import contributions, gate, registry
from zhike.records.configuration import names
from zhike.records.configuration.parts import Items, Part, Path

DEPARTMENT = {"external_id": str}


def _rows() -> dict[Path, Department]:
    alive = Department.objects.alive()
    return names.named_apart(sorted((((names.path_of(row),), row) for row in alive), key=lambda each: each[0]))


def _read() -> Items:
    return {path: {"external_id": row.external_id} for path, row in _rows().items()}


def _write(actor: Actor, path: Path, said: Mapping[str, Any]) -> None:
    rows, record_type = _rows(), registry.get("departments")
    row = rows.get(path)
    if row is not None:
        gate.edit(actor, row, {"external_id": said.get("external_id") or ""})
        return
    above = [each for (each,) in rows if path[0].startswith(each + names.STEP)]
    parent = max(above, key=len, default="")
    name = path[0].removeprefix(parent + names.STEP) if parent else path[0]
    if names.STEP in name:
        told = {"kind": Department._meta.verbose_name, "name": path[0].rpartition(names.STEP)[0]}
        raise names.Unnamed(_("There is no %(kind)s “%(name)s” here.") % told)
    raw: dict[str, Any] = {"name": name, "external_id": said.get("external_id") or ""}
    if parent:
        raw["parent"] = str(rows[parent,].pk)
    gate.create(actor, record_type, raw)


def install() -> None:
    contributions.contribute_configuration(
        Part("departments", gettext_lazy("Departments"), 5, 1, DEPARTMENT, _read, _write)
    )
