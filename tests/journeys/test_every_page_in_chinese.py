"""Every page and drawer again, in Chinese, begun on a phone in the dark."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys import full_company, judging, walk
from tests.journeys.walk import Address
from zhike.testing.browser import PHONE

LOOK = {"size": PHONE, "theme": "dark", "language": "zh-hans"}


@pytest.fixture(scope="module")
def addresses(company: Any, installation: Any) -> list[Address]:
    return list(walk.asked(full_company.found()))


def test_no_page_has_a_fault(visiting: Any, addresses: list[Address]) -> None:
    with visiting("林晓", **LOOK) as visitor:
        found = [line for path in walk.pages(addresses) for line in judging.page(visitor, path)]

    assert not found, "\n".join(found)


def test_no_drawer_has_a_fault(visiting: Any, addresses: list[Address]) -> None:
    with visiting("林晓", **LOOK) as visitor:
        found = judging.drawers(visitor, walk.drawers(addresses))

    assert not found, "\n".join(found)


def test_the_doors_have_no_fault(visiting: Any, addresses: list[Address]) -> None:
    with visiting(None, **LOOK) as visitor:
        found = [line for path in walk.doors() for line in judging.page(visitor, path)]
    with visiting("林晓", expected=("answered 404",), **LOOK) as visitor:
        found += judging.page(visitor, "/nowhere/")

    assert not found, "\n".join(found)
