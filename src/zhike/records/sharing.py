"""Opening one record to one member beyond what the role gives."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.base import clock
from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.records import gate, policies, registry
from zhike.records.fields.references import as_id
from zhike.records.models import Share


def shares_of(record: Any) -> Any:
    name = registry.of(record).name
    return (
        Share.objects.filter(record_type=name, record_id=record.pk)
        .exclude(ends_at__lte=clock.now())
        .select_related("member")
        .order_by("member__title_key")
    )


def share_record(
    actor: Actor, record: Any, *, member: Any, writable: bool = False, last_day: date | None = None
) -> Share:
    """Opens the record to a member (an id or an instance), to read or to edit as well, for good or until
    the end of `last_day`. The member is told by who reads the log (`shell.telling`).

    Raises `gate.NotVisible`, `gate.NotAllowed`, or `gate.Refused` when there is no such member.
    """
    record_type = _shareable(actor, record)
    colleague = _member(actor, member)
    ends_at = _end_of(last_day)
    with acts.act(actor, "share", record_type=record_type.name, subject=record_type.whole_title(record)):
        share, _made = Share.objects.update_or_create(
            record_type=record_type.name,
            record_id=record.pk,
            member=colleague,
            defaults={"writable": writable, "ends_at": ends_at},
        )
    return share


def unshare_record(actor: Actor, record: Any, *, share_id: int) -> None:
    record_type = _shareable(actor, record)
    share = shares_of(record).filter(pk=share_id).first()
    if share is None:
        raise gate.NotVisible
    with acts.act(actor, "unshare", record_type=record_type.name, subject=record_type.whole_title(record)):
        share.delete()


def _shareable(actor: Actor, record: Any) -> Any:
    record_type = registry.of(record)
    gate.require(actor, policies.SHARE, record)
    if not record_type.policy.shared:
        raise gate.NotAllowed(policies.SHARE)
    return record_type


def _member(actor: Actor, raw: Any) -> Any:
    members = get_user_model()._default_manager.filter(is_active=True, trashed_at__isnull=True)
    number = getattr(raw, "pk", None) or as_id(raw)
    found = members.filter(pk=number).first() if number else None
    if found is None:
        raise gate.Refused({"member": [_("Choose a member to share this with.")]})
    if found.pk == actor.member_id:
        raise gate.Refused({"member": [_("You see this record already.")]})
    return found


def _end_of(day: date | None) -> datetime | None:
    if day is None:
        return None
    if day < clock.today():
        raise gate.Refused({"last_day": [_("The last day is over already.")]})
    return datetime.combine(day + timedelta(days=1), time.min, timezone.get_current_timezone())
