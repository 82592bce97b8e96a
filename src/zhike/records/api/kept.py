"""Files for the file fields of records: a program stores the bytes first and sends the ticket it gets along with the
other values of the record, as a form does."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.base.files.models import StoredFile
from zhike.records import gate, kept_files, policies
from zhike.records.api import resources
from zhike.records.api.answering import Answer, endpoint
from zhike.records.api.bodies import Parameters
from zhike.records.api.describing import TEXT, Operation, path_parameter
from zhike.records.api.problems import Problem, invalid
from zhike.records.api.schemas import Schema
from zhike.records.declaration import RecordType
from zhike.records.fields.files import Files, ticket_of
from zhike.records.fields.references import as_id
from zhike.records.pages.attachments import sent

PART = "file"


def store_file(request: HttpRequest, actor: Actor, type_name: str, field_name: str) -> Answer:
    """One file as the part `file`; answers with its ticket, which holds for twenty hours."""
    Parameters(request)
    record_type = resources.type_for(actor, type_name)
    field = kept_files.field_of(record_type, field_name)
    uploaded = _uploaded(request)
    kept = kept_files.keep(actor, record_type, field, name=uploaded.name or "", chunks=uploaded.chunks())
    told = {"name": kept.name, "size": kept.size, "media_type": kept.media_type}
    return Answer({"ticket": ticket_of(kept, field.place)} | told, 201)


def _uploaded(request: HttpRequest) -> Any:
    if request.content_type != "multipart/form-data":
        raise Problem(415, _("Send the file as multipart/form-data."))
    try:
        names = [*request.POST, *request.FILES]
    except MultiPartParserError as error:
        raise Problem(400, _("The parts of the form cannot be read: %(error)s.") % {"error": error}) from error
    for name in names:
        if name != PART:
            raise invalid({name[:60]: [_("There is no such field.")]})
    files = request.FILES.getlist(PART)
    if len(files) != 1:
        raise invalid({PART: [_("Send the file as the part “file”.")]})
    return files[0]


def read_file(request: HttpRequest, actor: Actor, type_name: str, record_id: str, field_name: str, number: str) -> Any:
    """The bytes of a file the record holds, as a download."""
    Parameters(request)
    record_type = resources.type_for(actor, type_name)
    record = resources.record_for(actor, record_type, record_id)
    kept = kept_files.find(record, kept_files.field_of(record_type, field_name), as_id(number) or 0)
    stored = StoredFile.objects.filter(pk=kept.file).first()
    if stored is None:
        raise gate.NotVisible
    try:
        return sent(stored, kept.name, "")
    except Http404:
        raise gate.NotVisible from None


# In the document


def operations_of(actor: Actor, record_type: RecordType) -> list[tuple[str, str, Operation | None]]:
    """None of them where the type has no such fields."""
    fields = {name: field for name, field in record_type.fields().items() if isinstance(field, Files)}
    may_write = any(record_type.policy.may(actor, action) for action in (policies.CREATE, policies.EDIT))
    written = [name for name, field in fields.items() if field.editable and may_write]
    base = f"/api/v1/{record_type.name}/"
    return [
        (f"{base}files/{{field}}/", "post", _storing(record_type, written) if written else None),
        (f"{base}{{id}}/files/{{field}}/{{file}}/", "get", _reading(record_type, [*fields]) if fields else None),
    ]


def _field_parameter(names: list[str]) -> Schema:
    return {"name": "field", "in": "path", "required": True, "schema": {"type": "string", "enum": names}}


def _storing(record_type: RecordType, names: list[str]) -> Operation:
    form = {"type": "object", "required": [PART], "additionalProperties": False,
            "properties": {PART: {"type": "string", "format": "binary"}}}  # fmt: skip
    told = {"ticket": TEXT, "name": TEXT, "size": {"type": "integer"}, "media_type": TEXT}
    answer = {"type": "object", "required": [*told], "properties": told}
    return Operation(
        f"{record_type.name}_store_file", _("Store a file: %(singular)s") % {"singular": record_type.singular},
        description=_("Send the ticket along with the other values of a record: {“contract”: [{“ticket”: …}]}."),
        tag=record_type.name, parameters=[_field_parameter(names)],
        body={"required": True, "content": {"multipart/form-data": {"schema": form}}},
        answer={"status": 201, "schema": answer, "headers": ()},
    )  # fmt: skip


def _reading(record_type: RecordType, names: list[str]) -> Operation:
    return Operation(
        f"{record_type.name}_read_file", _("Read a file: %(singular)s") % {"singular": record_type.singular},
        tag=record_type.name,
        parameters=[path_parameter("id"), _field_parameter(names), path_parameter("file")],
        answer={"status": 200, "binary": True},
    )  # fmt: skip


file_store = endpoint(POST=store_file)
file_read = endpoint(GET=read_file)
