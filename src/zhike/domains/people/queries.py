from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet

from zhike.base import clock
from zhike.base.actors import Actor, Door, Kind
from zhike.domains.people.models import Invitation, Member, Token
from zhike.records import registry
from zhike.records.declaration import RecordType


def actor_of(member: Member, door: Door, *, kind: Kind = Kind.MEMBER, label: str = "") -> Actor:
    """The actor a member is; `department` should have been fetched along."""
    return Actor(
        kind=kind,
        label=label or member.name,
        door=door,
        member_id=member.pk,
        role=member.role,
        department_id=member.department_id,
        department_path=member.department.path if member.department else "",
    )


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def find_actor_by_token(secret: str) -> Actor | None:
    """The actor behind a bearer token, or None when it is unknown, revoked, expired or its member left."""
    token = (
        Token.objects.select_related("member__department")
        .filter(secret_hash=hash_of(secret), revoked_at__isnull=True, member__is_active=True)
        .filter(member__trashed_at__isnull=True)
        .first()
    )
    now = clock.now()
    if token is None or (token.expires_at and token.expires_at <= now):
        return None
    if token.last_used_at is None or (now - token.last_used_at).total_seconds() > 300:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
    actor = actor_of(token.member, Door.API, kind=Kind.TOKEN, label=f"{token.member.name} · {token.name}")
    return replace(actor, read_only=token.read_only, types=frozenset(token.types))


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
