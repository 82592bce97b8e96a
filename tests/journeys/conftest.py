"""Stories in the browser: one running installation per module, on a database of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from zhike.base.actors import Door
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of
from zhike.testing import servers
from zhike.testing.browser import *  # noqa: F403
from zhike.testing.browser import Visit, Visitor, visit

PROGRAMS = ("web", "live", "worker")


def pytest_collection_modifyitems(items: list[Any]) -> None:
    for item in items:
        if "/journeys/" in str(item.path):
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="module")
def company(committed_database: Any) -> Any:
    """The test company, where everything commits."""
    with translation.override("en"):
        yield committed_database


@pytest.fixture(scope="module")
def installation(company: Any) -> Iterator[servers.Installation]:
    """Web, live and worker on the company's database."""
    with servers.installation(*PROGRAMS) as running:
        yield running


@pytest.fixture
def people(company: Any) -> Callable[[str], Member]:
    """`people("王芳")`"""
    return lambda name: Member.objects.select_related("department").get(name=name)


@pytest.fixture
def acting(people: Callable[[str], Member]) -> Callable[[str], Any]:
    """`acting("王芳")`: her actor, for arranging what a story begins with."""
    return lambda name: actor_of(people(name), Door.FORM)


@pytest.fixture
def visiting(browser: Any, installation: servers.Installation, people: Callable[[str], Member]) -> Visit:
    """`with visiting("王芳") as visitor:` a fresh browser profile, signed in; None comes as a stranger."""

    @contextlib.contextmanager
    def arrive(name: str | None = None, **options: Any) -> Iterator[Visitor]:
        said = len(installation.log_of("web"))
        try:
            with visit(browser, installation.url, people(name) if name else None, **options) as visitor:
                yield visitor
        except BaseException as error:
            error.add_note("The web process said:\n" + installation.log_of("web")[said:][-servers.LOG_SHOWN :])
            raise

    return arrive


@pytest.fixture(autouse=True)
def _inside_company(request: Any) -> None:
    if "company" in request.fixturenames:
        connection.set_tenant(request.getfixturevalue("company"))  # type: ignore[attr-defined]
