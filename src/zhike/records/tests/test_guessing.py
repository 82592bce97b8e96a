"""The wizard's first guess is mostly right, and never wild."""

import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.records.importing import guessing, reading
from zhike.records.importing.guessing import GuessField

DATA = pathlib.Path(__file__).parents[5] / "shared" / "data" / "crm-sales-opportunities"

CUSTOMER = [
    GuessField("name", ("Name", "名称")),
    GuessField("short_name", ("Short name", "简称")),
    GuessField("industry", ("Industry", "行业"), kind="option"),
    GuessField("employee_count", ("Employees", "员工数"), kind="integer"),
    GuessField("annual_revenue", ("Annual revenue", "年营业额"), kind="money"),
    GuessField("founded_year", ("Founded in", "成立年份"), kind="integer"),
    GuessField("region", ("Region", "地区"), kind="region"),
    GuessField("address", ("Address", "地址")),
    GuessField("source", ("Source", "来源"), kind="option"),
    GuessField("phones", ("Phones", "电话"), kind="phones"),
    GuessField("emails", ("E-mails", "邮箱"), kind="emails"),
    GuessField("parent", ("Parent organisation", "上级组织"), kind="reference"),
    GuessField("owner", ("Owner", "负责人"), kind="member"),
    GuessField("tags", ("Tags", "标签"), kind="tags"),
    GuessField("description", ("Description", "描述"), kind="long_text"),
    GuessField("external_id", ("External ID", "外部编号")),
    GuessField("created_at", ("Created at", "创建时间"), kind="moment"),
]
OPPORTUNITY = [
    GuessField("name", ("Name", "名称")),
    GuessField("customer", ("Customer", "客户"), kind="reference"),
    GuessField("contact", ("Contact", "联系人"), kind="reference"),
    GuessField("product", ("Product", "产品"), kind="reference"),
    GuessField("pipeline", ("Pipeline", "销售流程"), kind="reference"),
    GuessField("stage", ("Stage", "阶段"), kind="reference"),
    GuessField("status", ("Status", "状态"), kind="choice"),
    GuessField("amount", ("Amount", "金额"), kind="money"),
    GuessField("currency", ("Currency", "币种"), kind="choice"),
    GuessField("opened_on", ("Opened on", "开启日期"), kind="day"),
    GuessField("expected_close_on", ("Expected close", "预计成交"), kind="day"),
    GuessField("closed_on", ("Closed on", "成交日期"), kind="day"),
    GuessField("owner", ("Owner", "负责人"), kind="member"),
    GuessField("description", ("Description", "描述"), kind="long_text"),
    GuessField("external_id", ("External ID", "外部编号")),
]
MEMBER = [
    GuessField("name", ("Name", "姓名")),
    GuessField("email", ("E-mail", "邮箱"), kind="email"),
    GuessField("department", ("Department", "部门"), kind="reference"),
    GuessField("manager", ("Manager", "上级"), kind="member"),
    GuessField("roles", ("Roles", "角色"), kind="many_choices"),
]
PRODUCT = [
    GuessField("name", ("Name", "名称")),
    GuessField("code", ("Product code", "产品编码")),
    GuessField("category", ("Category", "类别"), kind="option"),
    GuessField("list_price", ("List price", "标价"), kind="money"),
]


def _guess(headings: list[str], fields: list[GuessField], *samples: list[object]) -> dict[str, str]:
    return {headings[index]: name for index, name in guessing.guess_mapping(headings, fields, samples).items()}


@pytest.mark.skipif(not DATA.exists(), reason="the public files of ../shared/data are not here")
@pytest.mark.parametrize(
    ("file", "fields", "mapping"),
    [
        (
            "accounts.csv", CUSTOMER,
            {
                "account": "name", "sector": "industry", "year_established": "founded_year",
                "revenue": "annual_revenue",
                "employees": "employee_count", "office_location": "region", "subsidiary_of": "parent",
            },
        ),
        ("products.csv", PRODUCT, {"product": "name", "series": "category", "sales_price": "list_price"}),
        ("sales_teams.csv", MEMBER, {"sales_agent": "name", "manager": "manager", "regional_office": "department"}),
        (
            "sales_pipeline.csv", OPPORTUNITY,
            {
                "opportunity_id": "external_id", "sales_agent": "owner", "product": "product", "account": "customer",
                "deal_stage": "stage", "engage_date": "opened_on", "close_date": "closed_on", "close_value": "amount",
            },
        ),
    ],
)  # fmt: skip
def test_the_public_crm_set_maps_itself(file: str, fields: list[GuessField], mapping: dict[str, str]) -> None:
    table = reading.open_table(DATA / file)
    samples = [list(cells) for _line, cells in list(table.rows())[:30]]

    assert _guess(table.headings, fields, *samples) == mapping


