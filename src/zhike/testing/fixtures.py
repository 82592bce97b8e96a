"""The fixtures every test may use: a database, the cast, and clients signed in as one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from zhike.base import actors, recent
from zhike.base.actors import Actor, Door
from zhike.base.changelog import acts
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of
from zhike.testing import database


@pytest.fixture(scope="session")
def django_db_setup(request: Any, django_db_blocker: Any) -> Iterator[None]:
    """Replaces pytest-django's: a copy of the template instead of migrations each time."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    with django_db_blocker.unblock():
        name = database.use_copy(worker)
        yield
        database.drop(name)


@pytest.fixture
def workspace(db: Any) -> Iterator[Any]:
    """Inside the test company, as a request would be."""
    from zhike.base.workspaces import queries

    queries.forget_kept()
    found = queries.get_workspace(database.SCHEMA)
    connection.set_tenant(found)  # type: ignore[attr-defined]
    recent.begin_anew()
    with translation.override("en"):
        yield found
    connection.set_schema_to_public()  # type: ignore[attr-defined]


@pytest.fixture
def committed_workspace(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """The test company in a database of this test's own, where everything commits: for work in several threads."""
    with own_database(django_db_blocker) as found:
        yield found


@pytest.fixture(scope="module")
def committed_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """The same, shared by the tests of a module."""
    with own_database(django_db_blocker) as found:
        yield found


@contextmanager
def own_database(blocker: Any) -> Iterator[Any]:
    from zhike.base.workspaces import queries

    with blocker.unblock():
        shared = str(connection.settings_dict["NAME"])
        name = database.use_copy("own")
        queries.forget_kept()
        try:
            found = queries.get_workspace(database.SCHEMA)
            connection.set_tenant(found)  # type: ignore[attr-defined]
            recent.begin_anew()
            yield found
        finally:
            connection.set_schema_to_public()  # type: ignore[attr-defined]
            database.drop(name)
            database.point_at(shared)


@pytest.fixture
def system(workspace: Any) -> Actor:
    return actors.system("tests")


@pytest.fixture
def act(system: Actor) -> Callable[..., Any]:
    """`with act():` around writes that do not go through the gate."""
    return lambda actor=system, action="test": acts.act(actor, action)


@pytest.fixture
def member(workspace: Any) -> Callable[[str], Member]:
    """`member("王芳")`"""
    return lambda name: Member.objects.select_related("department").get(name=name)


@pytest.fixture
def actor(member: Callable[[str], Member]) -> Callable[[str], Actor]:
    """`actor("王芳")`"""
    return lambda name: actor_of(member(name), Door.FORM)


@pytest.fixture
def administrator(actor: Callable[[str], Actor]) -> Actor:
    """林晓, who may do everything."""
    return actor("林晓")


@pytest.fixture
def manager(actor: Callable[[str], Actor]) -> Actor:
    """陈强, manager of East."""
    return actor("陈强")


@pytest.fixture
def owner(actor: Callable[[str], Actor]) -> Actor:
    """王芳, a salesperson of East: the one whose records the tests are about."""
    return actor("王芳")


@pytest.fixture
def teammate(actor: Callable[[str], Actor]) -> Actor:
    """李娜, a salesperson of East too."""
    return actor("李娜")


@pytest.fixture
def outsider(actor: Callable[[str], Actor]) -> Actor:
    """刘洋, a salesperson of South, who must not see what is East's."""
    return actor("刘洋")


@pytest.fixture
def client_of(member: Callable[[str], Member]) -> Callable[..., Client]:
    """A client signed in: `client_of("王芳")`, `client_of(owner, language="zh-hans")`."""

    def sign_in(who: str | Actor, *, language: str = "en") -> Client:
        client = Client(raise_request_exception=True)
        found = member(who) if isinstance(who, str) else Member.objects.get(pk=who.member_id)
        client.force_login(found, backend="zhike.domains.people.signing_in.MemberBackend")
        client.cookies["language"] = language
        return client

    return sign_in
