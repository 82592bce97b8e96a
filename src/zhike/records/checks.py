"""Declarations are checked at start-up, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import Error, register

from zhike.records import registry
from zhike.records.declaration import RecordType
from zhike.records.models import Record


@register("zhike")
def check_declarations(app_configs: Any, **options: Any) -> list[Error]:
    return [error for record_type in registry.all_types() for error in _errors_of(record_type)]


def _errors_of(record_type: RecordType) -> Iterator[Error]:
    where = f"{type(record_type).__module__}.{type(record_type).__name__}"
    if not issubclass(record_type.model, Record):
        yield Error(f"{where}: the model {record_type.model.__name__} is no Record.", id="zhike.E001")
    is_of_code = record_type in registry.declared_types()
    known = record_type.built_in_fields if is_of_code else record_type.fields()
    for place, name in _names_used(record_type):
        if name not in known:
            yield Error(f"{where}: {place} names “{name}”, which is no field of the model.", id="zhike.E002")
    for relation in record_type.related:
        if registry.find(relation.record_type) is None:
            yield Error(f"{where}: related names “{relation.record_type}”, which is no record type.", id="zhike.E003")
        elif not relation.by and relation.find is None and type(registry.get(relation.record_type)).linked_by is None:
            yield Error(f"{where}: the related list {relation.record_type} says neither by nor find.", id="zhike.E004")
    for attribute in ("policy", "create", "update", "label", "search"):
        if not hasattr(type(record_type), attribute):
            yield Error(f"{where}: “{attribute}” is missing.", id="zhike.E005")
    laid_out = {name for section in record_type.layout for name in section.fields}
    for name, field in record_type.built_in_fields.items():
        if field.editable and field.required and name not in laid_out:
            yield Error(f"{where}: the required field “{name}” stands in no section.", id="zhike.E006")


def _names_used(record_type: RecordType) -> Iterator[tuple[str, str]]:
    for column in (*record_type.columns, *record_type.extra_columns):
        if isinstance(column, str) or column.is_field:
            yield "columns", column if isinstance(column, str) else column.name
    for section in record_type.layout:
        yield from ((f"the section “{section.label}”", name) for name in section.fields)
    yield from (("filters", name) for name in record_type.filters)
    yield from (("search", name) for name in record_type.search.fields)
    yield "title", record_type.title
    yield "sort", record_type.sort.lstrip("-")
    if record_type.board is not None:
        yield "board", record_type.board.lanes
        yield from (("board", name) for name in record_type.board.card)
    if record_type.calendar is not None:
        told = record_type.calendar
        yield from (("calendar", name) for name in (told.by, told.tone, told.minutes, *told.needs) if name)
