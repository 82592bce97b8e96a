from typing import Any

from django.db.models import Q

from zhike.base.actors import Actor
from zhike.domains.activities.models import Link, Participant
from zhike.records import policies, registry
from zhike.records.models import FollowedRecord
from zhike.records.policies import Policy, Reach


class ActivityPolicy(Policy):
    """An activity is seen by its owner, who took part, and whoever sees a record it is on."""

    def within(self, actor: Actor, action: str, reach: Reach, model: Any) -> Q:
        found = super().within(actor, action, reach, model)
        if action != policies.SEE:
            return found
        participations = Participant.objects.filter(member_id=actor.member_id or 0)
        found |= policies.among(reach, "pk", participations, "activity")
        for record_type in registry.all_types():
            if issubclass(record_type.model, FollowedRecord):
                visible = record_type.policy.visible_to(actor, record_type.queryset()).values("pk")
                links = Link.objects.filter(record_type=record_type.name, record_id__in=visible)
                found |= policies.among(reach, "pk", links, "activity")
        return found
