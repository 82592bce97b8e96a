"""Making unsaved records by the thousand: copies of one blank record, with assignments prepared per field.

`Model()` asks every field for its default each time and costs ten times as much as the rest of a row.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

from django.db.models.base import ModelState

from zhike.records.fields.base import Field
from zhike.records.fields.moments import Moment

Assign = Callable[[Any, Any], None]


class Blank:
    """A record without values, to be copied; a new one for each batch, so that its times are the batch's."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.values = {name: value for name, value in vars(model()).items() if name != "_state"}
        self.changeable = [name for name, value in self.values.items() if isinstance(value, list | dict)]

    def copy(self) -> Any:
        record = self.model.__new__(self.model)
        values = vars(record)
        values["_state"] = ModelState()
        values.update(self.values)
        for name in self.changeable:
            values[name] = copy(values[name])
        return record


def assigner_of(field: Field) -> Assign:
    """The quickest way to give a field of a record its value."""
    column: Any = field.model_field
    if column is None:
        return field.assign
    name, attname = column.name, column.attname
    if isinstance(field, Moment):
        return _assigner_of_moments(name)
    if not column.is_relation:
        return lambda record, value: record.__dict__.__setitem__(name, value)

    def refer(record: Any, value: Any) -> None:
        record.__dict__[attname] = None if value is None else value.pk
        record._state.fields_cache[name] = value

    return refer


def _assigner_of_moments(name: str) -> Assign:
    """Files hold whole seconds: a moment that differs by less is the one that is there already."""

    def assign(record: Any, value: Any) -> None:
        held = record.__dict__.get(name)
        if held is None or value is None or held.replace(microsecond=0) != value:
            record.__dict__[name] = value

    return assign
