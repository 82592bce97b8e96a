"""All record types, by name. Floors and rooms find each other here, never by import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol, TypeVar

from zhike.base import recent
from zhike.records.declaration import RecordType
from zhike.records.roles.rights import doing

T = TypeVar("T", bound=type[RecordType])
_types: dict[str, RecordType] = {}
_by_model: dict[type[Any], RecordType] = {}
_sources: list[Source] = []


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


class Source(Protocol):
    """Types that no code declares: those the company of the present workspace defined."""

    def types(self) -> Iterable[RecordType]: ...

    def find(self, name: str) -> RecordType | None: ...

    def of(self, model: type[Any]) -> RecordType | None: ...


def consult(source: Source) -> None:
    """From now on the types of `source` are found like registered ones."""
    _sources.append(source)


def get(name: str) -> RecordType:
    """Raises `UnknownRecordType`. A type that another process has just made is found."""
    found = find(name) or (find(name) if recent.doubt() else None)
    if found is None:
        raise UnknownRecordType(name)
    return found


def find(name: str) -> RecordType | None:
    found = _types.get(name)
    if found is not None:
        return found
    return next((other for source in _sources if (other := source.find(name)) is not None), None)


def of(record_or_model: Any) -> RecordType:
    """Raises `KeyError` for what is no record of the present workspace."""
    model = record_or_model if isinstance(record_or_model, type) else type(record_or_model)
    found = _by_model.get(model)
    if found is not None:
        return found
    for source in _sources:
        if (other := source.of(model)) is not None:
            return other
    raise KeyError(model)


def of_table(table: str) -> RecordType | None:
    return next((record_type for record_type in _every_type() if record_type.table == table), None)


def all_types() -> list[RecordType]:
    """In the order of the menu, those of the present workspace among them."""
    return sorted(_every_type(), key=lambda found: (found.group_position, found.position, found.name))


def declared_types() -> list[RecordType]:
    """Those of the code, in the order of the menu."""
    return sorted(_types.values(), key=lambda found: (found.group_position, found.position, found.name))


def _every_type() -> Iterator[RecordType]:
    yield from _types.values()
    for source in _sources:
        yield from source.types()
