"""Stages that an import brings stand where a sale usually passes them."""

from __future__ import annotations

from typing import Any

import pytest

from zhike.base.changelog.acts import act
from zhike.domains.opportunities import queries, services
from zhike.domains.opportunities.models import Opportunity, Stage
from zhike.domains.opportunities.services.staging import usual_probability
from zhike.records import gate, registry


def order() -> list[str]:
    return [stage.name for stage in queries.stages_of(queries.get_default_pipeline())]


def add(actor: Any, *names: str) -> dict[str, Stage]:
    with act(actor, "import"):
        return {name: services.add_stage(actor, name, {}) for name in names}


def test_stages_stand_in_the_order_of_a_sale_whichever_comes_first_in_the_file(administrator: Any) -> None:
    added = add(administrator, "Negotiation", "Engaging", "Prospecting")

    assert order() == [
        "初步接洽", "Prospecting", "Engaging", "需求确认", "方案报价", "商务谈判", "Negotiation", "赢单", "输单"
    ]  # fmt: skip
    assert [added[name].probability for name in ("Prospecting", "Engaging", "Negotiation")] == [10, 20, 75]


def test_a_name_that_says_nothing_comes_last_before_the_ends(administrator: Any) -> None:
    add(administrator, "Blue", "Green")

    assert order()[-4:] == ["Blue", "Green", "赢单", "输单"]


def test_stages_behind_make_room_where_there_is_none(administrator: Any) -> None:
    pipeline = queries.get_default_pipeline()
    with act(administrator, "edit"):
        for position, stage in enumerate(pipeline.stages.order_by("position"), start=1):
            Stage.objects.filter(pk=stage.pk).update(position=position)

    add(administrator, "跟进中")

    assert order() == ["初步接洽", "跟进中", "需求确认", "方案报价", "商务谈判", "赢单", "输单"]


@pytest.mark.parametrize(
    ("name", "percent"),
    [("Needs Analysis", 30), ("Perception Analysis", 60), ("Proposal/Price Quote", 50), ("合同签约", 90),
     ("Blue", None), ("Redesign", None), ("方案谈判", 75)],
)  # fmt: skip
def test_names_of_other_systems_are_understood(name: str, percent: int | None) -> None:
    assert usual_probability(name) == percent


def test_a_deal_of_a_file_without_a_customer_is_told_apart_by_its_number(administrator: Any) -> None:
    product = gate.create(administrator, registry.get("products"), {"name": "GTX Pro"})
    deal = Opportunity(product=product, external_id="1C1I7A6R")

    services.complete_opportunity(deal)

    assert deal.name == "GTX Pro · 1C1I7A6R"
