"""Validation rules, in the configuration file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from zhike.base.actors import Actor
from zhike.records import contributions, gate, registry
from zhike.records.configuration import names
from zhike.records.configuration.parts import Items, Part, Path
from zhike.records.configuration.shapes import CONDITION
from zhike.records.declaration import RecordType
from zhike.records.models import ValidationRule
from zhike.records.rules import changing
from zhike.records.rules.changing import Moment

RULE = {"condition": CONDITION, "sentence": str, "sentence_en": str, "field": str, "stages": [str], "off": bool}


def _rows() -> dict[Path, ValidationRule]:
    rows = ValidationRule.objects.all()
    return names.named_apart(
        ((row.record_type, row.name), row) for row in rows if registry.find(row.record_type) is not None
    )


def _read() -> Items:
    return {path: _told(row, registry.get(row.record_type)) for path, row in _rows().items()}


def _told(row: ValidationRule, record_type: RecordType) -> dict[str, Any]:
    field = record_type.field(record_type.path) if record_type.path else None
    stages = row.stages if row.moment == Moment.STAGE else []
    return {
        "condition": names.told(row.condition, record_type), "sentence": row.sentence,
        "sentence_en": row.sentence_en, "field": row.field,
        "stages": names.told_values(field, stages) if field is not None else stages, "off": not row.is_active,
    }  # fmt: skip


def _write(actor: Actor, path: Path, said: Mapping[str, Any]) -> None:
    record_type = names.type_called(path[0])
    field = record_type.field(record_type.path) if record_type.path else None
    stages = said.get("stages") or []
    raw = {
        **said, "name": path[1], "is_active": not said.get("off"),
        "moment": Moment.STAGE if stages else Moment.SAVE,
        "condition": names.meant(said.get("condition") or {}, record_type),
        "stages": names.meant_values(field, stages) if field is not None else stages,
    }  # fmt: skip
    row = _rows().get(path)
    if row is None:
        changing.add_rule(actor, record_type, raw)
    else:
        changing.revise_rule(actor, row, raw)


def _remove(actor: Actor, path: Path) -> None:
    row = _rows().get(path)
    if row is None:
        raise gate.NotVisible
    changing.remove_rule(actor, row)


def install() -> None:
    contributions.contribute_configuration(Part(
        "rules", gettext_lazy("Rules"), 60, 2, RULE, _read, _write, _remove, tables=(ValidationRule,),
    ))  # fmt: skip
