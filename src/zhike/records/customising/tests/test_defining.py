"""An administrator defines fields: what is taken, what is refused, and what an undo brings back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zhike.base.changelog import undoing
from zhike.base.changelog.models import ChangeSet
from zhike.records import custom, gate, history, registry
from zhike.records.customising import changing, kinds, naming, values
from zhike.records.models import CustomField
from zhike.testing import custom as own


def customers() -> Any:
    return registry.get("customers")


def customer(actor: Any, name: str, **values: Any) -> Any:
    return gate.create(actor, customers(), {"name": name} | values)


def latest(action: str) -> ChangeSet:
    return ChangeSet.objects.filter(action=action).latest("pk")


def refused(actor: Any, row: CustomField | None = None, **raw: Any) -> dict[str, list[str]]:
    with pytest.raises(gate.Refused) as caught:
        if row is None:
            changing.add_field(actor, customers(), raw)
        else:
            changing.revise_field(actor, customers(), row, raw)
    return caught.value.errors


def said(row: CustomField, **more: Any) -> dict[str, Any]:
    options = dict(row.options)
    if "choices" in options:
        options["choices"] = json.dumps(options["choices"])
    return options | {"kind": row.kind, "label": row.label, "label_en": row.label_en, "required": row.required} | more


def test_the_key_comes_from_the_label_and_is_nobody_elses(administrator: Any) -> None:
    first = changing.add_field(administrator, customers(), {"kind": "text", "label": "开发商 A1"})
    other = changing.add_field(administrator, customers(), {"kind": "text", "label": "开发商-A1"})
    taken = changing.add_field(administrator, customers(), {"kind": "text", "label": "website"})
    lookup = changing.add_field(administrator, customers(), {"kind": "text", "label": "contains"})

    assert (first.name, other.name) == ("kai_fa_shang_a1", "kai_fa_shang_a1_2")
    assert taken.name == "website_2" and lookup.name == "contains_2"
    assert naming.key_of("2026 预算") == "f_2026_yu_suan" and naming.key_of("！？") == ""


def test_a_key_that_records_hold_values_under_is_not_used_again(administrator: Any) -> None:
    row = own.add(administrator, "customers", "text", label="楼盘")
    customer(administrator, "甲", **{row.name: "梧桐里"})
    undoing.undo(administrator, latest("add_field"))

    again = own.add(administrator, "customers", "integer", label="楼盘")

    assert again.name != row.name


def test_what_cannot_be_taken_is_told_beside_its_input(administrator: Any) -> None:
    own.add(administrator, "customers", "text", label="楼盘")

    assert "label" in refused(administrator, kind="text", label="  ")
    assert "label" in refused(administrator, kind="text", label="楼盘")
    assert "label" in refused(administrator, kind="text", label="Website")
    assert "kind" in refused(administrator, kind="nothing", label="乙")
    assert "choices" in refused(administrator, kind="choice", label="乙")
    assert "choices" in refused(administrator, kind="choice", label="乙", choices='{"a": 1}')
    assert "choices" in refused(administrator, kind="choice", label="乙", choices='[{"label": "a"}, {"label": "a"}]')
    assert "maximum" in refused(administrator, kind="integer", label="乙", minimum="5", maximum="1")
    assert "minimum" in refused(administrator, kind="integer", label="乙", minimum="1.5")
    assert "maximum" in refused(administrator, kind="rating", label="乙", maximum="99")
    assert "min_length" in refused(administrator, kind="text", label="乙", min_length="-1")
    assert "default" in refused(administrator, kind="integer", label="乙", default="viel")
    assert "default" in refused(administrator, kind="text", label="乙", default="x", unique=True)
    assert "section" in refused(administrator, kind="text", label="乙", section="nowhere")
    assert CustomField.objects.count() == 1


def test_only_administrators_define(manager: Any, owner: Any) -> None:
    for actor in (manager, owner):
        with pytest.raises(gate.NotAllowed):
            changing.add_field(actor, customers(), {"kind": "text", "label": "楼盘"})
    assert not CustomField.objects.exists()


def test_the_kind_changes_while_no_record_holds_a_value_and_then_only_widens(administrator: Any) -> None:
    row = own.add(administrator, "customers", "integer", label="套数")
    row = changing.revise_field(administrator, customers(), row, said(row, kind="text"))
    row = changing.revise_field(administrator, customers(), row, said(row, kind="integer"))
    record = customer(administrator, "甲", **{row.name: 3})

    assert "kind" in refused(administrator, row, **said(row, kind="text"))
    row = changing.revise_field(administrator, customers(), row, said(row, kind="decimal"))

    assert str(customers().field(row.name).value_of(record)) == "3"
    with pytest.raises(undoing.UnableToUndo, match="套数"):
        undoing.undo(administrator, latest("revise_field"))


def test_a_required_field_says_how_many_lack_it_and_asks_at_the_next_edit(administrator: Any) -> None:
    record = customer(administrator, "甲")
    row = own.add(administrator, "customers", "text", label="楼盘", required=True)

    assert values.count_lacking(row) == customers().queryset().filter(trashed_at=None).count()
    assert gate.edit(administrator, record, {"short_name": "甲"}).short_name == "甲"
    with pytest.raises(gate.Refused) as caught:
        gate.edit(administrator, record, {"short_name": "乙", row.name: ""})
    assert row.name in caught.value.errors
    with pytest.raises(gate.Refused):
        customer(administrator, "乙")


def test_removing_hides_and_keeps_and_comes_back(administrator: Any) -> None:
    row = own.add(administrator, "customers", "text", label="楼盘")
    record = customer(administrator, "甲", **{row.name: "梧桐里"})

    changing.remove_field(administrator, row)
    assert customers().field(row.name) is None
    told = history.described(history.changes_of(record)[0])
    assert "楼盘" in {str(each.label) for row_change in told for each in row_change.fields}

    undoing.undo(administrator, latest("remove_field"))
    assert customers().field(row.name).value_of(record) == "梧桐里"

    changing.remove_field(administrator, CustomField.objects.get(pk=row.pk))
    changing.restore_field(administrator, customers(), CustomField.objects.get(pk=row.pk))
    assert customers().field(row.name).value_of(record) == "梧桐里"


def test_a_removed_field_comes_not_back_beside_one_of_its_label(administrator: Any) -> None:
    row = own.add(administrator, "customers", "text", label="楼盘")
    changing.remove_field(administrator, row)
    own.add(administrator, "customers", "text", label="楼盘")

    with pytest.raises(gate.Refused, match="楼盘"):
        changing.restore_field(administrator, customers(), CustomField.objects.get(pk=row.pk))


def test_a_unique_value_stands_once_on_every_road(administrator: Any) -> None:
    row = own.add(administrator, "customers", "text", label="楼盘编号", unique=True)
    record = customer(administrator, "甲", **{row.name: "A-1"})
    other = customer(administrator, "乙", **{row.name: "A-2"})
    customer(administrator, "丙")
    customer(administrator, "丁")

    for attempt in (
        lambda: customer(administrator, "戊", **{row.name: "A-1"}),
        lambda: gate.edit(administrator, other, {row.name: "A-1"}),
    ):
        with pytest.raises(gate.Refused) as caught:
            attempt()
        assert list(caught.value.errors) == [row.name]
    assert gate.edit(administrator, record, {row.name: "A-3"}).custom[row.name] == "A-3"


def test_what_stands_twice_keeps_a_field_from_becoming_unique(administrator: Any) -> None:
    row = own.add(administrator, "customers", "text", label="楼盘编号")
    for name in ("甲", "乙"):
        customer(administrator, name, **{row.name: "A-1"})

    assert "unique" in refused(administrator, row, **said(row, unique=True))


def test_undoing_the_end_of_uniqueness_asks_for_values_that_stand_once(administrator: Any) -> None:
    row = own.add(administrator, "customers", "text", label="楼盘编号", unique=True)
    changing.revise_field(administrator, customers(), row, said(row, unique=False))
    act = latest("revise_field")
    first, second = (customer(administrator, name, **{row.name: "A-1"}) for name in ("甲", "乙"))

    with pytest.raises(undoing.UnableToUndo, match="楼盘编号"):
        undoing.undo(administrator, act)
    gate.edit(administrator, second, {row.name: "A-2"})
    undoing.undo(administrator, act)

    with pytest.raises(gate.Refused):
        gate.edit(administrator, second, {row.name: "A-1"})
    assert first.custom[row.name] == "A-1"


def test_a_retired_choice_stays_and_is_offered_no_more(administrator: Any) -> None:
    row = own.add(administrator, "customers", "choice", label="物业")
    record = customer(administrator, "甲", **{row.name: "zhu_zhai"})
    choices = [each | {"retired": each["value"] == "zhu_zhai"} for each in row.options["choices"]]

    without = [each for each in choices if each["value"] != "zhu_zhai"]
    assert "retire" in refused(administrator, row, **said(row, choices=json.dumps(without)))["choices"][0]
    changing.revise_field(administrator, customers(), row, said(row, choices=json.dumps(choices)))

    field = customers().field(row.name)
    assert field.text(field.value_of(record)) == "Housing"
    gate.edit(administrator, record, {row.name: "zhu_zhai", "short_name": "甲"})
    with pytest.raises(gate.Refused) as caught:
        customer(administrator, "乙", **{row.name: "zhu_zhai"})
    assert list(caught.value.errors) == [row.name]


def test_a_default_is_given_to_what_is_new_only(administrator: Any) -> None:
    before = customer(administrator, "甲")
    row = own.add(administrator, "customers", "integer", label="套数", default="3", required=True)

    field = customers().field(row.name)
    assert field.value_of(customer(administrator, "乙")) == 3
    assert field.value_of(customer(administrator, "丙", **{row.name: 7})) == 7
    assert field.value_of(before) is None


def test_the_order_is_kept_and_undone(administrator: Any) -> None:
    rows = [own.add(administrator, "customers", "text", label=label) for label in "甲乙丙"]

    changing.order_fields(administrator, customers(), [rows[2].pk, rows[0].pk, rows[1].pk])
    assert [each.label for each in custom.custom_fields_of("customers")] == ["丙", "甲", "乙"]

    undoing.undo(administrator, latest("order_fields"))
    assert [each.label for each in custom.custom_fields_of("customers")] == ["甲", "乙", "丙"]


def test_two_administrators_do_not_overwrite_each_other(administrator: Any) -> None:
    row = own.add(administrator, "customers", "text", label="楼盘")
    seen = changing.stamp(row)
    changing.revise_field(administrator, customers(), row, said(row, label="楼盘名"), seen=seen)

    with pytest.raises(gate.Refused) as caught:
        changing.revise_field(administrator, customers(), row, said(row, label="小区"), seen=seen)
    assert list(caught.value.errors) == [""]


@pytest.mark.parametrize("kind", kinds.OFFERED)
def test_configuration_reads_in_words(administrator: Any, client_of: Any, kind: str) -> None:
    row = own.add(administrator, "customers", kind, help="怎么填")
    act = latest("add_field")

    page = client_of("林晓").get(f"/change-sets/{act.pk}/").content.decode()

    assert "added the field" in page and row.label in page and "怎么填" in page and "Custom field" in page
    if kind in kinds.CHOICES:
        assert "Housing" in page


def test_a_value_left_from_another_kind_breaks_no_list(administrator: Any, client_of: Any) -> None:
    row = own.add(administrator, "customers", "text", label="楼盘")
    record = customer(administrator, "甲", **{row.name: "2026-02-30"})
    gate.edit(administrator, record, {row.name: None})
    emptied = ChangeSet.objects.filter(action="edit").latest("pk")
    client = client_of("林晓")
    for kind in ("integer", "decimal", "day", "moment", "yes_no", "rating", "many_choices"):
        more = {"choices": json.dumps(own.CHOICES)} if kind == "many_choices" else {}
        row = changing.revise_field(administrator, customers(), row, said(row, kind=kind, **more))
    for kind in ("integer", "decimal", "day", "moment", "yes_no", "rating"):
        row = changing.revise_field(administrator, customers(), row, said(row, kind=kind))
        undone = undoing.undo(administrator, emptied)

        sort = f"/customers/?sort={row.name}"
        assert client.get(sort).status_code == 200, kind
        assert client.get(f"/customers/{record.pk}/").status_code == 200, kind

        undoing.undo(administrator, undone.change_set)
