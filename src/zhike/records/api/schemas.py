"""JSON Schemas of records, made from the fields: what is read, and what may be written."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhike.records.declaration import RecordType
from zhike.records.fields.base import Field
from zhike.records.fields.choices import Choice, ManyChoices, Option
from zhike.records.fields.contacts import Entries
from zhike.records.fields.files import Files
from zhike.records.fields.numbers import DecimalNumber, Money, Number, YesNo
from zhike.records.fields.pointing import MOST, References
from zhike.records.fields.references import LARGEST_ID, Reference
from zhike.records.fields.text import Tags, Text

Schema = dict[str, Any]

ID: Schema = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
MOMENT: Schema = {"type": "string", "format": "date-time"}
EMPTY: Schema = {"enum": ["", None]}


def name_of(record_type: RecordType) -> str:
    return record_type.model.__name__


def record_schema(record_type: RecordType) -> Schema:
    """A record as it is read."""
    properties: Schema = {"id": {**ID, "readOnly": True}, "version": _version()}
    for name, field in record_type.fields().items():
        properties[name] = described(field, field.schema()) | ({} if field.editable else {"readOnly": True})
    properties["trashed_at"] = {"type": ["string", "null"], "format": "date-time", "readOnly": True}
    return {"type": "object", "title": str(record_type.singular), "required": ["id"], "properties": properties}


def _version() -> Schema:
    return {
        "type": "integer", "minimum": 1, "readOnly": True,
        "description": _("Grows with every change; send it back in If-Match."),
    }  # fmt: skip


def written_schema(record_type: RecordType, *, partial: bool) -> Schema:
    """A record as it is created, or (`partial`) the changes to one."""
    fields = record_type.editable_fields()
    return {
        "type": "object",
        "title": str(record_type.singular),
        "additionalProperties": False,
        "required": [] if partial else [name for name, field in fields.items() if field.required],
        "properties": {name: described(field, taken(field)) for name, field in fields.items()},
    }


def arguments_schema(fields: tuple[Field, ...]) -> Schema:
    """What an action must be told."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [field.name for field in fields if field.required],
        "properties": {field.name: described(field, taken(field)) for field in fields},
    }


def described(field: Field, schema: Schema) -> Schema:
    """With the label and the help a person would see, and the words of each choice."""
    sentences = [str(field.help_text)] if field.help_text else []
    if isinstance(field, Choice):
        sentences.append("; ".join(f"{value}: {label}" for value, label in field.choices()))
    if isinstance(field, Money) and field.currency_field:
        sentences.append(_("In the currency that “%(name)s” names.") % {"name": field.currency_field})
    found = {"title": str(field.label), **schema}
    return found | {"description": " ".join(sentences)} if any(sentences) else found


# What may be written


def taken(field: Field) -> Schema:
    """null and "" both mean "empty", where a field need not be filled."""
    schema = _taken(field)
    if field.required:
        return schema
    return {"anyOf": [*schema.get("anyOf", [schema]), EMPTY]}


def _taken(field: Field) -> Schema:
    if isinstance(field, References):
        return {"type": "array", "maxItems": MOST, "items": _one_record()}
    if isinstance(field, Files):
        ticket = _pointing("ticket", {"type": "string"})
        return {"type": "array", "maxItems": field.most, "items": {"anyOf": [ticket, _pointing("id", ID)]}}
    if isinstance(field, Reference):
        return _one_record()
    if isinstance(field, Option):
        return _one_of_rows(field)
    if isinstance(field, Choice) and not isinstance(field, ManyChoices):
        return {"type": "string", "enum": [value for value, _label in field.choices()]}
    if isinstance(field, Number):
        return _number(field)
    if isinstance(field, Entries):
        entry: Schema = {"type": "object", "properties": {
            name: {"type": ["string", "null"]} for name in field.schema()["items"]["properties"]
        }}  # fmt: skip
        return {"anyOf": [{"type": "array", "maxItems": 20, "items": {"anyOf": [{"type": "string"}, entry]}},
                          {"type": "string"}]}  # fmt: skip
    if isinstance(field, Tags):
        tags = {"type": "array", "maxItems": 50, "items": {"type": "string", "maxLength": 40}}
        return {"anyOf": [tags, {"type": "string"}]}
    if isinstance(field, YesNo):
        return {"anyOf": [{"type": "boolean"}, {"enum": [0, 1]}]}
    schema = field.schema()
    found = schema | {"type": next(each for each in _types(schema) if each != "null")}
    return found | {"minLength": 1} if field.required and isinstance(field, Text) else found


def _one_record() -> Schema:
    return {"anyOf": [ID, _pointing("id", ID), _pointing("external_id", {"type": "string", "maxLength": 100})]}


def _types(schema: Schema) -> list[str]:
    return schema["type"] if isinstance(schema["type"], list) else [schema["type"]]


def _pointing(key: str, schema: Schema) -> Schema:
    return {"type": "object", "required": [key], "properties": {key: schema}}


def _one_of_rows(field: Option) -> Schema:
    """A row of a short list: by id or by name, as they are now."""
    rows = field.choices()
    if not rows:
        return {"anyOf": [ID]}
    one = {"type": "integer", "enum": [int(value) for value, _label in rows]}
    return {"anyOf": [one, _pointing("id", one), {"type": "string", "enum": sorted({label for _v, label in rows})}]}


def _number(field: Number) -> Schema:
    minimum = field.options.get("minimum")
    if isinstance(field, DecimalNumber):
        sign = "" if minimum is not None and minimum >= 0 else "-?"
        whole = field.digits - field.places
        schema: Schema = {
            "type": ["string", "number"],
            "pattern": rf"^{sign}[0-9]{{1,{whole}}}(\.[0-9]{{1,{field.places}}})?$",
            "exclusiveMaximum": 10**whole,
            "exclusiveMinimum": -(10**whole),
        }
        return schema | ({"minimum": minimum} if minimum is not None else {})
    lowest, highest = field.limits()
    return {"type": "integer", "minimum": lowest, "maximum": highest}
