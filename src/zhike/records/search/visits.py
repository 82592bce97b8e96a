"""The record pages a member opened last."""

from __future__ import annotations

from typing import Any

from zhike.base import clock
from zhike.base.actors import Actor
from zhike.records import policies, registry
from zhike.records.search.models import Visit

KEPT = 20


def note_visit(actor: Actor, record: Any) -> None:
    """The actor opened the page of `record` just now."""
    if actor.member_id is None:
        return
    visit = Visit(
        member_id=actor.member_id,
        record_type=record.record_type_name,
        record_id=record.pk,
        visited_at=clock.now(),
    )
    made = Visit.objects.bulk_create(
        [visit], update_conflicts=True, update_fields=["visited_at"],
        unique_fields=["member", "record_type", "record_id"],
    )  # fmt: skip
    if made[0].pk and made[0].pk % KEPT == 0:
        _forget_old(actor.member_id)


def _forget_old(member_id: int) -> None:
    """Now and then: each new visit has a new number, and every twentieth comes past here."""
    kept = Visit.objects.filter(member_id=member_id).order_by("-visited_at").values("pk")[:KEPT]
    Visit.objects.filter(member_id=member_id).exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()


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
