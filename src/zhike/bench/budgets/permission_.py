"""The list page for a member whose role reaches far and by condition, in a company of two hundred departments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from zhike.base import actors, recent
from zhike.base.changelog import acts
from zhike.bench import ground, serving, timing
from zhike.bench.budgets import list_
from zhike.bench.budgets.bench import Bench
from zhike.bench.results import Result
from zhike.domains.customers.choices import Size
from zhike.domains.people import services as people
from zhike.domains.people.models import Department, Member
from zhike.records.roles.models import Role
from zhike.records.roles.ready import SALESPERSON

DEPARTMENTS, MEMBERS = 200, 2_000
HANDED_OVER = 10
"""Every tenth customer belongs to one of the members who are hired here."""
SCOUT = "scout@bench.example"
WHO = "three scopes and a condition"


def measure(bench: Bench) -> Iterator[Result]:
    with ground.scratch(bench.size):
        actor = actors.system("bench")
        with acts.act(actor, "hire"):
            _hire(actor)
            _send_out(actor)
        _hand_over()
        recent.begin_anew()
        yield from _measured(bench)
    recent.begin_anew()


def _measured(bench: Bench) -> Iterator[Result]:
    floor = serving.Door(serving.floor(), email=SCOUT)
    door = serving.Door(serving.product(), email=SCOUT)
    pages = list_.addresses()
    calls = {"floor": floor.getting("/table/")} | {name: door.getting(address) for name, address in pages.items()}
    times = timing.interleaved(calls, bench.rounds)
    for name in pages:
        told = f"{timing.ms(times[name].median)} against {timing.ms(times['floor'].median)}"
        yield Result(f"list, {name}, {WHO}", told, times[name].median / times["floor"].median, list_.RATIO, " ×")
    counts = {name: door.query_count(address) for name, address in pages.items()}
    told = ", ".join(f"{name} {count}" for name, count in counts.items())
    yield Result(f"list, queries, {WHO}", told, max(counts.values()), list_.QUERIES)


def _hire(actor: Any) -> None:
    """As many departments and members as a group of companies has, besides those who are there."""
    roof = Department.objects.get(name="全国销售")
    departments = [
        people.open_department(actor=actor, name=f"分公司{number}", parent=roof)
        for number in range(DEPARTMENTS - Department.objects.count())
    ]
    for number in range(MEMBERS - Member.objects.count()):
        people.add_member(
            actor=actor, name=f"店员{number}", department=departments[number % len(departments)], roles=[SALESPERSON]
        )


def _send_out(actor: Any) -> None:
    """A member of one department to whom a hundred others report, half of them through somebody."""
    department = Department.objects.get(name="销售1部")
    scout = people.add_member(actor=actor, name="巡查", email=SCOUT, department=department, roles=["scout"])
    reporting = list(Member.objects.filter(name__startswith="店员").order_by("pk")[:100])
    first = reporting[:50]
    Member.objects.filter(pk__in=[member.pk for member in first]).update(manager=scout)
    Member.objects.filter(pk__in=[member.pk for member in reporting[50:]]).update(manager=first[0])
    condition = {"all": [
        {"field": "size", "op": "in", "value": [Size.HUGE]},
        {"field": "region", "op": "in", "value": ["江苏省"]},
    ]}  # fmt: skip
    see = ["own", "subordinates", "department", {"condition": condition}]
    Role.objects.create(key="scout", name="巡查", template=SALESPERSON, rights={"customers": {"see": see}})


def _hand_over() -> None:
    """Part of the customers to the new members; how they came there is not what is measured."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            """UPDATE customers_customer c SET owner_id = hired.ids[1 + c.id %% cardinality(hired.ids)]
               FROM (SELECT array_agg(id ORDER BY id) AS ids FROM people_member WHERE name LIKE '店员%%') hired
               WHERE c.id %% %s = 0""",
            [HANDED_OVER],
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE customers_customer, people_member")
