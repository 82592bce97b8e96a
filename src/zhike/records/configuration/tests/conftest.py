from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction

from zhike.base import recent
from zhike.base.actors import Actor
from zhike.domains.opportunities.models import Pipeline
from zhike.domains.opportunities.services import pipelines, stages
from zhike.records import registry, saved_views
from zhike.records.company import changing as company
from zhike.records.configuration import applying
from zhike.records.customising import changing, choice_lists
from zhike.records.layouts import changing as layouts
from zhike.records.layouts.parts import Place
from zhike.records.lists import changing as options
from zhike.records.lists import tables as lists
from zhike.records.models import CustomField, CustomType
from zhike.records.roles import changing as roles
from zhike.records.roles import sharing_rules
from zhike.records.rules import changing as rules
from zhike.records.types import defining as types
from zhike.records.types import icons
from zhike.testing import custom, samples


class _Over(Exception):
    pass


@contextmanager
def elsewhere() -> Iterator[None]:
    """What happens in here happened in another workspace: nothing of it is left, but its numbers are used up."""
    try:
        with transaction.atomic():
            yield
            raise _Over
    except _Over:
        recent.forget_all()


@pytest.fixture
def applied(administrator: Actor) -> Callable[..., Any]:
    """Applies a text; returns the plan."""

    def apply(text: str, **how: Any) -> Any:
        wanted = applying.prepare(administrator, text.encode(), **how)
        applying.apply(administrator, wanted, name="zhike.yaml")
        return wanted.plan

    return apply


def add_field(actor: Actor, type_name: str, label: str, kind: str, **more: Any) -> CustomField:
    return changing.add_field(actor, registry.get(type_name), {"label": label, "kind": kind, **more})


def shape_fields(actor: Actor) -> None:
    """Hard kinds of fields: computed ones that read one another, references, shared choices, conditions."""
    shared = choice_lists.add_list(actor, {"name": "等级", "choices": json.dumps(custom.CHOICES)})
    custom.add_all(actor, "customers")
    add_field(actor, "customers", "级别", "choice", list=str(shared.pk), default="zhu_zhai")
    add_field(actor, "customers", "单价", "money", label_en="Price", minimum="0", places="2", help="每平方米")
    add_field(actor, "customers", "面积", "decimal", unique=True, maximum="9999.5")
    add_field(actor, "customers", "总价", "formula", formula="{单价} * {面积}", result="money")
    add_field(actor, "customers", "翻倍", "formula", formula="{总价} * 2")
    add_field(
        actor, "customers", "看房", "yes_no", default="no",
        shown_when=json.dumps({"field": "ji_bie", "op": "in", "value": ["zhu_zhai"]}),
    )  # fmt: skip
    add_field(
        actor, "products", "客户", "reference", target="customers", required=True, list_label="相关产品", section="name"
    )
    add_field(actor, "customers", "产品数", "roll_up", over="products.ke_hu", function="count")
    add_field(actor, "customers", "价格合计", "roll_up", over="products.ke_hu", function="sum", measure="list_price")


def shape_roles(actor: Actor) -> None:
    """A role of the company's own with a condition that names rows, a ready one that was changed."""
    own = roles.make_role(actor, {"name": "华东助理", "name_en": "East assistant", "like": "sales_assistant"})
    customers = registry.get("customers")
    industry = customers.field("industry").rows()[0]  # type: ignore[union-attr]
    condition = {"all": [
        {"field": "industry", "op": "in", "value": [str(industry.pk)]},
        {"field": "owner", "op": "department", "value": [str(actor.department_id)]},
        {"field": "owner", "op": "not_in", "value": [str(actor.member_id)]},
    ]}  # fmt: skip
    granted = {"see": ["department", {"condition": condition}], "trash": "deny", "edit": []}
    roles.allow(actor, own, customers, {"rights": granted, "fields": {"phones": "masked", "name": "read_only"}})
    roles.name_role(actor, roles.get_role("salesperson"), {"note": "只管自己的", "abilities": ["share_views"]})
    manager = roles.get_role("manager")
    roles.name_role(actor, manager, {"abilities": []})


def shape_the_rest(actor: Actor) -> None:
    """A type with stages and fields, rules, layouts, views, lists, pipelines, the calendar."""
    types.add_type(actor, {"label": "会员卡", "plural_en": "Cards", "icon": icons.DEFAULT})
    estate = types.add_type(actor, {
        "label": "楼盘", "label_en": "Estate", "plural_en": "Estates", "group": "customers", "title_label": "盘名",
        "stages": json.dumps([{"label": "在建"}, {"label": "在售", "label_en": "On sale", "colour": "g"}]),
    })  # fmt: skip
    add_field(actor, "estates", "开发商", "reference", target="customers", list_label="楼盘")
    add_field(actor, "customers", "楼盘数", "roll_up", over="estates.kai_fa_shang", function="count",
              condition=json.dumps({"field": "stage", "op": "in", "value": [estate.stages[1]["value"]]}))  # fmt: skip
    _shape_rules(actor, estate)
    _shape_layouts(actor)
    _shape_lists(actor)
    company.revise_company(actor, {
        "fiscal_start": "4", "rest_days": [6], "follows_holidays": "",
        "own_days": [{"day": "2026-02-14", "kind": "work", "note": "调休"}, {"day": "2026-02-24", "kind": "off"}],
    })  # fmt: skip


