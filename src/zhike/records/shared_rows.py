"""What the log knows of a record's shares: they are rows of their own, which only point at the record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection

from zhike.base.changelog.models import Change
from zhike.records import registry
from zhike.records.models import Share

TABLE = Share._meta.db_table
EVER = """
SELECT owner_id FROM base_change
WHERE owner_table = 'records_share' AND operation = 'I' AND after ->> 'record_type' = %s AND after ->> 'record_id' = %s
"""
"""Served by the index `records_share_log`."""


def ids_of(record: Any) -> list[int]:
    """The ids of every share the record has or ever had."""
    with connection.cursor() as cursor:
        cursor.execute(EVER, [registry.of(record).name, str(record.pk)])
        return list(dict.fromkeys(number for (number,) in cursor.fetchall()))


def members_of(changes: Iterable[Change]) -> dict[int, str]:
    """With whom the shares among these changes are or were, by id of the share."""
    ids = {change.record_id for change in changes if change.table_name == TABLE}
    if not ids:
        return {}
    made = Change.objects.filter(owner_table=TABLE, owner_id__in=ids, operation="I")
    members = {change.record_id: (change.after or {}).get("member_id") for change in made}
    found = get_user_model()._default_manager.filter(pk__in=set(members.values()) - {None})
    names = {member.pk: str(member) for member in found}
    return {share: names.get(member, f"#{member}") for share, member in members.items()}
