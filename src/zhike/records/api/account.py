"""Who asks, and what they may do."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest

from zhike.base.actors import Actor, Kind
from zhike.records import policies, registry
from zhike.records.api.answering import Answer, endpoint
from zhike.records.api.bodies import Parameters
from zhike.records.declaration import RecordType


def read_me(request: HttpRequest, actor: Actor) -> Answer:
    Parameters(request)
    member: Any = get_user_model()._default_manager.get(pk=actor.member_id)
    rights = {
        record_type.name: [action for action in policies.ACTIONS if record_type.policy.may(actor, action)]
        for record_type in types_of(actor)
    }
    changed = {name for name in rights if not actor.is_kept_from_changing(name)}
    return Answer(
        {
            "id": member.pk,
            "name": member.name,
            "email": member.email,
            "roles": list(actor.roles),
            "read_only": actor.read_only,
            "token": actor.label.removeprefix(f"{actor.name} · ") if actor.kind == Kind.TOKEN else None,
            "rights": {name: "write" if name in changed else "read" for name in rights},
            "record_types": rights,
        }
    )


def types_of(actor: Actor) -> list[RecordType]:
    """The record types the actor may see anything of."""
    return [
        record_type
        for record_type in registry.all_types()
        if record_type.policy.may(actor, policies.SEE) and actor.is_for(record_type.name)
    ]


me = endpoint(GET=read_me)
