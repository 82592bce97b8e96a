"""What an administrator said about a computed field, checked: words in, its options or a sentence out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from zhike.records import custom
from zhike.records.conditions.language import ConditionError
from zhike.records.declaration import RecordType
from zhike.records.formulas import definitions, finding, rollups, types
from zhike.records.formulas.functions import TYPE_WORDS, Type
from zhike.records.formulas.lexing import FormulaError
from zhike.records.models import CustomField

RESULTS: Mapping[Type, tuple[str, ...]] = {
    Type.NUMBER: ("decimal", "integer", "percent", "money"), Type.TEXT: ("text",), Type.TRUTH: ("yes_no",),
    Type.DAY: ("day",), Type.MOMENT: ("moment",),
}  # fmt: skip
"""The kinds of fields that can show a result; the first unless another is wanted."""


class Unfit(Exception):
    """A sentence, and the input it stands at."""

    def __init__(self, sentence: str, place: str) -> None:
        super().__init__(sentence)
        self.place = place


def options_of(record_type: RecordType, row: CustomField, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a computed field. `raw`: formula and result, or over ("type.field"), function, measure, latest_by
    and condition (JSON). `row` has its kind and, when it is there already, its number and key. Raises `Unfit`."""
    found = _roll_up(record_type, raw) if row.kind == definitions.ROLL_UP else _formula(record_type, raw)
    _check_circles(record_type, row, found)
    return found


def _formula(record_type: RecordType, raw: Mapping[str, Any]) -> dict[str, Any]:
    try:
        formula = finding.canonical(str(raw.get("formula") or ""), record_type)
        node = types.understood(formula, record_type)
    except FormulaError as error:
        raise Unfit(str(error), "formula") from error
    return {"formula": formula, "result": _result(node.type, str(raw.get("result") or ""))}


def _result(kind: Type, wanted: str) -> str:
    offered = RESULTS.get(kind, ())
    if not offered:
        raise Unfit(_("This gives %(given)s, which no field shows.") % {"given": TYPE_WORDS[kind]}, "formula")
    return wanted if wanted in offered else offered[0]


def _roll_up(record_type: RecordType, raw: Mapping[str, Any]) -> dict[str, Any]:
    child, _dot, pointer = str(raw.get("over") or "").partition(".")
    said = {"type": child, "by": pointer, "function": str(raw.get("function") or ""), "condition": _condition(raw)}
    said |= {name: str(raw.get(name) or "") for name in ("measure", "latest_by")}
    try:
        found = rollups.understood(said, record_type)
    except ConditionError as error:
        raise Unfit(error.message, "condition") from error
    except FormulaError as error:
        raise Unfit(error.message, "measure" if pointer and said["function"] else "over") from error
    kept = {name: value for name, value in said.items() if value not in ("", {}) and _matters(name, found)}
    return {"roll_up": kept, "result": rollups.result_of(found)}


def _matters(name: str, found: rollups.RollUp) -> bool:
    if name == "measure":
        return found.measure is not None
    return name != "latest_by" or found.latest_by is not None


def _condition(raw: Mapping[str, Any]) -> Any:
    try:
        found = json.loads(str(raw.get("condition") or "{}"))
    except (ValueError, RecursionError):
        raise Unfit(_("A condition is an object."), "condition") from None
    return found or {}


def _check_circles(record_type: RecordType, row: CustomField, options: Mapping[str, Any]) -> None:
    """Nobody reads itself by way of others."""
    name = row.name or "\0"
    made = CustomField(pk=row.pk, record_type=record_type.name, name=name, kind=row.kind, label=row.label)
    made.options = dict(options)
    others = [each for rows in custom.every_definition().values() for each in rows]
    others = [each for each in others if each.kind in definitions.KINDS and each.removed_at is None]
    before = {each.key for each in definitions.now().by_key.values() if each.error}
    found = definitions.of_rows([*(each for each in others if each.pk != row.pk), made])
    broken = next((each for each in found.by_key.values() if each.error and each.key not in before), None)
    if broken is not None:
        raise Unfit(broken.error, "over" if row.kind == definitions.ROLL_UP else "formula")
