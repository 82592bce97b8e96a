"""Departments, members, their invitations and tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat, Length, Substr
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.base import addresses
from zhike.base.actors import ADMINISTRATOR, Actor
from zhike.base.notices.services import notify
from zhike.base.workspaces import queries as workspaces
from zhike.domains.people import queries
from zhike.domains.people.choices import TokenRight
from zhike.domains.people.models import Department, Invitation, Member, Token, new_secret
from zhike.domains.people.queries import hash_of
from zhike.records import registry, services
from zhike.records.importing.refusals import UnableToImport
from zhike.records.roles.ready import MANAGER
from zhike.records.services import refusal

INVITATION_DAYS = 14
LAST = gettext_lazy("This is the last administrator: make somebody else one first.")
PREFIX = 10
"""As much of a token's secret is kept in clear, to tell tokens apart."""


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
    """Nobody signs in before a password was set, and somebody always is an administrator."""
    if not member.password:
        member.set_unusable_password()
    if member.pk is not None and ADMINISTRATOR not in member.roles and _is_last_administrator(member.pk):
        raise refusal(str(LAST), "roles")


def _administrators() -> QuerySet[Member]:
    return Member.objects.filter(roles__contains=[ADMINISTRATOR], is_active=True, trashed_at__isnull=True)


def _is_last_administrator(number: int) -> bool:
    """Whether, as the table stands, this member is one and there is no other."""
    found = _administrators()
    return found.filter(pk=number).exists() and not found.exclude(pk=number).exists()


def require_administrator_left(actor: Actor, members: list[Member]) -> None:
    """After a batch of an import: each row for itself may have left one."""
    if not _administrators().exists():
        raise UnableToImport(LAST)