def test_a_chinese_sheet_of_customers() -> None:
    headings = [
        "*客户名称(必填)",
        "所属行业",
        "省份",
        "详细地址",
        "联系电话",
        "电子邮箱",
        "负责人",
        "客户来源",
        "备注",
        "创建时间",
        "序号",
    ]

    assert _guess(headings, CUSTOMER) == {
        "*客户名称(必填)": "name", "所属行业": "industry", "省份": "region", "详细地址": "address",
        "联系电话": "phones",
        "电子邮箱": "emails", "负责人": "owner", "客户来源": "source", "备注": "description", "创建时间": "created_at",
    }  # fmt: skip


def test_a_chinese_sheet_of_opportunities() -> None:
    headings = [
        "商机名称",
        "客户名称",
        "联系人",
        "跟进人",
        "商机阶段",
        "合同金额（元）",
        "预计成交日期",
        "备注",
    ]

    assert _guess(headings, OPPORTUNITY) == {
        "商机名称": "name", "客户名称": "customer", "联系人": "contact", "跟进人": "owner", "商机阶段": "stage",
        "合同金额（元）": "amount", "预计成交日期": "expected_close_on", "备注": "description",
    }  # fmt: skip


def test_other_systems_headings() -> None:
    headings = [
        "OpportunityName",
        "AccountName",
        "StageName",
        "Amount",
        "CloseDate",
        "Owner ID",
        "Descripton",
    ]
    guess = _guess(headings, OPPORTUNITY)

    assert guess["AccountName"] == "customer"
    assert guess["CloseDate"] == "closed_on"
    assert guess["Amount"] == "amount"
    assert guess["Descripton"] == "description"


def test_a_closing_day_is_the_expected_one_where_only_that_is_kept() -> None:
    fields = [field for field in OPPORTUNITY if field.name != "closed_on"]

    assert _guess(["close date"], fields) == {"close date": "expected_close_on"}


def test_what_stands_in_a_column_decides() -> None:
    samples: list[list[object]] = [["张三", "13800138000", "a@b.cn"], ["李四", "021-68880000", "c@d.cn"]]

    assert _guess(["甲", "乙", "丙"], CUSTOMER, *samples) == {"乙": "phones", "丙": "emails"}
    assert _guess(["客户电话", "电话备注"], CUSTOMER, ["13800138000", "周末勿扰"]) == {
        "客户电话": "phones",
        "电话备注": "description",
    }
    assert _guess(["预计成交金额"], OPPORTUNITY, ["2024-03-05"]) == {"预计成交金额": "amount"}
    assert _guess(["预计成交"], OPPORTUNITY, ["2024-03-05"]) == {"预计成交": "expected_close_on"}


def test_own_words_of_a_type_win() -> None:
    fields = [GuessField("name"), GuessField("hospital_level", ("Level",), ("医院等级", "等级"))]

    assert _guess(["医院等级", "医院名称"], fields) == {"医院等级": "hospital_level", "医院名称": "name"}


@given(st.lists(st.text(max_size=12), max_size=12))
def test_each_field_is_given_once_and_nothing_is_raised(headings: list[str]) -> None:
    mapping = guessing.guess_mapping(headings, CUSTOMER, [headings])

    assert len(set(mapping.values())) == len(mapping)
    assert set(mapping) <= set(range(len(headings)))


PRODUCTS = ["GTX Basic", "GTX Pro", "GTX Plus Basic", "GTX Plus Pro", "MG Special", "MG Advanced", "GTK 500"]


@pytest.mark.parametrize(
    ("unknown", "known", "suggestion"),
    [
        ("GTXPro", PRODUCTS, "GTX Pro"),
        ("technolgy", ["technology", "medical", "retail"], "technology"),
        ("Philipines", ["Philippines", "Poland", "Panama"], "Philippines"),
        ("ｇｔｘ　ｐｒｏ", PRODUCTS, "GTX Pro"),
        ("恒泰机械公司", ["恒泰机械有限公司", "恒泰机械公司部"], "恒泰机械公司部"),
        ("谈判中了", ["谈判中", "赢单"], "谈判中"),
        ("GTK 600", PRODUCTS, None),
        ("GTX Plus", PRODUCTS, None),
        ("赢单", ["输单"], None),
        ("恒泰机械", ["恒泰机电"], None),
        ("Won", ["Win", "Lost"], None),
        ("marketng", ["marketing1", "marketings", "marketinga"], None),
        ("", PRODUCTS, None),
        ("anything", [], None),
    ],
)
def test_a_misspelt_value_is_recognised_only_when_sure(unknown: str, known: list[str], suggestion: str | None) -> None:
    assert guessing.suggest_value(unknown, known) == suggestion


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=6))
def test_a_suggestion_is_a_known_value(unknown: str, known: list[str]) -> None:
    assert guessing.suggest_value(unknown, known) in {None, *known}
