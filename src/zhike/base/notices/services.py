"""Telling members something, once: a notice with a `key` that exists already is not sent again."""

from __future__ import annotations

import json

from django.db import connection

from zhike.base.notices.models import Notice


def notify(*, member_id: int, kind: str, text: str, url: str = "", key: str | None = None) -> None:
    """`text` in the member's language, `url` of the page it leads to, `key` to send it once only."""
    Notice.objects.bulk_create(
        [Notice(member_id=member_id, kind=kind, text=text[:400], url=url, key=key)], ignore_conflicts=True
    )
    payload = {"schema": connection.schema_name, "member": member_id, "kind": kind}  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('zhike_notice', %s)", [json.dumps(payload)])
