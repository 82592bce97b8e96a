"""Which open deals need somebody's attention, and why.

Each reason is a condition of the condition language, so a figure leads to the list of exactly these deals.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from zhike.domains.opportunities.choices import Status
from zhike.domains.opportunities.models import Opportunity, Stage

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

QUIET_DAYS = 14
OPEN = {"field": "status", "op": "in", "value": [Status.OPEN.value]}
NEVER: dict[str, Any] = {"any": []}


@dataclass(frozen=True)
class Reason:
    name: str
    label: _StrOrPromise
    condition: dict[str, Any]
    is_serious: bool = True


def reasons(today: date) -> tuple[Reason, ...]:
    """Stuck, overdue, quiet, and without a next step, as conditions on open deals."""
    quiet_since = str(today - timedelta(days=QUIET_DAYS - 1))
    return (
        Reason("overdue", gettext_lazy("Past the expected close"),
               {"field": "expected_close_on", "op": "before", "value": str(today)}),
        Reason("stuck", gettext_lazy("Too long in its stage"), _stuck(today)),
        Reason("quiet", gettext_lazy("No activity for 14 days"), {"all": [
            {"any": [{"field": "last_activity_at", "op": "before", "value": quiet_since},
                     {"field": "last_activity_at", "op": "empty"}]},
            {"field": "created_at", "op": "before", "value": quiet_since},
        ]}),
        Reason("no_next_step", gettext_lazy("No next step"),
               {"field": "next_activity_at", "op": "empty"}, is_serious=False),
    )  # fmt: skip


def _stuck(today: date) -> dict[str, Any]:
    """One part per limit, since each stage has its own."""
    by_limit: dict[int, list[int]] = defaultdict(list)
    limited = Stage.objects.filter(outcome=Status.OPEN, stuck_after_days__gt=0)
    for stage_id, limit in limited.order_by("pk").values_list("pk", "stuck_after_days"):
        by_limit[limit or 0].append(stage_id)
    parts = [
        {"all": [{"field": "stage", "op": "in", "value": stages},
                 {"field": "stage_entered_at", "op": "before", "value": str(today - timedelta(days=limit))}]}
        for limit, stages in sorted(by_limit.items())
    ]  # fmt: skip
    return {"any": parts}


def needing_attention(found: tuple[Reason, ...], *, only_serious: bool = False) -> dict[str, Any]:
    """The condition of open deals with at least one of the reasons."""
    parts = [
        reason.condition for reason in found if reason.condition != NEVER and (reason.is_serious or not only_serious)
    ]
    return {"all": [OPEN, {"any": parts}]}


def words(deal: Opportunity, today: date) -> list[str]:
    """Why this deal needs attention, most pressing first."""
    found = (_overdue(deal, today), _too_long(deal, today), _quiet(deal, today), _no_step(deal))
    return [word for word in found if word]


def _overdue(deal: Opportunity, today: date) -> str:
    if not deal.is_overdue(today) or deal.expected_close_on is None:
        return ""
    days = (today - deal.expected_close_on).days
    return ngettext("expected close was yesterday", "expected close was %(days)d days ago", days) % {"days": days}


def _too_long(deal: Opportunity, today: date) -> str:
    if not deal.is_stuck(today):
        return ""
    days = deal.days_in_stage(today)
    return _("in “%(stage)s” for %(days)d days") % {"stage": deal.stage, "days": days}


def _quiet(deal: Opportunity, today: date) -> str:
    since = deal.last_activity_at or deal.created_at
    days = (today - timezone.localtime(since).date()).days
    if days < QUIET_DAYS or (today - timezone.localtime(deal.created_at).date()).days < QUIET_DAYS:
        return ""
    if deal.last_activity_at is None:
        return _("no activity yet")
    return _("no activity for %(days)d days") % {"days": days}


def _no_step(deal: Opportunity) -> str:
    return "" if deal.next_activity_at else _("no next step")
