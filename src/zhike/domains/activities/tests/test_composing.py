"""Writing above a timeline: a note, a call, a visit, a task; and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from zhike.domains.activities.models import Activity
from zhike.records import gate, registry

HTMX = {"HX-Request": "true"}


@pytest.fixture
def customer(owner: Any) -> Any:
    return gate.create(owner, registry.get("customers"), {"name": "上海云杉"})


def compose(client: Any, customer: Any, **values: Any) -> Any:
    return client.post("/activities/compose/", {"on": f"customers:{customer.pk}", **values}, headers=HTMX)


def test_a_note_appears_in_the_timeline(client_of: Any, owner: Any, customer: Any) -> None:
    client = client_of(owner)

    response = compose(client, customer, kind="note", body="客户希望月底前看到报价")

    assert response.status_code == 200
    assert "zhike:refresh" in response["HX-Trigger"]
    assert "客户希望月底前看到报价" in client.get(f"/customers/{customer.pk}/timeline/").content.decode()
    customer.refresh_from_db()
    assert customer.last_activity_at is not None


def test_a_meeting_to_come_is_a_plan(client_of: Any, owner: Any, customer: Any) -> None:
    compose(client_of(owner), customer, kind="meeting", body="年会方案", when="2099-01-05T10:00", location="张江")

    meeting = Activity.objects.get()
    assert meeting.is_plan and meeting.happened_at is None
    customer.refresh_from_db()
    assert customer.next_activity_at == meeting.due_at


def test_the_first_line_of_a_task_is_its_subject(client_of: Any, owner: Any, customer: Any) -> None:
    compose(client_of(owner), customer, kind="task", body="确认场地\n莫干山三家", due_at="2099-01-05T10:00")

    task = Activity.objects.get()
    assert (task.subject, task.body) == ("确认场地", "莫干山三家")


@pytest.mark.parametrize(
    "values",
    [{"kind": "note", "body": "  "}, {"kind": "nonsense", "body": "x"}, {"kind": "visit", "body": "x", "when": "never"},
     {"kind": "call", "body": "x", "duration_minutes": "-1"}, {"kind": "call", "body": "x", "outcome": "nonsense"}],
)  # fmt: skip
def test_nonsense_is_refused_and_kept(client_of: Any, owner: Any, customer: Any, values: dict[str, str]) -> None:
    response = compose(client_of(owner), customer, **values)

    assert response.status_code == 422
    assert 'class="errors"' in response.content.decode()
    assert Activity.objects.count() == 0


def test_nobody_writes_on_what_they_do_not_see(client_of: Any, outsider: Any, customer: Any) -> None:
    client = client_of(outsider)

    assert compose(client, customer, kind="note", body="x").status_code == 404
    sent = {"kind": "note", "body": "x", "on": [f"customers:{customer.pk}"]}
    assert client.post("/activities/new/", sent, headers=HTMX).status_code == 404
    assert client.get(f"/activities/new/?on=customers:{customer.pk}", headers=HTMX).status_code == 404
    assert Activity.objects.count() == 0


def test_an_activity_on_several_records_with_participants(
    client_of: Any, owner: Any, teammate: Any, customer: Any
) -> None:
    deal = gate.create(owner, registry.get("opportunities"), {"name": "年会"})
    client = client_of(owner)

    sent = {"kind": "visit", "subject": "走访", "on": [f"customers:{customer.pk}", f"opportunities:{deal.pk}"],
            "participants": [str(teammate.member_id)]}  # fmt: skip
    response = client.post("/activities/new/", sent, headers=HTMX)

    activity = Activity.objects.get()
    assert response.status_code == 200
    assert activity.links.count() == 2
    page = client.get(f"/activities/{activity.pk}/").content.decode()
    assert "上海云杉" in page and "年会" in page and "李娜" in page
    assert client_of(teammate).get(f"/activities/{activity.pk}/").status_code == 200


@pytest.mark.parametrize("raw", ["²", "-1", "9" * 30])
def test_strange_members_in_the_address_are_nobody(client_of: Any, owner: Any, raw: str) -> None:
    query = {"participants": raw, "owner": raw}

    assert client_of(owner).get("/activities/new/", query, headers=HTMX).status_code == 200


def test_the_picker_offers_only_what_is_seen(client_of: Any, owner: Any, outsider: Any, customer: Any) -> None:
    url = "/activities/on/options/"

    assert f"customers:{customer.pk}" in client_of(owner).get(url).content.decode()
    assert client_of(outsider).get(url).json() == {"items": []}
