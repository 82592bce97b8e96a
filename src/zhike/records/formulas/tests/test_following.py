"""Computed values are right as soon as an act has ended, whatever road it took."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from zhike.base.changelog import acts, undoing
from zhike.base.changelog.models import ChangeSet
from zhike.records import bulk, conditions, gate, history, registry, timeline
from zhike.records.customising import changing
from zhike.records.models import CustomField
from zhike.records.rules import changing as rules


def add_formula(actor: Any, type_name: str, label: str, formula: str, result: str = "") -> CustomField:
    raw = {"kind": "formula", "label": label, "formula": formula, "result": result}
    return changing.add_field(actor, registry.get(type_name), raw)


def value(record: Any, row: CustomField) -> Any:
    record_type = registry.of(record)
    field = record_type.field(row.name)
    assert field is not None
    return field.value_of(record_type.queryset().get(pk=record.pk))


def opportunity(actor: Any, name: str, **values: Any) -> Any:
    return gate.create(actor, registry.get("opportunities"), {"name": name} | values)


def customer(actor: Any, name: str, **values: Any) -> Any:
    return gate.create(actor, registry.get("customers"), {"name": name} | values)


def latest(action: str) -> ChangeSet:
    return ChangeSet.objects.filter(action=action).latest("pk")


def test_a_formula_is_computed_for_what_is_there_and_for_what_comes(administrator: Any) -> None:
    before = opportunity(administrator, "甲", amount="1000")

    row = add_formula(administrator, "opportunities", "税额", "{amount} * 13 / 100", "money")
    after = opportunity(administrator, "乙", amount="200")

    assert value(before, row) == Decimal("130.00")
    assert value(after, row) == Decimal("26.00")
    assert registry.get("opportunities").field(row.name).value_of(after) == Decimal("26.00")


def test_it_follows_an_edit_and_its_undo(administrator: Any) -> None:
    record = opportunity(administrator, "甲", amount="1000")
    row = add_formula(administrator, "opportunities", "税额", "{amount} * 13 / 100", "money")

    edited = gate.edit(administrator, record, {"amount": "2000"})
    assert registry.get("opportunities").field(row.name).value_of(edited) == Decimal("260.00")
    assert value(record, row) == Decimal("260.00")
    undoing.undo(administrator, latest("edit"))

    assert value(record, row) == Decimal("130.00")


def test_it_follows_an_act_on_many_records(administrator: Any) -> None:
    row = add_formula(administrator, "opportunities", "税额", "{amount} * 13 / 100", "money")
    records = [opportunity(administrator, name, amount="1000") for name in ("甲", "乙")]
    selection = bulk.Selection(ids=tuple(each.pk for each in records))

    bulk.perform(administrator, registry.get("opportunities"), "edit", {"amount": "300"}, selection)
    assert [value(each, row) for each in records] == [Decimal("39.00")] * 2
    undoing.undo(administrator, latest("bulk_edit"))

    assert [value(each, row) for each in records] == [Decimal("130.00")] * 2


def test_one_formula_reads_another(administrator: Any) -> None:
    tax = add_formula(administrator, "opportunities", "税额", "{amount} * 13 / 100", "money")
    total = add_formula(administrator, "opportunities", "含税", f"{{amount}} + {{{tax.name}}}", "money")
    record = opportunity(administrator, "甲", amount="1000")

    changing.revise_field(
        administrator, registry.get("opportunities"), tax,
        {"kind": "formula", "label": "税额", "formula": "{amount} * 6 / 100", "result": "money"},
    )  # fmt: skip

    assert value(record, tax) == Decimal("60.00")
    assert value(record, total) == Decimal("1060.00")


def test_it_reads_what_the_record_points_at(administrator: Any) -> None:
    large = registry.get("customers").field("size").choices()[-1]
    formula = f'IF({{客户.size}} = "{large[1]}", "大 " & {{customer}}, "")'
    row = add_formula(administrator, "opportunities", "客户等级", formula)
    assert "{customer.size}" in row.options["formula"]
    owner = customer(administrator, "甲方", size=large[0])
    record = opportunity(administrator, "甲", customer=owner.pk)
    assert value(record, row) == "大 甲方"

    gate.edit(administrator, owner, {"name": "乙方"})
    assert value(record, row) == "大 乙方"
    undoing.undo(administrator, latest("edit"))

    assert value(record, row) == "大 甲方"


def test_a_roll_up_follows_its_records(administrator: Any) -> None:
    owner, other = customer(administrator, "甲方"), customer(administrator, "乙方")
    condition = {"field": "amount", "op": "gte", "value": "100"}
    row = changing.add_field(
        administrator, registry.get("customers"),
        {"kind": "roll_up", "label": "大单金额", "over": "opportunities.customer", "function": "sum",
         "measure": "amount", "condition": json.dumps(condition)},
    )  # fmt: skip
    assert value(owner, row) == Decimal("0.00")

    first = opportunity(administrator, "甲", customer=owner.pk, amount="500")
    second = opportunity(administrator, "乙", customer=owner.pk, amount="50")
    assert value(owner, row) == Decimal("500.00")
    gate.edit(administrator, second, {"amount": "150"})
    assert value(owner, row) == Decimal("650.00")
    gate.edit(administrator, first, {"customer": other.pk})
    assert (value(owner, row), value(other, row)) == (Decimal("150.00"), Decimal("500.00"))
    undoing.undo(administrator, latest("edit"))
    assert (value(owner, row), value(other, row)) == (Decimal("650.00"), Decimal("0.00"))
    gate.trash(administrator, first)
    assert value(owner, row) == Decimal("150.00")
    gate.restore(administrator, registry.get("opportunities").queryset().get(pk=first.pk))
    assert value(owner, row) == Decimal("650.00")
    undoing.undo(administrator, ChangeSet.objects.filter(action="create", subject="甲").latest("pk"))
    assert value(owner, row) == Decimal("150.00")


def test_nobody_writes_it(administrator: Any) -> None:
    row = add_formula(administrator, "opportunities", "税额", "{amount} * 13 / 100", "money")

    with pytest.raises(gate.Refused) as caught:
        opportunity(administrator, "甲", **{row.name: "5"})

    assert row.name in caught.value.errors


def test_computing_makes_a_record_no_newer(administrator: Any) -> None:
    owner = customer(administrator, "甲方")
    changing.add_field(
        administrator, registry.get("customers"),
        {"kind": "roll_up", "label": "商机数", "over": "opportunities.customer", "function": "count"},
    )  # fmt: skip
    version = registry.get("customers").queryset().get(pk=owner.pk).version

    opportunity(administrator, "甲", customer=owner.pk)

    assert registry.get("customers").queryset().get(pk=owner.pk).version == version


def test_a_list_filters_and_sorts_by_it(administrator: Any) -> None:
    row = add_formula(administrator, "opportunities", "税额", "{amount} * 13 / 100", "money")
    small, large = (opportunity(administrator, name, amount=amount) for name, amount in (("甲", "10"), ("乙", "9000")))
    condition = {"field": row.name, "op": "gt", "value": "100"}
    found = conditions.filtered(
        registry.get("opportunities").queryset(), condition, registry.get("opportunities"), administrator
    )

    assert set(found.values_list("pk", flat=True)) & {small.pk, large.pk} == {large.pk}


def test_a_rule_reads_it_before_the_act_ends(administrator: Any) -> None:
    row = add_formula(administrator, "opportunities", "税额", "{amount} * 13 / 100", "money")
    raw = {"name": "税额不超过一百", "sentence": "税额太高", "moment": "save"}
    raw["condition"] = json.dumps({"field": row.name, "op": "gt", "value": "100"})
    rules.add_rule(administrator, registry.get("opportunities"), raw)
    record = opportunity(administrator, "甲", amount="100")

    with pytest.raises(gate.Refused):
        gate.edit(administrator, record, {"amount": "1000"})

    assert value(record, row) == Decimal("13.00")


def test_the_timeline_tells_what_people_did_and_the_history_all(administrator: Any) -> None:
    owner = customer(administrator, "甲方")
    changing.add_field(
        administrator, registry.get("customers"),
        {"kind": "roll_up", "label": "商机数", "over": "opportunities.customer", "function": "count"},
    )  # fmt: skip
    before = len(timeline.page(administrator, owner, only="change")[0])

    opportunity(administrator, "甲", customer=owner.pk)

    assert len(timeline.page(administrator, owner, only="change")[0]) == before
    told = history.described(history.changes_of(owner)[0])
    assert ("0", "1") in {(each.before, each.after) for row in told for each in row.fields}


def test_it_follows_the_name_of_an_option_two_tables_away(administrator: Any) -> None:
    row = add_formula(administrator, "opportunities", "行业", "{customer.industry}")
    industry = registry.get("customers").field("industry").rows()[0]
    owner = customer(administrator, "甲方", industry=industry.pk)
    record = opportunity(administrator, "甲", customer=owner.pk)
    assert value(record, row) == industry.name

    with acts.act(administrator, "test"):
        industry.name = "新行业"
        industry.save(update_fields=["name"])

    assert value(record, row) == "新行业"
