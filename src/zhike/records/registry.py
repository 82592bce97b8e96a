"""All record types, by name. Floors and rooms find each other here, never by import."""

from __future__ import annotations

from typing import Any, TypeVar

from zhike.records.declaration import RecordType
from zhike.records.roles.rights import doing

T = TypeVar("T", bound=type[RecordType])
_types: dict[str, RecordType] = {}
_by_model: dict[type[Any], RecordType] = {}


class UnknownRecordType(LookupError):
    """No record type has that name."""


def register(declared: T) -> T:
    record_type = declared()
    if not record_type.name:
        declared.name = str(record_type.model._meta.model_name) + "s"
    record_type.model.record_type_name = record_type.name
    if hasattr(declared, "policy"):  # the check of declarations says so in a sentence
        declared.policy.record_type_name = record_type.name
        declared.policy.needs = {doing(action.name): action.needs for action in declared.actions}
    _types[record_type.name] = record_type
    _by_model[record_type.model] = record_type
    return declared


def get(name: str) -> RecordType:
    """Raises `UnknownRecordType`."""
    try:
        return _types[name]
    except KeyError:
        raise UnknownRecordType(name) from None


def find(name: str) -> RecordType | None:
    return _types.get(name)


def of(record_or_model: Any) -> RecordType:
    model = record_or_model if isinstance(record_or_model, type) else type(record_or_model)
    return _by_model[model]


def of_table(table: str) -> RecordType | None:
    return next((record_type for record_type in _types.values() if record_type.table == table), None)


def all_types() -> list[RecordType]:
    """In the order of the menu."""
    return sorted(_types.values(), key=lambda found: (found.group_position, found.position, found.name))
