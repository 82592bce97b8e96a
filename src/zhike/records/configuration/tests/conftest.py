from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction

from zhike.base import recent
from zhike.base.actors import Actor
from zhike.records import registry
from zhike.records.configuration import applying
from zhike.records.customising import changing, choice_lists
from zhike.records.models import CustomField
from zhike.records.roles import changing as roles
from zhike.testing import custom


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
    add_field(actor, "customers", "面积", "decimal", required=True, unique=True, maximum="9999.5")
    add_field(actor, "customers", "总价", "formula", formula="{单价} * {面积}", result="money")
    add_field(actor, "customers", "翻倍", "formula", formula="{总价} * 2")
    add_field(
        actor, "customers", "看房", "yes_no", default="no",
        shown_when=json.dumps({"field": "ji_bie", "op": "in", "value": ["zhu_zhai"]}),
    )  # fmt: skip
    add_field(actor, "products", "客户", "reference", target="customers", list_label="相关产品", section="name")
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
