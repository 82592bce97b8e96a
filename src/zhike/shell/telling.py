"""Tells members what others did for them: a record handed over, a record shared. Read from the change log."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.db.models import Count, Max
from django.db.models.fields.json import KeyTextTransform
from django.utils import translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from zhike.base import clock
from zhike.base.actors import Door
from zhike.base.changelog import reading
from zhike.base.changelog.models import Change, ChangeSet
from zhike.base.notices.models import Notice
from zhike.base.notices.services import notify
from zhike.base.workspaces import queries as workspaces
from zhike.records import registry
from zhike.records.declaration import RecordType
from zhike.records.models import Share
from zhike.records.roles import sight

READER = "telling"
NEWS_FOR = timedelta(days=1)
"""Older acts, met when a log is read from its beginning, are no news."""
PERSONAL_DOORS = (Door.FORM, Door.INLINE, Door.API, Door.FLOW)
"""A new record given to somebody through these is told; what an import brings is not."""
MINE = '{"field":"owner","op":"is_me"}'


@reading.reads_log(READER)
def tell_of_changes(rows: list[reading.Row]) -> None:
    handed: dict[tuple[int, str], set[str]] = defaultdict(set)
    shares: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        if row.table == Share._meta.db_table:
            if row.operation == "I" or (row.operation == "U" and "ends_at" in row.fields):
                shares[row.change_set_id].append(row.record_id)
        elif row.operation == "I" or "owner_id" in row.fields:
            handed[row.change_set_id, row.table].add(row.operation)
    wanted = {number for number, _table in handed} | set(shares)
    fresh = ChangeSet.objects.filter(pk__in=wanted, started_at__gte=clock.now() - NEWS_FOR).in_bulk()
    for (number, table), operations in handed.items():
        record_type = registry.of_table(table)
        if number in fresh and record_type is not None and record_type.has_owner():
            _tell_new_owners(fresh[number], record_type, operations)
    for number, ids in shares.items():
        if number in fresh:
            _tell_shared_with(fresh[number], ids)


def _tell_new_owners(act: ChangeSet, record_type: RecordType, operations: set[str]) -> None:
    if act.door not in PERSONAL_DOORS:
        operations = operations - {"I"}
    if Notice.objects.filter(key__startswith=_key(act, record_type)).exists():
        return  # told with an earlier batch of the same act
    changes = Change.objects.filter(
        change_set=act, table_name=record_type.table, operation__in=operations, after__owner_id__isnull=False
    )
    new_owners = (
        changes.annotate(new_owner=KeyTextTransform("owner_id", "after"))
        .values_list("new_owner")
        .annotate(Count("record_id", distinct=True), Max("record_id"))
        .order_by()
    )
    for owner, count, record_id in new_owners:
        if owner and int(owner) != act.actor_id:
            _tell_new_owner(act, record_type, int(owner), count, record_id)


def _tell_new_owner(act: ChangeSet, record_type: RecordType, owner: int, count: int, record_id: int) -> None:
    record = record_type.queryset().filter(pk=record_id, owner_id=owner, trashed_at__isnull=True).first()
    member = get_user_model()._default_manager.filter(pk=owner).first()
    if member is None or (record is None and count == 1):
        return
    with translation.override(language_of(member)), sight.seen_by_member(member):
        told = {"who": act.actor_label, "count": count, "types": record_type.plural, "type": record_type.singular}
        if count == 1:
            text = _("%(who)s handed over to you: %(title)s (%(type)s)") % (
                told | {"title": record_type.title_of(record)}
            )
            url = record.get_absolute_url()
        else:
            text = _("%(who)s handed %(count)d records over to you (%(types)s)") % told
            url = f"{record_type.url}?{urlencode({'filter': MINE, 'sort': '-updated_at'})}"
    notify(member_id=owner, kind="handover", text=text, url=url, key=f"{_key(act, record_type)}{owner}")


def _key(act: ChangeSet, record_type: RecordType) -> str:
    return f"handover:{act.pk}:{record_type.name}:"


def _tell_shared_with(act: ChangeSet, ids: list[int]) -> None:
    going_on = _going_on(act, ids)
    for share in Share.objects.filter(pk__in=ids).exclude(pk__in=going_on).select_related("member"):
        record_type = registry.find(share.record_type)
        if record_type is None or share.member_id == act.actor_id:
            continue
        record = record_type.queryset().filter(pk=share.record_id, trashed_at__isnull=True).first()
        if record is None:
            continue
        with translation.override(language_of(share.member)), sight.seen_by_member(share.member):
            text = _("%(who)s shared with you: %(title)s (%(type)s)") % {
                "who": act.actor_label,
                "title": record_type.title_of(record),
                "type": record_type.singular,
            }
        url = record.get_absolute_url()
        notify(member_id=share.member_id, kind="share", text=text, url=url, key=f"share:{act.pk}:{share.pk}")


def _going_on(act: ChangeSet, ids: list[int]) -> list[int]:
    """Shares that were in force already: another last day is no news, but one that was over begins anew."""
    changes = Change.objects.filter(change_set=act, table_name=Share._meta.db_table, record_id__in=ids)
    found = []
    for change in changes.filter(operation="U"):
        ended = parse_datetime((change.before or {}).get("ends_at") or "")
        if ended is None or ended > act.started_at:
            found.append(change.record_id)
    return found


def language_of(member: Any) -> str:
    return str(member.language or workspaces.default_language())
