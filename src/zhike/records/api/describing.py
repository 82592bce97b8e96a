"""The parts an OpenAPI document is put together from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from zhike.records.api import problems
from zhike.records.api.schemas import ID, MOMENT, Schema
from zhike.records.models import JobState

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
HEADERS: dict[str, Schema] = {
    "ETag": {"schema": {"type": "string", "pattern": '^(W/)?"[0-9]+"$'}, "required": True},
    "Location": {"schema": TEXT, "required": True},
}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def parameter(name: str, schema: Schema, description: str, *, where: str = "query", as_json: bool = False) -> Schema:
    found: Schema = {"name": name, "in": where, "required": False}
    if description:
        found["description"] = description
    return found | ({"content": {"application/json": {"schema": schema}}} if as_json else {"schema": schema})


def choice_parameter(name: str, known: list[str], description: str) -> Schema:
    """One of `known`; empty as if it were not given."""
    return parameter(name, {"type": "string", "enum": [*known, ""]}, description)


def names_parameter(name: str, known: list[str], description: str) -> Schema:
    """Several of `known` with commas between."""
    names: Schema = {"type": "array", "items": {"type": "string", "enum": known}}
    return parameter(name, names, description) | {"style": "form", "explode": False}


def path_parameter(name: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": ID}


def json_body(schema: Schema, *, required: bool = True) -> Schema:
    return {"required": required, "content": {"application/json": {"schema": schema}}}


@dataclass
class Operation:
    """One method of one path; `refusals` are the statuses beyond those every operation may answer with."""

    name: str
    summary: str
    answer: dict[str, Any]
    tag: str = ""
    description: str = ""
    parameters: list[Schema] = field(default_factory=list)
    body: Schema | None = None
    refusals: tuple[int, ...] = ()

    def described(self) -> Schema:
        found: Schema = {"operationId": self.name, "summary": self.summary, "responses": self._responses()}
        if self.tag:
            found["tags"] = [self.tag]
        if self.description:
            found["description"] = self.description
        if self.parameters:
            found["parameters"] = self.parameters
        if self.body is not None:
            found["requestBody"] = self.body
        return found

    def _responses(self) -> Schema:
        statuses = {400, 401, 403, 404, *self.refusals} | ({413, 415, 422} if self.body is not None else set())
        return {str(self.answer["status"]): self._answer()} | {
            str(status): {"$ref": f"#/components/responses/{problems.WORDS[status]}"} for status in sorted(statuses)
        }

    def _answer(self) -> Schema:
        found: Schema = {"description": _("Done")}
        if "schema" in self.answer:
            found["content"] = {"application/json": {"schema": self.answer["schema"]}}
        if self.answer.get("binary"):
            found["content"] = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
        if self.answer.get("headers"):
            found["headers"] = {name: HEADERS[name] for name in self.answer["headers"]}
        return found


def SHARED_RESPONSES() -> Schema:
    content = {problems.MEDIA_TYPE: {"schema": ref("Problem")}}
    return {
        word: {"description": str(problems.TITLES[status]), "content": content}
        | ({"headers": {"WWW-Authenticate": {"schema": TEXT, "required": True}}} if status == 401 else {})
        for status, word in problems.WORDS.items()
    }


def SHARED_SCHEMAS() -> Schema:
    nullable_id: Schema = {**ID, "type": ["integer", "null"]}
    act: Schema = {
        "id": ID, "at": MOMENT, "action": TEXT, "door": TEXT, "record_type": TEXT, "subject": TEXT,
        "actor": _object(kind=TEXT, member=nullable_id, name=TEXT), "undoes": nullable_id, "undone_by": nullable_id,
    }  # fmt: skip
    error = _object(field=TEXT, message=TEXT)
    change = _object(field=TEXT, before={}, after={})
    return {
        "Problem": _object(
            type=TEXT, title=TEXT, status={"type": "integer"}, detail=TEXT, errors=_list(error)
        ) | {"description": _("An error as RFC 9457 has it; “errors” names the fields or parameters.")},
        "Condition": {
            "type": "object",
            "description": _("all, any, not; field, op, value; or related, measure, of, op, value, where."),
            "examples": [{"all": [{"field": "created_at", "op": "within", "value": {"last": 30, "unit": "day"}}]}],
        },
        "ChangeSet": _object(**act),
        "ChangeSetDetail": _object(**act, change_count=COUNT, can_undo={"type": "boolean"}),
        "Undone": _object(
            change_set=ID, restored=COUNT, conflict_count=COUNT,
            conflicts=_list(_object(record_type=TEXT, id=ID, field=TEXT, reason=TEXT)),
        ),
        "History": _object(
            items=_list(_object(
                at=MOMENT, operation={"enum": ["insert", "update", "delete"]}, part=TEXT, fields=_list(change),
                change_set=ref("ChangeSet"),
            )),
            next={"type": ["string", "null"]},
        ),
        "BulkResult": _object(
            change_set=nullable_id,
            items=_list(_object(id=ID, status={"type": "integer"}, detail=TEXT, errors=_list(error))),
        ),
        "Hits": _object(items=_list(_object(record_type=TEXT, id=ID, name=TEXT, url=TEXT))),
        "ImportRun": _object(
            id=ID, record_type=TEXT, file_name=TEXT, state={"enum": list(JobState.values)}, failure=TEXT,
            map={"type": "object"}, total=COUNT, done=COUNT, created=COUNT, updated=COUNT, skipped=COUNT,
            rejected=COUNT, rejects=_list(_object(line=COUNT, message=TEXT)), report={"type": "object"},
            change_set=nullable_id, started_at={**MOMENT, "type": ["string", "null"]},
            ended_at={**MOMENT, "type": ["string", "null"]},
        ),
        "Me": _me(),
    }  # fmt: skip


def _me() -> Schema:
    return _object(
        id=ID, name=TEXT, email={"type": ["string", "null"]}, roles={"type": "array", "items": TEXT},
        read_only={"type": "boolean"},
        token={"type": ["string", "null"], "description": _("The name of the token that asks; null in a browser.")},
        rights={
            "type": "object", "additionalProperties": {"enum": ["read", "write"]},
            "description": _("What the token may do with each record type it reaches; its member may less."),
        },
        record_types={"type": "object", "additionalProperties": _list(TEXT)},
    )  # fmt: skip


def _object(**properties: Schema) -> Schema:
    """An object that has all of these."""
    return {"type": "object", "required": list(properties), "properties": properties}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}
