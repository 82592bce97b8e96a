"""Departments, members, their invitations and tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Concat, Length, Substr
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.domains.people import queries
from zhike.domains.people.choices import Role
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


def settle_paths(actor: Actor, departments: list[Department]) -> None:
    """After an import: every department knows the ids from the root down to itself."""
    rows = {row.pk: row for row in Department.objects.all()}
    for row in rows.values():
        path = _path_of(row, rows)
        if path != row.path:
            Department.objects.filter(pk=row.pk).update(path=path)
    for department in departments:
        department.path = _path_of(department, rows)


def _path_of(department: Department, rows: Mapping[int, Department]) -> str:
    ids: list[int] = []
    number: int | None = department.pk
    while number is not None and number not in ids:
        ids.append(number)
        number = rows[number].parent_id
    return "/" + "".join(f"{each}/" for each in reversed(ids))


# Members


def complete_member(member: Member) -> None:
    """Nobody signs in before a password was set."""
    if not member.password:
        member.set_unusable_password()


def add_manager(actor: Actor, name: str, beside: Mapping[str, Any]) -> Member:
    """Somebody an import names as the manager of others: a manager, in the department of their people."""
    return add_member(actor=actor, name=name, role=Role.MANAGER, department=beside.get("department"))


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


def deactivate_member(*, actor: Actor, member: Member, successor: Member | None, now: datetime) -> int:
    """Ends a member's access and hands what they owned to `successor`; returns how many records moved.

    What is over (closed deals, activities done) stays in the member's name. Refuses the last administrator,
    oneself, and a successor who left.
    """
    _refuse_departure(actor, member, successor)
    moved = 0
    if successor is not None:
        moved = sum(rows.update(owner=successor) for _type, rows in queries.handed_over(member))
        Member.objects.filter(manager=member).exclude(pk=successor.pk).update(manager=successor)
    services.save_changes(member, {"is_active": False})
    Token.objects.filter(member=member, revoked_at__isnull=True).update(revoked_at=now)
    Invitation.objects.filter(member=member, accepted_at__isnull=True).delete()
    return moved


def _refuse_departure(actor: Actor, member: Member, successor: Member | None) -> None:
    if member.pk == actor.member_id:
        raise refusal(_("Nobody can deactivate themselves; ask another administrator."))
    if successor is not None and (not successor.is_active or successor.pk == member.pk):
        raise refusal(_("%(name)s cannot take over these records.") % {"name": successor.name}, "successor")
    others = Member.objects.filter(role=Role.ADMINISTRATOR, is_active=True, trashed_at__isnull=True)
    if member.role == Role.ADMINISTRATOR and not others.exclude(pk=member.pk).exists():
        raise refusal(_("This is the last administrator: make somebody else one first."))


def reactivate_member(*, actor: Actor, member: Member) -> Member:
    return services.save_changes(member, {"is_active": True})


def accept_invitation(*, invitation: Invitation, password: str, now: datetime) -> Member:
    """The invited member sets a password; the link works once."""
    member = invitation.member
    member.set_password(password)
    member.save(update_fields=["password"])
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    return member


def speak(*, member: Member, language: str) -> None:
    """Remembers the member's language for what is written to them while they are away."""
    if member.language != language:
        Member.objects.filter(pk=member.pk).update(language=language)


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
    *,
    actor: Actor,
    member: Member,
    name: str,
    read_only: bool = False,
    types: Sequence[str] = (),
    expires_at: datetime | None = None,
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
        expires_at=expires_at,
    )
    return token, secret


def revoke_token(*, actor: Actor, token: Token, now: datetime) -> Token:
    """Whoever holds the secret is turned away from now on."""
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
    return token
