"""Figures of a company's own type and of its own fields."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from zhike.records import gate, registry
from zhike.records.reporting import offering, running
from zhike.testing import custom as own_fields
from zhike.testing import types as own_types
from zhike.testing.api import Program


@pytest.fixture
def buildings(administrator: Any, owner: Any, teammate: Any) -> Any:
    kind = own_types.buildings(administrator)
    own_fields.add(administrator, "buildings", "integer", label="套数", label_en="Units")
    own_fields.add(administrator, "buildings", "money", label="均价", label_en="Price")
    own_fields.add(administrator, "buildings", "percent", label="折扣", label_en="Sold")
    own_fields.add(administrator, "buildings", "day", label="开盘日", label_en="Opening")
    gate.create(owner, kind, {"name": "梧桐里", "tao_shu": 100, "jun_jia": "30000", "zhe_kou": "40"})
    gate.create(owner, kind, {"name": "银杏苑", "tao_shu": 60, "jun_jia": "50000", "stage": "shou_qing"})
    gate.create(teammate, kind, {"name": "江南府"})
    return kind


def figures(actor: Any, name: str, by: str) -> dict[str, Any]:
    result = running.ask_simply(actor, offering.of("buildings"), name, by=[by])
    return {row.groups[0].label: row.figures[0].value for row in result.rows}


def test_records_are_counted_under_the_list_permission(buildings: Any, owner: Any, manager: Any, outsider: Any) -> None:
    assert figures(owner, "count", "stage") == {"In talks": 1, "Sold out": 1}
    assert figures(manager, "count", "owner") == {"王芳": 2, "李娜": 1}
    assert figures(outsider, "count", "owner") == {}


def test_own_numbers_are_added_up_and_averaged(buildings: Any, manager: Any) -> None:
    assert figures(manager, "sum_tao_shu", "owner") == {"王芳": 160, "李娜": 0}
    assert figures(manager, "average_jun_jia", "owner")["王芳"] == Decimal("40000.00")
    assert figures(manager, "average_zhe_kou", "owner")["王芳"] == Decimal("40.0")
    names = [measure.name for measure in offering.of("buildings").all_measures()]
    assert "sum_zhe_kou" not in names


def test_the_page_and_the_api_show_them(buildings: Any, client_of: Any, member: Any, owner: Any) -> None:
    client = client_of(owner)
    page = client.get("/reports/?report=buildings-by-stage").content.decode()
    assert "Buildings by stage" in page and "Sold out" in page
    own = client.get("/reports/?type=buildings&measure=sum_tao_shu&by=stage&date=kai_pan_ri").content.decode()
    assert "Units, sum" in own and "Opening" in own
    told = Program(member("王芳")).get("reports/buildings-by-stage/").json()
    assert sum(row["figures"]["count"]["value"] for row in told["rows"]) == 2


def test_types_of_the_code_offer_own_numbers_too(administrator: Any, owner: Any) -> None:
    own_fields.add(administrator, "customers", "integer", label="门店数")
    gate.create(owner, registry.get("customers"), {"name": "云杉", "men_dian_shu": 12})

    result = running.ask_simply(owner, offering.of("customers"), "sum_men_dian_shu", by=["owner"])

    assert [row.figures[0].value for row in result.rows] == [12]
