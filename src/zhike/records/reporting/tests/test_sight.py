"""Reports are made of what the reader may read in full: no measure, grouping, day, condition or title tells more."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest

from zhike.records import gate, registry
from zhike.records.customising import changing as fields
from zhike.records.reporting import dimensions, offering
from zhike.records.roles import sight
from zhike.records.roles.rights import Access
from zhike.testing import access
from zhike.testing.api import Program
from zhike.testing.deals import Deals

NARROW = [Access.HIDDEN, Access.MASKED]
ROLE, WHO = "salesperson", "王芳"


@pytest.fixture
def deals(act: Any, owner: Any, administrator: Any, workspace: Any) -> Any:
    customer = gate.create(owner, registry.get("customers"), {"name": "绝密客户甲乙", "size": "100-499"})
    made = Deals(act)
    made.add(owner, "A", "won", 1000, closed_on=date(2026, 1, 15), days=10, customer=customer)
    made.add(owner, "B", "lost", 700, closed_on=date(2026, 3, 5), customer=customer)
    made.add(owner, "C", "talking", 200, customer=customer)
    return made


def narrow(type_name: str, access_of: Access, *names: str) -> None:
    access.restrict(ROLE, registry.get(type_name), dict.fromkeys(names, access_of))


def offered(actor: Any, type_name: str = "opportunities") -> tuple[set[str], set[str], set[str], set[str]]:
    """Names of the measures, groupings, days and ready reports a reader is offered."""
    with sight.seen_by(actor):
        found = next((each for each in offering.offered_to(actor) if each.record_type == type_name), None)
        if found is None:
            return set(), set(), set(), set()
        return (
            {each.name for each in found.all_measures()},
            {each.name for each in found.all_dimensions()},
            set(found.all_dates()),
            {each.name for each in found.ready},
        )


CASES: list[tuple[str, str, dict[str, set[str]]]] = [
    ("opportunities", "amount", {"measures": {"amount", "average_amount", "won_amount", "weighted_amount"}}),
    ("opportunities", "status", {"measures": {"won_count", "win_rate", "open_amount"}, "by": {"status"}}),
    ("opportunities", "stage", {"measures": {"weighted_amount"}, "by": {"stage"}, "ready": {"funnel"}}),
    ("opportunities", "opened_on", {"measures": {"days_to_win"}, "days": {"opened_on"}, "ready": {"days-to-win"}}),
    ("opportunities", "closed_on", {"measures": {"won_count"}, "by": {"closed_on:month"}, "days": {"closed_on"}}),
    ("opportunities", "owner", {"by": {"owner", "region", "department"}, "ready": {"sellers", "regions"}}),
    ("opportunities", "customer", {"by": {"customer", "customer.industry", "customer.size"}}),
    ("customers", "size", {"by": {"customer.size"}}),
    ("members", "department", {"by": {"region", "department"}, "ready": {"regions"}}),
]


@pytest.mark.parametrize("narrowed", NARROW)
@pytest.mark.parametrize(("type_name", "field", "gone"), CASES)
def test_what_is_made_of_a_field_goes_with_it(
    deals: Any, owner: Any, type_name: str, field: str, gone: dict[str, set[str]], narrowed: Access
) -> None:
    before = dict(zip(("measures", "by", "days", "ready"), offered(owner), strict=True))
    assert all(names <= before[kind] for kind, names in gone.items()), "without this the test could not fail"

    narrow(type_name, narrowed, field)

    now = dict(zip(("measures", "by", "days", "ready"), offered(owner), strict=True))
    assert {kind: names & now[kind] for kind, names in gone.items()} == {kind: set() for kind in gone}
    assert "count" in now["measures"], "and the rest is still there"


@pytest.mark.parametrize("narrowed", NARROW)
def test_own_fields_as_well(administrator: Any, owner: Any, narrowed: Access) -> None:
    deals = registry.get("opportunities")
    choices = [{"value": "a", "label": "甲"}]
    for name, kind, more in (
        ("cost", "money", {}),
        ("level", "choice", {"choices": json.dumps(choices)}),
        ("signed", "day", {}),
    ):
        fields.add_field(administrator, deals, {"name": name, "kind": kind, "label": name, **more})
    mine = ({"sum_cost", "average_cost"}, {"level"}, {"signed"})
    assert all(names <= found for names, found in zip(mine, offered(owner), strict=False))

    narrow("opportunities", narrowed, "cost", "level", "signed")

    assert [names & found for names, found in zip(mine, offered(owner), strict=False)] == [set(), set(), set()]


@pytest.mark.parametrize("narrowed", NARROW)
def test_nothing_of_it_is_asked_by_name(deals: Any, client_of: Any, member: Any, narrowed: Access) -> None:
    """On the page, in the file, by the API: measure, grouping, day, filter, and a ready report."""
    browser, program = client_of(WHO), Program(member(WHO))
    condition = quote(json.dumps({"field": "amount", "op": "gt", "value": "500"}))
    asked = ["measure=amount", "by=customer.size", "by=closed_on:month", "date=closed_on", f"filter={condition}"]
    for words in asked:
        assert browser.get(f"/reports/?type=opportunities&{words}").status_code == 200, words
    narrow("opportunities", narrowed, "amount", "closed_on")
    narrow("customers", narrowed, "size")

    for words in asked:
        for place in ("/reports/?", "/reports/export/?format=csv&"):
            assert browser.get(f"{place}type=opportunities&{words}").status_code in (400, 404), (place, words)
    assert browser.get("/reports/?report=sellers").status_code == 404
    assert program.get("reports/sellers/").status_code == 404
    assert program.get(f"reports/lost-reasons/?filter={condition}").status_code in (400, 404)
    assert "sellers" not in {each["name"] for each in program.get("reports/").json()["items"]}
    page = access.plain(browser.get("/reports/?type=opportunities&measure=count"))
    assert "Wonamount" not in page and "won_amount" not in page


@pytest.mark.parametrize("narrowed", NARROW)
def test_a_span_of_a_day_one_may_not_read_is_refused(deals: Any, client_of: Any, narrowed: Access) -> None:
    narrow("opportunities", narrowed, "created_at")

    assert client_of(WHO).get("/reports/?type=opportunities&measure=count").status_code == 200
    assert client_of(WHO).get("/reports/?type=opportunities&measure=count&range=this_year").status_code == 400


@pytest.mark.parametrize("narrowed", NARROW)
def test_groups_are_called_by_titles_as_they_may_be_seen(deals: Any, client_of: Any, narrowed: Access) -> None:
    browser = client_of(WHO)
    places = ["/reports/?type=opportunities&by=customer", "/reports/export/?format=csv&type=opportunities&by=customer"]
    assert all("绝密客户甲乙" in access.plain(browser.get(place)) for place in places)

    narrow("customers", narrowed, "name")

    assert not [place for place in places if "绝密客户甲乙" in access.plain(browser.get(place))]


@pytest.mark.parametrize("narrowed", NARROW)
def test_departments_too(deals: Any, client_of: Any, narrowed: Access) -> None:
    place = "/reports/export/?format=csv&type=opportunities&by=department"
    assert "华东" in access.plain(client_of(WHO).get(place))

    narrow("departments", narrowed, "name")

    assert "华东" not in access.plain(client_of(WHO).get(place))


def test_groups_by_a_masked_title_stand_in_no_order_of_it(act: Any, owner: Any, workspace: Any) -> None:
    customers = registry.get("customers")
    made = [gate.create(owner, customers, {"name": f"{first}某某某甲"}) for first in ("赵", "安")]
    narrow("customers", Access.MASKED, "name")

    with sight.seen_by(owner):
        by = dimensions.dimension_of(registry.get("opportunities"), "customer")
        groups = by.groups(owner, [each.pk for each in made])

    assert [groups[each.pk].position for each in made] == [groups[each.pk].label for each in made]


def test_a_figure_leads_to_the_list_and_the_list_refuses_the_rest(deals: Any, client_of: Any) -> None:
    """An address kept from before: the condition behind a figure is asked under the sight of who follows it."""
    browser = client_of(WHO)
    link = browser.get("/api/v1/reports/sellers/").json()["total"]["figures"]["won_amount"]["filter"]
    assert browser.get(f"/opportunities/?filter={quote(json.dumps(link))}").status_code == 200

    narrow("opportunities", Access.HIDDEN, "status")

    assert browser.get(f"/opportunities/?filter={quote(json.dumps(link))}").status_code == 400


@pytest.mark.parametrize("narrowed", NARROW)
def test_the_file_holds_what_the_page_holds(deals: Any, client_of: Any, narrowed: Access) -> None:
    narrow("opportunities", narrowed, "amount")
    answer = client_of(WHO).get("/reports/export/?format=csv&type=opportunities&by=stage")

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["Stage", "Deals"] and "1000" not in answer.content.decode()
