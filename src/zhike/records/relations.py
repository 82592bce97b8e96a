"""The records of a related list: of one record, or correlated to an outer query."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from zhike.records import registry
from zhike.records.declaration import RecordType, RelatedList


def key_of(relation: RelatedList) -> str:
    """The word of a related list in addresses and conditions: `opportunities`, `customers-parent`."""
    return f"{relation.record_type}-{relation.by}" if relation.label else relation.record_type


def find(owner: RecordType, key: str) -> RelatedList | None:
    """A list by its word, or a declared one by the type it lists."""
    lists = owner.related_lists()
    named = (each for each in lists if key_of(each) == key)
    return next(named, None) or next((each for each in lists if each.record_type == key), None)


def condition_of(relation: RelatedList, owner: RecordType, reference: Any) -> Q:
    """`reference` is a record's id, or `OuterRef("pk")` in a condition."""
    if relation.find is not None:
        found: Q = relation.find(reference)
        return found
    target = registry.get(relation.record_type)
    if not relation.by and type(target).linked_by is not None:
        linked: Q = type(target).linked_by(owner.name, reference)  # type: ignore[misc]
        return linked
    return Q(**{relation.by: reference})


def rows_of(relation: RelatedList, owner: RecordType, reference: Any) -> Any:
    target = registry.get(relation.record_type)
    return target.queryset().filter(condition_of(relation, owner, reference), trashed_at__isnull=True)
