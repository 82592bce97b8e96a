"""What happened to a record, and the acts it happened in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.base.changelog.models import Change, ChangeSet
from zhike.base.changelog.restraining import CUSTOM, Conflict
from zhike.base.changelog.undoing import UnableToUndo
from zhike.records import gate, history, registry, undoing
from zhike.records.api import idempotency, resources
from zhike.records.api.answering import Answer, endpoint
from zhike.records.api.bodies import Parameters
from zhike.records.api.problems import Problem, bad_parameter
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Field
from zhike.records.fields.masking import Masked
from zhike.records.fields.references import as_id

PAGE, LARGEST_PAGE = 50, 200
OPERATIONS = {"I": "insert", "U": "update", "D": "delete"}


# The history of one record


def read_history(request: HttpRequest, actor: Actor, type_name: str, record_id: str) -> Answer:
    """Latest change first; `next` leads to earlier ones."""
    record_type = resources.type_for(actor, type_name)
    parameters = Parameters(request, "limit", "cursor")
    size = parameters.whole("limit", PAGE, LARGEST_PAGE)
    record = resources.record_for(actor, record_type, record_id)
    rows = Change.objects.filter(owner_table=record_type.table, owner_id=record.pk)
    if parameters.text("cursor"):
        before = as_id(parameters.text("cursor"))
        if before is None:
            raise bad_parameter("cursor", _("There is no such page; start from the beginning of the list."))
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("change_set").order_by("-pk")[: size + 1])
    items = [_change(record_type, row) for row in found[:size]]
    return Answer({"items": items, "next": str(found[size - 1].pk) if len(found) > size else None})


def _change(record_type: RecordType, row: Change) -> dict[str, Any]:
    is_own = row.table_name == record_type.table
    return {
        "at": _moment(row.at),
        "operation": OPERATIONS[row.operation],
        "part": "" if is_own else row.table_name,
        "fields": fields_between(record_type if is_own else None, row.before or {}, row.after or {})
        if is_own or history.parts_are_told(record_type)
        else [],
        "change_set": act_shown(row.change_set),
    }


def fields_between(
    record_type: RecordType | None, before: dict[str, Any], after: dict[str, Any]
) -> list[dict[str, Any]]:
    """What differs between two states of a row as the log has them. Of a record: by field names as the API has them;
    columns that are no field (a sort key) are left out."""
    if record_type is None:
        return _plain(before, after)
    fields = record_type.fields().items()
    known = {_column_of(field): name for name, field in fields} | {"trashed_at": "trashed_at"}
    shown = _plain(
        *({known[each]: row[each] for each in row if each in known} for row in (_flat(before), _flat(after)))
    )
    return as_seen(record_type, shown)


def as_seen(record_type: RecordType, told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Changes of fields less those the reader in force may not see; of masked ones as much as may be seen."""
    fields = record_type.fields()
    names = [str(each["field"]) for each in told]
    hidden = record_type.every_field().keys() - fields.keys()
    return [_as_seen(fields.get(name), each) for name, each in zip(names, told, strict=True) if name not in hidden]


def _column_of(field: Field) -> str:
    return str(field.model_field.column) if field.model_field is not None else field.name


def _as_seen(field: Field | None, told: dict[str, Any]) -> dict[str, Any]:
    """A masked field tells that it changed, and as much of both values as may be seen."""
    if not isinstance(field, Masked):
        return told
    return told | {side: field.of_stored(told[side]) for side in ("before", "after")}


def _flat(columns: dict[str, Any]) -> dict[str, Any]:
    """Custom fields beside the others."""
    inner = columns.get("custom")
    return {**columns, **inner} if isinstance(inner, dict) else columns


def _plain(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"field": name, "before": before.get(name), "after": after.get(name)}
        for name in dict.fromkeys((*before, *after))
        if before.get(name) != after.get(name)
    ]


# Acts


def read_change_set(request: HttpRequest, actor: Actor, change_set_id: str) -> Answer:
    Parameters(request)
    change_set = undoing.get_act(actor, _number(change_set_id))
    return Answer({**act_shown(change_set), "change_count": undoing.size_of(change_set),
                   "can_undo": undoing.may_undo(actor, change_set)})  # fmt: skip


def undo_change_set(request: HttpRequest, actor: Actor, change_set_id: str) -> Answer:
    Parameters(request)
    change_set = undoing.get_act(actor, _number(change_set_id))
    if change_set.undone_by_id is None and not undoing.may_undo(actor, change_set):
        raise gate.NotAllowed("undo")
    return idempotency.once(request, actor, lambda: _undone(actor, change_set))


def _undone(actor: Actor, change_set: ChangeSet) -> Answer:
    try:
        result = undoing.undo(actor, change_set)
    except UnableToUndo as error:
        raise Problem(409, str(error) or _("This was undone already.")) from None
    conflicts = [
        {
            "record_type": _type_name(conflict.table), "id": conflict.record_id, "field": _field_name(conflict),
            "reason": conflict.reason,
        }
        for conflict in result.conflicts
    ]  # fmt: skip
    return Answer(
        {
            "change_set": result.change_set.pk,
            "restored": result.restored,
            "conflict_count": result.conflict_count,
            "conflicts": conflicts,
        }
    )


def _number(raw: str) -> int:
    number = as_id(raw)
    if number is None:
        raise gate.NotVisible
    return number


def _type_name(table: str) -> str:
    record_type = registry.of_table(table)
    return record_type.name if record_type else table


def _field_name(conflict: Conflict) -> str:
    """Of a hidden field not even the name; a column that is no field (a sort key) is named as it is."""
    field = undoing.field_left(conflict)
    if field is not None:
        return field.name
    is_of_field = conflict.field.startswith(CUSTOM) or conflict.field in history.fields_by_column(conflict.table)
    return "" if is_of_field else conflict.field


def act_shown(change_set: ChangeSet) -> dict[str, Any]:
    """An act as the API has it: who, when, through which door, what."""
    return {
        "id": change_set.pk,
        "at": _moment(change_set.started_at),
        "action": change_set.action,
        "door": change_set.door,
        "record_type": change_set.record_type,
        "subject": history.subject_of(change_set),
        "actor": {"kind": change_set.actor_kind, "member": change_set.actor_id, "name": change_set.actor_label},
        "undoes": change_set.undoes_id,
        "undone_by": change_set.undone_by_id,
    }


def _moment(moment: Any) -> str:
    return timezone.localtime(moment).isoformat()


record_history = endpoint(GET=read_history)
change_set_detail = endpoint(GET=read_change_set)
change_set_undo = endpoint(POST=undo_change_set)
