"""Words of the index that are kept from some readers: entries are made of all fields of a record, and a role may hide
or mask some of them. Nobody finds a record by words they may not read."""

from __future__ import annotations

from typing import Any

from zhike.records import registry
from zhike.records.declaration import RecordType
from zhike.records.fields.pointing import Pointing, points
from zhike.records.roles import sight

WORDY = frozenset({"text", "long_text", "link", "phone", "email", "serial", "address", "rich_text"})


def names_with_words(record_type: RecordType) -> set[str]:
    """The fields an entry is made of."""
    own = record_type.custom_fields().items()
    named = {name for name, field in own if field.kind in WORDY or isinstance(field, Pointing)}
    return {record_type.title, "external_id", *record_type.search.fields} | named


def are_there(record_type: RecordType) -> bool:
    """Whether entries of the type hold words the reader in force may not read."""
    return sight.current() is not None and readable(record_type) != names_with_words(record_type)


def readable(record_type: RecordType) -> set[str]:
    every = record_type.every_field()
    return {name for name in names_with_words(record_type) if _is_readable(record_type, name, every.get(name))}


def _is_readable(record_type: RecordType, name: str, field: Any) -> bool:
    target = registry.find(field.record_type_name) if points(field) else None
    return sight.all_readable(record_type, [name]) and (target is None or sight.masked_title(target) is None)
