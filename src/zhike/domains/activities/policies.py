from collections.abc import Iterator
from typing import Any

from zhike.base.actors import Actor
from zhike.domains.activities import followed
from zhike.domains.activities.models import Link, Participant
from zhike.records import policies
from zhike.records.policies import Ground, Policy, Reach


class ActivityPolicy(Policy):
    """An activity is seen by its owner, who took part, and whoever sees a record it is on."""

    def grounds(self, actor: Actor, action: str, reach: Reach, model: Any) -> Iterator[Ground]:
        yield from super().grounds(actor, action, reach, model)
        if action != policies.SEE:
            return
        participations = Participant.objects.filter(member_id=actor.member_id or 0)
        yield Ground("participant", policies.among(reach, "pk", participations, "activity"))
        for record_type in followed.types():
            visible = record_type.policy.visible_to(actor, record_type.queryset()).values("pk")
            links = Link.objects.filter(record_type=record_type.name, record_id__in=visible)
            yield Ground("related", policies.among(reach, "pk", links, "activity"), record_type)
