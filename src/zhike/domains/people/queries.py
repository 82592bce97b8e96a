from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from zhike.base import clock
from zhike.domains.people.models import Invitation, Member, Token
from zhike.records import registry
from zhike.records.declaration import RecordType
from zhike.records.roles.acting import actor_of

__all__ = ["actor_of", "find_invitation", "handed_over", "hash_of", "tokens_ending", "tokens_in_state", "tokens_of"]


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def find_invitation(secret: str) -> Invitation | None:
    """A link that still works."""
    return (
        Invitation.objects.select_related("member")
        .filter(secret_hash=hash_of(secret), accepted_at__isnull=True, expires_at__gt=clock.now())
        .filter(member__is_active=True, member__trashed_at__isnull=True)
        .first()
    )


def handed_over(member: Member) -> list[tuple[RecordType, Any]]:
    """The records of each type that a successor takes over, as querysets."""
    found = []
    for record_type in registry.all_types():
        if record_type.has_owner():
            rows = record_type.queryset().filter(owner=member)
            rows = rows.filter(record_type.handed_over) if record_type.handed_over is not None else rows
            found.append((record_type, rows))
    return found


def tokens_of(member_id: int) -> QuerySet[Token]:
    """The member's tokens that were not revoked, latest first."""
    return Token.objects.filter(member_id=member_id, revoked_at__isnull=True)


def tokens_in_state(state: str, now: datetime) -> QuerySet[Token]:
    """Everybody's tokens, latest first: those that work, those never used among them, those whose time is over,
    those revoked."""
    working = Q(revoked_at__isnull=True) & (Q(expires_at__isnull=True) | Q(expires_at__gt=now))
    found = {
        "working": working,
        "unused": working & Q(last_used_at__isnull=True),
        "expired": Q(revoked_at__isnull=True, expires_at__lte=now),
        "revoked": Q(revoked_at__isnull=False),
    }[state]
    return Token.objects.filter(found).select_related("member")


def tokens_ending(after: datetime, before: datetime) -> QuerySet[Token]:
    """Tokens of members who work here whose time ends in between."""
    found = Token.objects.filter(revoked_at__isnull=True, secret_hash__isnull=False, member__is_active=True)
    return found.filter(expires_at__gt=after, expires_at__lte=before).select_related("member")
