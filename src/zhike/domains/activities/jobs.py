"""Reminders: of each activity when its time comes, and of what is overdue on the morning of a working day."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.db.models import Count, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from zhike.base import clock, jobs
from zhike.base.notices.models import Notice
from zhike.base.notices.services import notify
from zhike.base.workspaces import queries as workspaces
from zhike.domains.activities import workdays
from zhike.domains.activities.models import Activity
from zhike.records import periods, registry
from zhike.records.roles import sight

REMINDED_FOR = timedelta(days=1)
"""After a longer pause of the worker the morning's digest speaks for what was missed."""
MORNING, EVENING = time(8, 30), time(20, 0)
OVERDUE = (
    '{"all":[{"field":"done_at","op":"empty"},{"field":"due_at","op":"before","value":"tomorrow"},'
    '{"field":"owner","op":"is_me"}]}'
)


@jobs.every("* * * * *", label=gettext_lazy("Remind of due activities"))
def remind_of_due_activities() -> None:
    """Tells owner and participants, once for each time set, that an activity is due."""
    now = clock.now()
    due = Activity.objects.filter(
        remind_at__lte=now, remind_at__gt=now - REMINDED_FOR, done_at__isnull=True, trashed_at__isnull=True
    )
    wanted = {
        _key(activity, member): (activity, member)
        for activity in due.select_related("owner").prefetch_related("participants")
        for member in _members_of(activity)
    }
    told = set(Notice.objects.filter(key__in=wanted).values_list("key", flat=True))
    for key, (activity, member) in wanted.items():
        if key not in told:
            _remind(activity, member, now, key)


def _members_of(activity: Activity) -> set[Any]:
    members: set[Any] = {activity.owner, *activity.participants.all()} - {None}
    return {member for member in members if member.is_active and member.trashed_at is None}


def _key(activity: Activity, member: Any) -> str:
    return f"remind:{activity.pk}:{member.pk}:{activity.remind_at:%Y%m%d%H%M%S}"


def _remind(activity: Activity, member: Any, now: datetime, key: str) -> None:
    record_type = registry.of(activity)
    with translation.override(_language_of(member)), sight.seen_by_member(member):
        is_kind_told = sight.all_readable(record_type, ["kind"])
        kind = activity.get_kind_display() if is_kind_told else record_type.singular
        told = {"kind": kind, "subject": str(activity)}
        if activity.due_at is None or not sight.all_readable(record_type, ["due_at"]):
            text = _("%(kind)s: %(subject)s") % told
        elif activity.due_at > now:
            text = _("%(kind)s due %(when)s: %(subject)s") % (
                told | {"when": periods.short_moment(activity.due_at, now)}
            )
        else:
            text = _("%(kind)s is due: %(subject)s") % told
    notify(member_id=member.pk, kind="reminder", text=text, url=activity.get_absolute_url(), key=key)


@jobs.every("*/5 * * * *", label=gettext_lazy("Tell of overdue activities"))
def tell_of_overdue_activities() -> None:
    """Once each working day from half past eight on: how much is overdue, how much is due today."""
    here = timezone.localtime(clock.now())
    if not (MORNING <= here.time() < EVENING and workdays.is_working_day(here.date())):
        return
    counts = _counts_by_owner(here)
    members = get_user_model()._default_manager.filter(pk__in=counts, is_active=True, trashed_at__isnull=True)
    told = {f"digest:{here:%Y%m%d}:{member.pk}": member for member in members}
    sent = set(Notice.objects.filter(key__in=told).values_list("key", flat=True))
    for key, member in told.items():
        if key in sent:
            continue
        with translation.override(_language_of(member)):
            text = _digest(**counts[member.pk])
        url = f"/activities/?{urlencode({'filter': OVERDUE, 'sort': 'due_at'})}"
        notify(member_id=member.pk, kind="digest", text=text, url=url, key=key)


def _counts_by_owner(here: datetime) -> dict[int, dict[str, int]]:
    midnight = timezone.make_aware(datetime.combine(here.date(), time()))
    tomorrow = timezone.make_aware(datetime.combine(here.date() + timedelta(days=1), time()))
    waiting = Activity.objects.filter(
        done_at__isnull=True, trashed_at__isnull=True, due_at__lt=tomorrow, owner__isnull=False
    )
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    grouped = waiting.order_by().values_list("owner").annotate(
        overdue=Count("pk", filter=Q(due_at__lt=midnight)), today=Count("pk", filter=Q(due_at__gte=midnight))
    )  # fmt: skip
    for owner, overdue, today in grouped:
        counts[owner] = {"overdue": overdue, "today": today}
    return counts


def _digest(*, overdue: int, today: int) -> str:
    parts = []
    if overdue:
        words = ngettext("%(count)d activity is overdue", "%(count)d activities are overdue", overdue)
        parts.append(words % {"count": overdue})
    if today:
        parts.append(ngettext("%(count)d is due today", "%(count)d are due today", today) % {"count": today})
    return str(_(", ")).join(parts)


def _language_of(member: Any) -> str:
    return str(member.language or workspaces.default_language())
