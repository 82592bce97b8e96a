"""Writes that are the same for every record type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError

from zhike.base import clock
from zhike.base.actors import Actor
from zhike.base.chinese import pinyin_key
from zhike.records import registry
from zhike.records.declaration import RecordType


def creating(model: Any) -> Callable[..., Any]:
    """The service that makes a record of `model` where nothing else need happen."""

    def create_record(*, actor: Actor, **changes: Any) -> Any:
        return save_new(actor, build(model, **changes))

    return create_record


def updating(model: Any) -> Callable[..., Any]:
    """The service that changes a record of `model` where nothing else need happen."""
    keyword = model._meta.model_name

    def update_record(*, actor: Actor, **changes: Any) -> Any:
        record = changes.pop(keyword)
        return save_changes(record, changes)

    return update_record


def build(model: Any, **changes: Any) -> Any:
    """An unsaved record; custom fields go where they belong."""
    record = model()
    assign(registry.of(model), record, changes)
    return record


def assign(record_type: RecordType, record: Any, changes: dict[str, Any]) -> None:
    fields = record_type.every_field()
    for name, value in changes.items():
        field = fields.get(name)
        if field is None:
            setattr(record, name, value)
        else:
            field.assign(record, value)


def complete(record: Any) -> None:
    """What follows from the rest: what the domain says, then the pinyin key of the title."""
    record_type = registry.of(record)
    if type(record_type).complete is not None:
        type(record_type).complete(record)  # type: ignore[misc]
    record.title_key = pinyin_key(record_type.whole_title(record))[:240]


def save_new(actor: Actor, record: Any) -> Any:
    record.created_by_id = actor.member_id
    complete(record)
    validate(record)
    record.save(force_insert=True)
    return record


def save_changes(record: Any, changes: dict[str, Any]) -> Any:
    """Writes the named fields and what follows from them."""
    before = {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields}
    assign(registry.of(record), record, changes)
    complete(record)
    validate(record)
    written = [f.attname for f in record._meta.concrete_fields if getattr(record, f.attname) != before[f.attname]]
    if written:
        record.save(update_fields=written)
        record.version += 1
    return record


def validate(record: Any) -> None:
    """The facts of one row that its model knows. Raises `ValidationError`."""
    record.clean()


def move_to_trash(*, actor: Actor, record: Any) -> None:
    if record.trashed_at is None:
        record.trashed_at = clock.now()
        record.save(update_fields=["trashed_at"])


def restore_from_trash(*, actor: Actor, record: Any) -> None:
    if record.trashed_at is not None:
        record.trashed_at = None
        record.save(update_fields=["trashed_at"])


def refusal(message: str, field: str = "") -> ValidationError:
    """The error of one field (or of the record) with a translated message, to be raised."""
    return ValidationError({field or "__all__": [message]})
