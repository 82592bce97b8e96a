"""As whom a webhook sees records: as the administrator who saved it last, with the rights of now."""

from __future__ import annotations

from typing import Any

from zhike.base import actors
from zhike.base.actors import Actor, Door
from zhike.records.roles import acting as roles
from zhike.records.webhooks.models import Webhook


def has_left(webhook: Webhook) -> bool:
    member: Any = webhook.member
    return member is None or not member.is_active or member.trashed_at is not None


def actor_of(webhook: Webhook) -> Actor:
    """The member with the rights of now. What a company set up does not end with who set it up: when that member
    has left, the webhook sees what administrators see, until one of them takes it over by saving it."""
    if has_left(webhook):
        return actors.system(webhook.name)
    member: Any = webhook.member
    return roles.actor_of(member, Door.JOB, read_only=True)
