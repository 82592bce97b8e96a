"""A task's time comes: its owner and who takes part are told once, in time, and not again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from zhike.base import clock
from zhike.base.actors import Actor
from zhike.base.notices.models import Notice
from zhike.domains.activities import jobs, workdays
from zhike.domains.activities import services as activities
from zhike.records import gate, registry

NOON = timezone.make_aware(datetime(2026, 11, 18, 12, 0))  # a Wednesday


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """`at(moment)`: it is that late now."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.fixture
def task(owner: Actor) -> Any:
    return gate.create(
        owner, registry.get("activities"), {"kind": "task", "subject": "确认报价", "due_at": NOON.isoformat()}
    )


def told(actor: Actor, kind: str = "reminder") -> list[str]:
    return list(Notice.objects.filter(member_id=actor.member_id, kind=kind).values_list("text", flat=True))


def test_its_owner_is_told_once_when_it_is_due(task: Any, owner: Actor, at: Callable[[datetime], None]) -> None:
    at(NOON - timedelta(minutes=1))
    jobs.remind_of_due_activities()
    assert told(owner) == []

    for minute in range(3):
        at(NOON + timedelta(minutes=minute))
        jobs.remind_of_due_activities()

    (text,) = told(owner)
    assert "确认报价" in text
    assert Notice.objects.get().url == f"/activities/{task.pk}/"


def test_who_takes_part_is_told_too(
    owner: Actor, teammate: Actor, member: Callable[[str], Any], act: Callable[..., Any], at: Callable[[datetime], None]
) -> None:
    with act(owner):
        activities.log_activity(
            actor=owner, kind="meeting", subject="见面", due_at=NOON, participants=[member("李娜"), member("王芳")]
        )
    at(NOON)

    jobs.remind_of_due_activities()

    assert len(told(owner)) == len(told(teammate)) == 1


def test_what_is_done_or_thrown_away_reminds_nobody(task: Any, owner: Actor, at: Callable[[datetime], None]) -> None:
    other = gate.create(
        owner, registry.get("activities"), {"kind": "task", "subject": "另一件", "due_at": NOON.isoformat()}
    )
    gate.perform(owner, task, registry.get("activities").action("finish"), {})  # type: ignore[arg-type]
    gate.trash(owner, other)
    at(NOON)

    jobs.remind_of_due_activities()

    assert told(owner) == []


def test_a_new_time_reminds_anew(task: Any, owner: Actor, at: Callable[[datetime], None]) -> None:
    at(NOON)
    jobs.remind_of_due_activities()
    later = NOON + timedelta(hours=2)
    gate.edit(owner, task, {"due_at": later.isoformat(), "remind_at": later.isoformat()})
    at(later)

    jobs.remind_of_due_activities()

    assert len(told(owner)) == 2


def test_the_morning_says_what_is_overdue_once(task: Any, owner: Actor, at: Callable[[datetime], None]) -> None:
    morning = timezone.make_aware(datetime(2026, 11, 19, 8, 29))
    for minutes in (0, 1, 6, 200):
        at(morning + timedelta(minutes=minutes))
        jobs.tell_of_overdue_activities()
        assert len(told(owner, "digest")) == (0 if minutes == 0 else 1)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 18), True),
        (date(2026, 11, 21), False),
        (date(2026, 10, 1), False),  # the national holiday, a Thursday
        (date(2026, 10, 10), True),  # a Saturday worked for it
        (date(2099, 1, 5), True),
        (date(2099, 1, 4), False),
    ],
)
def test_working_days_are_those_of_the_state_council(day: date, works: bool) -> None:
    assert workdays.is_working_day(day) is works
