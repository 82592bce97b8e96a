"""What stands only here stays, removing is asked for, one undo takes all back, and nothing is ever half done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from zhike.base.actors import Actor
from zhike.base.changelog.models import ChangeSet
from zhike.base.changelog.undoing import UnableToUndo
from zhike.domains.customers.models import Industry
from zhike.domains.opportunities.models import Pipeline
from zhike.domains.people.models import Department
from zhike.records import registry, undoing
from zhike.records.configuration import applying, telling
from zhike.records.configuration.comparing import Kind
from zhike.records.configuration.tests.conftest import add_field, elsewhere, shape_fields, shape_roles, shape_the_rest
from zhike.records.models import CustomField, CustomType
from zhike.testing import samples

CHOICE = """\
zhike_configuration: 1
fields:
  customers:
    deng_ji:
      label: 等级
      kind: choice
      choices:
      - value: gao
        label: 高
      - value: di
        label: 低
"""


def test_one_undo_takes_all_back(administrator: Actor, applied: Callable[..., Any]) -> None:
    with elsewhere():
        shape_fields(administrator)
        shape_roles(administrator)
        shape_the_rest(administrator)
        told = applying.exported(administrator)
    samples.record_of(administrator, registry.get("customers"), name="华夏", external_id="HX-1")
    before = applying.exported(administrator)
    applied(told)

    change_set = ChangeSet.objects.get(action=applying.ACTION)
    undone = undoing.undo(administrator, change_set)

    assert undone.conflict_count == 0
    assert applying.exported(administrator) == before


def test_an_undone_file_can_be_redone(administrator: Actor, applied: Callable[..., Any]) -> None:
    with elsewhere():
        shape_the_rest(administrator)
        told = applying.exported(administrator)
    samples.record_of(administrator, registry.get("customers"), name="华夏", external_id="HX-1")
    applied(told)
    undone = undoing.undo(administrator, ChangeSet.objects.get(action=applying.ACTION))

    undoing.undo(administrator, undone.change_set)

    assert applying.exported(administrator) == told


def test_what_stands_only_here_is_left_alone(administrator: Actor, applied: Callable[..., Any]) -> None:
    add_field(administrator, "customers", "自有", "text")

    plan = applied(CHOICE)

    assert [step.path for step in plan.steps if step.kind == Kind.HERE] == [("customers", "zi_you")]
    assert registry.get("customers").field("zi_you") is not None


def test_removing_is_asked_for_and_hides(administrator: Actor, applied: Callable[..., Any]) -> None:
    add_field(administrator, "customers", "自有", "text")
    samples.record_of(administrator, registry.get("customers"), zi_you="留着")

    plan = applied(CHOICE, remove_missing=True)

    assert "Fields · customers › zi_you (自有): removed (hidden, values stay)" in list(telling.lines(plan))
    assert CustomField.objects.get(name="zi_you").removed_at is not None
    assert registry.get("customers").queryset().filter(custom__zi_you="留着").exists()


def test_a_removed_field_comes_back_with_its_values(administrator: Actor, applied: Callable[..., Any]) -> None:
    applied(CHOICE)
    told = applying.exported(administrator)
    applied("zhike_configuration: 1\nfields: {}\n", remove_missing=True)

    applied(told)

    assert applying.exported(administrator) == told
    assert CustomField.objects.filter(name="deng_ji").count() == 1


def test_choices_only_here_stay_behind_what_they_stood_behind(
    administrator: Actor, applied: Callable[..., Any]
) -> None:
    applied(CHOICE.replace("- value: di", "- value: zhong\n        label: 中\n      - value: di"))

    first = applied(CHOICE)
    second = applied(CHOICE.replace("label: 低", "label: 低等"))

    choices = registry.get("customers").field("deng_ji").choices()  # type: ignore[union-attr]
    assert first.changes == [] and len(second.changes) == 1
    assert [value for value, _label in choices] == ["gao", "zhong", "di"]


def test_choices_records_hold_are_retired(administrator: Actor, applied: Callable[..., Any]) -> None:
    applied(CHOICE)
    samples.record_of(administrator, registry.get("customers"), deng_ji="di")

    applied(CHOICE.replace("      - value: di\n        label: 低\n", ""), remove_missing=True)

    found = CustomField.objects.get(name="deng_ji").options["choices"]
    assert [(each["value"], each.get("retired", False)) for each in found] == [("gao", False), ("di", True)]


def test_an_order_is_put_right(administrator: Actor, applied: Callable[..., Any]) -> None:
    for label in ("甲", "乙", "丙"):
        add_field(administrator, "customers", label, "text")
    told = "zhike_configuration: 1\nfields:\n  customers:\n" + "".join(
        f"    {name}: {{label: {label}, kind: text}}\n" for name, label in (("bing", "丙"), ("jia", "甲"))
    )

    plan = applied(told)

    assert [step.kind for step in plan.changes] == [Kind.ORDER]
    assert applied(told).changes == []
    names = [row.name for row in CustomField.objects.filter(record_type="customers")]
    assert names.index("bing") < names.index("jia")


def test_the_difference_is_told_in_sentences(administrator: Actor, applied: Callable[..., Any]) -> None:
    applied(CHOICE)

    wanted = applying.prepare(
        administrator, CHOICE.replace("label: 等级", "label: 级别\n      required: true").encode()
    )

    assert list(telling.lines(wanted.plan)) == [
        "Fields · customers › deng_ji (级别): changed",
        "    label: 等级 → 级别",
        "    required: true",
        "1 change: 0 new, 1 changed, 0 removed; 0 as here, 0 only here.",
    ]


def test_what_was_shown_is_what_is_done(administrator: Actor) -> None:
    wanted = applying.prepare(administrator, CHOICE.encode())
    add_field(administrator, "customers", "之间", "text")

    with pytest.raises(applying.ChangedSince):
        applying.apply(administrator, wanted)

    assert not CustomField.objects.filter(name="deng_ji").exists()


def test_nobody_else_hears_of_what_is_only_tried_out(administrator: Actor) -> None:
    applying.prepare(administrator, CHOICE.encode())

    assert registry.get("customers").field("deng_ji") is None
    assert not ChangeSet.objects.filter(action=applying.ACTION).exists()


def test_a_type_with_records_is_not_undone_under_them(administrator: Actor, applied: Callable[..., Any]) -> None:
    applied("zhike_configuration: 1\ntypes:\n  estates: {label: 楼盘}\n")
    samples.record_of(administrator, registry.get("estates"), name="梧桐里")

    with pytest.raises(UnableToUndo, match="楼盘"):
        undoing.undo(administrator, ChangeSet.objects.get(action=applying.ACTION))

    assert registry.get("estates").queryset().count() == 1


def test_a_type_with_later_fields_is_not_undone_under_them(administrator: Actor, applied: Callable[..., Any]) -> None:
    applied("zhike_configuration: 1\ntypes:\n  estates: {label: 楼盘}\n")
    add_field(administrator, "estates", "层高", "decimal")

    with pytest.raises(UnableToUndo, match="楼盘"):
        undoing.undo(administrator, ChangeSet.objects.get(action=applying.ACTION))

    assert registry.get("estates").field("ceng_gao") is not None


def test_what_a_file_lacks_goes_as_its_room_lets_it(administrator: Actor, applied: Callable[..., Any]) -> None:
    before = applying.exported(administrator)
    shape_the_rest(administrator)
    used = samples.record_of(administrator, registry.get("estates"), name="梧桐里")

    gone = "".join(
        f"{name}: {{}}\n" for name in ("types", "fields", "rules", "sharing_rules", "views", "layouts", "menu")
    )
    applied(f"{before}\n{gone}", remove_missing=True)

    again = applying.prepare(administrator, before.encode(), remove_missing=True)
    assert again.plan.changes == []
    assert registry.find("estates") is None and CustomType.objects.get(key="estates").removed_at is not None
    assert type(used)._default_manager.count() == 1
    assert Pipeline.objects.get(name="续约").is_active is False
    assert not Industry.objects.filter(name="冷链").exists()


def test_departments_are_made_beneath_one_another(administrator: Actor, applied: Callable[..., Any]) -> None:
    applied("zhike_configuration: 1\ndepartments:\n  西区 / 成都办: {external_id: CD}\n  西区: {}\n")

    made = Department.objects.get(name="成都办")
    assert made.parent is not None
    assert (made.parent.name, made.external_id) == ("西区", "CD")
    assert applied(applying.exported(administrator)).changes == []


def test_what_fails_half_way_leaves_nothing(administrator: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    text = CHOICE + "    mian_ji: {label: 面积, kind: decimal}\n"
    wanted = applying.prepare(administrator, text.encode())
    monkeypatch.setattr(applying, "_put_in_order", lambda *_: 1 / 0)
    before = ChangeSet.objects.count()

    with pytest.raises(ZeroDivisionError):
        applying.apply(administrator, wanted)

    assert ChangeSet.objects.count() == before
    assert registry.get("customers").field("deng_ji") is None
    assert not CustomField.objects.filter(name__in=("deng_ji", "mian_ji")).exists()
