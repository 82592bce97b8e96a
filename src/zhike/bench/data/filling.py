"""Fills an empty database: people through their services, masses by SQL, the search index by the product's code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management import call_command
from django.db import connection

from zhike.base import actors
from zhike.base.actors import Actor
from zhike.base.changelog import acts, reading
from zhike.base.workspaces import services as workspaces
from zhike.bench.data import entries, masses, special
from zhike.config import setup
from zhike.domains.people import cast
from zhike.domains.people import services as people
from zhike.records.roles.ready import MANAGER, SALESPERSON

if TYPE_CHECKING:
    from zhike.bench.ground import Size

TEAM = 15
"""Salespeople in a department."""


def fill(size: Size, schema: str) -> None:
    call_command("migrate_schemas", "--shared", verbosity=0)
    workspace = workspaces.open_workspace(schema=schema, name=cast.COMPANY, hosts=("localhost",))
    connection.set_tenant(workspace)  # type: ignore[attr-defined]
    actor = actors.system("bench")
    setup.begin_workspace(actor)
    cast.hire_cast(actor)
    sellers = _hire(actor, size.members)
    masses.fill(size, sellers)
    entries.fill(schema)
    special.tell(actor)
    reading.catch_up()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _hire(actor: Actor, count: int) -> list[int]:
    """Departments of fifteen under one roof, each with a manager; returns the ids of the salespeople."""
    sellers: list[int] = []
    with acts.act(actor, "hire"):
        roof = people.open_department(actor=actor, name="全国销售")
        department: Any = None
        for number in range(count):
            if number % TEAM == 0:
                name = f"销售{number // TEAM + 1}部"
                department = people.open_department(actor=actor, name=name, parent=roof)
                _add(actor, f"经理{number // TEAM + 1}", f"manager{number // TEAM + 1}", department, MANAGER)
            sellers.append(_add(actor, f"销售{number + 1}", f"seller{number + 1}", department, SALESPERSON))
    return sellers


def _add(actor: Actor, name: str, account: str, department: Any, role: str) -> int:
    member = people.add_member(
        actor=actor, name=name, email=f"{account}@bench.example", department=department, roles=[role]
    )
    return int(member.pk)
