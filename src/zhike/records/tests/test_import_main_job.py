"""The four files of the public CRM set, with the exact figures that must stand afterwards."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Count, Sum

from zhike.base.changelog import undoing
from zhike.base.changelog.models import Change
from zhike.records import registry
from zhike.records.tests.importing import checked, counts, imported

ROOT = Path(__file__).parents[4]
FILES = ROOT.parent / "shared" / "data" / "crm-sales-opportunities"
EXAMPLES = ROOT / "examples" / "crm-sales-opportunities"

pytestmark = pytest.mark.skipif(
    not FILES.is_dir(), reason="The public CRM set is not beside the checkout (../shared/data/crm-sales-opportunities)."
)


def mapping(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def content(name: str) -> bytes:
    return (FILES / f"{name}.csv").read_bytes()


def rows(type_name: str) -> Any:
    return registry.get(type_name).queryset().order_by()


def bring_in(actor: Any, type_name: str, name: str) -> Any:
    return imported(actor, type_name, content(name), mapping(name), f"{name}.csv")


@pytest.fixture
def first_three(administrator: Any) -> None:
    assert counts(bring_in(administrator, "members", "sales_teams")) == (35, 0, 0, 0)
    assert counts(bring_in(administrator, "customers", "accounts")) == (85, 0, 0, 0)
    assert counts(bring_in(administrator, "products", "products")) == (7, 0, 0, 0)


def test_members_come_with_their_managers_and_departments(first_three: None) -> None:
    anna = rows("members").get(name="Anna Snelling")

    assert (anna.manager.name, anna.department.name) == ("Dustin Brinkmann", "Central")
    assert (anna.manager.roles, anna.manager.department) == (["manager"], anna.department)
    assert anna.department.path == f"/{anna.department.pk}/"
    assert not anna.has_usable_password()
    assert anna.roles == ["salesperson"]
    assert rows("members").filter(reports__department__name__in=["Central", "East", "West"]).distinct().count() == 6


def test_subsidiaries_find_their_parents_whatever_the_order(first_three: None) -> None:
    assert rows("customers").filter(parent__isnull=False).count() == 15
    assert rows("customers").get(name="Bluth Company").parent.name == "Acme Corporation"
    assert rows("customers").filter(industry__name="technology").count() == 12
    assert rows("customers").get(name="Bioholding").region == "Philippines"


def test_the_pipeline_has_the_exact_figures_again_and_again(administrator: Any, first_three: None) -> None:
    run = bring_in(administrator, "opportunities", "sales_pipeline")

    assert counts(run) == (8800, 0, 0, 0)
    check_figures()

    again = bring_in(administrator, "opportunities", "sales_pipeline")
    assert counts(again) == (0, 0, 8800, 0)
    assert not Change.objects.filter(change_set=again.change_set).exists(), "what is the same leaves no trace"

    undone = undoing.undo(administrator, run.change_set)
    assert undone.conflict_count == 0
    assert rows("opportunities").count() == 0

    assert bring_in(administrator, "opportunities", "sales_pipeline").created == 8800
    check_figures()


def check_figures() -> None:
    deals = rows("opportunities")
    by_status = {
        row["status"]: (row["n"], row["s"]) for row in deals.values("status").annotate(n=Count("id"), s=Sum("amount"))
    }
    assert by_status["won"] == (4238, Decimal(10_005_534))
    assert by_status["lost"][0] == 2473
    by_stage = dict(deals.values_list("stage__name").annotate(n=Count("id")))
    assert (by_stage["Engaging"], by_stage["Prospecting"]) == (1589, 500)
    won = deals.filter(status="won")
    assert dict(won.values_list("owner__department__name").annotate(s=Sum("amount"))) == {
        "West": Decimal(3_568_647), "Central": Decimal(3_346_293), "East": Decimal(3_090_594),
    }  # fmt: skip
    assert max(dict(won.values_list("owner").annotate(s=Sum("amount"))).values()) == Decimal(1_153_214)
    assert deals.filter(customer__isnull=True).count() == 1425
    assert deals.filter(product__name="GTX Pro").count() == 1480
    deal = deals.get(external_id="1C1I7A6R")
    assert (deal.name, deal.owner.name) == ("Cancity · GTX Plus Basic", "Moses Frase")
    assert (str(deal.opened_on), str(deal.closed_on), deal.amount) == ("2016-10-20", "2017-03-01", Decimal(1054))


def test_the_dry_run_guesses_the_columns_and_asks_about_one_product(administrator: Any, first_three: None) -> None:
    report = checked(administrator, "opportunities", content("sales_pipeline"))

    product = next(column for column in report["unknown"] if column["field"] == "product")
    assert product["values"] == [{"value": "GTXPro", "rows": 1480, "suggestion": "GTX Pro", "is_new": False}]
    stage = next(column for column in report["unknown"] if column["field"] == "stage")
    assert {(found["value"], found["rows"]) for found in stage["values"]} == {("Engaging", 1589), ("Prospecting", 500)}
    assert rows("opportunities").count() == 0


def test_misspelt_values_of_the_accounts_get_suggestions(administrator: Any) -> None:
    report = checked(administrator, "customers", content("accounts"))

    suggested = {
        found["value"]: found["suggestion"]
        for column in report["unknown"]
        for found in column["values"]
        if found["suggestion"]
    }
    assert suggested["technolgy"] == "technology"
    assert suggested["Philipines"] == "Philippines"
