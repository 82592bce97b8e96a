"""A record as JSON: its fields, its version, and the records it points at where they are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.records import listing, registry
from zhike.records.api.bodies import Parameters
from zhike.records.api.problems import bad_parameter
from zhike.records.declaration import RecordType
from zhike.records.fields import pointing

FRAME = ("id", "version", "trashed_at")
"""What every record shows besides its fields."""


@dataclass
class Shape:
    """Which fields of a type an answer shows, and which references in full."""

    record_type: RecordType
    names: tuple[str, ...]
    expanded: tuple[str, ...] = ()
    full: dict[tuple[str, int], Any] = field(default_factory=dict)

    @property
    def related(self) -> tuple[str, ...]:
        return listing.references_among(self.record_type, list(self.names))


def shape_of(record_type: RecordType, parameters: Parameters | None = None) -> Shape:
    """The shape `fields=` and `expand=` ask for. Raises `Problem` 400 for names that are none."""
    known = (*FRAME, *record_type.fields())
    if parameters is None:
        return Shape(record_type, known)
    wanted = parameters.names("fields")
    for name in wanted:
        if name not in known:
            raise bad_parameter("fields", _("There is no field “%(name)s”.") % {"name": name[:60]})
    expanded = parameters.names("expand")
    for name in expanded:
        if target_of(record_type, name) is None:
            raise bad_parameter("expand", _("“%(name)s” points at no record.") % {"name": name[:60]})
    names = tuple(name for name in known if name in wanted or name in expanded or name == "id") if wanted else known
    return Shape(record_type, names, tuple(expanded))


def target_of(record_type: RecordType, name: str) -> RecordType | None:
    found = record_type.field(name)
    return registry.find(found.record_type_name) if found is not None and pointing.points(found) else None


def shown(actor: Actor, shape: Shape, records: list[Any]) -> list[dict[str, Any]]:
    """The records as JSON; expanded references cost one query each, whatever the number of records."""
    fields = shape.record_type.custom_fields()
    pointing.bring([found for name, found in fields.items() if name in shape.names], records)
    for name in shape.expanded:
        _fetch_full(actor, shape, name, records)
    return [_shown_one(shape, record) for record in records]


def _fetch_full(actor: Actor, shape: Shape, name: str, records: Iterable[Any]) -> None:
    target = target_of(shape.record_type, name)
    if target is None:
        return
    ids = {number for record in records for number in _numbers(shape.record_type, name, record)}
    inner = shape_of(target)
    visible = target.policy.visible_to(actor, target.queryset().filter(pk__in=ids))
    for row in visible.select_related(*inner.related):
        shape.full[name, row.pk] = _shown_one(inner, row)


def _numbers(record_type: RecordType, name: str, record: Any) -> list[int]:
    found = record_type.field(name)
    if isinstance(found, pointing.Pointing):
        return found.ids_of(record)
    number = getattr(record, f"{name}_id")
    return [] if number is None else [number]


def _shown_one(shape: Shape, record: Any) -> dict[str, Any]:
    fields = shape.record_type.fields()
    found: dict[str, Any] = {}
    for name in shape.names:
        if name in FRAME:
            found[name] = _framed(record, name)
            continue
        value = fields[name].value_of(record)
        found[name] = fields[name].json(value)
        if value is not None and name in shape.expanded:
            found[name] = _in_full(shape, name, value, found[name])
    return found


def _in_full(shape: Shape, name: str, value: Any, shown: Any) -> Any:
    if isinstance(value, list):
        return [shape.full.get((name, row.pk), short) for row, short in zip(value, shown, strict=True)]
    return shape.full.get((name, value.pk), shown)


def _framed(record: Any, name: str) -> Any:
    if name == "trashed_at":
        return timezone.localtime(record.trashed_at).isoformat() if record.trashed_at else None
    return record.pk if name == "id" else record.version


def share_known_references(record: Any) -> None:
    """Gives references whose row another reference has brought already that row, instead of fetching it again."""
    references = [each for each in record._meta.concrete_fields if each.many_to_one]
    known = {
        (each.related_model, getattr(record, each.attname)): getattr(record, each.name)
        for each in references
        if each.is_cached(record)
    }
    for each in references:
        row = known.get((each.related_model, getattr(record, each.attname)))
        if row is not None and not each.is_cached(record):
            setattr(record, each.name, row)


def etag_of(record: Any) -> str:
    return f'"{record.version}"'
