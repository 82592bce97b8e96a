"""What the drawer of a field shows for a computed one: the palette, the live check, a preview on real records."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from zhike.records import conditions, registry
from zhike.records.conditions.language import ConditionError
from zhike.records.customising import changing
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Field
from zhike.records.fields.making import field_of_custom
from zhike.records.formulas import checking, definitions, finding, functions, rollups, types, writing
from zhike.records.formulas.definitions import Computed
from zhike.records.formulas.inputs import led_to
from zhike.records.models import CustomField
from zhike.records.pages import answering

PREVIEWED, LOOKED_THROUGH = 5, 200
RESULT_WORDS = (
    ("decimal", gettext_lazy("Decimal number")), ("integer", gettext_lazy("Whole number")),
    ("percent", gettext_lazy("Percent")), ("money", gettext_lazy("Money")),
)  # fmt: skip


def context_of(record_type: RecordType, kind: str, raw: dict[str, Any]) -> dict[str, Any]:
    """What the drawer needs besides, for a computed field; nothing for others."""
    if kind == definitions.FORMULA:
        return {"palette": palette_of(record_type), "functions": function_groups(), "results": RESULT_WORDS}
    return _roll_up_context(record_type, raw) if kind == definitions.ROLL_UP else {}


def said(row: CustomField) -> dict[str, Any]:
    """The options of a computed field as its form sends them."""
    if row.kind == definitions.FORMULA:
        return {"formula": row.options.get("formula", ""), "result": row.options.get("result", "")}
    told = dict(row.options.get("roll_up") or {})
    over = f"{told.pop('type', '')}.{told.pop('by', '')}"
    condition = told.pop("condition", None)
    return {**told, "over": over, "condition": json.dumps(condition, ensure_ascii=False) if condition else ""}


# The palette


@dataclass(frozen=True)
class Group:
    label: Any
    fields: list[tuple[str, Any, str]]
    """What is put into the formula, its words, its kind."""
    is_open: bool = False


def palette_of(record_type: RecordType) -> list[Group]:
    """The fields a formula may read, those of the records it points at as well."""
    groups = [Group(record_type.singular, _readable(record_type, ""), is_open=True)]
    for name, field in record_type.fields().items():
        target = finding.target_of(field)
        if target is not None:
            groups.append(Group(field.label, _readable(target, f"{name}.")))
    return groups


def _readable(record_type: RecordType, prefix: str) -> list[tuple[str, Any, str]]:
    fields = record_type.fields().items()
    return [
        (f"{{{prefix}{name}}}", field.label, str(functions.TYPE_WORDS[kind]))
        for name, field in fields
        if (kind := types.type_of(field)) is not None
    ]


def function_groups() -> list[tuple[Any, list[functions.Function]]]:
    groups: dict[Any, list[functions.Function]] = {}
    for function in functions.FUNCTIONS.values():
        groups.setdefault(function.group, []).append(function)
    return list(groups.items())


# A roll-up


def _roll_up_context(record_type: RecordType, raw: dict[str, Any]) -> dict[str, Any]:
    over = [
        (f"{child.name}.{field.name}", f"{child.plural} · {field.label}")
        for child, field in rollups.pointers_to(record_type)
    ]
    chosen = str(raw.get("over") or (over[0][0] if over else ""))
    child, function = registry.find(chosen.partition(".")[0]), str(raw.get("function") or rollups.COUNT)
    dates = [each for each in rollups.measures_of(child, rollups.MAX) if types.type_of(each) in _DATES] if child else []
    return {
        "over": over, "chosen": chosen, "child": child, "function": function,
        "roll_up_functions": list(rollups.FUNCTION_WORDS.items()), "takes_latest": function == rollups.LATEST,
        "measures": rollups.measures_of(child, function) if child and function != rollups.COUNT else [],
        "dates": dates, "latest_by": raw.get("latest_by") or "created_at",
    }  # fmt: skip


_DATES = (functions.Type.DAY, functions.Type.MOMENT)


# The live check


@require_POST
@answering.for_type
def check(request: Any, record_type: RecordType) -> HttpResponse:
    """What the formula or roll-up in the drawer means, or what is wrong with it; and what it gives."""
    changing.require_administrator(request.actor)
    kind = request.POST.get("kind", "")
    number = request.POST.get("field", "")
    row = CustomField.objects.filter(record_type=record_type.name, pk=int(number)).first() if number.isdigit() else None
    made = CustomField(pk=row.pk if row else None, name=row.name if row else "preview_of_new_field", kind=kind)
    made.record_type, made.label = record_type.name, request.POST.get("label", "")
    if not (request.POST.get("formula", "").strip() or kind == definitions.ROLL_UP):
        return HttpResponse()
    try:
        made.options = checking.options_of(record_type, made, request.POST)
    except checking.Unfit as unfit:
        return render(request, "records/formulas/_check.html", {"trouble": str(unfit)})
    computed = definitions.computed_of(record_type, made)
    if computed.error:
        return render(request, "records/formulas/_check.html", {"trouble": computed.error})
    context = {
        "sentence": sentence_of(record_type, made, request.actor), "lines": preview(computed, made, request.actor),
        "gives": _gives(computed), "type": record_type,
    }  # fmt: skip
    return render(request, "records/formulas/_check.html", context)


def _gives(computed: Computed) -> str:
    words = _("Gives: %(kind)s.") % {"kind": dict(CustomField.Kind.choices)[computed.result]}
    each_night = _("Computed anew each night.") if computed.reads_clock else ""
    return f"{words} {each_night}".strip()


def sentence_of(record_type: RecordType, row: CustomField, reader: Any = None) -> str:
    """The definition of a computed field in words."""
    if row.kind == definitions.FORMULA:
        return finding.labelled(str(row.options.get("formula", "")), record_type)
    said_of = row.options.get("roll_up") or {}
    child = registry.find(str(said_of.get("type", "")))
    if child is None:
        return ""
    words = str(rollups.FUNCTION_WORDS.get(str(said_of.get("function")), ""))
    measure = child.field(str(said_of.get("measure", "")))
    pointer = child.field(str(said_of.get("by", "")))
    records = _("%(records)s (%(pointer)s)") % {"records": child.plural, "pointer": pointer.label if pointer else "–"}
    parts = [records, str(measure.label) if measure else "", words]
    told = " · ".join(part for part in parts if part)
    try:
        where = conditions.explain(said_of.get("condition") or {}, child, reader)
    except ConditionError as error:
        where = error.message
    return _("%(what)s, where %(condition)s") % {"what": told, "condition": where} if where else told


@dataclass(frozen=True)
class Line:
    title: str
    url: str
    inputs: list[tuple[Any, Any]]
    result: Any


def preview(computed: Computed, row: CustomField, actor: Any) -> list[Line]:
    """What the latest records that the actor sees would have; nothing is written."""
    record_type = computed.record_type
    records = _previewed(computed, actor)
    if not records:
        return []
    sql, parameters = writing.values_query(record_type, [computed], [record.pk for record in records])
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found = {number: value if isinstance(value, dict) else json.loads(value) for number, value in cursor.fetchall()}
    field = field_of_custom(row)
    shown = _inputs_shown(computed)
    return [
        Line(
            record_type.title_of(record), record.get_absolute_url(),
            [(each.label, each.html(each.value_of(record))) for each in shown],
            field.html(field.restored(found.get(record.pk, {}).get(computed.name))),
        )
        for record in records
    ]  # fmt: skip


def _previewed(computed: Computed, actor: Any) -> list[Any]:
    """The latest records; for a roll-up those that something points at."""
    record_type, roll_up = computed.record_type, computed.roll_up
    rows = record_type.policy.visible_to(actor, record_type.queryset().filter(trashed_at__isnull=True))
    if roll_up is not None:
        recent = roll_up.child.queryset().filter(trashed_at__isnull=True).order_by("-pk")[:LOOKED_THROUGH]
        ids = led_to(roll_up.child.queryset().filter(pk__in=[each.pk for each in recent]), (roll_up.pointer,))
        rows = rows.filter(pk__in=ids)
    return list(rows.order_by("-pk")[:PREVIEWED])


def _inputs_shown(computed: Computed) -> list[Field]:
    """The first few fields of the record itself that a formula reads."""
    if computed.roll_up is not None:
        return []
    names = sorted(name for type_name, name in computed.reads if type_name == computed.record_type.name)
    fields = [computed.record_type.field(name) for name in names]
    return [each for each in fields if each is not None][:3]
