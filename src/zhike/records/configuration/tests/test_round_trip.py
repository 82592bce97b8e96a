"""What one workspace says of itself makes another one the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zhike.base.actors import Actor
from zhike.domains.opportunities.models import Stage
from zhike.records import registry
from zhike.records.configuration import applying
from zhike.records.configuration.comparing import CHANGING
from zhike.records.configuration.tests.conftest import elsewhere, shape_fields, shape_roles, shape_the_rest
from zhike.records.models import SavedView
from zhike.testing import samples


def test_fields_of_every_kind_come_out_as_they_went_in(administrator: Actor, applied: Callable[..., Any]) -> None:
    with elsewhere():
        shape_fields(administrator)
        told = applying.exported(administrator)
    before = applying.exported(administrator)

    plan = applied(told)

    assert plan.count(*CHANGING) > 30
    assert applying.exported(administrator) == told != before


def test_roles_come_out_as_they_went_in(administrator: Actor, applied: Callable[..., Any]) -> None:
    with elsewhere():
        shape_roles(administrator)
        told = applying.exported(administrator)

    applied(told)

    assert applying.exported(administrator) == told
    assert all(words in told for words in ("linxiao@", "华东助理", "shares_views: 'no'", "trash: deny"))


def test_everything_else_comes_out_as_it_went_in(administrator: Actor, applied: Callable[..., Any]) -> None:
    with elsewhere():
        shape_the_rest(administrator)
        told = applying.exported(administrator)
    samples.record_of(administrator, registry.get("customers"), name="华夏", external_id="HX-1")

    applied(told)

    assert applying.exported(administrator) == told
    assert applied(told).changes == []
    for words in (
        "external_id: HX-1",
        "linxiao@",
        "2026-02-14 work 调休",
        "sections/person:",
        "opens_with: 重点客户",
        "factor: '40'",
        "base: 小时",
        "同名 (2):",
    ):
        assert words in told, words
    assert "自己的" not in told
    view = SavedView.objects.get(name="无早期商机")
    stage = Stage.objects.filter(pipeline__name="标准销售流程").order_by("position")[0]
    assert told.count("标准销售流程 · 初步接洽") == 2
    assert view.condition["not"]["where"]["value"] == [str(stage.pk)]


def test_a_second_time_changes_nothing(administrator: Actor, applied: Callable[..., Any]) -> None:
    with elsewhere():
        shape_fields(administrator)
        told = applying.exported(administrator)
    applied(told)

    again = applied(told)

    assert again.changes == []


def test_two_exports_of_the_same_state_are_the_same_text(administrator: Actor) -> None:
    shape_fields(administrator)

    assert applying.exported(administrator) == applying.exported(administrator)
