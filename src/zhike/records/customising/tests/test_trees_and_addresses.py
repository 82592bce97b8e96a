"""A choice out of a tree, and addresses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zhike.records import conditions, gate, listing, registry
from zhike.records.customising import changing
from zhike.records.models import CustomField
from zhike.records.search import finding, indexing
from zhike.records.tests.importing import counts, imported, reasons, table
from zhike.testing import custom as own

HTMX = {"HX-Request": "true"}


def customers() -> Any:
    return registry.get("customers")


def customer(actor: Any, name: str, **more: Any) -> Any:
    return gate.create(actor, customers(), {"name": name} | more)


def names_where(actor: Any, condition: Any) -> set[str]:
    return {row.name for row in listing.base_query(actor, customers(), condition=condition)}


@pytest.fixture
def tree(administrator: Any) -> CustomField:
    return own.add(administrator, "customers", "cascade", label="品类", label_en="Category")


def revised(actor: Any, row: CustomField, nodes: list[dict[str, Any]]) -> CustomField:
    return changing.revise_field(actor, customers(), row, {"label": row.label, "choices": json.dumps(nodes)})


def test_a_condition_on_a_node_means_everything_below_it(tree: CustomField, administrator: Any) -> None:
    for name, value in (("甲", "shu_ma"), ("乙", "shou_ji"), ("丙", "dian_shi")):
        customer(administrator, name, **{tree.name: value})
    upper = {"field": tree.name, "op": "in", "value": ["shu_ma"]}

    assert names_where(administrator, upper) == {"甲", "乙"}
    assert names_where(administrator, {"field": tree.name, "op": "in", "value": ["shou_ji"]}) == {"乙"}
    assert names_where(administrator, {"field": tree.name, "op": "not_in", "value": ["shu_ma"]}) == {"丙"}
    told = conditions.explain({"field": tree.name, "op": "in", "value": ["shou_ji"]}, customers())
    assert told == "Category is Digital / Phones"


def test_it_is_sorted_as_the_tree_stands(tree: CustomField, administrator: Any) -> None:
    for name, value in (("甲", "dian_shi"), ("乙", "shou_ji"), ("丙", "shu_ma")):
        customer(administrator, name, **{tree.name: value})
    page = listing.page(customers().queryset(), listing.order_of(customers(), tree.name))
    assert [row.name for row in page.records] == ["丙", "乙", "甲"]


def test_a_node_moves_with_what_is_below_and_records_follow(tree: CustomField, administrator: Any) -> None:
    customer(administrator, "甲", **{tree.name: "shou_ji"})
    nodes = [dict(each) for each in tree.options["choices"]]
    moved = [nodes[2], nodes[3], nodes[0] | {"level": 1}, nodes[1] | {"level": 2}]

    revised(administrator, tree, moved)

    field = customers().field(tree.name)
    assert field.text("shou_ji") == "家电 / Digital / Phones"
    assert names_where(administrator, {"field": tree.name, "op": "in", "value": ["jia_dian"]}) == {"甲"}


def test_a_node_in_use_is_retired_not_removed(tree: CustomField, administrator: Any) -> None:
    record = customer(administrator, "甲", **{tree.name: "shou_ji"})
    nodes = [dict(each) for each in tree.options["choices"]]
    with pytest.raises(gate.Refused) as refused:
        revised(administrator, tree, nodes[2:])
    assert "1 records hold “手机”" in refused.value.errors["choices"][0]

    revised(administrator, tree, [nodes[0] | {"retired": True}, *nodes[1:]])

    gate.edit(administrator, record, {tree.name: "shou_ji", "name": "新名"})
    with pytest.raises(gate.Refused):
        customer(administrator, "乙", **{tree.name: "shou_ji"})
    field = customers().field(tree.name)
    assert [value for value, _label, _level in field.offered("")] == ["jia_dian", "dian_shi"]
    assert [value for value, _label, _level in field.offered("shou_ji")][:2] == ["shu_ma", "shou_ji"]


def test_two_of_one_name_stand_under_different_nodes_only(administrator: Any) -> None:
    nodes = [{"label": "数码"}, {"label": "其他", "level": 1}, {"label": "家电"}, {"label": "其他", "level": 1}]
    row = own.add(administrator, "customers", "cascade", label="品类", choices=json.dumps(nodes))
    assert [each["value"] for each in row.options["choices"]] == ["shu_ma", "qi_ta", "jia_dian", "qi_ta_2"]
    with pytest.raises(gate.Refused):
        own.add(administrator, "customers", "cascade", label="别的", choices=json.dumps(nodes + nodes[-1:]))
    content = table(("客户名称", "品类"), ("甲", "家电/其他"), ("乙", "其他"), ("丙", "数码"))

    run = imported(administrator, "customers", content)

    assert list(reasons(run)) == [3]
    assert customers().queryset().get(name="甲").custom[row.name] == "qi_ta_2"


def test_a_level_is_never_skipped_and_never_too_deep(administrator: Any) -> None:
    row = own.add(
        administrator, "customers", "cascade", label="品类",
        choices=json.dumps([{"label": "一", "level": 3}, {"label": "二", "level": 3}]),
    )  # fmt: skip
    assert [each["level"] for each in row.options["choices"]] == [0, 1]
    with pytest.raises(gate.Refused):
        own.add(administrator, "customers", "cascade", label="别", choices=json.dumps([{"label": "一", "level": 9}]))


def test_the_form_offers_the_tree_and_the_settings_edit_it(
    tree: CustomField, administrator: Any, client_of: Any
) -> None:
    record = customer(administrator, "甲", **{tree.name: "shou_ji"})
    form = client_of("林晓", language="zh-hans").get(f"/customers/{record.pk}/edit/", headers=HTMX).content.decode()
    assert "&quot;shou_ji&quot;, &quot;手机&quot;, 1]" in form and 'value="shou_ji"' in form
    editor = client_of("林晓").get(f"/settings/fields/customers/{tree.pk}/", headers=HTMX).content.decode()
    assert "tree-entries" in editor and "data-deeper" in editor and 'name="list"' not in editor


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("江苏省苏州市昆山市前进路1号", {"region": "江苏省/苏州市/昆山市", "detail": "前进路1号"}),
        ("江苏省/苏州市 前进路 1 号", {"region": "江苏省/苏州市", "detail": "前进路 1 号"}),
        ("某处", {"region": "", "detail": "某处"}),
    ],
)
def test_an_address_is_read_as_people_write_it(administrator: Any, written: str, expected: Any) -> None:
    name = own.add(administrator, "customers", "address", label="送货地址").name

    run = imported(administrator, "customers", table(("客户名称", "送货地址"), ("甲", written)))

    assert counts(run)[0] == 1, reasons(run)
    assert customers().queryset().get(name="甲").custom[name] == expected


def test_an_address_is_chosen_by_place_and_words_and_found_by_search(administrator: Any) -> None:
    name = own.add(administrator, "customers", "address", label="送货地址", label_en="Delivery").name
    first = customer(administrator, "甲", **{name: {"region": "江苏省/苏州市/昆山市", "detail": "琥珀路1号"}})
    customer(administrator, "乙", **{name: {"region": "浙江省/杭州市", "detail": ""}})

    assert names_where(administrator, {"field": name, "op": "in", "value": ["江苏"]}) == {"甲"}
    assert names_where(administrator, {"field": name, "op": "contains", "value": "琥珀"}) == {"甲"}
    assert names_where(administrator, {"field": name, "op": "not_contains", "value": "琥珀"}) == {"乙"}
    assert conditions.explain({"field": name, "op": "in", "value": ["江苏"]}, customers()) == "Delivery is 江苏"
    indexing.index(customers(), [first.pk])
    assert {"record_id": first.pk} in finding.ids_matching(customers(), "琥珀路")
    assert customers().field(name).text(customers().field(name).value_of(first)) == "江苏 苏州 昆山 琥珀路1号"


def test_an_address_too_long_or_of_another_shape_is_refused(administrator: Any) -> None:
    name = own.add(administrator, "customers", "address", label="送货地址").name
    for wrong in ({"street": "x"}, {"detail": "长" * 201}, [1], {"detail": 3}):
        with pytest.raises(gate.Refused) as refused:
            customer(administrator, "甲", **{name: wrong})
        assert list(refused.value.errors) == [name]
