"""Sums of several currencies in the company's own: in reports, lists, boards and heads of pages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhike.base.changelog import undoing
from zhike.records import gate, listing, registry
from zhike.records.currencies import changing
from zhike.records.customising import changing as customising
from zhike.records.formulas import runs
from zhike.records.models import ComputingRun, CustomField
from zhike.records.reporting import offering, running
from zhike.testing.deals import Deals

RATES = "2026-01-01,USD,7\n2026-02-01,USD,7.2\n2026-01-01,EUR,8"
JANUARY, FEBRUARY = date(2026, 1, 20), date(2026, 2, 20)


@pytest.fixture
def deals(act: Any, owner: Any) -> Deals:
    """Won: 1,000 CNY, 100 USD in January, 100 USD in February; 10 USD are open."""
    made = Deals(act)
    made.add(owner, "A", "won", 1000, closed_on=JANUARY)
    made.add(owner, "B", "won", 100, closed_on=JANUARY, currency="USD")
    made.add(owner, "C", "won", 100, closed_on=FEBRUARY, currency="USD")
    made.add(owner, "D", "talking", 10, currency="USD")
    return made


def ask(actor: Any, *measures: str, **more: Any) -> Any:
    return running.ask_simply(actor, offering.of("opportunities"), *measures, **more)


def told(figure: Any) -> tuple[str, Any, Any]:
    return figure.currency, figure.value, figure.others


def test_without_rates_each_currency_stands_by_itself(deals: Deals, administrator: Any) -> None:
    figure = ask(administrator, "won_amount").figure("won_amount")
    assert told(figure) == ("CNY", 1000, (("USD", Decimal(200)),)) and figure.conversion is None


def test_amounts_are_converted_at_the_rate_of_the_day_they_were_closed(deals: Deals, administrator: Any) -> None:
    changing.import_rates(administrator, RATES)
    result = ask(administrator, "won_amount", "won_count", "average_won_amount", "open_amount", "weighted_amount")
    assert [told(each) for each in result.total.figures] == [
        ("CNY", Decimal(1000 + 700 + 720), ()), ("", 3, ()), ("CNY", Decimal("806.67"), ()),
        ("CNY", Decimal(72), ()), ("CNY", Decimal("7.20"), ()),
    ]  # fmt: skip
    assert result.conversion.codes == ("USD",)
    assert (
        "USD converted into CNY" in result.conversion.note and "1 USD = 7.2 CNY (2026-02-01)" in result.conversion.note
    )


def test_groups_add_up_to_the_total(deals: Deals, administrator: Any) -> None:
    changing.import_rates(administrator, RATES)
    result = ask(administrator, "won_amount", by=["closed_on:month", "currency"])
    sums = {tuple(str(group.label) for group in row.groups): row.figures[0].value for row in result.rows}
    assert set(sums.values()) == {Decimal(1000), Decimal(700), Decimal(720)}
    assert sum(sums.values()) == result.total.figures[0].value == 2420
    assert [row.figures[0].value for row in result.first_totals if row.figures[0].value] == [1700, 720]


def test_one_amount_without_a_rate_leaves_all_apart(deals: Deals, administrator: Any, owner: Any) -> None:
    changing.import_rates(administrator, RATES)
    deals.add(owner, "E", "won", 5, closed_on=date(2025, 12, 31), currency="USD")
    figure = ask(administrator, "won_amount").figure("won_amount")
    assert told(figure) == ("CNY", 1000, (("USD", Decimal(205)),))
    later = {"field": "closed_on", "op": "after", "value": "2025-12-31"}
    assert told(ask(administrator, "won_amount", condition=later).figure("won_amount"))[1] == 2420


def test_a_currency_without_any_rate_leaves_all_apart(deals: Deals, administrator: Any, owner: Any) -> None:
    changing.import_rates(administrator, RATES)
    deals.add(owner, "E", "won", 5, closed_on=FEBRUARY, currency="GBP")
    figure = ask(administrator, "won_amount").figure("won_amount")
    assert told(figure) == ("CNY", 1000, (("GBP", Decimal(5)), ("USD", Decimal(200))))


def test_without_an_amount_no_rate_is_missed(deals: Deals, administrator: Any, owner: Any) -> None:
    changing.import_rates(administrator, RATES)
    deals.add(owner, "E", "won", None, closed_on=date(2020, 1, 1), currency="USD")
    assert ask(administrator, "won_amount").figure("won_amount").value == 2420


def test_rates_to_come_are_no_rates_of_today(deals: Deals, administrator: Any, owner: Any) -> None:
    changing.import_rates(administrator, "2027-05-01,USD,7")
    assert ask(administrator, "open_amount").figure("open_amount").currency == "USD"


def test_the_figure_leads_to_all_it_is_made_of(deals: Deals, administrator: Any) -> None:
    changing.import_rates(administrator, RATES)
    figure = ask(administrator, "won_amount").figure("won_amount")
    found = listing.base_query(administrator, registry.get("opportunities"), condition=figure.condition)
    assert found.count() == 3


def test_where_all_is_in_its_own_currency_nobody_asks_for_rates(act: Any, administrator: Any, owner: Any) -> None:
    Deals(act).add(owner, "A", "won", 1000, closed_on=JANUARY)
    changing.import_rates(administrator, RATES)
    with CaptureQueriesContext(connection) as queries:
        assert ask(administrator, "won_amount", by=["owner"]).figure("won_amount").value == 1000
    assert not [each for each in queries.captured_queries if "exchangerate" in each["sql"]]


# Where sums stand


def test_reports_and_the_api_say_that_it_is_converted(deals: Deals, client_of: Any, administrator: Any) -> None:
    changing.import_rates(administrator, RATES)
    page = client_of("林晓").get("/reports/?report=summary&range=all").content.decode()
    assert "≈ ¥ 2,420" in page and "1 USD = 7.2 CNY (2026-02-01)" in page
    told = client_of("林晓").get("/api/v1/reports/summary/?range=all").json()
    assert told["converted"] == ["USD"] and told["total"]["figures"]["won_amount"]["value"] == "2420.00"


def test_the_home_page_says_so_too(deals: Deals, client_of: Any, administrator: Any) -> None:
    changing.import_rates(administrator, RATES)
    page = client_of("林晓").get("/?range=all").content.decode()
    assert "≈ ¥ 2,420" in page and "1 USD = 7.2 CNY" in page


def test_list_totals(deals: Deals, client_of: Any, administrator: Any) -> None:
    url = "/opportunities/totals/?view=all"
    assert "¥ 1,000" in (apart := client_of("林晓").get(url).content.decode()) and "$ 210" in apart
    changing.import_rates(administrator, RATES)
    page = client_of("林晓").get(url).content.decode()
    assert "≈ ¥ 2,492" in page and "1 USD = 7.2 CNY" in page and "$ 210" in page


def test_sums_of_lanes(deals: Deals, client_of: Any, administrator: Any) -> None:
    assert "$ 10" in client_of("林晓").get("/opportunities/board/?view=all").content.decode()
    changing.import_rates(administrator, RATES)
    page = client_of("林晓").get("/opportunities/board/?view=all").content.decode()
    assert "≈ ¥ 72" in page and "≈ ¥ 2.4K" in page and "1 USD = 7.2 CNY" in page


def test_the_head_of_a_customer(act: Any, client_of: Any, administrator: Any, owner: Any) -> None:
    customer = gate.create(administrator, registry.get("customers"), {"name": "江南医院", "kind": "organisation"})
    deals = Deals(act)
    deals.add(owner, "A", "won", 1000, closed_on=JANUARY, customer=customer)
    deals.add(owner, "B", "won", 100, closed_on=FEBRUARY, currency="USD", customer=customer)
    url = f"/customers/{customer.pk}/"
    assert "¥ 1,000 + $ 100" in client_of("林晓").get(url).content.decode()
    changing.import_rates(administrator, RATES)
    assert "≈ ¥ 1,720" in client_of("林晓").get(url).content.decode()


def test_a_list_tells_the_currency_of_what_is_not_in_its_own(deals: Deals, client_of: Any) -> None:
    page = client_of("林晓").get("/opportunities/?view=all").content.decode()
    assert '<span class="num">$ 100</span>' in page and '<span class="num">1,000</span>' in page
    assert client_of("林晓").get("/opportunities/?view=all&columns=name,amount").status_code == 200


# Roll-ups


@pytest.fixture
def customer(administrator: Any) -> Any:
    return gate.create(administrator, registry.get("customers"), {"name": "江南医院", "kind": "organisation"})


def roll_up(actor: Any, function: str) -> str:
    raw = {"kind": "roll_up", "label": function, "over": "opportunities.customer", "function": function}
    made = customising.add_field(actor, registry.get("customers"), {**raw, "measure": "amount"})
    return str(made.name)


def value(customer: Any, name: str) -> Any:
    field = registry.get("customers").field(name)
    assert field is not None
    return field.value_of(registry.get("customers").queryset().get(pk=customer.pk))


@pytest.mark.parametrize(("function", "expected"), [("sum", "1720.00"), ("min", "720.00"), ("max", "1000.00")])
def test_roll_ups_are_in_the_companys_own(
    act: Any, administrator: Any, owner: Any, customer: Any, function: str, expected: str
) -> None:
    changing.import_rates(administrator, RATES)
    name = roll_up(administrator, function)
    deals = Deals(act)
    deals.add(owner, "A", "won", 1000, closed_on=JANUARY, customer=customer)
    deal = deals.add(owner, "B", "won", 100, closed_on=FEBRUARY, currency="USD", customer=customer)
    assert str(value(customer, name)) == expected

    gate.edit(administrator, deal, {"currency": "GBP"})
    assert value(customer, name) is None
    gate.edit(administrator, deal, {"currency": "EUR"})
    assert value(customer, name) == {"sum": 1800, "min": 800, "max": 1000}[function]


def test_a_roll_up_follows_rates(act: Any, administrator: Any, owner: Any, customer: Any) -> None:
    name = roll_up(administrator, "sum")
    Deals(act).add(owner, "A", "won", 100, closed_on=FEBRUARY, currency="USD", customer=customer)
    assert value(customer, name) is None

    _count, change_set = changing.import_rates(administrator, RATES)
    carry_on(name)
    assert value(customer, name) == 720

    undoing.undo(administrator, change_set)
    carry_on(name)
    assert value(customer, name) is None


def carry_on(name: str) -> None:
    run = ComputingRun.objects.filter(field_id=CustomField.objects.get(name=name).pk).latest("pk")
    assert not run.is_over
    runs.carry_on(run.pk)
