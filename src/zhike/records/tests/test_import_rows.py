"""Good rows come in unharmed; each bad one is refused with a sentence that names line and field."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from zhike.base.changelog import undoing
from zhike.records import gate, registry
from zhike.records.importing.reading import UnableToReadFile
from zhike.records.importing.refusals import UnableToUsePlan
from zhike.records.tests.importing import begin, checked, counts, imported, reasons, table

HEADINGS = ("客户编号", "客户名称", "手机", "邮箱", "上级公司", "员工数", "年收入", "成立年份", "标签")


def customers() -> Any:
    return registry.get("customers").queryset().order_by("pk")


def names() -> list[str]:
    return [str(customer) for customer in customers()]


def test_a_chinese_file_in_gb18030_as_people_write_it(administrator: Any) -> None:
    content = table(
        HEADINGS,
        ("A1", "上海云杉医疗", "138 0013 8000", "a@Example.COM", "", "1,200人", "￥12,000.00", "2008", "重点，VIP"),
        ("A2", "杭州听澜", "021-6888 0000转801", "", "上海云杉医疗", "12", "1.2万", "", ""),
    ).decode().encode("gb18030")  # fmt: skip

    run = imported(administrator, "customers", content)

    assert counts(run) == (2, 0, 0, 0), reasons(run)
    first, second = customers()
    assert first.phones == [{"kind": "mobile", "number": "+8613800138000"}]
    assert first.emails == [{"kind": "work", "address": "a@example.com"}]
    assert (first.employee_count, first.annual_revenue, first.founded_year) == (1200, Decimal(12_000), 2008)
    assert first.tags == ["重点", "VIP"]
    assert first.size == "1000+", "what follows from the rest follows here as well"
    assert first.title_key
    assert second.phones == [{"kind": "landline", "number": "+862168880000", "extension": "801"}]
    assert (second.annual_revenue, second.parent) == (Decimal(12_000), first)
    assert first.owner_id == first.created_by_id == administrator.member_id


def test_each_bad_row_is_refused_by_line_and_field(administrator: Any) -> None:
    content = table(
        HEADINGS,
        ("A1", "好客户", "13800138000", "", "", "12", "1", "2001", ""),
        ("A2", "短号码", "1380013", "", "", "", "abc", "", ""),
        ("A1", "重复", "", "", "", "", "", "", ""),
        ("A3", "自己", "", "", "自己", "", "", "", ""),
        ("A4", "甲", "", "", "乙", "", "", "", ""),
        ("A5", "乙", "", "", "甲", "", "", "", ""),
        ("A6", "", "", "", "", "", "", "", ""),
        ("A7", "年份", "", "", "", "", "", "99", ""),
        ("A8", "字" * 300, "", "", "", "", "", "", ""),
        ("A9", "没有上级", "", "", "不存在的公司", "", "", "", ""),
        ("B1", "也好", "", "", "好客户", "", "", "", ""),
    )

    run = imported(administrator, "customers", content)

    assert counts(run) == (2, 0, 0, 9)
    assert names() == ["好客户", "也好"]
    why = reasons(run)
    assert "手机" in why[3] and "7 digits" in why[3] and "年收入" in why[3] and "abc" in why[3]
    assert "客户编号" in why[4] and "A1" in why[4] and "line 2" in why[4]
    assert "上级公司" in why[5] and "own parent" in why[5]
    assert "circle" in why[6] and "circle" in why[7]
    assert "客户名称" in why[8] and "required" in why[8]
    assert "成立年份" in why[9] and "four digits" in why[9]
    assert "300" in why[10]
    assert "不存在的公司" in why[11]


def test_the_dry_run_says_the_same_and_writes_nothing(administrator: Any) -> None:
    content = table(("客户名称", "手机"), ("好客户", "13800138000"), ("坏客户", "12"))

    report = checked(administrator, "customers", content)

    assert (report["rows"], report["created"], report["rejected"]) == (2, 1, 1)
    assert [(problem["line"], problem["heading"]) for problem in report["problems"]] == [(3, "手机")]
    assert names() == []


def test_formulas_are_kept_as_text_and_odd_bytes_do_no_harm(administrator: Any) -> None:
    content = table(
        ("客户名称", "备注说明"), ("=cmd|' /C calc'!A0", "普通"), ("'+8 公司", "x" * 1_000_000), ("零\0字节", "")
    )

    run = imported(administrator, "customers", content, {"columns": {"客户名称": "name", "备注说明": "description"}})

    assert names() == ["=cmd|' /C calc'!A0", "零字节"]
    assert list(reasons(run)) == [3]
    assert "1000000" in reasons(run)[3]


def test_rows_wider_than_the_headings_are_refused(administrator: Any) -> None:
    rows = "".join(f"客户{number},\n" for number in range(300))
    run = imported(administrator, "customers", f"客户名称,手机\n{rows}乙,13800138000,多出来的\n".encode())

    assert counts(run) == (300, 0, 0, 1)
    assert "3 cells" in reasons(run)[302]


def test_a_parent_far_below_its_children_is_tied_at_the_end(administrator: Any) -> None:
    children = [(f"子公司{number}", "集团") for number in range(2_100)]
    run = imported(administrator, "customers", table(("客户名称", "上级公司"), *children, ("集团", "")))

    assert counts(run) == (2_101, 0, 0, 0)
    group = customers().get(name="集团")
    assert customers().filter(parent=group).count() == 2_100


def test_a_reference_to_a_rejected_row_is_listed_with_its_own_cells(administrator: Any) -> None:
    content = table(("客户名称", "上级公司", "手机"), ("子公司", "集团", ""), ("集团", "", "12"))

    run = imported(administrator, "customers", content)

    assert counts(run) == (1, 0, 0, 1)
    kept = {reject.line: reject.cells for reject in run.rejects.all()}
    assert kept[2] == ["子公司", "集团", ""]
    assert "without this reference" in reasons(run)[2]


def test_a_circle_closed_over_records_that_are_there_is_refused(administrator: Any) -> None:
    imported(administrator, "customers", table(("客户名称", "上级公司"), ("顶", ""), ("底", "顶")))

    run = imported(administrator, "customers", table(("客户名称", "上级公司"), ("顶", "底")))

    assert customers().get(name="顶").parent is None
    assert "stands below" in reasons(run)[2]


@pytest.mark.parametrize(
    ("mode", "expected", "phones"),
    [
        ("create", (1, 0, 1, 0), []),
        ("update", (0, 1, 0, 1), ["+8613800138000"]),
        ("upsert", (1, 1, 0, 0), ["+8613800138000"]),
        ("fill", (0, 1, 0, 1), ["+8613800138000"]),
    ],
)
def test_modes(administrator: Any, mode: str, expected: tuple[int, ...], phones: list[str]) -> None:
    gate.create(administrator, registry.get("customers"), {"name": "已有", "short_name": "旧", "external_id": "A1"})
    content = table(("编号", "客户名称", "简称", "手机"), ("A1", "已有", "新", "13800138000"), ("A2", "另一", "", ""))
    plan = {
        "columns": {"编号": "external_id", "客户名称": "name", "简称": "short_name", "手机": "phones"},
        "match": ["external_id"], "mode": mode,
    }  # fmt: skip

    run = imported(administrator, "customers", content, plan)

    assert counts(run) == expected, reasons(run)
    found = customers().get(external_id="A1")
    assert [phone["number"] for phone in found.phones] == phones
    assert found.short_name == ("新" if mode in ("update", "upsert") else "旧")


def test_empty_cells_change_nothing_unless_they_shall(administrator: Any) -> None:
    gate.create(administrator, registry.get("customers"), {"name": "已有", "short_name": "旧", "address": "外滩 1 号"})
    content = table(("客户名称", "简称", "地址"), ("已有", "", ""))
    plan = {"columns": {"客户名称": "name", "简称": "short_name", "地址": "address"}, "match": ["name"]}

    assert counts(imported(administrator, "customers", content, plan)) == (0, 0, 1, 0)
    assert counts(imported(administrator, "customers", content, {**plan, "options": {"blanks": "clear"}})) == (
        0,
        1,
        0,
        0,
    )
    assert (customers().get().short_name, customers().get().address) == ("", "")


def test_matching_by_phone_and_by_two_fields(administrator: Any) -> None:
    record_type = registry.get("customers")
    gate.create(administrator, record_type, {"name": "云杉", "phones": "021-6888 0000"})
    gate.create(administrator, record_type, {"name": "同名", "region": "上海浦东"})
    gate.create(administrator, record_type, {"name": "同名", "region": "北京海淀"})

    by_phone = imported(
        administrator, "customers", table(("电话", "简称"), ("(021)68880000", "云")),
        {"columns": {"电话": "phones", "简称": "short_name"}, "match": ["phones"], "mode": "update"},
    )  # fmt: skip
    by_both = imported(
        administrator, "customers", table(("名称", "地区", "简称"), ("同名", "北京市海淀区", "北")),
        {
            "columns": {"名称": "name", "地区": "region", "简称": "short_name"},
            "match": ["name+region"], "mode": "update",
        },
    )  # fmt: skip
    ambiguous = imported(
        administrator, "customers", table(("名称", "简称"), ("同名", "哪个")),
        {"columns": {"名称": "name", "简称": "short_name"}, "match": ["name"], "mode": "update"},
    )  # fmt: skip

    assert (by_phone.updated, by_both.updated, ambiguous.rejected) == (1, 1, 1)
    assert customers().get(name="云杉").short_name == "云"
    assert sorted(customers().filter(name="同名").values_list("short_name", flat=True)) == ["", "北"]
    assert "2 records" in reasons(ambiguous)[2]


def test_a_reference_created_from_its_name_belongs_to_the_owner_of_the_row(administrator: Any) -> None:
    content = table(
        ("联系人", "客户", "手机"),
        ("王小明", "新客户一", "13800138000"),
        ("李雷", "新客户一", ""),
        ("韩梅", "新客户二", ""),
    )
    plan = {
        "columns": {"联系人": "name", "客户": "customer", "手机": "phones"}, "unknown": {"customer": "create"},
    }  # fmt: skip

    run = imported(administrator, "contacts", content, plan)

    assert counts(run) == (3, 0, 0, 0)
    assert names() == ["新客户一", "新客户二"]
    assert {customer.owner_id for customer in customers()} == {administrator.member_id}
    undone = undoing.undo(administrator, run.change_set)
    assert undone.conflict_count == 0
    assert names() == []


def test_values_are_mapped_created_emptied_or_rejected(administrator: Any) -> None:
    content = table(
        ("客户名称", "行业", "地区"),
        ("甲", "软体", "Philipines"),
        ("乙", "新行业", ""),
        ("丙", "空的", ""),
        ("丁", "不要", ""),
    )
    industry = registry.get("customers").field("industry").table  # type: ignore[union-attr]
    from zhike.base.changelog import acts

    with acts.act(administrator, "test"):
        industry.objects.create(name="软件业")
    plan = {
        "columns": {"客户名称": "name", "行业": "industry", "地区": "region"},
        "values": {
            "industry": {"软体": "软件业", "新行业": {"create": True}, "空的": None, "不要": {"reject": True}},
            "region": {"Philipines": "Philippines"},
        },
    }

    run = imported(administrator, "customers", content, plan)

    assert {str(each): str(each.industry or "") for each in customers()} == {"甲": "软件业", "乙": "新行业", "丙": ""}
    assert customers().get(name="甲").region == "Philippines"
    assert "不要" in reasons(run)[5]


def test_owner_creation_time_and_notes_come_from_the_file(administrator: Any, member: Any) -> None:
    content = table(
        ("客户名称", "负责人", "创建时间", "备注", "备注日期", "作者"),
        ("甲", "王芳", "2024-03-05 14:30", "第一次拜访", "2024年3月6日", "李娜"),
    )
    plan = {
        "columns": {
            "客户名称": "name", "负责人": "owner", "创建时间": "created_at", "备注": "note", "备注日期": "note_at",
            "作者": "note_author",
        },
        "match": ["name"],
    }  # fmt: skip

    imported(administrator, "customers", content, plan)
    again = imported(administrator, "customers", content, plan)

    customer = customers().get()
    assert counts(again) == (0, 0, 1, 0)
    assert customer.owner == member("王芳")
    assert f"{customer.created_at:%Y-%m-%d}" == "2024-03-05"
    note = registry.get("activities").queryset().get()
    assert (note.kind, note.body, note.owner) == ("note", "第一次拜访", member("李娜"))
    assert customer.last_activity_at == note.happened_at


def test_a_member_who_left_is_taken_as_owner_with_a_warning(administrator: Any, member: Any, act: Any) -> None:
    with act():
        type(member("何涛")).objects.filter(name="何涛").update(is_active=False)

    run = imported(administrator, "customers", table(("客户名称", "负责人"), ("甲", "何涛")))

    assert customers().get().owner == member("何涛")
    assert any("何涛" in sentence for sentence in run.warnings)


def test_custom_fields_are_fields(administrator: Any, act: Any) -> None:
    from zhike.records import custom
    from zhike.records.models import CustomField

    with act():
        CustomField.objects.create(
            record_type="customers", name="fleet", kind="integer", label="车辆数", label_en="Fleet"
        )
    custom.forget_kept()

    run = imported(administrator, "customers", table(("客户名称", "车辆数"), ("甲", "12辆"), ("乙", "12")))

    assert {str(each): each.custom.get("fleet") for each in customers()} == {"乙": 12}
    assert "车辆数" in reasons(run)[2]


def test_what_the_database_refuses_takes_no_other_row_along(administrator: Any) -> None:
    content = table(
        ("姓名", "邮箱"), ("新人一", "new1@example.com"), ("新人二", "linxiao@huacheng.example"), ("新人三", "")
    )
    plan = {"columns": {"姓名": "name", "邮箱": "email"}, "match": ["name"]}

    run = imported(administrator, "members", content, plan)

    assert counts(run) == (2, 0, 0, 1)
    assert list(reasons(run)) == [3]


def test_a_plan_that_does_not_fit_is_refused_as_a_whole(administrator: Any) -> None:
    content = table(("客户名称",), ("甲",))
    for plan, words in (
        ({"columns": {"客户名称": "colour"}}, "colour"),
        ({"columns": {"客户名称": "name", "名称": "name"}}, "both"),
        ({"columns": {"客户名称": "name"}, "mode": "merge"}, "upsert"),
        ({"columns": {"客户名称": "name"}, "match": ["shape"]}, "shape"),
        ({"columns": []}, "columns"),
        ({"colums": {}}, "colums"),
        (["name"], "JSON"),
    ):
        with pytest.raises(UnableToUsePlan, match=words):
            begin(administrator, "customers", content, plan)

    missing = imported(administrator, "customers", content, {"columns": {"名称": "name"}})
    assert missing.state == "failed"
    assert "名称" in missing.failure and "客户名称" in missing.failure


def test_files_that_are_no_tables_are_refused(administrator: Any) -> None:
    for content in (b"", b"%PDF-1.7 ...", b"\x89PNG\r\n\x1a\n"):
        with pytest.raises(UnableToReadFile):
            begin(administrator, "customers", content)
