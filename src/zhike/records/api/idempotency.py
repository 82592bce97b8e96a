"""A request repeated with the same `Idempotency-Key` is answered once and for all."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from zhike.base import clock
from zhike.base.actors import Actor
from zhike.records.api.answering import Answer
from zhike.records.api.problems import Problem
from zhike.records.models import IdempotencyKey

KEPT = timedelta(hours=24)
KEY = re.compile(r"[\x21-\x7e]{1,255}")


def once(request: HttpRequest, actor: Actor, act: Callable[[], Answer]) -> Answer:
    """The answer of `act`, or the one it gave when the same request came first.

    Of two at the same time the second waits at the unique key until the first is through. Raises `Problem` 409
    when the key came with another request, 400 when it is no key.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return act()
    if not KEY.fullmatch(key):
        raise Problem(400, _("An idempotency key is 1 to 255 visible ASCII characters."))
    owner, fingerprint = actor.member_id or 0, _hash_of(request)
    with transaction.atomic():
        claimed = _claim(owner, key, fingerprint)
        if claimed is None:
            return _answered_before(owner, key, fingerprint)
        answer = act()
        IdempotencyKey.objects.filter(pk=claimed).update(
            status=answer.status, headers=dict(answer.headers), body=answer.text
        )
        return answer


def _hash_of(request: HttpRequest) -> str:
    head = f"{request.method} {request.path}\n".encode()
    return hashlib.sha256(head + request.body).hexdigest()


CLAIM = """
INSERT INTO records_idempotencykey AS known (member_id, key, request_hash, status, headers, body, created_at)
VALUES (%(owner)s, %(key)s, %(hash)s, 0, '{}', '', %(now)s)
ON CONFLICT (member_id, key) DO UPDATE
  SET request_hash = excluded.request_hash, created_at = excluded.created_at
  WHERE known.created_at < %(oldest)s
RETURNING id
"""


def _claim(owner: int, key: str, fingerprint: str) -> int | None:
    """The id of the row, when nobody used the key in the last 24 hours; waits for whoever uses it now."""
    with connection.cursor() as cursor:
        now = clock.now()
        cursor.execute(CLAIM, {"owner": owner, "key": key, "hash": fingerprint, "now": now, "oldest": now - KEPT})
        found = cursor.fetchone()
    return int(found[0]) if found else None


def _answered_before(owner: int, key: str, fingerprint: str) -> Answer:
    row = IdempotencyKey.objects.get(member_id=owner, key=key)
    if row.request_hash != fingerprint:
        raise Problem(409, _("This idempotency key came with another request before; use a new key."))
    return Answer(status=row.status, headers={**row.headers, "Idempotency-Replayed": "true"}, kept=row.body)


def forget_old() -> int:
    """Forgets answers older than 24 hours; returns how many."""
    deleted, _by_model = IdempotencyKey.objects.filter(created_at__lt=clock.now() - KEPT).delete()
    return deleted
