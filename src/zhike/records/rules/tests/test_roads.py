"""A rule holds on every road by which records are written, and takes back only what breaks it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhike.base.changelog import undoing
from zhike.base.changelog.models import ChangeSet
from zhike.domains.customers.models import Customer
from zhike.domains.opportunities.models import Opportunity, Stage
from zhike.records import bulk, gate, registry
from zhike.records.customising import changing as fields
from zhike.records.models import CustomField, ValidationRule
from zhike.records.rules import changing, keeping
from zhike.records.tests.importing import checked, counts, imported, reasons, table
from zhike.testing import custom as own
from zhike.testing.api import Program

HTMX = {"HX-Request": "true"}
SENTENCE = "金额超过一百万要写说明"
TOO_MUCH = {
    "all": [{"field": "amount", "op": "gt", "value": "1000000"}, {"field": "description", "op": "empty"}]
}  # fmt: skip


def rule(actor: Any, type_name: str = "opportunities", **more: Any) -> ValidationRule:
    raw = {
        "name": "大单说明",
        "condition": TOO_MUCH,
        "sentence": SENTENCE,
        "sentence_en": "Say why",
        "field": "description",
    }
    return changing.add_rule(actor, registry.get(type_name), raw | more)


@pytest.fixture
def large(administrator: Any) -> ValidationRule:
    return rule(administrator)


@pytest.fixture
def deal(owner: Any, large: Any) -> Any:
    return gate.create(owner, registry.get("opportunities"), {"name": "年会", "amount": "500"})


def amount_of(deal: Any) -> Any:
    return Opportunity.objects.get(pk=deal.pk).amount


def test_the_form_says_the_sentence_at_the_field(client_of: Any, owner: Any, large: Any) -> None:
    client = client_of(owner)
    answer = client.post("/opportunities/new/", {"name": "年会", "amount": "2000000"}, headers=HTMX)
    assert answer.status_code == 422 and "Say why" in answer.content.decode()
    assert not Opportunity.objects.filter(name="年会").exists()

    with pytest.raises(gate.Refused) as refused:
        gate.create(owner, registry.get("opportunities"), {"name": "年会", "amount": "2000000"})
    assert refused.value.errors == {"description": ["Say why"]}
    made = gate.create(
        owner, registry.get("opportunities"), {"name": "年会", "amount": "2000000", "description": "三年合同"}
    )
    assert made.amount == 2_000_000


def test_an_edit_and_a_cell_are_stopped(client_of: Any, owner: Any, deal: Any) -> None:
    with pytest.raises(gate.Refused):
        gate.edit(owner, deal, {"amount": "2000000"})
    answer = client_of(owner).post(f"/opportunities/{deal.pk}/cells/amount/", {"value": "2000000"}, headers=HTMX)
    assert answer.status_code == 422 and amount_of(deal) == 500
    opened = json.loads(answer["HX-Trigger"])["zhike:open-drawer"]["url"]
    assert 'name="description"' in client_of(owner).get(opened, headers=HTMX).content.decode()
    gate.edit(owner, deal, {"amount": "2000000", "description": "三年合同"})
    assert amount_of(deal) == 2_000_000


def test_the_api_answers_422_with_the_field(member: Any, deal: Any) -> None:
    program = Program(member("林晓"))
    made = program.post("opportunities/", {"name": "年会", "amount": "2000000"})
    changed = program.patch(f"opportunities/{deal.pk}/", {"amount": "2000000"})
    several = program.post("opportunities/bulk/", {"ids": [deal.pk], "changes": {"amount": "2000000"}})

    for answer in (made, changed):
        assert answer.status_code == 422 and "Say why" in answer.content.decode()
    assert several.json()["items"][0]["status"] == 422 and amount_of(deal) == 500


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_sentence_is_in_the_readers_language(member: Any, large: Any, language: str) -> None:
    answer = Program(member("林晓"), language=language).post("opportunities/", {"name": "年会", "amount": "2000000"})
    told = json.dumps(answer.json(), ensure_ascii=False)
    assert (SENTENCE in told, "Say why" in told) == ((True, False) if language == "zh-hans" else (False, True))


def test_a_bulk_act_leaves_out_what_would_break_it(administrator: Any, owner: Any, large: Any) -> None:
    opportunities = registry.get("opportunities")
    bare = gate.create(owner, opportunities, {"name": "甲", "amount": "1"})
    told = gate.create(owner, opportunities, {"name": "乙", "amount": "1", "description": "有"})
    selection = bulk.Selection((bare.pk, told.pk))
    assert bulk.is_plain(opportunities, {"amount": 1})

    found = bulk.perform(administrator, opportunities, bulk.EDIT, {"amount": "2000000"}, selection)

    assert isinstance(found, tuple)
    outcome, act = found
    assert (outcome.done, outcome.refused) == (1, 1) and outcome.rows[0][0] == bare.pk
    assert "Say why" in outcome.rows[0][1]
    assert (amount_of(bare), amount_of(told)) == (1, 2_000_000)
    undoing.undo(administrator, act)
    assert (amount_of(bare), amount_of(told)) == (1, 1)


def test_a_bulk_act_through_the_service_is_stopped_too(administrator: Any, owner: Any) -> None:
    rule(administrator, condition={"field": "customer", "op": "empty"}, field="customer", moment="save")
    opportunities = registry.get("opportunities")
    with pytest.raises(gate.Refused):
        gate.create(owner, opportunities, {"name": "甲"})
    customer = gate.create(owner, registry.get("customers"), {"name": "青松"})
    deal = gate.create(owner, opportunities, {"name": "甲", "customer": str(customer.pk)})

    found = bulk.perform(administrator, opportunities, bulk.EDIT, {"customer": ""}, bulk.Selection((deal.pk,)))

    assert isinstance(found, tuple) and (found[0].done, found[0].refused) == (0, 1)
    assert Opportunity.objects.get(pk=deal.pk).customer == customer


def test_an_import_takes_the_rows_that_keep_it(administrator: Any, large: Any) -> None:
    rows = table(
        ["商机名称", "金额", "description"], ["甲", "500", ""], ["乙", "2000000", ""], ["丙", "3000000", "三年合同"]
    )  # fmt: skip
    plan = {"columns": {"商机名称": "name", "金额": "amount", "description": "description"}}
    report = checked(administrator, "opportunities", rows, plan)
    assert (report["created"], report["rejected"]) == (2, 1)
    assert not Opportunity.objects.filter(name="甲").exists()

    run = imported(administrator, "opportunities", rows, plan)

    assert counts(run) == (2, 0, 0, 1)
    assert "Say why" in reasons(run)[3]
    assert set(Opportunity.objects.filter(name__in="甲乙丙").values_list("name", flat=True)) == {"甲", "丙"}
    again = table(["商机名称", "金额"], ["甲", "9000000"], ["丙", "4000000"])
    changed = imported(
        administrator, "opportunities", again, {"match": ["name"]} | {"columns": {"商机名称": "name", "金额": "amount"}}
    )
    assert counts(changed) == (0, 1, 0, 1) and reasons(changed) == {2: "Description: Say why"}
    assert Opportunity.objects.get(name="甲").amount == 500 and Opportunity.objects.get(name="丙").amount == 4_000_000


def test_an_action_is_stopped(owner: Any, deal: Any) -> None:
    win = registry.get("opportunities").action("win")
    assert win is not None
    with pytest.raises(gate.Refused):
        gate.perform(owner, deal, win, {"amount": "2000000", "closed_on": "2026-11-01"})
    assert amount_of(deal) == 500 and Opportunity.objects.get(pk=deal.pk).is_open


def test_the_products_of_a_deal_are_stopped(client_of: Any, administrator: Any, deal: Any) -> None:
    product = gate.create(administrator, registry.get("products"), {"name": "年会套餐"})
    lines = json.dumps([{"product": product.pk, "quantity": 1, "unit_price": "2000000"}])
    answer = client_of("林晓").post(f"/opportunities/{deal.pk}/lines/", {"lines": lines}, headers=HTMX)
    assert answer.status_code == 422 and "Say why" in answer.content.decode() and amount_of(deal) == 500


def test_an_activity_composed_on_a_page_is_stopped(client_of: Any, administrator: Any, owner: Any, deal: Any) -> None:
    condition = {"field": "subject", "op": "contains", "value": "测试"}
    rule(administrator, "activities", condition=condition, field="subject")
    posted = {"on": f"opportunities:{deal.pk}", "kind": "note", "subject": "测试", "body": "测试"}
    answer = client_of(owner).post("/activities/compose/", posted, headers=HTMX)
    assert answer.status_code == 422


# Stages


def test_a_rule_of_a_stage_is_asked_at_its_entry_only(client_of: Any, administrator: Any, owner: Any) -> None:
    stage = Stage.objects.get(name="商务谈判")
    told = {"moment": "stage", "stages": [stage.pk], "condition": {"field": "customer", "op": "empty"},
            "field": "customer"}  # fmt: skip
    rule(administrator, **told)
    opportunities = registry.get("opportunities")
    deal = gate.create(owner, opportunities, {"name": "甲", "amount": "5", "expected_close_on": "2026-12-01"})
    gate.edit(owner, deal, {"amount": "6"})

    answer = client_of(owner).post(
        f"/opportunities/{deal.pk}/cells/stage/?as=card", {"value": stage.pk, "from": deal.stage_id}, headers=HTMX
    )
    assert answer.status_code == 422 and Opportunity.objects.get(pk=deal.pk).stage != stage

    customer = gate.create(owner, registry.get("customers"), {"name": "青松"})
    there = gate.edit(
        owner, Opportunity.objects.get(pk=deal.pk), {"stage": str(stage.pk), "customer": str(customer.pk)}
    )
    gate.edit(owner, there, {"customer": ""})
    assert Opportunity.objects.get(pk=deal.pk).customer is None
    with pytest.raises(gate.Refused):
        gate.create(owner, opportunities, {"name": "乙", "stage": str(stage.pk)})
    rows = table(["商机名称", "阶段"], ["丙", "商务谈判"], ["丁", "初步接洽"])
    run = imported(administrator, "opportunities", rows, {"columns": {"商机名称": "name", "阶段": "stage"}})
    assert counts(run) == (1, 0, 0, 1)


# What a rule cannot ask


def test_a_rule_on_a_removed_field_stops_nothing_and_says_so(
    client_of: Any, administrator: Any, owner: Any, large: Any
) -> None:
    row = own.add(administrator, "opportunities", "text", label="立项号")
    changing.revise_rule(
        administrator, large, {"name": "大单", "condition": {"field": row.name, "op": "empty"}, "sentence": "要立项"}
    )
    opportunities = registry.get("opportunities")
    with pytest.raises(gate.Refused):
        gate.create(owner, opportunities, {"name": "甲"})

    fields.remove_field(administrator, row)

    assert gate.create(owner, opportunities, {"name": "甲"})
    shown = client_of("林晓").get("/settings/rules/").content.decode()
    assert "This rule stops nothing: The field “立项号” was removed." in shown
    fields.restore_field(administrator, opportunities, CustomField.objects.get(pk=row.pk))
    with pytest.raises(gate.Refused):
        gate.create(owner, opportunities, {"name": "乙"})


def test_a_rule_that_rests_or_was_removed_stops_nothing(administrator: Any, owner: Any, large: Any) -> None:
    raw = {"name": "x", "condition": TOO_MUCH, "sentence": SENTENCE}
    changing.revise_rule(administrator, large, raw | {"is_active": False})
    opportunities = registry.get("opportunities")
    assert gate.create(owner, opportunities, {"name": "甲", "amount": "2000000"})
    changing.revise_rule(administrator, large, raw | {"is_active": True})
    with pytest.raises(gate.Refused):
        gate.create(owner, opportunities, {"name": "乙", "amount": "2000000"})
    changing.remove_rule(administrator, large)
    act = ChangeSet.objects.latest("pk")
    assert gate.create(owner, opportunities, {"name": "乙", "amount": "2000000"})
    undoing.undo(administrator, act)
    with pytest.raises(gate.Refused):
        gate.create(owner, opportunities, {"name": "丙", "amount": "2000000"})


def test_many_records_are_asked_in_one_query(administrator: Any, owner: Any, large: Any) -> None:
    rule(administrator, name="第二条", condition={"field": "amount", "op": "lt", "value": "0"}, field="")
    opportunities = registry.get("opportunities")
    ids = [gate.create(owner, opportunities, {"name": f"单{number}"}).pk for number in range(30)]
    keeping.rules_of(opportunities)
    with CaptureQueriesContext(connection) as queries:
        assert keeping.broken(administrator, opportunities, ids) == {}
    assert len(queries) == 1


def test_types_without_a_rule_pay_nothing(administrator: Any, owner: Any, large: Any) -> None:
    customers = registry.get("customers")
    customer = gate.create(owner, customers, {"name": "青松"})
    with CaptureQueriesContext(connection) as queries:
        gate.edit(owner, customer, {"name": "白杨"})
    assert not [each for each in queries if "breaks_" in each["sql"]]
    assert Customer.objects.get(pk=customer.pk).name == "白杨"
