"""Pipelines and stages shaped in the settings, with the deals that stand in them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from zhike.base import clock, events
from zhike.base.changelog import acts, undoing
from zhike.base.changelog.models import ChangeSet
from zhike.domains.opportunities import queries, services
from zhike.domains.opportunities.choices import Status
from zhike.domains.opportunities.events import StageChanged
from zhike.domains.opportunities.models import Opportunity, Pipeline, Stage
from zhike.domains.opportunities.services import pipelines, stages
from zhike.records import gate, registry
from zhike.records.customising import changing as fields
from zhike.records.customising import meanwhile
from zhike.testing import custom as own
from zhike.testing.deals import Deals

BASE = "/settings/pipelines/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def pipeline(workspace: Any) -> Pipeline:
    return queries.get_default_pipeline()


@pytest.fixture
def deals(act: Any) -> Deals:
    return Deals(act)


def stage(pipeline: Pipeline, name: str) -> Stage:
    return Stage.objects.get(pipeline=pipeline, name=name)


def raw_of(row: Stage, **more: Any) -> dict[str, Any]:
    said = stages.seen_of(row)
    return {name: "" if value is None else value for name, value in said.items()} | more


def url_of(row: Stage) -> str:
    return f"{BASE}{row.pipeline_id}/stages/{row.pk}/"


def last_act() -> ChangeSet:
    return ChangeSet.objects.latest("pk")


@pytest.mark.parametrize("who", ["陈强", "王芳"])
def test_only_administrators_see_and_change_them(client_of: Any, pipeline: Pipeline, who: str) -> None:
    client, row = client_of(who), pipeline.stages.first()
    before = [list(Pipeline.objects.values()), list(Stage.objects.values())]
    shown = (BASE, f"{BASE}new/", f"{BASE}{pipeline.pk}/", f"{BASE}{pipeline.pk}/edit/", url_of(row))
    for path in shown:
        assert client.get(path).status_code == 403
    for path in (f"{BASE}new/", f"{BASE}order/", f"{BASE}{pipeline.pk}/edit/", f"{BASE}{pipeline.pk}/default/"):
        assert client.post(path, {"name": "x"}, headers=HTMX).status_code == 403
    for path in (url_of(row), f"{url_of(row)}retirement/", f"{BASE}{pipeline.pk}/stages/new/"):
        assert client.post(path, {"name": "x"}, headers=HTMX).status_code == 403
    assert [list(Pipeline.objects.values()), list(Stage.objects.values())] == before


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens(client_of: Any, pipeline: Pipeline, language: str) -> None:
    client, row = client_of("林晓", language=language), pipeline.stages.first()
    base = f"{BASE}{pipeline.pk}/"
    for path in (BASE, f"{BASE}new/", base, f"{base}edit/", f"{base}retirement/", f"{base}stages/new/", url_of(row),
                 f"{url_of(row)}retirement/"):  # fmt: skip
        assert client.get(path).status_code == 200
        assert client.get(path, headers=HTMX).status_code == 200
    assert client.get(f"{BASE}999/").status_code == 404
    assert client.get(f"{BASE}999/stages/{row.pk}/").status_code == 404


# Pipelines


def test_a_pipeline_begins_with_the_stages_of_another(client_of: Any, pipeline: Pipeline) -> None:
    answer = client_of("林晓").post(f"{BASE}new/", {"name": "渠道", "like": pipeline.pk}, headers=HTMX)

    made = Pipeline.objects.get(name="渠道")
    assert answer["HX-Redirect"] == f"{BASE}{made.pk}/"
    assert [each.name for each in queries.stages_of(made)] == [each.name for each in queries.stages_of(pipeline)]
    assert not made.is_default and queries.get_default_pipeline() == pipeline
    labels = [label for _key, label in registry.get("opportunities").fields()["stage"].choices()]
    assert len(labels) == len(set(labels)) and "渠道 · 初步接洽" in labels


@pytest.mark.parametrize(
    "raw", [{"name": ""}, {"name": "标准销售流程"}, {"name": "新", "like": ""}, {"name": "新", "like": "x"}]
)
def test_a_pipeline_that_cannot_be_made_is_refused(client_of: Any, pipeline: Pipeline, raw: Any) -> None:
    answer = client_of("林晓").post(f"{BASE}new/", {"like": pipeline.pk} | raw, headers=HTMX)
    assert answer.status_code == 422 and Pipeline.objects.count() == 1


def test_the_default_pipeline_is_where_deals_begin(client_of: Any, administrator: Any, pipeline: Pipeline) -> None:
    other = pipelines.add_pipeline(administrator, {"name": "渠道", "like": pipeline.pk})

    assert client_of("林晓").post(f"{BASE}{other.pk}/default/", headers=HTMX).status_code == 200

    assert queries.get_default_pipeline() == other
    assert Pipeline.objects.filter(is_default=True).count() == 1
    made = gate.create(administrator, registry.get("opportunities"), {"name": "新单"})
    assert made.pipeline == other
    undoing.undo(administrator, ChangeSet.objects.filter(action="choose_pipeline").latest("pk"))
    assert queries.get_default_pipeline() == pipeline


def test_a_retired_pipeline_gives_its_open_deals_away_in_one_act(
    client_of: Any, administrator: Any, owner: Any, pipeline: Pipeline
) -> None:
    old = pipelines.add_pipeline(administrator, {"name": "旧流程", "like": pipeline.pk})
    first, needs, won = (stage(old, name) for name in ("初步接洽", "需求确认", "赢单"))
    with acts.act(administrator, "test"):
        moved = [services.open_opportunity(actor=owner, name=name, stage=first) for name in ("甲", "乙")]
        moved.append(services.open_opportunity(actor=owner, name="丙", stage=needs))
        kept = services.open_opportunity(actor=owner, name="丁", stage=won)
    url, into = f"{BASE}{old.pk}/retirement/", stage(pipeline, "方案报价")
    asked = client_of("林晓").get(url, headers=HTMX).content.decode()
    assert "2 deals in “初步接洽” go to" in asked and f"into-{needs.pk}" in asked

    client = client_of("林晓")
    assert client.post(url, {f"into-{first.pk}": into.pk}, headers=HTMX).status_code == 422
    assert (
        client.post(url, {f"into-{first.pk}": into.pk, f"into-{needs.pk}": first.pk}, headers=HTMX).status_code == 422
    )
    assert Pipeline.objects.get(pk=old.pk).is_active and Opportunity.objects.filter(pipeline=old).count() == 4
    target = {f"into-{first.pk}": into.pk, f"into-{needs.pk}": into.pk}
    assert client.post(url, target, headers=HTMX).status_code == 200

    assert Opportunity.objects.filter(stage=into, pipeline=pipeline, pk__in=[each.pk for each in moved]).count() == 3
    assert Opportunity.objects.get(pk=kept.pk).stage == won
    act = last_act()
    assert act.action == "retire_pipeline"
    undoing.undo(administrator, act)
    assert Opportunity.objects.filter(pipeline=old).count() == 4 and Pipeline.objects.get(pk=old.pk).is_active


def test_the_default_pipeline_is_not_retired(client_of: Any, pipeline: Pipeline) -> None:
    answer = client_of("林晓").post(f"{BASE}{pipeline.pk}/retirement/", headers=HTMX)
    assert answer.status_code == 422 and "default" in answer.content.decode()
    assert Pipeline.objects.get(pk=pipeline.pk).is_active


def test_a_retired_pipeline_and_its_stages_are_offered_to_no_deal(administrator: Any, pipeline: Pipeline) -> None:
    old = pipelines.add_pipeline(administrator, {"name": "旧流程", "like": pipeline.pk})
    pipelines.retire_pipeline(administrator, old, {})
    for raw in ({"pipeline": str(old.pk)}, {"stage": str(stage(old, "初步接洽").pk)}):
        with pytest.raises(gate.Refused, match="not in use any more"):
            gate.create(administrator, registry.get("opportunities"), {"name": "新单"} | raw)
    pipelines.bring_back_pipeline(administrator, old)
    assert gate.create(administrator, registry.get("opportunities"), {"name": "新单", "pipeline": str(old.pk)})


# Stages


def test_a_stage_is_added_behind_those_of_its_outcome(client_of: Any, pipeline: Pipeline) -> None:
    posted = {
        "name": "样品试用", "outcome": "open", "probability": "80", "stuck_after_days": "15", "colour": "v",
        "required_fields": ["amount", "product"],
    }  # fmt: skip
    assert client_of("林晓").post(f"{BASE}{pipeline.pk}/stages/new/", posted, headers=HTMX).status_code == 200

    made = stage(pipeline, "样品试用")
    names = [each.name for each in queries.stages_of(pipeline)]
    assert names.index("样品试用") == names.index("商务谈判") + 1 and names.index("样品试用") < names.index("赢单")
    assert (made.probability, made.stuck_after_days, made.required_fields) == (80, 15, ["amount", "product"])


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "赢单"}, "name"),
        ({"probability": "101"}, "probability"),
        ({"probability": "-1"}, "probability"),
        ({"probability": ""}, "probability"),
        ({"probability": "²"}, "probability"),
        ({"stuck_after_days": "0"}, "stuck_after_days"),
        ({"stuck_after_days": "99999"}, "stuck_after_days"),
        ({"outcome": "gone"}, "outcome"),
        ({"required_fields": ["nothing"]}, "required_fields"),
        ({"required_fields": ["stage"]}, "required_fields"),
        ({"colour": "z"}, "colour"),
    ],
)
def test_a_stage_that_cannot_be_is_refused(
    administrator: Any, pipeline: Pipeline, raw: dict[str, Any], field: str
) -> None:
    count = Stage.objects.count()
    with pytest.raises(gate.Refused) as refused:
        stages.add_stage_to(administrator, pipeline, {"name": "新", "outcome": "open", "probability": "5"} | raw)
    assert list(refused.value.errors) == [field] and Stage.objects.count() == count


def test_a_stage_asks_for_a_field_of_the_company_until_it_is_removed(
    administrator: Any, owner: Any, pipeline: Pipeline, deals: Deals, client_of: Any
) -> None:
    row = own.add(administrator, "opportunities", "text", label="立项号")
    needs = stage(pipeline, "需求确认")
    stages.revise_stage(administrator, needs, raw_of(needs, required_fields=[row.name]))
    deal = deals.add(owner, "甲", "talking")

    with pytest.raises(gate.Refused) as refused:
        gate.edit(administrator, deal, {"stage": str(needs.pk)})
    assert list(refused.value.errors) == [row.name]
    fields.remove_field(administrator, row)

    assert gate.edit(administrator, deal, {"stage": str(needs.pk)}).stage == needs
    assert f"{row.name} was removed" in client_of("林晓").get(f"{BASE}{pipeline.pk}/").content.decode()


def test_a_stage_is_retired_with_its_deals_moved_announced_and_undone(
    client_of: Any, administrator: Any, owner: Any, pipeline: Pipeline, deals: Deals
) -> None:
    needs, into = stage(pipeline, "需求确认"), stage(pipeline, "方案报价")
    here = [deals.add(owner, name, "needs", 100) for name in ("甲", "乙")]
    gate.trash(administrator, here[1])
    with_time = clock.now() - timedelta(days=9)
    with acts.act(administrator, "test"):
        Opportunity.objects.filter(pk__in=[each.pk for each in here]).update(stage_entered_at=with_time)
    heard: list[StageChanged] = []
    events.on(StageChanged)(heard.append)
    client = client_of("林晓")

    assert "2 deals in “需求确认” go to" in client.get(f"{url_of(needs)}retirement/", headers=HTMX).content.decode()
    assert client.post(f"{url_of(needs)}retirement/", headers=HTMX).status_code == 422
    assert Stage.objects.get(pk=needs.pk).is_active
    answer = client.post(f"{url_of(needs)}retirement/", {f"into-{needs.pk}": into.pk}, headers=HTMX)

    assert answer.status_code == 200 and "2 open deals were moved." in answer["HX-Trigger"]
    rows = list(Opportunity.objects.filter(pk__in=[each.pk for each in here]))
    assert {row.stage for row in rows} == {into} and all(row.stage_entered_at > with_time for row in rows)
    assert {each.opportunity_id for each in heard} == {each.pk for each in here}
    assert "需求确认" in client.get(f"/opportunities/{here[0].pk}/history/").content.decode()
    undoing.undo(administrator, last_act())
    assert Opportunity.objects.filter(stage=needs).count() == 2 and Stage.objects.get(pk=needs.pk).is_active


def test_deals_do_not_go_to_a_stage_that_closes_them_or_is_retired(
    administrator: Any, owner: Any, pipeline: Pipeline, deals: Deals
) -> None:
    needs, won, gone = (stage(pipeline, name) for name in ("需求确认", "赢单", "方案报价"))
    deals.add(owner, "甲", "needs", 100)
    stages.retire_stage(administrator, gone)
    for into in (None, needs, won, Stage.objects.get(pk=gone.pk)):
        with pytest.raises(gate.Refused):
            stages.retire_stage(administrator, needs, into)
    assert Stage.objects.get(pk=needs.pk).is_active


@pytest.mark.parametrize("name", ["赢单", "输单"])
def test_a_pipeline_keeps_a_way_to_win_and_to_lose(administrator: Any, pipeline: Pipeline, name: str) -> None:
    last = stage(pipeline, name)
    with pytest.raises(gate.Refused):
        stages.retire_stage(administrator, last)
    with pytest.raises(gate.Refused):
        stages.remove_stage(administrator, last)
    with pytest.raises(gate.Refused):
        stages.revise_stage(administrator, last, raw_of(last, outcome="open", probability="50"))
    assert Stage.objects.get(pk=last.pk).is_active and Stage.objects.get(pk=last.pk).outcome == last.outcome


def test_an_undo_leaves_no_pipeline_without_a_way_to_win(administrator: Any, pipeline: Pipeline) -> None:
    stages.add_stage_to(administrator, pipeline, {"name": "签约", "outcome": "won"})
    added = last_act()
    stages.retire_stage(administrator, stage(pipeline, "赢单"))

    with pytest.raises(undoing.UnableToUndo, match="needs at least one"):
        undoing.undo(administrator, added)
    assert stage(pipeline, "签约").is_active


def test_the_outcome_of_a_stage_with_deals_stays(
    administrator: Any, owner: Any, pipeline: Pipeline, deals: Deals
) -> None:
    deal = deals.add(owner, "甲", "needs", 100)
    needs = stage(pipeline, "需求确认")
    with pytest.raises(gate.Refused) as refused:
        stages.revise_stage(administrator, needs, raw_of(needs, outcome="won"))
    assert "outcome" in refused.value.errors and Opportunity.objects.get(pk=deal.pk).status == Status.OPEN


def test_stages_are_put_in_order(client_of: Any, pipeline: Pipeline) -> None:
    ids = [each.pk for each in queries.stages_of(pipeline)]
    wanted = [ids[1], ids[0], *ids[2:]]
    assert (
        client_of("林晓").post(f"{BASE}{pipeline.pk}/stages/order/", {"ids": wanted}, headers=HTMX).status_code == 200
    )
    assert [each.pk for each in queries.stages_of(pipeline)] == wanted


def test_of_two_administrators_the_second_sees_what_changed(
    client_of: Any, administrator: Any, pipeline: Pipeline
) -> None:
    needs = stage(pipeline, "需求确认")
    seen = meanwhile.written(stages.seen_of(needs))
    stages.revise_stage(administrator, needs, raw_of(needs, probability="35"), seen=seen)

    client = client_of("林晓")
    answer = client.post(url_of(needs), raw_of(needs, probability="55", seen=seen), headers=HTMX)

    shown = answer.content.decode()
    assert answer.status_code == 409 and "35" in shown and "Probability" in shown and 'value="55"' in shown
    assert stage(pipeline, "需求确认").probability == 35
    again = meanwhile.written(stages.seen_of(stage(pipeline, "需求确认")))
    assert client.post(url_of(needs), raw_of(needs, probability="55", seen=again), headers=HTMX).status_code == 200
    assert stage(pipeline, "需求确认").probability == 55


def test_changes_stand_among_those_of_the_configuration(client_of: Any, administrator: Any, pipeline: Pipeline) -> None:
    needs = stage(pipeline, "需求确认")
    stages.revise_stage(administrator, needs, raw_of(needs, probability="35"))
    shown = client_of("林晓").get("/change-sets/?only=configuration").content.decode()
    assert "changed the stage" in shown and "需求确认" in shown
