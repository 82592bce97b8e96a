"""Telling members something, once: a notice with a `key` that exists already is not sent again."""

from __future__ import annotations

import json

from django.db import connection

INSERT = """
INSERT INTO base_notice (member_id, kind, text, url, key, created_at) VALUES (%s, %s, %s, %s, %s, now())
ON CONFLICT (key) DO NOTHING RETURNING id
"""
UNREAD = """
SELECT count(*) FROM (SELECT 1 FROM base_notice WHERE member_id = %s AND read_at IS NULL LIMIT 100) unread
"""


def notify(*, member_id: int, kind: str, text: str, url: str = "", key: str | None = None) -> bool:
    """`text` in the member's language, `url` of the page it leads to, `key` to send it once only.

    Returns whether it was sent: False when one with the same key was sent before.
    """
    payload = {"schema": connection.schema_name, "member": member_id, "kind": kind}  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [member_id, kind, text[:400], url, key])
        if cursor.fetchone() is None:
            return False
        cursor.execute("SELECT pg_notify('zhike_notice', %s)", [json.dumps(payload)])
    return True


def count_unread(member_id: int) -> int:
    """How many notices a member has not read, counted to 100. Every page asks, so it is plain SQL."""
    with connection.cursor() as cursor:
        cursor.execute(UNREAD, [member_id])
        return int(cursor.fetchone()[0])