def add_manager(actor: Actor, name: str, beside: Mapping[str, Any]) -> Member:
    """Somebody an import names as the manager of others: a manager, in the department of their people. Only an
    administrator gives roles; for others it is a member as any new one."""
    roles: dict[str, Any] = {"roles": [MANAGER]} if actor.everything or actor.is_administrator else {}
    return add_member(actor=actor, name=name, department=beside.get("department"), **roles)


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

    What is over (closed deals, activities done) stays in the member's name; the member's tokens end for good.
    Refuses the last administrator, oneself, and a successor who left.
    """
    _refuse_departure(actor, member, successor)
    moved = 0
    if successor is not None:
        moved = sum(rows.update(owner=successor) for _type, rows in queries.handed_over(member))
        Member.objects.filter(manager=member).exclude(pk=successor.pk).update(manager=successor)
    services.save_changes(member, {"is_active": False})
    _revoke(Token.objects.filter(member=member), now)
    Invitation.objects.filter(member=member, accepted_at__isnull=True).delete()
    return moved


def _refuse_departure(actor: Actor, member: Member, successor: Member | None) -> None:
    if member.pk == actor.member_id:
        raise refusal(_("Nobody can deactivate themselves; ask another administrator."))
    if successor is not None and (not successor.is_active or successor.pk == member.pk):
        raise refusal(_("%(name)s cannot take over these records.") % {"name": successor.name}, "successor")
    if _is_last_administrator(member.pk):
        raise refusal(str(LAST))


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
    if ADMINISTRATOR in member.roles and not (actor.everything or actor.is_administrator):
        raise refusal(_("Only an administrator invites an administrator: the link opens their account."))
    if not member.email:
        raise refusal(_("Give this member an e-mail address first: it is what they sign in with."), "email")
    Invitation.objects.filter(member=member, accepted_at__isnull=True).delete()
    secret = new_secret()
    Invitation.objects.create(
        member=member, secret_hash=hash_of(secret), expires_at=now + timedelta(days=INVITATION_DAYS)
    )
    return secret


# Tokens


def issue_token(
    *,
    actor: Actor,
    member: Member,
    name: str,
    read_only: bool = False,
    rights: Mapping[str, str] | None = None,
    networks: Sequence[str] = (),
    expires_at: datetime | None = None,
) -> tuple[Token, str]:
    """A new token and its secret, which is shown once and never again.

    `rights`: "read" or "write" by record type, none for all types; `networks`: addresses in CIDR notation it may be
    used from, none for anywhere.
    """
    secret = _new_token_secret()
    token = Token.objects.create(
        member=member,
        name=name,
        secret_hash=hash_of(secret),
        prefix=secret[:PREFIX],
        read_only=read_only,
        rights=checked_rights(rights or {}),
        networks=checked_networks(networks),
        expires_at=expires_at,
    )
    return token, secret


def revise_token(
    *, actor: Actor, token: Token, name: str, read_only: bool, rights: Mapping[str, str], networks: Sequence[str]
) -> Token:
    """Another name, other rights, other addresses; the secret stays."""
    token.name, token.read_only = name, read_only
    token.rights, token.networks = checked_rights(rights), checked_networks(networks)
    token.save(update_fields=["name", "read_only", "rights", "networks"])
    return token


def rotate_token(
    *, actor: Actor, token: Token, grace: timedelta, expires_at: datetime | None, now: datetime
) -> tuple[Token, str]:
    """The token with a new secret; the present one works for `grace` more, unless its time was over.

    Refuses a revoked token, also one that is revoked this very moment.
    """
    token = Token.objects.select_for_update().get(pk=token.pk)
    if token.revoked_at is not None:
        raise refusal(_("This token was revoked; make a new one."))
    secret = _new_token_secret()
    is_over = token.expires_at is not None and token.expires_at <= now
    keeps_old = bool(grace) and not is_over
    token.previous_hash = token.secret_hash if keeps_old else None
    token.previous_until = now + grace if keeps_old else None
    token.secret_hash, token.prefix, token.expires_at = hash_of(secret), secret[:PREFIX], expires_at
    token.save(update_fields=["previous_hash", "previous_until", "secret_hash", "prefix", "expires_at"])
    return token, secret


def revoke_token(*, actor: Actor, token: Token, now: datetime) -> Token:
    """Whoever holds the secret is turned away from now on, for good: what it was is forgotten."""
    if token.revoked_at is None:
        _revoke(Token.objects.filter(pk=token.pk), now)
        token.refresh_from_db()
        if actor.member_id is not None and actor.member_id != token.member_id:
            _tell_of_revoking(actor, token)
    return token


def _revoke(tokens: QuerySet[Token], now: datetime) -> None:
    tokens.filter(revoked_at__isnull=True).update(
        revoked_at=now, secret_hash=None, previous_hash=None, previous_until=None
    )


def _tell_of_revoking(actor: Actor, token: Token) -> None:
    with translation.override(token.member.language or workspaces.default_language()):
        text = _("%(member)s revoked your token “%(name)s”.") % {"member": actor.name, "name": token.name}
    notify(member_id=token.member_id, kind="token", text=text, url="/settings/tokens/", key=f"token-end:{token.pk}")


def _new_token_secret() -> str:
    return f"zk_{new_secret()}"


def checked_rights(rights: Mapping[str, str]) -> dict[str, str]:
    """Refuses what is no record type and no right."""
    for name, right in rights.items():
        if registry.find(name) is None:
            raise refusal(_("“%(name)s” is no record type.") % {"name": name}, "rights")
        if right not in TokenRight.values:
            raise refusal(_("A token reads or writes; “%(right)s” is neither.") % {"right": right}, "rights")
    return {name: str(right) for name, right in rights.items()}


def checked_networks(networks: Sequence[str]) -> list[str]:
    """In their shortest form, each once. Refuses what is neither an address nor a network."""
    found = []
    for text in networks:
        try:
            found.append(addresses.network(text))
        except addresses.NoNetwork:
            sentence = _("“%(text)s” is no address and no network. Write 203.0.113.7, 10.20.0.0/16 or 2001:db8::/32.")
            raise refusal(sentence % {"text": text}, "networks") from None
    return list(dict.fromkeys(found))
