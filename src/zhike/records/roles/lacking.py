"""What is needed of a record in fields its writer may not fill in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from zhike.base.actors import Actor
    from zhike.records.declaration import RecordType

Errors = dict[str, list[str]]


def given_for(record_type: RecordType, fields: Mapping[str, Any], errors: Errors) -> dict[str, Any]:
    """What a new record gets in the fields its maker may not write: their defaults. One that has none and is needed is
    an error of the record as a whole."""
    every = record_type.every_field()
    if fields is every:
        return {}
    kept = [each for name, each in every.items() if each.editable and not _is_writable(fields, name)]
    for each in kept:
        if each.required and each.default() is None:
            errors.setdefault("", []).append(_beyond(each))
    return {each.name: each.default() for each in kept if each.default() is not None}


def told(actor: Actor, record_type: RecordType, missing: Iterable[str]) -> Errors:
    """What must be filled before a record may go on: at the field, or at the record where the actor cannot fill it."""
    fields, every = record_type.fields_for(actor), record_type.every_field()
    errors: Errors = {}
    for name in missing:
        if name in every and every[name].editable and not _is_writable(fields, name):
            errors.setdefault("", []).append(_beyond(every[name]))
        else:
            errors[name] = [_("This is needed before the record may go on.")]
    return errors


def _is_writable(fields: Mapping[str, Any], name: str) -> bool:
    return name in fields and fields[name].editable


def _beyond(field: Any) -> str:
    return _("“%(field)s” is needed, and your role may not fill it in.") % {"field": field.label}
