"""An administrator who is new here, in Chinese: a type of the company's own from nothing to use and back to nothing."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from playwright.sync_api import Locator, Page, expect

from tests.journeys import hand, wizard
from zhike.base import clock
from zhike.base.changelog.models import ChangeSet, tracked_models
from zhike.domains.people.models import Member
from zhike.records import gate, registry
from zhike.testing.api import Program
from zhike.testing.browser import PHONE, Visitor, axe_complaints, overflow_of

ROWS = 1000
HOMES = "lou_pan"
STAGES = ("在谈", "代理中", "售罄")
RELATIONS = (
    ("开发商", "reference", {"target": "customers", "list_label": "开发的楼盘"}),
    ("看房人", "references", {"target": "contacts", "list_label": "看过的楼盘"}),
)
FIELDS = (
    ("备案号", "text"), ("套数", "integer"), ("均价", "money"), ("去化率", "percent"), ("开盘日", "day"),
    ("在售", "yes_no"), ("物业类型", "choice"), ("配套", "many_choices"), ("案场电话", "phone"), ("所在地", "region"),
    ("项目经理", "member"),
)  # fmt: skip
CHOICES = {"物业类型": ("住宅", "公寓", "商铺"), "配套": ("地铁", "学校", "公园")}
PRICE, PHONE_FIELD = "jun_jia", "an_chang_dian_hua"
NOT_OF_THE_SYSTEM = (
    "updated_at",
    "version",
    "last_login",
    "last_seen_at",
    "last_used_at",
    "last_used_address",
    "read_at",
)
"""What any use of the product moves on, whoever undoes what."""


def row_of(number: int) -> dict[str, str]:
    """A row as people write them: every second and third one in another dress."""
    return {
        "楼盘名称": f"梧桐里{number}期",
        "阶段": STAGES[number % 3],
        "负责人": ("李娜", "王芳")[number % 2],
        "开发商": ("青松置业", "华城地产")[number % 2],
        "看房人": ("赵一鸣、钱多多", "", "赵一鸣")[number % 3],
        "备案号": f"苏房预2026{number:05}",
        "套数": f"{1000 + number:,}",
        "均价": (f"{3 + number / 1000:.3f}万", f"¥{30000 + number:,}.50")[number % 2],
        "去化率": f"{number % 100}.5%",
        "开盘日": ("2026/5/1", "2026年5月1日", "2026-05-01")[number % 3],
        "在售": ("否", "是")[number % 2],
        "物业类型": CHOICES["物业类型"][number % 3],
        "配套": ("公园", "地铁、学校")[number % 2],
        "案场电话": f"138 {number:04} 5678",
        "所在地": "江苏省苏州市工业园区",
        "项目经理": ("李娜", "王芳")[number % 2],
    }


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """As Excel in China saves it: GB 18030."""
    path = tmp_path / "楼盘.csv"
    with path.open("w", encoding="gb18030", newline="") as out:
        writer = csv.DictWriter(out, list(row_of(0)))
        writer.writeheader()
        writer.writerows(row_of(number) for number in range(1, ROWS + 1))
    return path


@pytest.fixture
def developer(acting: Any) -> Any:
    administrator = acting("林晓")
    for name in ("赵一鸣", "钱多多"):
        gate.create(administrator, registry.get("contacts"), {"name": name})
    gate.create(administrator, registry.get("customers"), {"name": "青松置业"})
    return gate.create(administrator, registry.get("customers"), {"name": "华城地产"})


def test_a_type_from_nothing_to_use_and_back(visiting: Any, people: Any, developer: Any, table: Path) -> None:
    program = Program(people("王芳"))
    before, last = everything(), ChangeSet.objects.latest("pk").pk
    with visiting("林晓", language="zh-hans") as visitor:
        menu = menu_of(visitor)
        make_the_type(visitor)
        add_the_fields(visitor)
        assert wizard.import_file(visitor, HOMES, table) == {
            "行数": ROWS, "新建": ROWS, "更新": 0, "未变": 0, "拒绝": 0}  # fmt: skip
        nothing_was_lost_on_the_way()
        lay_out(visitor)
        narrow(visitor, "salesperson", PRICE, "hidden")
        narrow(visitor, "manager", PHONE_FIELD, "masked")
        look_around(visitor, developer)
        share(visitor, "梧桐里3期", "刘洋")

    seen_by_a_salesperson(visiting, people("王芳"), program)
    seen_by_their_manager(visiting, people("陈强"))
    seen_by_whom_it_is_shared_with(visiting)
    seen_on_a_phone(visiting)

    with visiting("林晓", language="zh-hans") as visitor:
        undo_all(visitor, since=last)
        assert menu_of(visitor) == menu
        history_is_kept(visitor, since=last)
    after = everything()
    assert {table: rows for table, rows in after.items() if rows != before[table]} == {}


# What an administrator does


def make_the_type(visitor: Visitor) -> None:
    page = visitor.go("/settings/types/")
    page.get_by_role("link", name="新建类型").first.click()
    page.locator("#type-label").fill("楼盘")
    page.locator("#type-title_label").fill("楼盘名称")
    page.locator("#type-group").select_option("customers")
    page.locator(".icon-choices label[title=building-community]").click()
    fill_entries(page, STAGES)
    page.get_by_role("button", name="新建类型").click()
    page.wait_for_url(f"**/settings/fields/{HOMES}/")
    expect(visitor.toast("已新建类型")).to_be_visible()
    assert "楼盘" in menu_of(visitor)


def add_the_fields(visitor: Visitor) -> None:
    for label, kind, more in RELATIONS:
        with a_new_field(visitor, label, kind) as drawer:
            with visitor.page.expect_response(lambda answer: answer.url.endswith("/new/")):
                drawer.locator("[name=target]").select_option(more["target"])
            visitor.settle()
            drawer.locator("[name=list_label]").fill(more["list_label"])
    for label, kind in FIELDS:
        with a_new_field(visitor, label, kind) as drawer:
            if label in CHOICES:
                fill_entries(visitor.page, CHOICES[label])
            else:
                expect(drawer.locator("#field-label")).to_have_value(label)


@contextmanager
def a_new_field(visitor: Visitor, label: str, kind: str) -> Iterator[Locator]:
    page, drawer = visitor.page, visitor.page.locator("dialog[open]")
    page.get_by_role("link", name="添加字段").first.click()
    drawer.locator("#field-label").fill(label)
    if kind != "text":
        with page.expect_response(lambda answer: answer.url.endswith("/new/")):
            drawer.locator("#field-kind").select_option(kind)
        visitor.settle()
    yield drawer
    drawer.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#custom-fields tbody").first).to_contain_text(label)
    expect(drawer).to_have_count(0)


def fill_entries(page: Page, labels: tuple[str, ...]) -> None:
    entries = page.locator("dialog[open] entry-list")
    for place, label in enumerate(labels):
        if place:
            entries.locator("[data-add]").click()
        entries.locator(".entry").nth(place).locator("[data-key=label]").fill(label)


def nothing_was_lost_on_the_way() -> None:
    homes = registry.get(HOMES)
    fields = homes.fields()
    for number in (1, 2, 3, ROWS):
        record = homes.queryset().get(name=f"梧桐里{number}期")
        held = {str(field.label): field.value_of(record) for field in fields.values()}
        price = Decimal(30000 + number) + Decimal("0.5") if number % 2 else Decimal(30000 + 10 * number)
        assert (held["套数"], held["均价"], held["去化率"]) == (1000 + number, price, Decimal(f"{number % 100}.5"))
        assert (held["开盘日"], held["在售"]) == (date(2026, 5, 1), bool(number % 2))
        row = row_of(number)
        for label in ("备案号", "物业类型", "案场电话"):
            assert str(fields_named(fields, label).text(held[label])) == row[label]
        assert record.owner.name == row["负责人"]
        assert held["配套"] and len(held["配套"]) == 1 + number % 2
        assert str(held["开发商"]) == row["开发商"]


def fields_named(fields: Any, label: str) -> Any:
    return next(field for field in fields.values() if str(field.label) == label)


def lay_out(visitor: Visitor) -> None:
    """Price and sales in a section of their own, who is responsible among the columns: by the mouse."""
    page = visitor.go(f"/settings/layouts/{HOMES}/")
    visitor.until_draggable()
    card = page.locator(".layout-sections")
    card.get_by_role("button", name="分区").last.click()
    zone = card.locator('[data-zone="shown"]').last
    zone.locator("[data-key=label]").fill("价格与去化")
    for name in (PRICE, "qu_hua_lv"):
        moved = zone.locator(f'[data-name="{name}"]')
        hand.drag(page, card.locator(f'[data-name="{name}"] .grip'), zone.locator("[data-names]"), arrived=moved)
    save_part(page, card)
    columns = page.locator(".layout-columns")
    moved = columns.locator('[data-zone="shown"] [data-name="xiang_mu_jing_li"]')
    grip = columns.locator('[data-name="xiang_mu_jing_li"] .grip')
    hand.drag(page, grip, columns.locator('[data-name="stage"]'), arrived=moved)
    save_part(page, columns)
    page = visitor.go(f"/{HOMES}/3/")
    expect(page.locator("main")).to_contain_text("价格与去化")
    page = visitor.go(f"/{HOMES}/")
    expect(page.locator("table.records thead")).to_contain_text("项目经理")


def save_part(page: Page, card: Locator) -> None:
    card.get_by_role("button", name="保存").click()
    expect(card.get_by_text("已修改")).to_be_visible()


def narrow(visitor: Visitor, role: str, field: str, access: str) -> None:
    page = visitor.go(f"/settings/roles/{role}/")
    page.locator("main").get_by_role("link", name="楼盘").click()
    drawer = page.locator("dialog[open]")
    drawer.locator(f"[name=field-{field}]").select_option(access)
    drawer.get_by_role("button", name="保存").click()
    expect(drawer).to_have_count(0)
    expect(page.locator("td.fields .chip")).to_have_count(1)


def share(visitor: Visitor, name: str, colleague: str) -> None:
    page = visitor.go(f"/{HOMES}/3/")
    expect(page.locator("h1")).to_have_text(name)
    page.get_by_role("button", name="更多操作").click()
    page.locator("#record-menu a", has_text="共享").click()
    drawer = page.locator("dialog[open]")
    visitor.until("document.querySelector('dialog[open]').contains(document.activeElement)")
    drawer.locator("record-picker input[role=combobox]").fill(colleague)
    drawer.get_by_role("option", name=colleague).first.click()
    drawer.locator("[name=last_day]").fill((clock.today() + timedelta(days=7)).isoformat())
    drawer.get_by_role("button", name="共享", exact=True).click()
    expect(drawer.locator(".share-list")).to_contain_text(colleague)


def look_around(visitor: Visitor, developer: Any) -> None:
    """In every place a built-in type has, this one stands too."""
    page = visitor.go(f"/{HOMES}/board/")
    expect(page.locator("stage-board .lane")).to_have_count(len(STAGES))
    expect(page.locator(".lane-head").first).to_contain_text("333")
    page = visitor.go(f"/{HOMES}/calendar/?by=kai_pan_ri&on=2026-05-01")
    expect(page.locator("main")).to_contain_text("梧桐里")
    page = visitor.go(f"/customers/{developer.pk}/")
    expect(page.locator(".related", has_text="开发的楼盘")).to_contain_text("梧桐里")
    page = visitor.go("/search/?q=" + quote("苏房预202600777"))
    expect(page.locator("main")).to_contain_text("梧桐里777期")
    page = visitor.go(f"/{HOMES}/3/")
    page.get_by_role("button", name="代理中").click()
    expect(page.locator("[aria-current=step]")).to_have_text("代理中")
    page = visitor.go(f"/{HOMES}/3/history/")
    expect(page.locator(".changeset").first).to_contain_text("代理中")
    assert axe_complaints(page) == []


# What others see of it


def seen_by_a_salesperson(visiting: Any, member: Member, program: Program) -> None:
    """The price is on no road: not shown, not chosen by, not sorted by, not taken out."""
    asked = quote(json.dumps({"all": [{"field": PRICE, "op": "gte", "value": 1}]}))
    with visiting(member.name, language="zh-hans") as visitor:
        page = visitor.go(f"/{HOMES}/")
        expect(page.locator(".head .chip").first).to_have_text("500")
        expect(page.locator("table.records thead")).to_contain_text("项目经理")
        for path in ("", "board/", "calendar/", "5/", "5/edit/", "5/history/", "new/", "conditions/"):
            page = visitor.go(f"/{HOMES}/{path}")
            visitor.settle()
            content = page.content()
            assert "均价" not in content and PRICE not in content and "30,005.50" not in content, path
        headings = export(visitor)[0]
        assert "去化率" in headings and "均价" not in headings

        def answer(path: str, name: str = PRICE) -> tuple[int, list[str]]:
            found = visitor.context.request.get(f"{visitor.url}/{HOMES}/{path.replace(PRICE, name)}")
            return found.status, re.findall(r">\s*([^<]*\S)\s*<", found.text().replace(name, ""))

        for path in (f"?sort={PRICE}", f"?filter={asked}", f"5/cells/{PRICE}/", f"5/history/?field={PRICE}"):
            assert answer(path) == answer(path, "never_there"), path
        assert answer("2/")[0] == 404
    assert PRICE not in program.get(f"{HOMES}/5/").content.decode()
    assert program.get(f"{HOMES}/?filter={asked}").status_code == 400
    assert program.patch(f"{HOMES}/5/", {PRICE: "1"}).status_code == 422


def seen_by_their_manager(visiting: Any, member: Member) -> None:
    with visiting(member.name, language="zh-hans") as visitor:
        page = visitor.go(f"/{HOMES}/5/")
        expect(page.locator("main")).to_contain_text("138****5678")
        expect(page.locator("main")).to_contain_text("30,005.50")
        assert "138 0005 5678" not in page.content() and "13800055678" not in page.content()
        rows = export(visitor)
        place = rows[0].index("案场电话")
        assert {row[place] for row in rows[1:]} == {"138****5678"}


def export(visitor: Visitor) -> list[list[str]]:
    page = visitor.go(f"/{HOMES}/")
    with page.expect_download() as coming:
        page.get_by_role("button", name="导出").click()
        page.locator("#export-menu a", has_text="CSV").click()
    text = Path(coming.value.path()).read_text(encoding="utf-8-sig")
    return list(csv.reader(text.splitlines()))


def seen_by_whom_it_is_shared_with(visiting: Any) -> None:
    with visiting("刘洋", language="zh-hans", expected=("answered 404",)) as visitor:
        page = visitor.go(f"/{HOMES}/")
        expect(page.locator("td.title")).to_have_count(1)
        page.locator("td.title a").click()
        expect(page.locator("h1")).to_have_text("梧桐里3期")
        assert page.locator("[data-cell]").count() == 0, "who may read is offered no editor"
        assert visitor.context.request.get(f"{visitor.url}/{HOMES}/5/").status == 404


def seen_on_a_phone(visiting: Any) -> None:
    with visiting("林晓", size=PHONE, language="zh-hans") as visitor:
        for path in (
            "/settings/types/",
            f"/settings/fields/{HOMES}/",
            f"/{HOMES}/",
            f"/{HOMES}/3/",
            f"/{HOMES}/board/",
        ):
            page = visitor.go(path)
            visitor.settle()
            assert (axe_complaints(page), overflow_of(page)) == ([], 0), path


# And back


def undo_all(visitor: Visitor, *, since: int) -> None:
    """Every act of the story from its page, the last one first."""
    acts = ChangeSet.objects.filter(pk__gt=since, actor_label="林晓", undoes=None, undone_by=None)
    for number in list(acts.order_by("-pk").values_list("pk", flat=True)):
        page = visitor.go(f"/change-sets/{number}/")
        page.get_by_role("button", name="撤销", exact=True).click()
        expect(page.locator(".head .chip.warn")).to_contain_text("已撤销", timeout=wizard.AT_WORK_MS)


def history_is_kept(visitor: Visitor, *, since: int) -> None:
    made = ChangeSet.objects.get(pk__gt=since, action="add_type")
    page = visitor.go(f"/change-sets/{made.pk}/")
    expect(page.locator("h1")).to_contain_text("楼盘")
    assert ChangeSet.objects.filter(pk__gt=since, undone_by=None, undoes=None, actor_label="林晓").count() == 0


def menu_of(visitor: Visitor) -> list[str]:
    page = visitor.go("/settings/") if visitor.page.url == "about:blank" else visitor.page
    return page.locator("a.nav-link").all_inner_texts()


def everything() -> dict[str, list[str]]:
    """All rows the change log watches over, without the marks of time."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for model in tracked_models():
            table = model._meta.db_table
            cursor.execute(
                f'SELECT (to_jsonb(t) - %s::text[])::text FROM "{table}" t ORDER BY 1', [list(NOT_OF_THE_SYSTEM)]
            )
            found[table] = [row[0] for row in cursor.fetchall()]
    return found
