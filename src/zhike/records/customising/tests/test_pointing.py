"""References a company defines itself, to one record and to many."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhike.base import recent
from zhike.base.changelog import undoing
from zhike.base.changelog.models import ChangeSet
from zhike.records import conditions, gate, history, listing, registry
from zhike.records.customising import changing
from zhike.records.search import finding, indexing
from zhike.records.tests.importing import counts, imported, reasons, table
from zhike.testing import custom as own
from zhike.testing.api import Program

HTMX = {"HX-Request": "true"}


def customers() -> Any:
    return registry.get("customers")


def customer(actor: Any, name: str, **more: Any) -> Any:
    return gate.create(actor, customers(), {"name": name} | more)


@pytest.fixture
def one(administrator: Any) -> str:
    """Customers point at the customer who brought them."""
    more = {
        "label": "介绍人",
        "label_en": "Brought by",
        "list_label": "带来的客户",
        "list_label_en": "Brought customers",
    }
    return str(own.add(administrator, "customers", "reference", target="customers", **more).name)


@pytest.fixture
def many(administrator: Any) -> str:
    row = own.add(administrator, "customers", "references", target="customers", label="伙伴", label_en="Partners")
    return str(row.name)


def names_where(actor: Any, condition: Any) -> set[str]:
    return {row.name for row in listing.base_query(actor, customers(), condition=condition)}


def test_nobody_points_at_what_they_may_not_see(one: str, many: str, owner: Any, outsider: Any) -> None:
    hidden = customer(owner, "华东秘密")

    for name, value in ((one, hidden.pk), (many, [hidden.pk])):
        with pytest.raises(gate.Refused) as refused:
            customer(outsider, "南方客户", **{name: value})
        assert refused.value.errors == {name: ["There is no such record, or you may not see it."]}
    assert not customers().queryset().filter(name="南方客户").exists()
    made = table(("客户名称", "介绍人", "伙伴"), ("南方一", "华东秘密", ""), ("南方二", "", "华东秘密"))
    assert counts(imported(outsider, "customers", made))[3] == 2


def test_what_it_points_at_already_stays_allowed(one: str, administrator: Any, owner: Any, outsider: Any) -> None:
    hidden = customer(owner, "华东秘密")
    kept = customer(administrator, "南方客户", owner=outsider.member_id, **{one: hidden.pk})

    gate.edit(outsider, kept, {one: hidden.pk, "name": "南方新名"})

    assert customers().queryset().get(pk=kept.pk).custom[one] == hidden.pk


def test_a_page_of_the_list_asks_once_for_all_it_points_at(
    one: str, many: str, administrator: Any, client_of: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(recent, "KEEP_SECONDS", 3600)
    targets = [customer(administrator, f"目标{place}") for place in range(20)]
    for place, each in enumerate(targets):
        customer(administrator, f"客户{place}", **{one: each.pk, many: [each.pk, targets[0].pk]})
    client = client_of("林晓")
    for columns in ([one], [many], [one, many]):
        client.post("/customers/columns/", {"columns": ["name", "owner", *columns]})
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/customers/").content.decode()
        assert page.count("目标7") >= 2
        by_number = [each["sql"] for each in queries if '"customers_customer"."id" I' in each["sql"]]
        assert len(by_number) == len(columns)


def test_it_is_sorted_by_the_name_in_pinyin(one: str, administrator: Any) -> None:
    first, second = customer(administrator, "阿里"), customer(administrator, "中信")
    customer(administrator, "甲", **{one: second.pk})
    customer(administrator, "乙", **{one: first.pk})
    rows = customers().queryset().filter(name__in="甲乙")

    page = listing.page(rows, listing.order_of(customers(), one))

    assert [row.name for row in page.records] == ["乙", "甲"]


def test_conditions_choose_by_it_and_say_so_in_words(one: str, many: str, administrator: Any) -> None:
    first, second = customer(administrator, "阿里"), customer(administrator, "中信")
    customer(administrator, "甲", **{one: second.pk, many: [first.pk, second.pk]})
    customer(administrator, "乙", **{one: first.pk, many: [first.pk]})
    by_one = {"field": one, "op": "in", "value": [first.pk]}
    by_all = {"field": many, "op": "has_all", "value": [first.pk, second.pk]}

    assert names_where(administrator, by_one) == {"乙"}
    assert names_where(administrator, by_all) == {"甲"}
    assert names_where(administrator, {"field": many, "op": "has_any", "value": [first.pk]}) == {"甲", "乙"}
    assert names_where(administrator, {"field": many, "op": "has_none", "value": [first.pk]}) == {"阿里", "中信"}
    assert names_where(administrator, {"field": f"{one}.name", "op": "is", "value": "阿里"}) == {"乙"}
    assert conditions.explain(by_one, customers()) == "Brought by is 阿里"
    assert conditions.explain(by_all, customers()) == "Partners has all of 阿里, 中信"


def test_a_condition_tells_no_name_its_reader_may_not_see(one: str, owner: Any, outsider: Any) -> None:
    hidden = customer(owner, "华东秘密")
    told = conditions.explain({"field": one, "op": "in", "value": [hidden.pk]}, customers(), outsider)
    assert told == f"Brought by is #{hidden.pk}"


def test_the_page_pointed_at_lists_who_points_there(
    one: str, many: str, administrator: Any, owner: Any, outsider: Any, client_of: Any
) -> None:
    target = customer(administrator, "目标", owner=outsider.member_id)
    customer(outsider, "南方客户", **{one: target.pk, many: [target.pk]})
    customer(administrator, "华东客户", owner=owner.member_id, **{one: target.pk, many: [target.pk]})

    for client, seen in ((client_of("林晓"), True), (client_of(outsider), False)):
        page = client.get(f"/customers/{target.pk}/").content.decode()
        assert "Brought customers" in page and "Customers · Partners" in page
        for key in (f"customers-{one}", f"customers-{many}"):
            shown = client.get(f"/customers/{target.pk}/related/{key}/").content.decode()
            assert "南方客户" in shown and ("华东客户" in shown) is seen
    new = client_of("林晓").get(f"/customers/new/?{many}={target.pk}", headers=HTMX).content.decode()
    assert f'<option value="{target.pk}" selected>目标</option>' in new


def test_conditions_count_who_points_there(one: str, many: str, administrator: Any) -> None:
    target = customer(administrator, "目标")
    for name in ("甲", "乙"):
        customer(administrator, name, **{one: target.pk, many: [target.pk]})

    for name in (one, many):
        counted = {"related": f"customers-{name}", "measure": "count", "op": "gte", "value": 2}
        assert names_where(administrator, counted) == {"目标"}
        assert conditions.explain(counted, customers())


def test_an_import_finds_by_name_number_and_external_id(one: str, many: str, administrator: Any) -> None:
    first, second = customer(administrator, "阿里", external_id="A-1"), customer(administrator, "中信; 分行")
    content = table(
        ("客户名称", "介绍人", "伙伴"), ("甲", "A-1", "阿里; 中信; 分行"),
        ("乙", "阿里", "中信; 分行"), ("丙", "", "阿里；没有"),
    )  # fmt: skip

    run = imported(administrator, "customers", content)

    assert reasons(run) == {2: "伙伴: There is no “中信”, or you may not see it.", 4: reasons(run)[4]}
    assert "没有" in reasons(run)[4]
    made = customers().queryset().get(name="乙").custom
    assert (made[one], made[many]) == (first.pk, [second.pk])
    again = table(("客户名称", "伙伴：知客编号"), ("丁", f"{second.pk}; {first.pk}"))
    plan = {"columns": {"客户名称": "name", "伙伴：知客编号": f"{many}.id"}}
    assert counts(imported(administrator, "customers", again, plan))[0] == 1
    assert customers().queryset().get(name="丁").custom[many] == [second.pk, first.pk]


def test_names_in_a_cell_are_parted_as_chinese_tables_part_them(many: str, administrator: Any) -> None:
    three = [customer(administrator, name).pk for name in ("阿里", "中信", "云杉、新元")]
    content = table(("客户名称", "伙伴"), ("甲", "阿里、中信"), ("乙", "中信，阿里"), ("丙", "云杉、新元"))

    run = imported(administrator, "customers", content)

    assert counts(run) == (3, 0, 0, 0), reasons(run)
    held = {row.name: row.custom[many] for row in customers().queryset().filter(name__in="甲乙丙")}
    assert held == {"甲": three[:2], "乙": [three[1], three[0]], "丙": three[2:]}


def test_an_export_tells_those_of_one_name_apart(many: str, administrator: Any, tmp_path: Any) -> None:
    from zhike.records.exporting import writing
    from zhike.records.exporting.taking import Export

    customer(administrator, "同名")
    second = customer(administrator, "同名", external_id="E2")
    customer(administrator, "甲", **{many: [second.pk]})
    path = tmp_path / "out.csv"
    writing.write(Export(customers(), administrator), "csv", path)
    assert counts(imported(administrator, "customers", path.read_bytes(), name="out.csv"))[1:] == (0, 3, 0)
    lines = path.read_text("utf-8-sig").splitlines()
    writing.write(Export(customers(), administrator, columns=["name", many, f"{many}.id"]), "csv", path)
    lines = [line for line in path.read_text("utf-8-sig").splitlines() if not line.startswith("同名")]

    run = imported(administrator, "customers", "\n".join(lines).replace("甲", "乙", 1).encode())

    assert counts(run)[0] == 1, reasons(run)
    assert customers().queryset().get(name="乙").custom[many] == [second.pk]


def test_programs_expand_it_and_find_by_external_id(one: str, many: str, administrator: Any, member: Any) -> None:
    target = customer(administrator, "目标", external_id="T-9")
    program = Program(member("林晓"))
    sent = {"name": "甲", one: {"external_id": "T-9"}, many: [target.pk, {"id": target.pk}]}

    made = program.post("customers/", sent).json()
    full = program.get(f"customers/{made['id']}/?expand={one},{many}").json()

    assert made[one] == {"id": target.pk, "name": "目标"} and made[many] == [made[one]]
    assert full[one]["external_id"] == "T-9" and full[many][0]["external_id"] == "T-9"
    assert program.patch(f"customers/{made['id']}/", {many: [999_999_999]}).status_code == 422


def test_history_names_them_and_an_undo_brings_them_back(many: str, administrator: Any) -> None:
    first, second = customer(administrator, "阿里"), customer(administrator, "中信")
    record = customer(administrator, "甲", **{many: [first.pk]})
    gate.edit(administrator, record, {many: [first.pk, second.pk]})

    told = history.described(history.changes_of(record)[0])[0].fields[0]
    assert (told.before, told.after) == ("阿里", "阿里, 中信")
    undoing.undo(administrator, ChangeSet.objects.filter(action="edit").latest("pk"))
    record.refresh_from_db()
    assert record.custom[many] == [first.pk]


def test_the_name_it_points_at_is_found_by_search(one: str, administrator: Any) -> None:
    target = customer(administrator, "琥珀光学")
    record = customer(administrator, "甲", **{one: target.pk})
    indexing.index(customers(), [record.pk])
    assert {"record_id": record.pk} in finding.ids_matching(customers(), "琥珀光学")


def test_its_type_stays_once_records_hold_values(one: str, administrator: Any) -> None:
    row = changing.CustomField.objects.get(name=one)
    customer(administrator, "甲", **{one: customer(administrator, "乙").pk})

    with pytest.raises(gate.Refused) as refused:
        changing.revise_field(administrator, customers(), row, {"label": "介绍人", "target": "products"})
    assert list(refused.value.errors) == ["target"]
    with pytest.raises(gate.Refused) as refused:
        own.add(administrator, "customers", "reference", target="dragons", label="别的")
    assert list(refused.value.errors) == ["target"]


def test_members_are_me_my_team_and_my_department(administrator: Any, owner: Any, manager: Any, member: Any) -> None:
    name = own.add(administrator, "customers", "member", label="技术支持").name
    place = own.add(administrator, "customers", "department", label="服务部门").name
    east = member("陈强").department
    mine = customer(administrator, "甲", owner=owner.member_id, **{name: owner.member_id, place: east.pk})

    assert names_where(owner, {"field": name, "op": "is_me"}) == {"甲"}
    assert names_where(manager, {"field": name, "op": "is_my_team"}) == {"甲"}
    assert names_where(administrator, {"field": name, "op": "department", "value": [east.pk]}) == {"甲"}
    assert names_where(administrator, {"field": place, "op": "department", "value": [east.pk]}) == {"甲"}
    assert conditions.explain({"field": place, "op": "department", "value": [east.pk]}, customers())
    assert customers().field(name).value_of(mine).pk == owner.member_id


def test_the_page_of_the_field_asks_what_it_points_at(client_of: Any, administrator: Any) -> None:
    client = client_of("林晓")
    fields = "/settings/fields/customers/new/"
    drawn = client.post(fields, {"kind": "reference", "label": "楼盘", "_redraw": "1"}, headers=HTMX)
    assert 'name="target"' in drawn.content.decode() and 'name="default"' not in drawn.content.decode()
    posted = {"kind": "reference", "label": "楼盘", "target": "products", "list_label": "看房客户"}
    assert client.post(fields, posted, headers=HTMX).status_code == 200
    row = changing.CustomField.objects.get(label="楼盘")
    assert row.options == {"target": "products", "list_label": "看房客户"}
    shown = client.get(f"/settings/fields/customers/{row.pk}/", headers=HTMX).content.decode()
    assert 'value="products" selected' in shown and "看房客户" in shown
    filter_json = quote(json.dumps({"field": row.name, "op": "empty"}))
    assert client.get(f"/customers/?filter={filter_json}").status_code == 200
