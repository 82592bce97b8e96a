"""What is asked about activities across the records they are on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zhike.base.actors import Actor
from zhike.domains.activities.models import Link
from zhike.records import registry


def subjects(actor: Actor, activities: Iterable[Any]) -> dict[int, Any]:
    """The record each activity is about, where the actor may see it: the deal before its customer."""
    links = Link.objects.filter(activity__in=[each.pk for each in activities], is_direct=True).order_by("pk")
    by_type: dict[str, dict[int, list[int]]] = {}
    for activity_id, name, record_id in links.values_list("activity_id", "record_type", "record_id"):
        by_type.setdefault(name, {}).setdefault(record_id, []).append(activity_id)
    found: dict[int, Any] = {}
    for name in sorted(by_type, key=lambda name: name != "opportunities"):
        record_type = registry.find(name)
        if record_type is None:
            continue
        for record in record_type.policy.visible_to(actor, record_type.queryset().filter(pk__in=by_type[name])):
            for activity_id in by_type[name][record.pk]:
                found.setdefault(activity_id, record)
    return found
