"""Records that may be the same as one being written: by title, phone, e-mail or another key of its type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Field, Invalid
from zhike.records.fields.contacts import Entries
from zhike.records.fields.text import Text

MOST = 5
SHORTEST_START = 3
"""Characters of a title from which on its beginning is compared; a whole title may be shorter."""


@dataclass(frozen=True)
class Similar:
    record: Any
    reason: str


def compared_fields(record_type: RecordType) -> list[Field]:
    """The title, and the single fields by which an import recognises a record, but for the external id."""
    names = dict.fromkeys((record_type.title, *record_type.imports.match_on))
    found = [record_type.field(name) for name in names if "+" not in name and name != "external_id"]
    return [field for field in found if isinstance(field, Text | Entries) and field.editable]


def similar_records(
    actor: Actor, record_type: RecordType, raw: Mapping[str, Any], *, except_id: int | None = None
) -> list[Similar]:
    """At most five visible records that share a key with the raw values; whatever cannot be read yet is passed over."""
    queryset = record_type.policy.visible_to(actor, record_type.queryset().filter(trashed_at__isnull=True))
    found: dict[int, Similar] = {}
    for field in compared_fields(record_type):
        condition = _same(field, raw.get(field.name), is_title=field.name == record_type.title)
        if condition is None or len(found) >= MOST:
            continue
        for record in queryset.filter(condition).exclude(pk=except_id).order_by("pk")[:MOST]:
            found.setdefault(record.pk, Similar(record, _reason(record_type, record, field, raw)))
    return _titles_first(record_type, list(found.values()), raw)[:MOST]


def _same(field: Field, raw: Any, *, is_title: bool) -> Q | None:
    try:
        value = field.clean_value(raw) if isinstance(field, Text) and raw else field.clean(raw) if raw else None
    except Invalid:
        return None
    if not value:
        return None
    if isinstance(field, Entries):
        found = Q(pk__in=[])
        for entry in value:
            found |= Q(**{f"{field.name}__contains": [{field.key: entry[field.key]}]})
        return found
    same = Q(**{field.name: value})
    return same | Q(**{f"{field.name}__startswith": value}) if is_title and len(value) >= SHORTEST_START else same


def _reason(record_type: RecordType, record: Any, field: Field, raw: Mapping[str, Any]) -> str:
    alike = field.name == record_type.title and record_type.title_of(record) != str(raw.get(field.name)).strip()
    words = _("similar %(field)s") if alike else _("same %(field)s")
    return words % {"field": str(field.label).lower()}


def _titles_first(record_type: RecordType, found: list[Similar], raw: Mapping[str, Any]) -> list[Similar]:
    title = str(raw.get(record_type.title) or "").strip()
    return sorted(found, key=lambda each: record_type.title_of(each.record) != title)
