"""What the condition builder asks: which fields there are, and what a condition means."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhike.records import conditions, gate, periods, policies, registry
from zhike.records.conditions import ConditionError
from zhike.records.declaration import RecordType
from zhike.records.fields.numbers import DecimalNumber, Number
from zhike.records.pages.answering import for_type

KINDS = {"moment": "datetime"}
TAKES = {"dates": "range", "numbers": "range", "departments": "records"}
DEPARTMENTS = "departments"


@require_GET
@for_type
def fields(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """Fields, operators, related lists and the words of the builder, as its element expects them."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    gate.require_any(actor, policies.SEE, record_type)
    nested = request.GET.get("nested") == "1"
    described = conditions.describe(record_type, nested=nested)
    visible = [each for each in described["related"] if registry.get(each["record_type"]).policy.may(actor, "see")]
    return JsonResponse(
        {
            "fields": [_field(record_type, field) for field in described["fields"]],
            "related": [_relation(relation) for relation in visible],
            "spans": _spans(),
            "labels": _labels(),
        }
    )


@require_GET
@for_type
def explain(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    actor: Any = request.actor  # type: ignore[attr-defined]
    gate.require_any(actor, policies.SEE, record_type)
    try:
        raw = json.loads(request.GET.get("filter") or "{}")
        conditions.filtered(record_type.queryset(), raw, record_type, actor)
        return JsonResponse({"sentence": conditions.explain(raw, record_type, actor)})
    except (ValueError, RecursionError):
        return JsonResponse({"error": _("A condition is an object.")}, status=400)
    except ConditionError as error:
        return JsonResponse({"error": str(error.message), "path": error.path}, status=400)


def _field(record_type: RecordType, described: dict[str, Any]) -> dict[str, Any]:
    """A field as the element takes it; those one step away stand in a group named for the step."""
    first, _dot, inner = str(described["name"]).partition(".")
    step = record_type.field(first) if inner else None
    return {
        "name": described["name"],
        "label": described["label"],
        "group": str(step.label) if step else "",
        "kind": KINDS.get(described["kind"], described["kind"]),
        "choices": described.get("choices", []),
        "options_url": described.get("options_url"),
        "operators": [_operator(operator) for operator in described["operators"]],
    }


def _operator(described: dict[str, Any]) -> dict[str, Any]:
    takes = described["takes"]
    found = {"op": described["op"], "label": described["label"], "takes": TAKES.get(takes, takes)}
    if takes == "departments":
        found["options_url"] = f"/{DEPARTMENTS}/options/"
    return found


def _relation(described: dict[str, Any]) -> dict[str, Any]:
    figures = [
        (name, str(field.label))
        for name, field in registry.get(described["record_type"]).fields().items()
        if isinstance(field, Number | DecimalNumber)
    ]
    labels = {measure["measure"]: measure["label"] for measure in described["measures"]}
    operators = [each | {"takes": "range" if each["op"] == "between" else "number"} for each in described["operators"]]
    yes_or_no = {"op": "is", "label": _("is"), "takes": "choice"}
    aggregates: list[dict[str, Any]] = [
        {"measure": "exists", "label": labels["exists"], "operators": [yes_or_no],
         "choices": [["true", _("Yes")], ["false", _("No")]]},
        {"measure": "count", "label": labels["count"], "operators": operators},
    ]  # fmt: skip
    aggregates += [
        {"measure": measure, "label": labels[measure], "of": figures, "operators": operators}
        for measure in ("sum", "min", "max")
        if figures
    ]
    return {
        "name": described["name"], "label": described["label"], "fields_url": described["fields_url"],
        "aggregates": aggregates,
    }  # fmt: skip


def _spans() -> dict[str, Any]:
    """Spans of time: whole ones by name, and counted ones."""
    whole = [
        [json.dumps({word: unit}), periods.explain({word: unit})]
        for unit in periods.UNITS
        for word in ("this", "previous", "next")
    ]
    return {
        "whole": whole,
        "counted": [["last", _("the last")], ["coming", _("the next")]],
        "between": _("from – to"),
        "units": [
            ["day", _("days")], ["week", _("weeks")], ["month", _("months")],
            ["quarter", _("quarters")], ["year", _("years")],
        ],
    }  # fmt: skip


def _labels() -> dict[str, str]:
    return {
        "all": _("all of these"), "any": _("any of these"), "none": _("none of these"),
        "not_all": _("not all of these"), "match": _("How the conditions join"), "add_condition": _("Condition"),
        "add_group": _("Group"), "add_related": _("Related records"), "remove": _("Remove"), "field": _("Field"),
        "choose_field": _("Choose a field…"), "operator": _("Comparison"), "measure": _("Measure"),
        "value": _("Value"), "from": _("from"), "to": _("to"), "days": _("days"), "where": _("which satisfy…"),
        "search": _("Search…"), "nothing_found": _("Nothing found"), "words": _("Words, separated by commas"),
        "lacks_field": _("Choose a field, or remove this line."),
        "lacks_value": _("The value is missing: give one, or remove this line."),
    }  # fmt: skip
