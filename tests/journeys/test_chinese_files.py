"""Spreadsheets as Chinese companies have them: GBK, a workbook, words for headings, amounts and days in every dress."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from playwright.sync_api import expect

from tests.journeys import wizard
from zhike.base.actors import Door
from zhike.domains.customers.models import Contact, Customer
from zhike.domains.opportunities.models import Opportunity
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of
from zhike.records import gate, registry

EXCEL_DAY_OF_2024_03_05 = 45356
DEALS = (
    ("苏州云杉年会", "苏州云杉科技有限公司", "王芳", "2024年3月5日", "￥12,000.00"),
    ("常州晨光差旅", "常州晨光印刷厂", "李娜", "2024/3/5", "1.2万"),
    ("南京博远会展", "南京博远贸易有限公司", "王芳", "2024-03-05", "12000"),
)
PEOPLE = (
    ("苏州云杉科技有限公司", "沈佳宜", "138 0013 8000", "王芳"),
    ("常州晨光印刷厂", "顾晓峰", "+86 138-0013-8001", "李娜"),
    ("南京博远贸易有限公司", "欧阳震华", "021-6888 0000转801", "王芳"),
)
PHONES = {"沈佳宜": "138 0013 8000", "顾晓峰": "138 0013 8001", "欧阳震华": "021-6888 0000"}


@pytest.fixture(scope="module", autouse=True)
def customers(company: Any) -> None:
    actor = actor_of(Member.objects.select_related("department").get(name="林晓"), Door.FORM)
    for deal in DEALS:
        gate.create(actor, registry.get("customers"), {"name": deal[1]})


@pytest.fixture
def gbk_deals(tmp_path: Path) -> Path:
    path = tmp_path / "商机.csv"
    with path.open("w", encoding="gbk", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["商机名称", "客户名称", "负责人", "预计成交日期", "金额"])
        writer.writerows(DEALS)
    return path


@pytest.fixture
def workbook_of_deals(tmp_path: Path) -> Path:
    """The same kind of table in Excel, one day as a serial number."""
    path = tmp_path / "商机.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("商机")
    for place, heading in enumerate(("商机名称", "客户名称", "负责人", "预计成交日期", "金额")):
        sheet.write_string(0, place, heading)
    days = (
        lambda line: sheet.write_number(line, 3, EXCEL_DAY_OF_2024_03_05),
        lambda line: sheet.write_datetime(line, 3, date(2024, 3, 5), book.add_format({"num_format": "yyyy年m月d日"})),
        lambda line: sheet.write_string(line, 3, "2024年3月5日"),
    )
    for line, (name, customer, owner, _day, amount) in enumerate(DEALS, start=1):
        sheet.write_row(line, 0, [f"{name}（表）", customer, owner])
        days[line - 1](line)
        sheet.write_string(line, 4, amount)
    book.close()
    return path


@pytest.fixture
def gbk_contacts(tmp_path: Path) -> Path:
    path = tmp_path / "联系人.csv"
    with path.open("w", encoding="gbk", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["客户名称", "联系人", "手机", "负责人"])
        writer.writerows(PEOPLE)
    return path


def check_deals(suffix: str) -> None:
    for name, customer, owner, _day, _amount in DEALS:
        deal = Opportunity.objects.select_related("customer", "owner").get(name=f"{name}{suffix}")
        assert (deal.customer.name, deal.owner.name) == (customer, owner)
        assert (deal.expected_close_on, deal.amount) == (date(2024, 3, 5), Decimal("12000.00")), name


DEAL_COLUMNS = {
    "商机名称": "name",
    "客户名称": "customer",
    "负责人": "owner",
    "预计成交日期": "expected_close_on",
    "金额": "amount",
}


@pytest.mark.parametrize(("file", "suffix"), [("gbk_deals", ""), ("workbook_of_deals", "（表）")])
def test_deals_come_in_right(visiting: Any, request: Any, file: str, suffix: str) -> None:
    with visiting("林晓") as visitor:
        page = wizard.choose_file(visitor, "opportunities", request.getfixturevalue(file))
        expect(page.locator("table.preview")).to_contain_text("苏州云杉科技有限公司")
        wizard.go_to_columns(page)
        assert wizard.columns(page) == DEAL_COLUMNS
        wizard.check(page)
        done = wizard.start(page)

    assert (done["Created"], done["Rejected"]) == (3, 0)
    check_deals(suffix)


def test_contacts_come_in_with_their_phones(visiting: Any, gbk_contacts: Path) -> None:
    with visiting("林晓") as visitor:
        page = wizard.choose_file(visitor, "contacts", gbk_contacts)
        wizard.go_to_columns(page)
        assert wizard.columns(page) == {
            "客户名称": "customer", "联系人": "name", "手机": "phones", "负责人": "owner"
        }  # fmt: skip
        wizard.check(page)
        assert wizard.start(page)["Created"] == 3

        page = visitor.go("/contacts/?view=all")
        for name, phone in PHONES.items():
            expect(page.locator("tr", has_text=name)).to_contain_text(phone)
    extension = Contact.objects.get(name="欧阳震华").phones[0]
    assert "801" in str(extension)
    assert Customer.objects.count() == 3
