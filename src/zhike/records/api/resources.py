"""The endpoints every record type has."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.records import gate, listing, policies, registry
from zhike.records.api import bodies, idempotency, problems, representing
from zhike.records.api.answering import Answer, endpoint, stale
from zhike.records.api.bodies import Parameters
from zhike.records.api.problems import Problem, bad_parameter
from zhike.records.declaration import RecordType
from zhike.records.fields.masking import Masked
from zhike.records.fields.references import as_id
from zhike.records.roles import revealing

PAGE, LARGEST_PAGE = 50, 200
LIST_PARAMETERS = ("filter", "q", "sort", "limit", "cursor", "fields", "expand", "trashed")


def type_for(actor: Actor, name: str) -> RecordType:
    """The type of that name. Raises `UnknownRecordType`, also when the token is not for it."""
    if not actor.is_for(name):
        raise registry.UnknownRecordType(name)
    return registry.get(name)


def record_for(actor: Actor, record_type: RecordType, record_id: str, *, action: str = policies.SEE) -> Any:
    """Raises `NotVisible`, `NotAllowed`."""
    number = as_id(record_id)
    if number is None:
        raise gate.NotVisible
    return gate.get_record(actor, record_type, number, action=action)


# Lists and new records


def list_records(request: HttpRequest, actor: Actor, type_name: str) -> Answer:
    record_type = type_for(actor, type_name)
    gate.require_any(actor, policies.SEE, record_type)
    parameters = Parameters(request, *LIST_PARAMETERS)
    shape = representing.shape_of(record_type, parameters)
    size = parameters.whole("limit", PAGE, LARGEST_PAGE)
    sort = parameters.text("sort")
    order = listing.order_of(record_type, sort) if sort else listing.usual_order(record_type)
    condition = parameters.json("filter")
    if condition is not None and not isinstance(condition, dict):
        raise bad_parameter("filter", _("A condition is an object."))
    found = listing.base_query(actor, record_type, condition=condition, trashed=parameters.yes("trashed"))
    found = listing.matching_words(found, record_type, parameters.text("q"))
    page = _page(found, order, parameters.text("cursor"), size, shape)
    count, estimate = listing.counted(found)
    items = representing.shown(actor, shape, page.records)
    return Answer({"items": items, "next": page.next, "count": count, "estimate": estimate})


def _page(found: Any, order: Any, cursor: str, size: int, shape: representing.Shape) -> Any:
    """A cursor is data from outside too: one that was tampered with is refused like one that is broken."""
    if not cursor:
        return listing.page(found, order, size=size, related=shape.related)
    try:
        with transaction.atomic():
            return listing.page(found, order, cursor=cursor, size=size, related=shape.related)
    except (listing.ListError, DataError, ValidationError, ValueError, TypeError, OverflowError):
        raise bad_parameter("cursor", _("There is no such page; start from the beginning of the list.")) from None


def create_record(request: HttpRequest, actor: Actor, type_name: str) -> Answer:
    record_type = type_for(actor, type_name)
    Parameters(request)
    raw = bodies.read_object(request)
    return idempotency.once(request, actor, lambda: _created(actor, record_type, raw))


def _created(actor: Actor, record_type: RecordType, raw: dict[str, Any]) -> Answer:
    record = gate.create(actor, record_type, raw)
    return _answer(actor, record, status=201, Location=address_of(record_type, record))


def address_of(record_type: RecordType, record: Any) -> str:
    return f"/api/v1/{record_type.name}/{record.pk}/"


def _answer(actor: Actor, record: Any, *, status: int = 200, **headers: str) -> Answer:
    """A record that was just written, as it is now."""
    representing.share_known_references(record)
    (shown,) = representing.shown(actor, representing.shape_of(registry.of(record)), [record])
    return Answer(shown, status, {"ETag": representing.etag_of(record), **headers})


# One record


def read_record(request: HttpRequest, actor: Actor, type_name: str, record_id: str) -> Answer:
    record_type = type_for(actor, type_name)
    shape = representing.shape_of(record_type, Parameters(request, "fields", "expand"))
    found = record_type.queryset().filter(pk=as_id(record_id) or 0).select_related(*shape.related)
    record = record_type.policy.visible_to(actor, found).first()
    if record is None:
        raise gate.NotVisible
    (shown,) = representing.shown(actor, shape, [record])
    return Answer(shown, headers={"ETag": representing.etag_of(record)})


def patch_record(request: HttpRequest, actor: Actor, type_name: str, record_id: str) -> Answer:
    record_type = type_for(actor, type_name)
    Parameters(request)
    record = record_for(actor, record_type, record_id, action=policies.EDIT)
    raw = bodies.read_object(request)
    version = expected_version(request, record)
    refuse_trashed(record)
    gate.edit(actor, record, raw, version=version)
    return _answer(actor, _read_again(record_type, record))


def _read_again(record_type: RecordType, record: Any) -> Any:
    """The database itself counts versions and stamps times."""
    shape = representing.shape_of(record_type)
    return record_type.queryset().select_related(*shape.related).get(pk=record.pk)


def trash_record(request: HttpRequest, actor: Actor, type_name: str, record_id: str) -> Answer:
    record_type = type_for(actor, type_name)
    Parameters(request)
    record = record_for(actor, record_type, record_id, action=policies.TRASH)
    expected_version(request, record)
    gate.trash(actor, record)
    return Answer(status=204)


def restore_record(request: HttpRequest, actor: Actor, type_name: str, record_id: str) -> Answer:
    record_type = type_for(actor, type_name)
    Parameters(request)
    record = record_for(actor, record_type, record_id, action=policies.RESTORE)
    expected_version(request, record)
    gate.restore(actor, record)
    return _answer(actor, _read_again(record_type, record))


def perform_action(request: HttpRequest, actor: Actor, type_name: str, record_id: str, action_name: str) -> Answer:
    record_type = type_for(actor, type_name)
    Parameters(request)
    action = record_type.action(action_name)
    if action is None or action.url:
        raise problems.not_found()
    record = record_for(actor, record_type, record_id, action=policies.doing(action.name))
    raw = bodies.read_object(request, may_be_absent=True)

    def performed() -> Answer:
        expected_version(request, record)
        refuse_trashed(record)
        gate.perform(actor, record, action, raw)
        return _answer(actor, _read_again(record_type, record))

    return idempotency.once(request, actor, performed)


def reveal_value(request: HttpRequest, actor: Actor, type_name: str, record_id: str) -> Answer:
    """One masked value in full; that it was read, and why, is kept."""
    record_type = type_for(actor, type_name)
    Parameters(request)
    record = record_for(actor, record_type, record_id, action=policies.REVEAL)
    raw = bodies.read_object(request)
    errors = {name: [_("There is no such field.")] for name in raw if name not in ("field", "reason")}
    errors |= {name: [_("A text is expected.")] for name in ("field", "reason") if not isinstance(raw.get(name), str)}
    if not errors and not isinstance(record_type.field(raw["field"]), Masked):
        errors["field"] = [_("There is no masked field of that name.")]
    if errors:
        raise gate.Refused(errors)
    return Answer({"field": raw["field"], "value": revealing.reveal(actor, record, raw["field"], raw["reason"])})


def refuse_trashed(record: Any) -> None:
    if record.is_trashed:
        raise Problem(409, _("This record lies in the trash; restore it first."))


def expected_version(request: HttpRequest, record: Any) -> int | None:
    """The version `If-Match` names, or None for any. Raises `Problem` 412 when the record has another.

    Whoever packs an answer on its way makes its ETag weak; the version in it is as good.
    """
    header = request.headers.get("If-Match", "").strip()
    if header in ("", "*"):
        return None
    known = [part.strip().removeprefix("W/") for part in header.split(",")]
    if representing.etag_of(record) not in known:
        raise stale(record)
    return int(record.version)


record_list = endpoint(GET=list_records, POST=create_record)
record_detail = endpoint(GET=read_record, PATCH=patch_record, DELETE=trash_record)
record_restore = endpoint(POST=restore_record)
record_reveal = endpoint(POST=reveal_value)
record_action = endpoint(POST=perform_action)
