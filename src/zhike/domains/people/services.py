"""Departments, members, their invitations and tokens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Concat, Length, Substr
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.domains.people.models import Department, Invitation, Member, Token, new_secret
from zhike.domains.people.queries import hash_of
from zhike.records import services
from zhike.records.services import refusal

INVITATION_DAYS = 14


# Departments


def open_department(*, actor: Actor, **changes: Any) -> Department:
    department: Department = services.build(Department, **changes)
    services.save_new(actor, department)
    department.path = f"{department.parent.path if department.parent else '/'}{department.pk}/"
    department.save(update_fields=["path"])
    return department


def revise_department(*, actor: Actor, department: Department, **changes: Any) -> Department:
    """Moving a department moves everything below it. Refuses to move it below itself."""
    parent = changes.get("parent", department.parent)
    if parent is not None and parent.path.startswith(department.path):
        raise refusal(_("A department cannot stand below itself."), "parent")
    services.save_changes(department, changes)
    path = f"{parent.path if parent else '/'}{department.pk}/"
    if path != department.path:
        old = department.path
        Department.objects.filter(path__startswith=old).update(
            path=Concat(Value(path), Substr(F("path"), Length(Value(old)) + 1))
        )
        department.path = path
    return department


# Members


def add_member(*, actor: Actor, password: str = "", **changes: Any) -> Member:
    member: Member = services.build(Member, **changes)
    if password:
        member.set_password(password)
    else:
        member.set_unusable_password()
    services.save_new(actor, member)
    return member


def revise_member(*, actor: Actor, member: Member, **changes: Any) -> Member:
    manager = changes.get("manager")
    above = manager
    while above is not None:
        if above.pk == member.pk:
            raise refusal(_("This would make %(name)s report to themselves.") % {"name": member.name}, "manager")
        above = above.manager
    services.save_changes(member, changes)
    return member


def invite_member(*, actor: Actor, member: Member, now: datetime) -> str:
    """Returns the secret of the link `/invitations/<secret>/`; earlier links of the member end."""
    if not member.email:
        raise refusal(_("Give this member an e-mail address first: it is what they sign in with."), "email")
    Invitation.objects.filter(member=member, accepted_at__isnull=True).delete()
    secret = new_secret()
    Invitation.objects.create(
        member=member, secret_hash=hash_of(secret), expires_at=now + timedelta(days=INVITATION_DAYS)
    )
    return secret


def issue_token(
    *, actor: Actor, member: Member, name: str, read_only: bool = False, types: tuple[str, ...] = ()
) -> tuple[Token, str]:
    """A new token and its secret, which is shown once and never again."""
    secret = f"zk_{new_secret()}"
    token = Token.objects.create(
        member=member,
        name=name,
        secret_hash=hash_of(secret),
        prefix=secret[:10],
        read_only=read_only,
        types=list(types),
    )
    return token, secret
