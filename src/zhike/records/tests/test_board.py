"""A type as a board: lanes, sums, cards, more cards, moving."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from zhike.base import clock
from zhike.base.changelog import acts
from zhike.domains.opportunities.models import Opportunity, Pipeline, Stage
from zhike.records import gate, registry
from zhike.records.pages import board


@pytest.fixture
def stages() -> list[Stage]:
    return list(Pipeline.objects.filter(is_active=True).order_by("-is_default", "position").first().stages.all())  # type: ignore[union-attr]


def deals_of(actor: Any, count: int, **raw: Any) -> list[Any]:
    with acts.act(actor, "test"):
        return [
            gate.create(actor, registry.get("opportunities"), {"name": f"商机{n}", "amount": "20000"} | raw)
            for n in range(count)
        ]


def cards_in(html: str) -> list[int]:
    return [int(each) for each in re.findall(r'id="card-(\d+)"', html)]


def lane_of(html: str, stage: Stage) -> str:
    return html.split(f'data-key="{stage.pk}"')[1].split("</section>")[0]


def test_each_lane_tells_its_count_sum_and_weight(client_of: Any, owner: Any, workspace: Any) -> None:
    deals = deals_of(owner, 3)
    deals_of(owner, 1, currency="USD", amount="500")
    first = deals[0].stage

    lane = lane_of(client_of(owner).get("/opportunities/board/").content.decode(), first)

    assert len(cards_in(lane)) == 4
    assert f'id="lane-count-{first.pk}">4<' in lane
    assert "¥ 60K + $ 500" in lane
    with override("en"):
        assert board.amounts({"CNY": 60000 * first.probability / 100}) in lane


def test_amounts_are_short_in_either_language() -> None:
    from decimal import Decimal

    with override("zh-hans"):
        assert [board.short(Decimal(each)) for each in (950, 254_9000, 3_0000_0000)] == ["950", "254.9 万", "3 亿"]
    with override("en"):
        assert [board.short(Decimal(each)) for each in (950, 2_549_000, 30_000)] == ["950", "2.5M", "30K"]


def test_an_outsider_sees_empty_lanes(client_of: Any, owner: Any, outsider: Any) -> None:
    deals_of(owner, 3)

    html = client_of(outsider).get("/opportunities/board/").content.decode()

    assert cards_in(html) == []
    assert re.findall(r'id="lane-count-\d+">(\d+)<', html) and set(re.findall(r'id="lane-count-\d+">(\d+)<', html)) == {
        "0"
    }


def test_a_full_lane_gives_fifty_and_the_rest_on_demand(client_of: Any, owner: Any) -> None:
    deals = deals_of(owner, 60)
    client = client_of(owner)

    html = client.get("/opportunities/board/?view=all").content.decode()
    more = re.search(r'hx-get="(/opportunities/board/lanes/[^"]+)"', html)
    assert more
    rest = client.get(more[1].replace("&amp;", "&")).content.decode()

    assert len(cards_in(html)) == 50
    assert sorted(cards_in(html) + cards_in(rest)) == sorted(deal.pk for deal in deals)
    assert "board/lanes/" not in rest


def test_cards_without_a_value_to_sort_by_come_last_and_once(client_of: Any, owner: Any) -> None:
    dated = deals_of(owner, 30, expected_close_on="2027-01-01")
    undated = deals_of(owner, 30)
    client = client_of(owner)

    html = client.get("/opportunities/board/?view=all&sort=expected_close_on").content.decode()
    more = re.search(r'hx-get="(/opportunities/board/lanes/[^"]+)"', html)
    assert more
    rest = client.get(more[1].replace("&amp;", "&")).content.decode()

    assert set(cards_in(html)[:30]) == {deal.pk for deal in dated}
    assert set(cards_in(html)[30:] + cards_in(rest)) == {deal.pk for deal in undated}


def test_the_board_obeys_the_same_conditions(client_of: Any, owner: Any) -> None:
    wanted = deals_of(owner, 1, name="年会")
    deals_of(owner, 2)
    condition = quote(json.dumps({"field": "name", "op": "is", "value": "年会"}))

    html = client_of(owner).get(f"/opportunities/board/?filter={condition}").content.decode()

    assert cards_in(html) == [wanted[0].pk]


def test_a_deal_that_stays_too_long_is_marked(client_of: Any, owner: Any, act: Any) -> None:
    stuck = deals_of(owner, 1)[0]
    with act():
        Stage.objects.filter(pk=stuck.stage_id).update(stuck_after_days=7)
        Opportunity.objects.filter(pk=stuck.pk).update(stage_entered_at=clock.now() - timedelta(days=30))

    html = client_of(owner).get("/opportunities/board/").content.decode()

    assert 'class="board-card late"' in html and "30 days here" in html


def test_a_board_asks_once_for_sums_once_per_lane_and_once_for_all_cards(
    client_of: Any, owner: Any, stages: list[Stage]
) -> None:
    for stage in stages:
        with acts.act(owner, "test"):
            for deal in deals_of(owner, 2):
                Opportunity.objects.filter(pk=deal.pk).update(stage=stage)
    client = client_of(owner)
    client.get("/opportunities/board/")

    with CaptureQueriesContext(connection) as queries:
        client.get("/opportunities/board/")

    asked = [query["sql"] for query in queries if 'FROM "opportunities_opportunity"' in query["sql"]]
    assert len(asked) == 2 + len(stages), "\n".join(asked)
    assert len(queries) <= len(stages) + 12


def test_sums_are_told_again_after_a_move(client_of: Any, owner: Any, stages: list[Stage]) -> None:
    deal = deals_of(owner, 1)[0]
    client = client_of(owner)

    moved = client.post(
        f"/opportunities/{deal.pk}/cells/stage/?as=card", {"value": stages[1].pk, "version": deal.version}
    )
    sums = client.get("/opportunities/board/sums/").content.decode()

    assert moved.status_code == 200
    assert f'id="card-{deal.pk}"' in moved.content.decode()
    assert "zhike:board-sums" in moved.headers["HX-Trigger"]
    assert f'id="lane-count-{stages[1].pk}" hx-swap-oob="true">1<' in sums
    assert f'id="lane-count-{deal.stage_id}" hx-swap-oob="true">0<' in sums


def test_another_pipeline_has_its_own_lanes(client_of: Any, owner: Any, act: Any) -> None:
    with act():
        other = Pipeline.objects.create(name="续约", position=9)
        stage = Stage.objects.create(pipeline=other, name="待续约", outcome="open")
    client = client_of(owner)

    first = client.get("/opportunities/board/").content.decode()
    second = client.get(f"/opportunities/board/?lane_of={other.pk}").content.decode()

    assert "待续约" not in first and f"lane_of={other.pk}" in first
    assert f'data-key="{stage.pk}"' in second


@pytest.mark.parametrize("address", ["/customers/board/", "/opportunities/board/lanes/999999/", "/dragons/board/",
                                     "/opportunities/board/?lane_of=999999"])  # fmt: skip
def test_what_is_not_there_is_not_found(client_of: Any, owner: Any, address: str) -> None:
    assert client_of(owner).get(address).status_code == 404