def _shape_rules(actor: Actor, estate: CustomType) -> None:
    deals, customers = registry.get("opportunities"), registry.get("customers")
    stage = deals.field("stage").rows()[1]  # type: ignore[union-attr]
    empty = {"field": "amount", "op": "empty"}
    rules.add_rule(actor, deals, {
        "name": "要金额", "condition": empty, "sentence": "请填写金额。", "field": "amount", "moment": "stage",
        "stages": [str(stage.pk)],
    })  # fmt: skip
    rules.add_rule(actor, registry.get("estates"), {
        "name": "要开发商", "condition": {"field": "kai_fa_shang", "op": "empty"}, "sentence": "请选择开发商。",
        "moment": "stage", "stages": [estate.stages[0]["value"]], "is_active": False,
    })  # fmt: skip
    samples.record_of(actor, customers, name="华夏置业", external_id="HX-1")
    known = customers.queryset().get(external_id="HX-1")
    same = {"name": "同名", "record_type": "opportunities", "roles": ["finance"], "is_active": True}
    for stage_number in (0, 1):
        of_stage = {"field": "stage", "op": "in", "value": [str(deals.field("stage").rows()[stage_number].pk)]}
        sharing_rules.add_rule(actor, {**same, "condition": of_stage})
    departments = registry.get("departments").queryset().order_by("-path")[:2]
    sharing_rules.add_rule(actor, {
        "name": "华夏的商机", "record_type": "opportunities", "roles": ["manager", "finance"], "writable": True,
        "condition": {"field": "customer", "op": "in", "value": [str(known.pk)]}, "is_active": True,
        "departments": [each.pk for each in departments], "members": [actor.member_id],
    })  # fmt: skip


def _shape_layouts(actor: Actor) -> None:
    customers, deals = registry.get("customers"), registry.get("opportunities")
    view = saved_views.create_view(actor, customers, {
        "name": "重点客户", "condition": {"field": "owner", "op": "is_me"}, "columns": ["name", "owner"],
        "sort": "-name", "audience": "everybody", "role": "salesperson",
    })  # fmt: skip
    saved_views.create_view(actor, deals, {"name": "本部门", "audience": "department", "display": "board"})
    saved_views.create_view(actor, deals, {"name": "自己的"})
    stage = deals.field("stage").rows()[0]  # type: ignore[union-attr]
    of_stage = {"field": "stage", "op": "in", "value": [str(stage.pk)]}
    early = {"not": {"related": "opportunities", "measure": "count", "op": "gte", "value": 1, "where": of_stage}}
    saved_views.create_view(actor, customers, {"name": "无早期商机", "condition": early, "audience": "everybody"})
    by_day = {"display": "calendar", "calendar_by": "expected_close_on", "audience": "everybody"}
    saved_views.create_view(actor, deals, {"name": "日程", **by_day})
    sections = [{"label": "基本", "label_en": "Basics", "names": ["name", "phones"]}]
    layouts.lay_out(actor, Place("sections", customers, "", "person"), json.dumps({"sections": sections}))
    columns = json.dumps({"sections": [{"names": ["name", "owner", "lou_pan_shu"]}], "hidden": ["created_at"]})
    layouts.lay_out(actor, Place("columns", customers, "manager"), columns)
    layouts.lay_out(actor, Place("view", customers), str(view.pk))
    layouts.lay_out(actor, Place("card", deals), json.dumps({"sections": [{"names": ["amount"]}]}))
    menu = json.dumps({"sections": [{"names": ["estates", "customers"]}]})
    layouts.lay_out(actor, Place("menu", None, "salesperson"), menu)


def _shape_lists(actor: Actor) -> None:
    industries = lists.get_table("customers-industry")
    added = options.add_option(actor, industries, {"name": "冷链", "colour": "a"})
    options.order_options(actor, industries, [added.pk, *(row.pk for row in industries.rows()[:2])])
    options.retire_option(actor, industries, industries.rows()[-1])
    units, taxes = lists.get_table("catalogue-unit"), lists.get_table("catalogue-taxrate")
    hours = next(row for row in units.rows() if row.name == "小时")
    week = {"name": "周", "base": hours.pk, "factor": "40", "places": "1", "synonyms": ["week"]}
    options.order_options(actor, units, [options.add_option(actor, units, week).pk, hours.pk])
    options.add_option(actor, taxes, {"name": "5%", "percent": "5", "is_default": True})
    default = Pipeline.objects.get(is_default=True)
    renewals = pipelines.add_pipeline(actor, {"name": "续约", "like": str(default.pk)})
    first = stages.add_stage_to(
        actor,
        renewals,
        {"name": "到期提醒", "probability": "40", "stuck_after_days": "7", "required_fields": ["amount"]},
    )
    stages.order_stages(actor, renewals, [first.pk, *renewals.stages.exclude(pk=first.pk).values_list("pk", flat=True)])
    stages.retire_stage(actor, renewals.stages.filter(outcome="open").order_by("-position")[0])
    pipelines.make_default(actor, renewals)
