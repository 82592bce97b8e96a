"""Every page the URL configuration has, and all that opens in the drawer: nothing complains, nothing sticks out.

Here on a wide window, light and in English, and turned from there; in Chinese on a phone in the dark, see beside.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys import full_company, judging, walk
from tests.journeys.walk import Address, Kind


@pytest.fixture(scope="module")
def addresses(company: Any, installation: Any) -> list[Address]:
    """After the installation, which keeps the files."""
    return list(walk.asked(full_company.found()))


def test_every_address_is_a_page_or_says_why_it_is_none(addresses: list[Address]) -> None:
    known = {Kind.PAGE, Kind.DRAWER, Kind.PART, Kind.FILE, Kind.CHANGES, Kind.LEADS}
    good = {each.route for each in addresses if each.kind in known}

    assert [route for route in walk.routes() if route not in good and not walk.left_out(route)] == []
    assert [start for start in walk.LEFT_OUT if not any(route.startswith(start) for route in walk.routes())] == []
    assert [each.path for each in addresses if each.headings not in (None, 1)] == []
    assert len(walk.pages(addresses)) > 90 and len(walk.drawers(addresses)) > 60


def test_no_page_has_a_fault(visiting: Any, addresses: list[Address]) -> None:
    with visiting("林晓") as visitor:
        found = [line for path in walk.pages(addresses) for line in judging.page(visitor, path)]

    assert not found, "\n".join(found)


def test_no_drawer_has_a_fault(visiting: Any, addresses: list[Address]) -> None:
    with visiting("林晓") as visitor:
        found = judging.drawers(visitor, walk.drawers(addresses))

    assert not found, "\n".join(found)


def test_the_doors_have_no_fault(visiting: Any, addresses: list[Address]) -> None:
    with visiting(None) as visitor:
        found = [line for path in walk.doors() for line in judging.page(visitor, path)]
    with visiting("林晓", expected=("answered 404",)) as visitor:
        found += judging.page(visitor, "/nowhere/")

    assert not found, "\n".join(found)
