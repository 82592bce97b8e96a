"""Standing before an open page while others work: what it is told, and what it is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from zhike.base.actors import Actor
from zhike.base.changelog import acts, reading
from zhike.base.changelog.models import ReaderPosition
from zhike.base.notices import services as notices
from zhike.config import live as door
from zhike.domains.customers.models import Customer
from zhike.shell import live


@pytest.fixture
def change(monkeypatch: pytest.MonkeyPatch, owner: Actor) -> Callable[[int], None]:
    """`change(3)`: the owner makes three customers, and the log tells of them as if that were committed."""

    def make(number: int) -> None:
        with acts.act(owner, "create") as act:
            made = [Customer.objects.create(name=f"客户{count}", owner_id=owner.member_id) for count in range(number)]
        table = Customer._meta.db_table
        rows = [reading.Row(one.pk, act.pk, table, one.pk, table, one.pk, "I", frozenset()) for one in made]
        monkeypatch.setattr(reading, "rows_after", lambda position: (rows, "7"))

    return make


def told(*actors: Actor) -> list[list[live.Told]]:
    listeners = [live.Listener(connection.schema_name, actor) for actor in actors]  # type: ignore[attr-defined]
    _, found = live.tell(listeners[0].workspace, ReaderPosition(), listeners)
    return [found[listener] for listener in listeners]


def test_a_change_is_told_with_who_made_it(change: Callable[[int], None], owner: Actor, administrator: Actor) -> None:
    change(1)

    [news] = told(administrator)

    key = Customer.objects.get(name="客户0").pk
    assert news == [{"type": "customers", "id": key, "member": {"id": owner.member_id, "name": owner.label}}]


def test_an_outsider_is_told_nothing(change: Callable[[int], None], owner: Actor, outsider: Actor) -> None:
    change(2)

    for_owner, for_outsider = told(owner, outsider)

    assert len(for_owner) == 2
    assert for_outsider == []


def test_of_many_only_the_type_is_told(change: Callable[[int], None], owner: Actor) -> None:
    change(live.MANY + 1)

    [news] = told(owner)

    assert [(one["type"], one["id"]) for one in news] == [("customers", None)]


def test_nothing_new_keeps_the_position(monkeypatch: pytest.MonkeyPatch, owner: Actor) -> None:
    monkeypatch.setattr(reading, "rows_after", lambda position: ([], "0"))
    here = ReaderPosition()

    reached, found = live.tell(connection.schema_name, here, [])  # type: ignore[attr-defined]

    assert reached is here and found == {}


def test_the_bell_counts_what_is_unread(owner: Actor, teammate: Actor) -> None:
    notices.notify(member_id=owner.member_id or 0, kind="task", text="今天到期")

    numbers = [live.unread(live.Listener(connection.schema_name, actor)) for actor in (owner, teammate)]  # type: ignore[attr-defined]

    assert numbers == [{"unread": 1}, {"unread": 0}]


def test_a_session_is_a_listener_until_it_ends(client_of: Callable[..., Client], owner: Actor) -> None:
    client = client_of(owner)
    session = client.cookies["sessionid"].value

    admitted = live.admit("testserver", session)
    client.logout()

    assert admitted is not None and admitted.actor.member_id == owner.member_id
    assert live.admit("testserver", session) is None
    assert live.admit("testserver", "made-up") is None


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", {"host": "localhost:8001"}, 400),
        ("GET", {"host": "evil.example"}, 400),
        ("GET", {}, 400),
        ("GET", {"host": "localhost:8001", "origin": "https://evil.example"}, 403),
        ("GET", {"host": "localhost:8001", "origin": "null"}, 403),
        ("GET", {"host": "localhost:8001", "origin": "http://localhost:8000"}, 403),
        ("GET", {"host": "localhost:8001", "cookie": "sessionid"}, 403),
    ],
)
def test_whoever_is_not_signed_in_here_gets_no_stream(
    settings: Any, method: str, headers: dict[str, str], status: int
) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    asyncio.run(door.application({"type": "http", "method": method, "headers": raw}, receive, send))

    assert [message.get("status") for message in sent] == [status, None]


def test_a_page_that_does_not_listen_loses_the_oldest(owner: Actor) -> None:
    async def overflow() -> list[bytes]:
        page = door.Page(live.Listener("test", owner))
        for number in range(door.BACKLOG + 2):
            page.tell("changed", {"id": number})
        return [page.waiting.get_nowait() for _ in range(page.waiting.qsize())]

    words = asyncio.run(overflow())

    assert len(words) == door.BACKLOG
    assert words[0] == b'event: changed\ndata: {"id": 2}\n\n'
