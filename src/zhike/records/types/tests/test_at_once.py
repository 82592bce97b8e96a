"""Several threads at once: a type is there for others once its act has ended, and not before."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from zhike.base import recent
from zhike.base.actors import Actor, Door
from zhike.base.workspaces import queries
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of
from zhike.records import gate, registry
from zhike.records.models import CustomType
from zhike.records.types import tables
from zhike.testing import database
from zhike.testing import types as own_types


def administrator() -> Actor:
    return actor_of(Member.objects.select_related("department").get(name="林晓"), Door.FORM)


def elsewhere(work: Callable[[], Any]) -> Any:
    """What `work` gives in another thread with a connection of its own."""
    found: list[Any] = []

    def run() -> None:
        try:
            connection.set_tenant(queries.get_workspace(database.SCHEMA))  # type: ignore[attr-defined]
            found.append(work())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    return found[0]


def test_nobody_sees_a_type_before_its_act_has_ended(committed_workspace: Any) -> None:
    with transaction.atomic():
        own_types.add(administrator())
        assert registry.find("buildings") is not None
        assert elsewhere(lambda: registry.find("buildings")) is None

    assert (
        elsewhere(lambda: gate.create(administrator(), registry.get("buildings"), {"name": "梧桐里"}).name) == "梧桐里"
    )


def test_a_type_whose_act_failed_is_nowhere(committed_workspace: Any) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        own_types.add(administrator())
        raise RuntimeError
    recent.begin_anew()

    assert registry.find("buildings") is None and tables.numbers_there() == set()
    own_types.add(administrator())
    assert registry.get("buildings").queryset().count() == 0


def test_many_threads_ask_for_one_model(committed_workspace: Any) -> None:
    number = CustomType.objects.count() + 4711
    start, found = threading.Barrier(8), []

    def ask() -> None:
        start.wait()
        found.append(tables.model_of(number))

    threads = [threading.Thread(target=ask) for _each in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(found)) == 1
