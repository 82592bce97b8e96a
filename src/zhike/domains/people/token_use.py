"""What happens when a program shows a token: who it acts for, and why it is turned away."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from zhike.base import addresses, clock
from zhike.base.actors import Actor, Door, Kind, UnableToAct
from zhike.base.notices.services import notify
from zhike.base.workspaces import queries as workspaces
from zhike.domains.people.choices import TokenRight
from zhike.domains.people.models import Token
from zhike.domains.people.queries import hash_of

BY_TOKEN = """
SELECT t.id, t.name, t.read_only, t.rights, t.networks, t.expires_at <= %(now)s,
       t.previous_hash = %(hash)s AND t.previous_until <= %(now)s,
       t.last_used_at > %(now)s - interval '5 minutes' AND (t.last_used_at > %(now)s - interval '1 minute'
         OR t.last_used_address = NULLIF(%(address)s, '')::inet),
       m.id, m.name, m.language, m.roles, d.id, d.path
FROM people_token t JOIN people_member m ON m.id = t.member_id LEFT JOIN people_department d ON d.id = m.department_id
WHERE (t.secret_hash = %(hash)s OR t.previous_hash = %(hash)s) AND t.revoked_at IS NULL
  AND m.is_active AND m.trashed_at IS NULL
"""


def find_actor_by_token(secret: str, address: str) -> Actor | None:
    """The actor behind a bearer token shown from `address`, or None when nobody here has such a secret (any more).

    Raises `UnableToAct` when the token's time is over, when the secret was replaced by another, or when the address
    is outside the token's networks; that is counted, and its member is told once a day. Every request of a program
    begins here, so it is plain SQL: a third of the time a queryset takes.
    """
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(BY_TOKEN, {"hash": hash_of(secret), "now": now, "address": address})
        row = cursor.fetchone()
    if row is None:
        return None
    token_id, name, read_only, rights, networks, is_over, is_replaced, is_fresh, *holder = row
    if is_over:
        raise UnableToAct(_("This token has expired. Its owner can rotate it under Settings, API tokens."))
    if is_replaced:
        raise UnableToAct(_("This secret was replaced by a new one. Use the new one."))
    allowed = json.loads(networks)
    if allowed and not addresses.lies_in(address, allowed):
        member_id, _member_name, language = holder[:3]
        _note_refusal(token_id, name, member_id, language, address, now)
        raise UnableToAct(_("This token may not be used from this address."), is_signed_in=True)
    if not is_fresh:
        Token.objects.filter(pk=token_id).update(last_used_at=now, last_used_address=address or None)
    return _actor(name, read_only, json.loads(rights), holder)


def _actor(token_name: str, read_only: bool, rights: dict[str, str], holder: list[Any]) -> Actor:
    member_id, name, _language, roles, department_id, path = holder
    only_reads = frozenset(each for each, right in rights.items() if right == TokenRight.READ)
    return Actor(
        kind=Kind.TOKEN, label=f"{name} · {token_name}", door=Door.API, member_id=member_id, roles=tuple(roles),
        department_id=department_id, department_path=path or "", name=name, types=frozenset(rights),
        only_reads=only_reads, read_only=read_only or (bool(rights) and len(only_reads) == len(rights)),
    )  # fmt: skip


def _note_refusal(token_id: int, name: str, member_id: int, language: str, address: str, now: datetime) -> None:
    """Counts it, and tells the member: once a day, however often it is tried."""
    Token.objects.filter(pk=token_id).update(
        refused_count=F("refused_count") + 1, refused_at=now, refused_address=address or None
    )
    with translation.override(language or workspaces.default_language()):
        text = _("Your token “%(name)s” was used from %(address)s, where it may not be used, and was turned away.") % {
            "name": name, "address": address or _("an unknown address"),
        }  # fmt: skip
    key = f"token-elsewhere:{token_id}:{timezone.localtime(now):%Y%m%d}"
    notify(member_id=member_id, kind="token", text=text, url="/settings/tokens/", key=key)
