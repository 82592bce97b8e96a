"""How the OpenAPI document tells of reports."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.records.api.describing import TEXT, Operation, choice_parameter, parameter, ref
from zhike.records.reporting import asking, offering, ranges

TAG = "reports"
DAY: dict[str, Any] = {"type": "string", "format": "date"}
DAY_OR_NONE: dict[str, Any] = {"anyOf": [DAY, {"const": ""}]}
VALUE: dict[str, Any] = {"type": ["integer", "string", "null"]}


def paths(actor: Actor) -> dict[str, Any]:
    """Only the reports of types the actor may see."""
    names = [ready.name for _reports, ready in offering.ready_for(actor)]
    if not names:
        return {}
    listed = Operation("reports_list", _("List: reports"), tag=TAG, answer={"status": 200, "schema": ref("ReportList")})
    return {
        "/api/v1/reports/": {"get": listed.described()},
        "/api/v1/reports/{name}/": {"get": _read(names).described()},
    }


def _read(names: list[str]) -> Operation:
    name = {"name": "name", "in": "path", "required": True, "schema": {"type": "string", "enum": names}}
    known_ranges = [key for key, _label in ranges.choices()]
    return Operation(
        "report_read", _("Read: report"), tag=TAG,
        description=_("Each figure has the condition that finds exactly the records behind it."),
        parameters=[
            name,
            choice_parameter("range", known_ranges, _("A range of dates by its name.")),
            parameter("from", DAY_OR_NONE, _("The first day, if no range is named.")),
            parameter("to", DAY_OR_NONE, _("The last day, if no range is named.")),
            parameter("date", TEXT, _("The field the range is taken by.")),
            choice_parameter("scope", list(asking.SCOPES), _("Whose records.")),
            parameter("by", TEXT, _("Group by this instead; empty: not at all.")),
            parameter("then", TEXT, _("A second grouping.")),
            parameter("filter", ref("Condition"), _("A condition; see the page on conditions."), as_json=True),
        ],
        answer={"status": 200, "schema": ref("Report")},
    )  # fmt: skip


def schemas() -> dict[str, Any]:
    measure = _object(name=TEXT, label=TEXT, unit=TEXT)
    other = _object(currency=TEXT, value=VALUE)
    figure = _object(value=VALUE, filter=ref("Condition"))
    figure["properties"] |= {"currency": TEXT, "others": _list(other)}
    row = _object(
        groups=_list(_object(value={"type": ["integer", "string", "boolean", "null"]}, label=TEXT)),
        figures={"type": "object", "additionalProperties": figure},
    )
    day = {"type": ["string", "null"], "format": "date"}
    return {
        "ReportList": _object(items=_list(_object(
            name=TEXT, label=TEXT, record_type=TEXT, measures=_list(measure), by=_list(TEXT), url=TEXT,
        ))),
        "Report": _object(
            name=TEXT, label=TEXT, record_type=TEXT, **{"from": day}, to=day, date=TEXT, currency=TEXT,
            converted=_list(TEXT),
            measures=_list(measure), by=_list(_object(name=TEXT, label=TEXT)), rows=_list(row), total=row,
            is_cut={"type": "boolean"},
        ),
    }  # fmt: skip


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _list(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}
