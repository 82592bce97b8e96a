"""A valid value for any field, and a valid record of any type, made from the declaration alone."""

from __future__ import annotations

from typing import Any

from zhike.base import identifiers
from zhike.base.actors import Actor
from zhike.records import gate
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Field

BY_KIND: dict[str, Any] = {
    "text": "样本",
    "long_text": "一段说明",
    "link": "https://www.example.com",
    "region": "江苏省/苏州市",
    "tags": ["样本", "测试"],
    "integer": 120,
    "decimal": "12.50",
    "percent": "5",
    "money": "12000.00",
    "yes_no": True,
    "day": "2026-03-05",
    "moment": "2026-03-05T14:30",
    "phones": [{"number": "13800138000"}],
    "emails": [{"kind": "work", "address": "sample@example.com"}],
    "email": "sample@example.com",
    "phone": "13800138000",
    "rating": 4,
    "serial": "HT-2026",
    "rich_text": "<p>说明</p>",
    "address": "江苏省苏州市前进路1号",
}
BY_NAME: dict[str, Any] = {"credit_code": identifiers.make_credit_code(1), "founded_year": 2008}


def value_for(field: Field) -> Any:
    """A raw value the field takes; None where only the database knows one (references, options)."""
    if field.name in BY_NAME:
        return BY_NAME[field.name]
    choices = field.choices()
    if choices:
        return choices[-1][0]
    return BY_KIND.get(field.kind)


def record_of(actor: Actor, record_type: RecordType, **more: Any) -> Any:
    """A new record with every required field, through the gate."""
    raw = {
        name: value_for(field)
        for name, field in record_type.editable_fields().items()
        if field.required or name == record_type.title
    }
    return gate.create(actor, record_type, raw | more)


def condition_value(field: Field, operator: str) -> Any:
    """A value that fits a field's operator."""
    from zhike.records.fields.pointing import points

    if operator in ("within", "not_within", "anniversary"):
        return {"last": 30, "unit": "day"}
    if operator == "between":
        return ["2026-01-01", "2026-12-31"] if field.kind in ("day", "moment") else [1, 100]
    if operator in ("on", "before", "after"):
        return "2026-03-05"
    if points(field):
        return [1]
    if operator.startswith("has_"):
        return [choice[0] for choice in field.choices()[:1]] or ["样本"]
    if operator in ("in", "not_in") and field.choices():
        return [field.choices()[0][0]]
    if field.kind == "address" and operator == "in":
        return ["江苏省"]
    if field.kind == "region":
        return ["江苏省"] if operator == "in" else "江苏省"
    if field.kind in ("phones",):
        return "138"
    return value_for(field) if not isinstance(value_for(field), list) else "sample"
