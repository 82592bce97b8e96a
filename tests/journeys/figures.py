"""The public CRM set and what everybody must say of it: the API, the reports, the home page."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from zhike.config import environment
from zhike.testing.api import Program

FILES = environment.CHECKOUT.parent / "shared" / "data" / "crm-sales-opportunities"
MAPPINGS = environment.CHECKOUT / "examples" / "crm-sales-opportunities"
STEPS = (
    ("members", "sales_teams"),
    ("products", "products"),
    ("customers", "accounts"),
    ("opportunities", "sales_pipeline"),
)
ROWS = {"accounts": 85, "products": 7, "sales_teams": 35, "sales_pipeline": 8800}
REGIONS = {"West": Decimal(3_568_647), "Central": Decimal(3_346_293), "East": Decimal(3_090_594)}
WON, LOST, ENGAGING, PROSPECTING = 4238, 2473, 1589, 500
WON_AMOUNT, BEST_SELLER = Decimal(10_005_534), Decimal(1_153_214)

needs_files = pytest.mark.skipif(
    not FILES.is_dir(), reason="The public CRM set is not in ../shared/data/crm-sales-opportunities."
)


def file_of(name: str) -> Path:
    return FILES / f"{name}.csv"


def mapping_of(name: str) -> Path:
    return MAPPINGS / f"{name}.json"


def report(program: Program, name: str) -> dict[str, Any]:
    answer = program.get(f"reports/{name}/?range=all")
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def by_label(shown: dict[str, Any], measure: str) -> dict[str, Any]:
    return {row["groups"][0]["label"]: row["figures"][measure]["value"] for row in shown["rows"]}


def check_api(program: Program) -> None:
    """Every figure of the set, as a program reads it."""
    total = {name: figure["value"] for name, figure in report(program, "summary")["total"]["figures"].items()}
    assert (total["won_count"], Decimal(total["won_amount"])) == (WON, WON_AMOUNT)
    assert total["lost_count"] == LOST
    assert round(Decimal(total["win_rate"]), 1) == Decimal("63.2")
    stages = by_label(report(program, "funnel"), "count")
    assert (stages["Engaging"], stages["Prospecting"]) == (ENGAGING, PROSPECTING)
    regions = by_label(report(program, "regions"), "won_amount")
    assert {name: Decimal(amount) for name, amount in regions.items() if Decimal(amount or 0)} == REGIONS
    sellers = by_label(report(program, "sellers"), "won_amount")
    assert max(Decimal(amount or 0) for amount in sellers.values()) == BEST_SELLER


def check_nothing_left(program: Program) -> None:
    total = report(program, "summary")["total"]["figures"]
    assert (total["won_count"]["value"], total["lost_count"]["value"]) == (0, 0)
    assert program.get("opportunities/?limit=1").json()["items"] == []
