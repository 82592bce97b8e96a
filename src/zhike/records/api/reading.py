"""The OpenAPI document arranged for a page: by record type, fields and addresses side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

METHOD_COLOURS = {"GET": "accent", "POST": "good", "PATCH": "warn", "DELETE": "bad"}


@dataclass(frozen=True)
class FieldLine:
    name: str
    label: str
    kind: str
    is_required: bool
    is_read_only: bool
    description: str


@dataclass(frozen=True)
class OperationLine:
    method: str
    path: str
    summary: str
    colour: str


@dataclass
class Chapter:
    """A record type, or ("" as its name) what stands beside them."""

    name: str
    label: str
    fields: list[FieldLine] = field(default_factory=list)
    operations: list[OperationLine] = field(default_factory=list)


def page_of(document: dict[str, Any]) -> list[Chapter]:
    chapters = {tag["name"]: Chapter(tag["name"], tag["description"]) for tag in document["tags"]}
    chapters[""] = Chapter("", _("Beside the records"))
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            chapter = chapters[operation.get("tags", [""])[0]]
            chapter.operations.append(_operation(path, method.upper(), operation))
            if operation["operationId"] == f"{chapter.name}_read":
                chapter.fields = _fields(document["components"]["schemas"], operation)
    return list(chapters.values())


def _operation(path: str, method: str, operation: dict[str, Any]) -> OperationLine:
    return OperationLine(method, path, operation["summary"], METHOD_COLOURS[method])


def _fields(known: dict[str, Any], operation: dict[str, Any]) -> list[FieldLine]:
    reference: str = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    name = reference.rpartition("/")[2]
    required = known[f"New{name}"]["required"]
    return [
        FieldLine(
            each, schema.get("title", each), kind_of(schema), each in required,
            schema.get("readOnly", False), schema.get("description", ""),
        )
        for each, schema in known[name]["properties"].items()
    ]  # fmt: skip


def kind_of(schema: dict[str, Any]) -> str:
    """A JSON Schema in one or two words."""
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    word = next(each for each in types if each != "null")
    if word == "object":
        return "{" + ", ".join(schema["properties"]) + "}"
    if word == "array":
        return f"[{kind_of(schema['items'])}]"
    return str(schema.get("format") or ("enum" if "enum" in schema else word))
