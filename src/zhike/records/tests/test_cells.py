"""Editing one field where it stands: a cell, a detail, a stage with its gate."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zhike.domains.opportunities.models import Opportunity, Stage
from zhike.records import gate, registry

HTMX = {"HX-Request": "true"}


@pytest.fixture
def deal(owner: Any) -> Any:
    return gate.create(owner, registry.get("opportunities"), {"name": "年会"})


@pytest.fixture
def next_stage(deal: Any, act: Any) -> Stage:
    """The stage after the deal's own; it asks for an amount."""
    stage = Stage.objects.filter(pipeline=deal.pipeline, position__gt=deal.stage.position).order_by("position")[0]
    stage.required_fields = ["amount", "expected_close_on"]
    with act():
        stage.save()
    return stage


def cell(deal: Any, name: str, place: str = "cell") -> str:
    return f"/opportunities/{deal.pk}/cells/{name}/?as={place}"


@pytest.mark.parametrize("name", [n for n, f in registry.get("opportunities").built_in_fields.items() if f.editable])
def test_every_editable_field_has_an_editor(client_of: Any, owner: Any, deal: Any, name: str) -> None:
    html = client_of(owner).get(cell(deal, name), headers=HTMX).content.decode()

    assert '<form class="cell-editor">' in html
    assert 'name="value"' in html


def test_a_saved_cell_answers_with_itself_and_an_undo(client_of: Any, owner: Any, deal: Any) -> None:
    client = client_of(owner)

    response = client.post(cell(deal, "amount"), {"value": "12000", "seen": '{"amount": null}'}, headers=HTMX)

    deal.refresh_from_db()
    assert deal.amount == 12000
    assert response.content.decode().startswith("<td ")
    assert "12,000" in response.content.decode()
    client.post(json.loads(response["HX-Trigger"])["zhike:toast"]["undo"], headers=HTMX)
    deal.refresh_from_db()
    assert deal.amount is None


def test_a_detail_brings_head_and_timeline_along(client_of: Any, owner: Any, deal: Any) -> None:
    html = client_of(owner).post(cell(deal, "competitor", "row"), {"value": "途远"}, headers=HTMX).content.decode()

    assert html.startswith("<dd ")
    assert 'id="record-head" hx-swap-oob="true"' in html
    assert 'id="timeline" hx-swap-oob="true"' in html


@pytest.mark.parametrize(
    ("name", "value"),
    [("amount", "abc"), ("amount", "-5"), ("expected_close_on", "2026-02-30"), ("currency", "XXX"),
     ("stage", "99999"), ("customer", "99999")],
)  # fmt: skip
def test_a_value_that_cannot_be_is_refused_in_place(
    client_of: Any, owner: Any, deal: Any, name: str, value: str
) -> None:
    before = Opportunity.objects.values().get(pk=deal.pk)

    response = client_of(owner).post(cell(deal, name), {"value": value}, headers=HTMX)

    assert response.status_code == 422
    assert 'class="cell-error"' in response.content.decode()
    assert Opportunity.objects.values().get(pk=deal.pk) == before


def test_two_people_in_one_cell(client_of: Any, owner: Any, manager: Any, deal: Any) -> None:
    client_of(owner).post(cell(deal, "name"), {"value": "年会二", "seen": '{"name": "年会"}'}, headers=HTMX)

    asked = client_of(manager).post(cell(deal, "name"), {"value": "年会三", "seen": '{"name": "年会"}'}, headers=HTMX)

    assert asked.status_code == 409
    assert "年会二" in asked.content.decode() and "年会三" in asked.content.decode()
    again = {"value": "年会三", "seen": '{"name": "年会二"}', "choose": "mine"}
    assert client_of(manager).post(cell(deal, "name"), again, headers=HTMX).status_code == 200
    deal.refresh_from_db()
    assert deal.name == "年会三"


def test_an_old_version_of_a_card_is_refused(client_of: Any, owner: Any, deal: Any, next_stage: Stage) -> None:
    gate.edit(owner, deal, {"amount": "5", "expected_close_on": "2026-12-01"})

    response = client_of(owner).post(
        cell(deal, "stage", "card"), {"value": next_stage.pk, "version": deal.version - 1}, headers=HTMX
    )

    assert response.status_code == 409
    assert "zhike:toast" in response["HX-Trigger"]


def test_a_stage_asks_for_what_it_requires_and_then_lets_pass(
    client_of: Any, owner: Any, deal: Any, next_stage: Stage
) -> None:
    client, stage = client_of(owner), deal.stage_id

    refused = client.post(cell(deal, "stage", "path"), {"value": next_stage.pk}, headers=HTMX)
    url = json.loads(refused["HX-Trigger"])["zhike:open-drawer"]["url"]
    form = client.get(url, headers=HTMX).content.decode()
    assert refused.status_code == 422
    assert 'name="amount"' in form and 'name="expected_close_on"' in form
    deal.refresh_from_db()
    assert deal.stage_id == stage

    sent = {"value": next_stage.pk, "as": "path", "_fields": "amount,expected_close_on", "amount": "9000"}
    half = client.post(cell(deal, "stage", "path"), {**sent, "expected_close_on": ""}, headers=HTMX)
    assert half.status_code == 422
    assert 'value="9000"' in half.content.decode()

    done = client.post(cell(deal, "stage", "path"), {**sent, "expected_close_on": "2026-12-31"}, headers=HTMX)
    deal.refresh_from_db()
    assert "zhike:close-drawer" in done["HX-Trigger"]
    assert (deal.stage_id, deal.amount) == (next_stage.pk, 9000)


def test_a_dragged_card_gets_the_form_itself(client_of: Any, owner: Any, deal: Any, next_stage: Stage) -> None:
    response = client_of(owner).post(
        cell(deal, "stage", "card"), {"value": next_stage.pk, "version": deal.version}, headers=HTMX
    )

    assert response.status_code == 422
    assert response.content.decode().lstrip().startswith("<form")


def test_what_is_no_field_or_cannot_be_written(client_of: Any, owner: Any, deal: Any) -> None:
    client = client_of(owner)

    assert client.get(cell(deal, "nonsense")).status_code == 404
    assert client.post(cell(deal, "status"), {"value": "won"}).status_code == 403
    assert client.get(cell(deal, "name", "nonsense")).status_code == 400


def test_losing_asks_for_the_reason_and_can_be_undone(client_of: Any, owner: Any, deal: Any) -> None:
    client, url = client_of(owner), f"/opportunities/{deal.pk}/actions/lose/"
    reason = registry.get("opportunities").field("lost_reason").choices()[0][0]  # type: ignore[union-attr]

    assert client.get(url, headers=HTMX).status_code == 200
    assert client.post(url, {"lost_reason": ""}, headers=HTMX).status_code == 422
    done = client.post(url, {"lost_reason": reason}, headers=HTMX)

    deal.refresh_from_db()
    assert deal.status == "lost"
    client.post(json.loads(done["HX-Trigger"])["zhike:toast"]["undo"], headers=HTMX)
    deal.refresh_from_db()
    assert deal.status == "open"
    assert client.get(f"/opportunities/{deal.pk}/actions/nonsense/").status_code == 404
