"""Faults happen to real processes, each test in a company of its own where everything commits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import translation

from zhike.base.actors import Actor, Door
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of


def pytest_collection_modifyitems(items: list[Any]) -> None:
    for item in items:
        if "/faults/" in str(item.path):
            item.add_marker(pytest.mark.fault)


@pytest.fixture
def company(committed_workspace: Any) -> Any:
    with translation.override("en"):
        yield committed_workspace


@pytest.fixture
def acting(company: Any) -> Callable[[str], Actor]:
    """`acting("王芳")`"""
    return lambda name: actor_of(Member.objects.select_related("department").get(name=name), Door.FORM)
