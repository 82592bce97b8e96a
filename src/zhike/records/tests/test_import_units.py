"""Amounts in 万元 or thousands: known by the heading, changeable in the wizard, kept in the mapping file."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from zhike.records import registry, values
from zhike.records.importing import jobs, units
from zhike.records.importing.refusals import UnableToUsePlan
from zhike.records.models import ImportRun
from zhike.records.tests.importing import begin, counts, imported, reasons, table


def amounts() -> list[Decimal]:
    return list(registry.get("opportunities").queryset().order_by("pk").values_list("amount", flat=True))


@pytest.mark.parametrize(
    ("heading", "factor"),
    [
        ("金额(万元)", 10_000), ("金额（元）", 1), ("预计金额(千元)", 1000), ("合同金额【亿元】", 100_000_000),
        ("金额/万元", 10_000), ("金额 万", 10_000), ("金额万元", 10_000), ("年收入（百万）", 1_000_000),
        ("金额(单位：万元)", 10_000), ("金额(万人民币)", 10_000), ("Amount (k)", 1000), ("Revenue ($M)", 1_000_000),
        ("Revenue (in thousands)", 1000), ("Revenue (USD '000)", 1000), ("Amount (CNY)", 1),
        ("金额", None), ("万元", None), ("金额(必填)", None), ("Amount", None), ("items per k", None),
        ("客户(个)", None),
    ],
)  # fmt: skip
def test_what_a_heading_says(heading: str, factor: int | None) -> None:
    assert units.of_heading(heading) == factor


@pytest.mark.parametrize("cell", ["1.2万", "12000元", "￥12,000.00元", "12k", "3%", "3亿2000万", "（1.2万）"])
def test_a_cell_with_a_unit_of_its_own(cell: str) -> None:
    assert values.names_unit(cell)


@pytest.mark.parametrize("cell", ["12", "￥1.5", "1,200.50", "-3", "", None, 12, "abc"])
def test_a_cell_without(cell: Any) -> None:
    assert not values.names_unit(cell)


@pytest.mark.parametrize(
    ("heading", "written", "wanted"),
    [("金额(万元)", "1.5", 15_000), ("金额（元）", "1500", 1500), ("预计金额(千元)", "￥1.5", 1500),
     ("金额(亿元)", "0.02", 2_000_000), ("金额/万元", "-1", None), ("金额", "1.5万", 15_000)],
)  # fmt: skip
def test_amounts_come_in_by_what_the_heading_says(
    administrator: Any, heading: str, written: str, wanted: int | None
) -> None:
    run = imported(administrator, "opportunities", table(("商机名称", heading), ("年会", written)))

    assert sorted(run.plan["columns"].values()) == ["amount", "name"]
    if wanted is None:
        assert run.rejected == 1
    else:
        assert amounts() == [Decimal(wanted)], reasons(run)


def test_what_a_cell_says_counts_more_than_the_heading(administrator: Any) -> None:
    content = table(
        ("商机名称", "金额(万元)"), ("甲", "12"), ("乙", "12000元"), ("丙", "0.5万"), ("丁", "abc"), ("戊", "")
    )

    run = imported(administrator, "opportunities", content)

    assert counts(run) == (4, 0, 0, 1)
    assert "abc" in reasons(run)[5]
    assert amounts()[:3] == [Decimal(120_000), Decimal(12_000), Decimal(5000)]


def test_too_large_for_the_field_is_refused_by_line(administrator: Any) -> None:
    content = table(("商机名称", "金额(亿元)"), ("甲", "9" * 12), ("乙", "1"))

    run = imported(administrator, "opportunities", content)

    assert counts(run) == (1, 0, 0, 1)
    assert "too large" in reasons(run)[2]


def test_a_mapping_file_says_the_unit(administrator: Any) -> None:
    content = table(("商机名称", "总额"), ("甲", "12"))
    plan = {"columns": {"商机名称": "name", "总额": "amount"}, "units": {"amount": 10_000}}

    imported(administrator, "opportunities", content, plan)

    assert amounts() == [Decimal(120_000)]


@pytest.mark.parametrize("wrong", [{"amount": 7}, {"amount": "万"}, {"amount": True}, {"nothing": 1000}, [1]])
def test_a_unit_that_makes_no_sense_is_refused(administrator: Any, wrong: Any) -> None:
    with pytest.raises(UnableToUsePlan):
        begin(administrator, "opportunities", table(("a",), ("1",)), {"columns": {"a": "amount"}, "units": wrong})


def test_the_wizard_shows_the_unit_takes_another_and_keeps_it(client_of: Any, administrator: Any) -> None:
    client = client_of(administrator)
    content = table(("商机名称", "金额(万元)", "手机"), ("年会", "12", ""))
    started = client.post("/imports/new/?type=opportunities", {"file": SimpleUploadedFile("deals.csv", content)})
    base = started["Location"].removesuffix("preview/")
    page = client.get(f"{base}columns/").content.decode()
    assert re.search(r'name="unit-1".*?<option value="10000" selected', page)
    assert '<option value="amount" selected class="counted"' in page

    chosen = {"column-0": "name", "column-1": "amount", "unit-0": "1", "unit-1": "1000", "mode": "upsert"}
    client.post(f"{base}columns/", {**chosen, "name": "Deals", "act": "save"})
    mapping = json.loads(client.get(f"{base}mapping.json").content)
    page = client.get(f"{base}columns/").content.decode()

    assert mapping["units"] == {"amount": 1000}
    assert re.search(r'name="unit-1".*?<option value="1000" selected', page)

    client.post(f"{base}columns/", {**chosen, "unit-1": "1", "act": "next"})
    client.post(f"{base}start/")
    run = ImportRun.objects.latest("id")
    assert run.plan["units"] == {"amount": 1}, "as it stands, whatever the heading says"
    jobs.perform_import(run_id=run.pk)
    assert amounts() == [Decimal(12)]
