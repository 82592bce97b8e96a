"""省, 市 and 区 in columns of their own become one region."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from zhike.base import regions
from zhike.records import registry
from zhike.records.importing import divisions
from zhike.records.tests.importing import begin, counts, imported, reasons, table

TREE = [
    ("江苏省", [("苏州市", ["昆山市", "姑苏区"]), ("南京市", ["鼓楼区"])]),
    ("福建省", [("福州市", ["鼓楼区"])]),
    ("吉林省", [("吉林市", ["船营区"]), ("长春市", ["朝阳区"])]),
    ("北京市", [("北京市", ["朝阳区", "海淀区"])]),
]  # fmt: skip
HEADINGS = ("客户名称", "省", "市", "区县")


@pytest.fixture(autouse=True)
def places(monkeypatch: pytest.MonkeyPatch) -> None:
    known = regions.Regions(TREE)
    monkeypatch.setattr(regions, "regions", lambda: known)


def found() -> list[str]:
    return list(registry.get("customers").queryset().order_by("pk").values_list("region", flat=True))


def test_three_columns_are_guessed_and_become_one_region(administrator: Any) -> None:
    content = table(
        HEADINGS,
        ("甲", "江苏", "苏州", "昆山市"),
        ("乙", "吉林", "吉林", "船营区"),
        ("丙", "北京市", "北京市", "海淀区"),
        ("丁", "北京", "市辖区", "朝阳"),
        ("戊", "福建省", "", "鼓楼区"),
        ("己", "", "南京", "鼓楼区"),
        ("庚", "江苏省", "", ""),
        ("辛", "", "", ""),
    )

    run = imported(administrator, "customers", content)

    assert run.plan["columns"] == {"客户名称": "name", "省": "region", "市": "region", "区县": "region"}
    assert counts(run) == (8, 0, 0, 0), reasons(run)
    assert found() == [
        "江苏省/苏州市/昆山市", "吉林省/吉林市/船营区", "北京市/北京市/海淀区", "北京市/北京市/朝阳区",
        "福建省/福州市/鼓楼区", "江苏省/南京市/鼓楼区", "江苏省", "",
    ]  # fmt: skip


def test_the_order_of_columns_does_not_matter(administrator: Any) -> None:
    content = table(("客户名称", "区", "所在城市", "所属省份"), ("甲", "鼓楼区", "福州", "福建"))

    imported(administrator, "customers", content)

    assert found() == ["福建省/福州市/鼓楼区"]


def test_again_it_changes_nothing(administrator: Any) -> None:
    content = table(HEADINGS, ("甲", "江苏", "苏州", "昆山市"))
    imported(administrator, "customers", content)

    assert counts(imported(administrator, "customers", content)) == (0, 0, 1, 0)


def test_places_abroad(administrator: Any) -> None:
    content = table(("Customer name", "City", "State", "Country"), ("A", "San Jose", "California", "United States"))

    imported(administrator, "customers", content)

    assert found() == ["United States/California/San Jose"]


@pytest.mark.parametrize(
    "headings",
    [("客户名称", "所在地区", "省", "市"), ("客户名称", "省市区", "邮编"), ("客户名称", "区")],
)
def test_a_column_that_tells_all_stays_alone(administrator: Any, headings: tuple[str, ...]) -> None:
    run = begin(administrator, "customers", table(headings, ("甲", *[""] * (len(headings) - 1))))

    assert list(run.plan["columns"].values()).count("region") == (0 if headings[1] == "区" else 1)


@pytest.mark.parametrize(
    ("heading", "level"),
    [("省", 1), ("*省份", 1), ("省/直辖市", 1), ("所在省", 1), ("市", 2), ("城市", 2), ("客户所在市", 2), ("区", 3),
     ("区/县", 3), ("State", 1), ("Country", 0), ("地区", None), ("所在地区", None), ("区域", None), ("省市", None),
     ("市场", None), ("地址", None)],
)  # fmt: skip
def test_levels(heading: str, level: int | None) -> None:
    assert divisions.level_of(heading) == level


def test_the_wizard_shows_and_the_mapping_file_keeps_them(client_of: Any, administrator: Any) -> None:
    client = client_of(administrator)
    file = SimpleUploadedFile("a.csv", table(HEADINGS, ("甲", "江苏", "苏州", "昆山市")))
    base = client.post("/imports/new/?type=customers", {"file": file})["Location"].removesuffix("preview/")

    page = client.get(f"{base}columns/").content.decode()
    mapping = json.loads(client.get(f"{base}mapping.json").content)
    run = imported(administrator, "customers", table(HEADINGS, ("乙", "江苏", "苏州", "姑苏区")), mapping)

    assert page.count('<option value="region" selected') == 3
    assert mapping["columns"] == {"客户名称": "name", "省": "region", "市": "region", "区县": "region"}
    assert counts(run) == (1, 0, 0, 0)
    assert found() == ["江苏省/苏州市/姑苏区"]
