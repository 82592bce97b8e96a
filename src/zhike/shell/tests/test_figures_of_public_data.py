"""The four files of a public CRM set, taken in row by row: home, reports and API say exactly what the files hold."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from zhike.domains.catalogue.models import Product
from zhike.domains.opportunities import queries, services
from zhike.domains.opportunities.models import Opportunity
from zhike.domains.people import services as people
from zhike.domains.people.models import Member
from zhike.records.reporting import offering, running
from zhike.shell.tests.test_home import text_of

DATA = Path(__file__).parents[5] / "shared" / "data" / "crm-sales-opportunities"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.exists(), reason="The public data set is not beside this checkout."),
]


def rows_of(name):
    with (DATA / name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture
def public_set(act, system):
    with act():
        sellers = _hire(system)
        products = {row["product"]: Product.objects.create(name=row["product"]) for row in rows_of("products.csv")}
        products["GTXPro"] = products["GTX Pro"]
        stages = _stages(system)
        deals = [_deal(row, sellers, products, stages) for row in rows_of("sales_pipeline.csv")]
        Opportunity.objects.bulk_create(deals)


def _hire(system):
    departments, sellers = {}, {}
    for row in rows_of("sales_teams.csv"):
        office = row["regional_office"]
        if office not in departments:
            departments[office] = people.open_department(actor=system, name=office)
        sellers[row["sales_agent"]] = people.add_member(
            actor=system, name=row["sales_agent"], department=departments[office]
        )
    return sellers


def _stages(system):
    pipeline = queries.get_default_pipeline()
    closed = {"Won": queries.get_stage_of(pipeline, "won"), "Lost": queries.get_stage_of(pipeline, "lost")}
    return closed | {name: services.add_stage(system, name, {}) for name in ("Prospecting", "Engaging")}


def _deal(row, sellers, products, stages):
    deal = Opportunity(
        name=row["opportunity_id"], external_id=row["opportunity_id"], stage=stages[row["deal_stage"]],
        owner=sellers[row["sales_agent"]], product=products[row["product"]],
        opened_on=_day(row["engage_date"]), closed_on=_day(row["close_date"]),
        amount=Decimal(row["close_value"]) if row["close_value"] else None,
    )  # fmt: skip
    services.complete_opportunity(deal)
    return deal


def _day(text):
    return date.fromisoformat(text) if text else None


def test_figures_of_the_public_set(public_set, client_of, administrator):
    client = client_of("林晓")

    home = text_of(client.get("/"))
    counts = ("won 4,238 · lost 2,473", "63.2%", "Engaging 1,589", "Prospecting 500")
    for told in ("Won · All time ¥ 10,005,534", *counts):
        assert told in home, told
    assert "shown is: All time" in home

    regions = text_of(client.get("/home/parts/regions/"))
    for told in ("West ¥ 3,568,647", "Central ¥ 3,346,293", "East ¥ 3,090,594"):
        assert told in regions, told
    assert "¥ 1,153,214" in text_of(client.get("/home/parts/sellers/"))

    report = text_of(client.get("/reports/?report=sellers"))
    assert "¥ 1,153,214" in report and "Total ¥ 10,005,534 4,238 63.2%" in report

    summary = client.get("/api/v1/reports/summary/").json()["total"]["figures"]
    said = {name: figure["value"] for name, figure in summary.items()}
    assert said == {"won_amount": "10005534.00", "won_count": 4238, "lost_count": 2473, "win_rate": "63.2"}
    sellers = client.get("/api/v1/reports/sellers/").json()["rows"]
    assert sellers[0]["figures"]["won_amount"]["value"] == "1153214.00"
    funnel = client.get("/api/v1/reports/funnel/").json()["rows"]
    counts = {row["groups"][0]["label"]: row["figures"]["count"]["value"] for row in funnel}
    assert counts == {"Prospecting": 500, "Engaging": 1589, "赢单": 4238, "输单": 2473}


def test_mean_days_to_win(public_set, administrator):
    result = running.ask_simply(administrator, offering.of("opportunities"), "days_to_win")

    assert result.figure("days_to_win").value == Decimal("51.78")


def test_salesperson_of_another_company_department_sees_none(public_set, outsider):
    result = running.ask_simply(outsider, offering.of("opportunities"), "count")

    assert Member.objects.filter(department__name="West").exists()
    assert result.figure("count").value == 0
