"""Record types of a company's own, in the configuration file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.base.actors import Actor
from zhike.records import contributions, gate
from zhike.records.configuration import comparing
from zhike.records.configuration.parts import Items, Part, Path
from zhike.records.configuration.shapes import OneOf
from zhike.records.fields.base import TONES
from zhike.records.models import CustomType
from zhike.records.types import checking, defining, icons, tables

STAGES = [{"value": str, "label": str, "label_en": str, "colour": OneOf(TONES), "retired": bool}]
TYPE = dict.fromkeys((*checking.WORDS, "icon", "group"), str) | {"stages": STAGES}


def _read() -> Items:
    rows = CustomType.objects.filter(removed_at__isnull=True, dropped_at__isnull=True)
    return {(row.key,): _heard({name: getattr(row, name) for name in TYPE}) for row in rows}


def _heard(said: Any) -> Any:
    """The icon of types that chose none need not be said."""
    return {name: value for name, value in said.items() if (name, value) != ("icon", icons.DEFAULT)}


def _write(actor: Actor, path: Path, said: Mapping[str, Any]) -> None:
    raw = {**said, "key": path[0], "stages": json.dumps(said.get("stages") or []), "as_written": True}
    row = CustomType.objects.filter(key=path[0]).first()
    if row is None:
        defining.add_type(actor, raw)
        return
    if row.dropped_at is not None:
        raise gate.Refused({"": [_("“%(key)s” is taken; choose another key.") % {"key": path[0]}]})
    if row.removed_at is not None:
        defining.restore_type(actor, row)
    defining.revise_type(actor, row, raw)


def _remove(actor: Actor, path: Path) -> None:
    row = _called(path[0])
    defining.remove_type(actor, row, row.label)


def _order(actor: Actor, path: Path, said: Sequence[str]) -> None:
    defining.order_types(actor, [_called(key) for key in said])


def _called(key: str) -> CustomType:
    row: CustomType | None = CustomType.objects.filter(key=key, removed_at__isnull=True).first()
    if row is None:
        raise gate.NotVisible
    return row


def _merged(path: Path, said: Any, now: Any, remove_missing: bool) -> Any:
    """Stages that stand only here stay; one that is to go is retired while records stand in it."""
    told, there = said.get("stages") or [], now.get("stages") or []
    if remove_missing:
        kept, rows = {each.get("value") for each in told}, tables.model_of(_called(path[0]).pk)._default_manager
        there = [
            each if each["value"] in kept else {**each, "retired": True} for each in there
            if each["value"] in kept or rows.filter(stage=each["value"]).exists()
        ]  # fmt: skip
    return {**said, "stages": comparing.woven(told, there, "value")}


def install() -> None:
    contributions.contribute_configuration(Part(
        "types", gettext_lazy("Record types"), 10, 1, TYPE, _read, _write, _remove, _order, merged=_merged,
        heard=_heard,
        tables=(CustomType,), gone=gettext_lazy("hidden with its records, for 30 days"),
    ))  # fmt: skip
