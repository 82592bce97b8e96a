"""The OpenAPI 3.1 document of the API as one actor may use it, in the language of the reader."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhike import __version__
from zhike.base.actors import Actor
from zhike.records import policies
from zhike.records.api import account, kept, report_documents, representing, schemas
from zhike.records.api.describing import (
    SHARED_RESPONSES,
    SHARED_SCHEMAS,
    Operation,
    choice_parameter,
    json_body,
    names_parameter,
    parameter,
    path_parameter,
    ref,
)
from zhike.records.declaration import Action, RecordType
from zhike.records.fields.masking import Masked


def document(actor: Actor, *, server: str = "") -> dict[str, Any]:
    """Only what the actor may see; writing is left out for tokens that only read."""
    types = account.types_of(actor)
    paths: dict[str, Any] = {}
    for record_type in types:
        paths |= _paths_of(actor, record_type)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": _("Zhike API"),
            "version": __version__,
            "description": _("Records, their history and undo. Everything a member may do in the pages, a token of "
                             "that member may do here, and nothing else."),
        },
        "servers": [{"url": server or "/"}],
        "security": [{"token": []}],
        "tags": [
            *({"name": found.name, "description": str(found.plural)} for found in types),
            {"name": report_documents.TAG, "description": _("Reports")},
        ],
        "paths": paths | report_documents.paths(actor) | _common_paths([found.name for found in types]),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": SHARED_SCHEMAS() | report_documents.schemas() | _schemas_of(types),
            "responses": SHARED_RESPONSES(),
        },
    }  # fmt: skip


def _schemas_of(types: list[RecordType]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for record_type in types:
        name = schemas.name_of(record_type)
        found[name] = schemas.record_schema(record_type)
        found[f"New{name}"] = schemas.written_schema(record_type, partial=False)
        found[f"{name}Changes"] = schemas.written_schema(record_type, partial=True)
        found[f"{name}List"] = {
            "type": "object",
            "required": ["items", "next", "count", "estimate"],
            "properties": {"items": {"type": "array", "items": ref(name)}, **_LIST_FRAME},
        }
    return found


_LIST_FRAME: dict[str, Any] = {
    "next": {"type": ["string", "null"]},
    "count": {"type": ["integer", "null"]},
    "estimate": {"type": "integer"},
}


# The paths of one type


def _paths_of(actor: Actor, record_type: RecordType) -> dict[str, Any]:
    base = f"/api/v1/{record_type.name}/"
    one = f"{base}{{id}}/"
    may = record_type.policy.may
    operations: list[tuple[str, str, Operation | None]] = [
        (base, "get", _list(record_type)),
        (base, "post", _create(record_type) if may(actor, policies.CREATE) else None),
        (f"{base}bulk/", "post", _bulk(record_type) if may(actor, policies.BULK) else None),
        (one, "get", _read(record_type)),
        (one, "patch", _patch(record_type) if may(actor, policies.EDIT) else None),
        (one, "delete", _trash(record_type) if may(actor, policies.TRASH) else None),
        (f"{one}restore/", "post", _restore(record_type) if may(actor, policies.RESTORE) else None),
        (f"{one}history/", "get", _history(record_type)),
        (f"{one}reveal/", "post", _reveal(record_type) if may(actor, policies.REVEAL) else None),
    ]
    operations += [
        (f"{one}actions/{action.name}/", "post", _action(record_type, action))
        for action in record_type.actions
        if may(actor, policies.doing(action.name)) and not action.url
    ]
    operations += kept.operations_of(actor, record_type)
    paths: dict[str, Any] = {}
    for path, method, operation in operations:
        if operation is not None:
            paths.setdefault(path, {})[method] = operation.described()
    return paths


def _of(record_type: RecordType, verb: str, summary: str, **more: Any) -> Operation:
    return Operation(f"{record_type.name}_{verb}", summary, tag=record_type.name, **more)


def _record(record_type: RecordType, *, status: int = 200, headers: tuple[str, ...] = ("ETag",)) -> dict[str, Any]:
    return {"status": status, "schema": ref(schemas.name_of(record_type)), "headers": headers}


def _list(record_type: RecordType) -> Operation:
    sortable = [name for name, field in record_type.fields().items() if field.sortable]
    return _of(
        record_type, "list", _("List: %(plural)s") % {"plural": record_type.plural},
        parameters=[
            parameter("filter", ref("Condition"), _("A condition; see the page on conditions."), as_json=True),
            parameter("q", {"type": "string"}, _("Words, as in the search: names, pinyin, phone tails.")),
            choice_parameter("sort", [*sortable, *(f"-{name}" for name in sortable), "id", "-id"],
                             _("A field; with “-” downwards.")),
            parameter("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, ""),
            parameter("cursor", {"type": "string"}, _("The “next” of the page before.")),
            *_shape_parameters(record_type),
            parameter("trashed", {"type": "boolean", "default": False}, _("What lies in the trash instead.")),
        ],
        answer={"status": 200, "schema": ref(f"{schemas.name_of(record_type)}List"), "headers": ()},
    )  # fmt: skip


def _shape_parameters(record_type: RecordType) -> list[dict[str, Any]]:
    fields = record_type.fields()
    references = [name for name in fields if representing.target_of(record_type, name) is not None]
    shown = names_parameter("fields", ["id", *fields], _("Names of fields with commas between; default: all."))
    if not references:
        return [shown]
    return [shown, names_parameter("expand", references, _("References to show in full, with commas between."))]


def _create(record_type: RecordType) -> Operation:
    return _of(
        record_type, "create", _("Create: %(singular)s") % {"singular": record_type.singular},
        parameters=[IDEMPOTENCY()],
        body=json_body(ref(f"New{schemas.name_of(record_type)}")),
        answer=_record(record_type, status=201, headers=("ETag", "Location")),
        refusals=(409,),
    )  # fmt: skip


def _read(record_type: RecordType) -> Operation:
    return _of(
        record_type, "read", _("Read: %(singular)s") % {"singular": record_type.singular},
        parameters=[path_parameter("id"), *_shape_parameters(record_type)], answer=_record(record_type),
    )  # fmt: skip


def _patch(record_type: RecordType) -> Operation:
    return _of(
        record_type, "change", _("Change: %(singular)s") % {"singular": record_type.singular},
        parameters=[path_parameter("id"), IF_MATCH()],
        body=json_body(ref(f"{schemas.name_of(record_type)}Changes")),
        answer=_record(record_type), refusals=(409, 412),
    )  # fmt: skip


def _trash(record_type: RecordType) -> Operation:
    return _of(
        record_type, "trash", _("Move to the trash: %(singular)s") % {"singular": record_type.singular},
        parameters=[path_parameter("id"), IF_MATCH()], answer={"status": 204}, refusals=(409, 412),
    )  # fmt: skip


def _restore(record_type: RecordType) -> Operation:
    return _of(
        record_type, "restore", _("Restore from the trash: %(singular)s") % {"singular": record_type.singular},
        parameters=[path_parameter("id"), IF_MATCH()], answer=_record(record_type), refusals=(409, 412, 422),
    )  # fmt: skip


def _history(record_type: RecordType) -> Operation:
    return _of(
        record_type, "history", _("History: %(singular)s") % {"singular": record_type.singular},
        parameters=[
            path_parameter("id"),
            parameter("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, ""),
            parameter("cursor", {"type": "string"}, _("The “next” of the page before.")),
        ],
        answer={"status": 200, "schema": ref("History"), "headers": ()},
    )  # fmt: skip


def _reveal(record_type: RecordType) -> Operation | None:
    """Where there are masked fields."""
    names = [each.name for each in record_type.fields().values() if isinstance(each, Masked) and not each.is_title]
    if not names:
        return None
    reason = {"type": "string", "minLength": 1, "maxLength": 200, "description": _("Why it is read; it is kept.")}
    field = {"type": "string", "enum": names}
    properties = {"field": field, "reason": reason}
    frame = {"type": "object", "required": ["field", "reason"], "additionalProperties": False}
    answer = {"type": "object", "required": ["field", "value"],
              "properties": {"field": field, "value": {"type": "string"}}}  # fmt: skip
    return _of(
        record_type, "reveal", _("Reveal a masked value: %(singular)s") % {"singular": record_type.singular},
        parameters=[path_parameter("id")], body=json_body(frame | {"properties": properties}),
        answer={"status": 200, "schema": answer, "headers": ()},
    )  # fmt: skip


def _bulk(record_type: RecordType) -> Operation:
    changes = {
        "type": "object",
        "description": _("%(name)s; what is wrong in it is told in the result of its record.")
        % {"name": f"{schemas.name_of(record_type)}Changes"},
    }
    item = {"type": "object", "required": ["id"], "additionalProperties": False,
            "properties": {"id": schemas.ID, "changes": changes}}  # fmt: skip
    items = {"type": "array", "minItems": 1, "maxItems": 500, "items": item}
    action = {"type": "string", "enum": ["edit", "trash", "restore"], "default": "edit"}
    ids = {"type": "array", "minItems": 1, "maxItems": 500, "uniqueItems": True, "items": schemas.ID}
    shapes = [
        items,
        {"type": "object", "required": ["items"], "additionalProperties": False,
         "properties": {"items": items, "action": action}},
        {"type": "object", "required": ["ids"], "additionalProperties": False,
         "properties": {"ids": ids, "changes": changes, "action": action}},
    ]  # fmt: skip
    return _of(
        record_type, "bulk", _("Change many: %(plural)s") % {"plural": record_type.plural},
        description=_("All in one change set; each record has a result of its own."),
        parameters=[IDEMPOTENCY()], body=json_body({"anyOf": shapes}),
        answer={"status": 200, "schema": ref("BulkResult"), "headers": ()}, refusals=(409,),
    )  # fmt: skip


def _action(record_type: RecordType, action: Action) -> Operation:
    must_tell = any(field.required for field in action.fields)
    return _of(
        record_type, action.name, f"{action.label}: {record_type.singular}",
        parameters=[path_parameter("id"), IF_MATCH(), IDEMPOTENCY()],
        body=json_body(schemas.arguments_schema(action.fields), required=must_tell),
        answer=_record(record_type), refusals=(409, 412),
    )  # fmt: skip


# What stands beside the types


def IDEMPOTENCY() -> dict[str, Any]:
    return parameter("Idempotency-Key", {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
                     _("The same key and body get the same answer, and it is done once."), where="header")  # fmt: skip


def IF_MATCH() -> dict[str, Any]:
    return parameter("If-Match", {"type": "string"}, _("The version you know, in quotes; another is refused with 412."),
                     where="header")  # fmt: skip


def _common_paths(types: list[str]) -> dict[str, Any]:
    act, run = "/api/v1/change-sets/{id}/", "/api/v1/imports/{id}/"
    found: dict[str, dict[str, Operation]] = {
        "/api/v1/me": {"get": Operation("me", _("Who asks"), answer=_ok("Me"))},
        "/api/v1/search": {"get": _search(types)},
        "/api/v1/imports/": {"post": _import()},
        run: {"get": Operation("import_read", _("Read: import"), parameters=[path_parameter("id")],
                               answer=_ok("ImportRun"))},
        f"{run}cancel/": {"post": Operation("import_cancel", _("Cancel: import"), parameters=[path_parameter("id")],
                                            answer=_ok("ImportRun"))},
        act: {"get": Operation("change_set_read", _("Read: change set"), parameters=[path_parameter("id")],
                               answer=_ok("ChangeSetDetail"))},
        f"{act}undo/": {"post": Operation("change_set_undo", _("Undo: change set"),
                                          parameters=[path_parameter("id"), IDEMPOTENCY()],
                                          answer=_ok("Undone"), refusals=(409,))},
    }  # fmt: skip
    return {path: {method: each.described() for method, each in methods.items()} for path, methods in found.items()}


def _ok(name: str) -> dict[str, Any]:
    return {"status": 200, "schema": ref(name)}


def _search(types: list[str]) -> Operation:
    return Operation(
        "search", _("Search"), description=_("The best hits of each type, best type first."),
        parameters=[
            parameter("q", {"type": "string"}, _("Words, as in the search: names, pinyin, phone tails.")),
            names_parameter("types", types, _("Names of record types with commas between; default: all.")),
            parameter("limit", {"type": "integer", "minimum": 1, "maximum": 50, "default": 5}, _("Hits of each type.")),
        ],
        answer=_ok("Hits"),
    )  # fmt: skip


def _import() -> Operation:
    parts = {
        "type": {"type": "string", "minLength": 1, "description": _("The record type.")},
        "file": {"type": "string", "format": "binary", "description": _("CSV, TSV or XLSX.")},
        "map": {"type": "string", "description": _("A mapping in JSON, as the wizard saves it; else it is guessed.")},
        "dry_run": {"type": "string", "enum": ["true", "false"]},
    }
    form = {"type": "object", "required": ["type", "file"], "properties": parts, "additionalProperties": False}
    return Operation(
        "import_begin", _("Import a file"), description=_("Answers at once; read the run until its state is done."),
        body={"required": True, "content": {"multipart/form-data": {"schema": form}}},
        answer={"status": 202, "schema": ref("ImportRun"), "headers": ("Location",)},
    )  # fmt: skip
