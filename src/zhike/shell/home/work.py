"""What is to be done: tasks, today's visits and meetings, deals that need somebody, what one worked on last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Case, F, IntegerField, Q, Value, When
from django.utils import timezone

from zhike.base import clock
from zhike.base.actors import Actor, Door
from zhike.base.changelog.models import Change, ChangeSet
from zhike.domains.activities import queries
from zhike.domains.opportunities import attention
from zhike.records import conditions, listing, periods, policies, registry
from zhike.records.fields.numbers import with_symbol
from zhike.records.reporting.asking import MINE
from zhike.records.reporting.running import list_url
from zhike.shell.home.asking import Asked

TASKS_SHOWN = {"overdue": 5, "today": 8, "upcoming": 3}
DEALS_SHOWN, RECENT_SHOWN = 6, 6
UPCOMING_DAYS = 7
BY_HAND = (Door.FORM, Door.INLINE)
OPEN_TASK = {"field": "done_at", "op": "empty"}
APPOINTMENTS = {"field": "kind", "op": "in", "value": ["visit", "meeting"]}


@dataclass(frozen=True)
class TaskGroup:
    """Tasks of one urgency: how many in all, the first of them, and the list of all."""

    name: str
    tasks: list[Any]
    count: int
    url: str


def tasks(actor: Actor, today: date) -> list[TaskGroup]:
    """Everything of one's own that is planned and not done, by urgency; what is due today stays in today."""
    tomorrow = str(today + timedelta(days=1))
    last = str(today + timedelta(days=UPCOMING_DAYS))
    spans = {
        "overdue": {"field": "due_at", "op": "before", "value": "today"},
        "today": {"field": "due_at", "op": "on", "value": "today"},
        "upcoming": {"field": "due_at", "op": "between", "value": [tomorrow, last]},
    }
    return [_task_group(actor, name, {"all": [OPEN_TASK, span, MINE]}) for name, span in spans.items()]


def _task_group(actor: Actor, name: str, condition: dict[str, Any]) -> TaskGroup:
    record_type = registry.get("activities")
    found = listing.base_query(actor, record_type, condition=condition).order_by("due_at", "pk")
    most = TASKS_SHOWN[name]
    rows = list(found[: most + 1])
    count = len(rows) if len(rows) <= most else found.order_by().count()
    return TaskGroup(name, rows[:most], count, f"{list_url('activities', condition)}&sort=due_at")


# Today's visits and meetings


@dataclass(frozen=True)
class Appointment:
    activity: Any
    at: datetime
    subject: Any


def appointments(actor: Actor, today: date) -> tuple[list[Appointment], str]:
    """Today's visits and meetings one holds oneself or takes part in, and the list of one's own."""
    record_type = registry.get("activities")
    start = timezone.make_aware(datetime.combine(today, time()))
    on_day = Q(due_at__gte=start, due_at__lt=start + timedelta(days=1))
    on_day |= Q(due_at__isnull=True, happened_at__gte=start, happened_at__lt=start + timedelta(days=1))
    mine = Q(owner=actor.member_id) | Q(participations__member=actor.member_id)
    found = listing.base_query(actor, record_type, condition=APPOINTMENTS).filter(on_day)
    rows = list(found.filter(pk__in=record_type.model._default_manager.filter(mine).values("pk"))[:20])
    about = queries.subjects(actor, rows)
    shown = [Appointment(row, row.due_at or row.happened_at, about.get(row.pk)) for row in rows]
    condition = {"all": [APPOINTMENTS, {"field": "due_at", "op": "on", "value": "today"}, MINE]}
    return sorted(shown, key=lambda each: each.at), list_url("activities", condition)


# Deals that need attention


@dataclass(frozen=True)
class Needing:
    deal: Any
    reasons: list[str]

    @property
    def amount_text(self) -> str:
        return with_symbol(self.deal.amount, self.deal.currency) if self.deal.amount is not None else ""


def deals_needing_attention(asked: Asked, reasons: tuple[attention.Reason, ...], condition: Any) -> list[Needing]:
    """The most pressing ones: those with a serious reason first, then by amount."""
    record_type = registry.get("opportunities")
    serious = attention.needing_attention(reasons, only_serious=True)
    node = conditions.parse(serious, record_type)
    pressing = conditions.compile_node(node, conditions.context_of(asked.actor))
    found = (
        listing.base_query(asked.actor, record_type, condition=condition)
        .annotate(rank=Case(When(pressing, then=Value(0)), default=Value(1), output_field=IntegerField()))
        .select_related("stage", "customer", "owner")
        .order_by("rank", F("amount").desc(nulls_last=True), "pk")
    )
    return [Needing(deal, attention.words(deal, asked.today)) for deal in found[:DEALS_SHOWN]]


def editable(actor: Actor, deals: list[Needing]) -> set[int]:
    record_type = registry.get("opportunities")
    ids = [each.deal.pk for each in deals]
    allowed = record_type.policy.scoped(actor, policies.EDIT, record_type.queryset().filter(pk__in=ids))
    return set(allowed.values_list("pk", flat=True))


# What one worked on last


@dataclass(frozen=True)
class Recent:
    record: Any
    type: Any
    title: str
    at: datetime

    @property
    def when(self) -> str:
        return periods.short_moment(self.at, clock.now())


def recent_records(actor: Actor) -> list[Recent]:
    """The records the actor's own last acts touched, latest first, as far as the actor still sees them."""
    acts = ChangeSet.objects.filter(actor_id=actor.member_id or 0, door__in=BY_HAND).order_by("-pk")
    latest_acts = list(acts.values_list("pk", flat=True)[:40])
    changes = Change.objects.filter(change_set_id__in=latest_acts).order_by("-id")
    latest: dict[tuple[str, int], datetime] = {}
    for table, record_id, at in changes.values_list("owner_table", "owner_id", "at")[:400]:
        latest.setdefault((table, record_id), at)
    found = [recent for table in {table for table, _id in latest} for recent in _of_table(actor, table, latest)]
    return sorted(found, key=lambda recent: recent.at, reverse=True)[:RECENT_SHOWN]


def _of_table(actor: Actor, table: str, latest: dict[tuple[str, int], datetime]) -> list[Recent]:
    record_type = registry.of_table(table)
    if record_type is None or not record_type.in_menu:
        return []
    ids = [record_id for name, record_id in latest if name == table]
    rows = record_type.policy.visible_to(actor, record_type.queryset().filter(pk__in=ids, trashed_at__isnull=True))
    return [Recent(row, record_type, record_type.title_of(row), latest[table, row.pk]) for row in rows]
