"""The record pages a member opened last."""

from __future__ import annotations

from typing import Any

from django.db import connection

from zhike.base import clock
from zhike.base.actors import Actor
from zhike.records import policies, registry
from zhike.records.search.models import Visit

KEPT = 20


NOTE = """
WITH noted AS (
  INSERT INTO records_visit (member_id, record_type, record_id, visited_at)
  VALUES (%(member)s, %(type)s, %(id)s, %(at)s)
  ON CONFLICT (member_id, record_type, record_id) DO UPDATE SET visited_at = excluded.visited_at)
DELETE FROM records_visit WHERE id IN
  (SELECT id FROM records_visit WHERE member_id = %(member)s ORDER BY visited_at DESC OFFSET %(kept)s)
"""


def note_visit(actor: Actor, record: Any) -> None:
    """The actor opened the page of `record` just now; visits long past are forgotten."""
    if actor.member_id is None or actor.is_looking:
        return
    values = {"member": actor.member_id, "type": record.record_type_name, "id": record.pk, "at": clock.now()}
    with connection.cursor() as cursor:
        cursor.execute(NOTE, {**values, "kept": KEPT})


def recent_records(actor: Actor, limit: int = 8) -> list[Any]:
    """The records visited last that the actor still may see, latest first."""
    visits = list(
        Visit.objects.filter(member_id=actor.member_id or 0)
        .order_by("-visited_at")
        .values_list("record_type", "record_id")[:KEPT]
    )
    found: dict[tuple[str, int], Any] = {}
    for name in {name for name, _ in visits}:
        record_type = registry.find(name)
        if record_type is None or not record_type.policy.may(actor, policies.SEE):
            continue
        alive = record_type.queryset().filter(
            pk__in=[number for other, number in visits if other == name], trashed_at__isnull=True
        )
        found |= {(name, record.pk): record for record in record_type.policy.visible_to(actor, alive)}
    return [found[visit] for visit in visits if visit in found][:limit]
