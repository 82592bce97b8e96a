"""Up to 500 records in one request and one change set, each with a result of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.records import gate, policies
from zhike.records.api import bodies, idempotency, problems, resources
from zhike.records.api.answering import Answer, endpoint, problem_of
from zhike.records.api.bodies import Parameters
from zhike.records.api.problems import Problem
from zhike.records.declaration import RecordType
from zhike.records.fields.references import as_id

MOST = 500
ACTIONS = (policies.EDIT, policies.TRASH, policies.RESTORE)
SHAPE = {"items", "ids", "changes", "action"}

Item = tuple[int, dict[str, Any]]


class NothingDone(Exception):
    """Every item was refused, so the change set goes as well."""


def bulk(request: HttpRequest, actor: Actor, type_name: str) -> Answer:
    record_type = resources.type_for(actor, type_name)
    Parameters(request)
    gate.require_any(actor, policies.BULK, record_type)
    action, items = read_items(bodies.read_json(request))
    return idempotency.once(request, actor, lambda: _answer(actor, record_type, action, items))


def read_items(raw: Any) -> tuple[str, list[Item]]:
    """`[{id, changes}]`, `{items: […]}` or `{ids, changes}`; with `action: trash` or `restore` no changes."""
    if isinstance(raw, list):
        raw = {"items": raw}
    if not isinstance(raw, dict) or set(raw) - SHAPE or ("items" in raw) == ("ids" in raw):
        raise _malformed("", _("Send a list of {id, changes}, or {ids, changes}."))
    action = raw.get("action", policies.EDIT)
    if action not in ACTIONS:
        raise _malformed("action", _("One of: %(known)s.") % {"known": ", ".join(ACTIONS)})
    entries = raw["items"] if "items" in raw else raw["ids"]
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST:
        raise _malformed("items", _("From 1 to %(limit)d records at once.") % {"limit": MOST})
    if "ids" in raw:
        entries = [{"id": each, "changes": raw.get("changes", {})} for each in entries]
    items = [_item(entry) for entry in entries]
    if len({record_id for record_id, _changes in items}) < len(items):
        raise _malformed("items", _("Each record once."))
    return action, items


def _item(entry: Any) -> Item:
    if not isinstance(entry, dict) or set(entry) - {"id", "changes"}:
        raise _malformed("items", _("Each item is {id, changes}."))
    number, changes = as_id(entry.get("id")), entry.get("changes", {})
    if not number or not isinstance(changes, dict):
        raise _malformed("items", _("Each item is {id, changes}."))
    return number, changes


def _malformed(field: str, message: str) -> Problem:
    return Problem(422, message, errors={field: [message]})


def _answer(actor: Actor, record_type: RecordType, action: str, items: list[Item]) -> Answer:
    """In the order of ids, so that two bulk acts never wait for each other; told in the order asked."""
    results: dict[int, dict[str, Any]] = {}
    change_set: int | None = None
    try:
        with acts.act(actor, f"bulk_{action}", record_type=record_type.name) as opened:
            change_set = opened.pk
            found = record_type.queryset().filter(pk__in=[record_id for record_id, _changes in items])
            records = record_type.policy.visible_to(actor, found).in_bulk()
            for record_id, changes in sorted(items, key=lambda item: item[0]):
                results[record_id] = _result(actor, action, records.get(record_id), changes)
            if all(result["status"] >= 400 for result in results.values()):
                raise NothingDone
    except NothingDone:
        change_set = None
    told = [{"id": record_id, **results[record_id]} for record_id, _changes in items]
    return Answer({"change_set": change_set, "items": told})


def _result(actor: Actor, action: str, record: Any, changes: dict[str, Any]) -> dict[str, Any]:
    try:
        if record is None:
            raise gate.NotVisible
        gate.require(actor, policies.BULK, record)
        _do(actor, action, record)(changes)
    except Exception as error:
        problem = problem_of(error)
        if problem is None or problem.status == 409:
            raise
        return {"status": problem.status, "detail": str(problem.detail), "errors": problems.entries_of(problem.errors)}
    return {"status": 200, "detail": "", "errors": []}


def _do(actor: Actor, action: str, record: Any) -> Callable[[dict[str, Any]], Any]:
    if action == policies.TRASH:
        return lambda changes: gate.trash(actor, record)
    if action == policies.RESTORE:
        return lambda changes: gate.restore(actor, record)
    return lambda changes: _edit(actor, record, changes)


def _edit(actor: Actor, record: Any, changes: dict[str, Any]) -> None:
    if record.is_trashed:
        message = _("This record lies in the trash; restore it first.")
        raise Problem(422, message, errors={"": [message]})
    gate.edit(actor, record, changes)


bulk_acts = endpoint(POST=bulk)
