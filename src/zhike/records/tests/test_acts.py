"""The list of acts, one act, undo and redo: whose, how long, and what is left alone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from procrastinate.exceptions import JobAborted

from zhike.base import clock
from zhike.base.changelog import undoing as base_undoing
from zhike.base.changelog.models import ChangeSet
from zhike.records import gate, jobs, registry, undoing

HTMX = {"HX-Request": "true"}


@pytest.fixture
def customer(owner: Any) -> Any:
    return gate.create(owner, registry.get("customers"), {"name": "上海云杉"})


@pytest.fixture
def edit(owner: Any, customer: Any) -> ChangeSet:
    gate.edit(owner, customer, {"short_name": "云杉", "size": "100-499"})
    return ChangeSet.objects.filter(action="edit").latest("pk")


def test_undo_and_redo(client_of: Any, owner: Any, customer: Any, edit: ChangeSet) -> None:
    client = client_of(owner)

    undone = client.post(f"/change-sets/{edit.pk}/undo/", headers=HTMX)
    customer.refresh_from_db()
    assert customer.short_name == ""
    toast = json.loads(undone["HX-Trigger"])["zhike:toast"]
    assert toast["undo_label"] == "Redo"

    redone = json.loads(client.post(toast["undo"], headers=HTMX)["HX-Trigger"])["zhike:toast"]
    assert redone["message"] == "Done again: 1 row." and redone["undo_label"] == "Undo"
    customer.refresh_from_db()
    assert customer.short_name == "云杉"


def test_what_was_changed_since_is_left_alone_and_listed(
    client_of: Any, owner: Any, manager: Any, customer: Any, edit: ChangeSet
) -> None:
    gate.edit(manager, customer, {"short_name": "杉"})
    client = client_of(owner)

    undone = client.post(f"/change-sets/{edit.pk}/undo/", headers=HTMX)
    listed = client.get(json.loads(undone["HX-Trigger"])["zhike:open-drawer"]["url"], headers=HTMX).content.decode()

    customer.refresh_from_db()
    assert (customer.short_name, customer.size) == ("杉", "")
    assert "Short name" in listed and "上海云杉" in listed


def test_once_is_enough(client_of: Any, owner: Any, edit: ChangeSet) -> None:
    client = client_of(owner)
    client.post(f"/change-sets/{edit.pk}/undo/", headers=HTMX)

    assert client.post(f"/change-sets/{edit.pk}/undo/", headers=HTMX).status_code == 409


def test_only_the_actor_and_administrators_see_and_undo(
    client_of: Any, administrator: Any, manager: Any, outsider: Any, customer: Any, edit: ChangeSet
) -> None:
    for stranger in (manager, outsider):
        client = client_of(stranger)
        assert client.get(f"/change-sets/{edit.pk}/").status_code == 404
        assert client.get(f"/change-sets/{edit.pk}/conflicts/").status_code == 404
        assert client.post(f"/change-sets/{edit.pk}/undo/", headers=HTMX).status_code == 404
        assert "上海云杉" not in client.get("/change-sets/").content.decode()
    customer.refresh_from_db()
    assert customer.short_name == "云杉"
    assert "上海云杉" in client_of(administrator).get("/change-sets/").content.decode()
    assert client_of(administrator).post(f"/change-sets/{edit.pk}/undo/", headers=HTMX).status_code == 200


def test_after_thirty_days_only_administrators_undo(
    client_of: Any, administrator: Any, owner: Any, customer: Any
) -> None:
    with clock.telling(clock.now() - timedelta(days=31)):
        gate.edit(owner, customer, {"short_name": "云杉"})
    edit = ChangeSet.objects.filter(action="edit").latest("pk")

    assert client_of(owner).post(f"/change-sets/{edit.pk}/undo/", headers=HTMX).status_code == 404
    assert client_of(administrator).post(f"/change-sets/{edit.pk}/undo/", headers=HTMX).status_code == 200


def test_the_page_of_an_act_says_what_it_changed(client_of: Any, owner: Any, edit: ChangeSet) -> None:
    html = client_of(owner).get(f"/change-sets/{edit.pk}/").content.decode()

    assert "Short name" in html and "云杉" in html
    assert "100–499 people" in html
    assert "Title key" not in html and "Version" not in html


def test_the_list_is_filtered_and_refuses_nonsense(client_of: Any, owner: Any, edit: ChangeSet) -> None:
    client = client_of(owner)

    assert "上海云杉" in client.get("/change-sets/?type=customers&door=form&since=2020-01-01").content.decode()
    assert "上海云杉" not in client.get("/change-sets/?door=import").content.decode()
    for nonsense in ("type=x", "door=x", "member=x", "since=2026-02-30", "until=x"):
        assert client.get(f"/change-sets/?{nonsense}").status_code == 400


def test_a_large_undo_becomes_a_job(
    client_of: Any, owner: Any, customer: Any, edit: ChangeSet, monkeypatch: Any
) -> None:
    monkeypatch.setattr(undoing, "LARGE", 0)
    client = client_of(owner)

    response = client.post(f"/change-sets/{edit.pk}/undo/", headers=HTMX)
    url = response["HX-Redirect"]
    assert client.get(f"{url}?state=1").json()["state"] == "waiting"
    assert client.get(url).status_code == 200

    jobs.undo_large_act(change_set_id=edit.pk, actor=jobs.packed(owner), language="en")
    customer.refresh_from_db()
    assert customer.short_name == ""
    assert client.get(f"{url}?state=1").json()["state"] == "done"


def test_history_names_references_and_options(client_of: Any, owner: Any, customer: Any) -> None:
    parent = gate.create(owner, registry.get("customers"), {"name": "云杉集团"})
    gate.edit(owner, customer, {"parent": parent.pk, "tags": ["会奖"]})

    html = client_of(owner).get(f"/customers/{customer.pk}/history/").content.decode()

    assert "云杉集团" in html
    assert "会奖" in html
    assert "Parent organisation" in html


@pytest.fixture
def waiting_undo(client_of: Any, owner: Any, edit: ChangeSet, monkeypatch: Any) -> Any:
    """The client that asked for an undo which waits as a job, and the job."""
    monkeypatch.setattr(undoing, "LARGE", 0)
    client = client_of(owner)
    client.post(f"/change-sets/{edit.pk}/undo/", headers=HTMX)
    return client, undoing.job_of(edit.pk)


def set_status(job: Any, status: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'procrastinate_jobs'")
        cursor.execute(
            f"UPDATE {cursor.fetchone()[0]}.procrastinate_jobs SET status = %s WHERE id = %s", [status, job.pk]
        )


def state_of(client: Any, edit: ChangeSet) -> Any:
    return client.get(f"/change-sets/{edit.pk}/undo/progress/?state=1").json()


def test_a_waiting_undo_can_be_cancelled(waiting_undo: Any, edit: ChangeSet) -> None:
    client, _job = waiting_undo

    cancelled = client.post(state_of(client, edit)["cancel_url"])

    assert cancelled.status_code == 204
    assert state_of(client, edit)["state"] == "cancelled"
    assert state_of(client, edit)["cancel_url"] is None


def test_an_undo_under_way_is_cancelled_wholly_and_can_be_asked_for_again(
    waiting_undo: Any, owner: Any, customer: Any, edit: ChangeSet, monkeypatch: Any
) -> None:
    client, job = waiting_undo
    set_status(job, "doing")
    turned: list[Any] = []
    real = base_undoing._turn_back_changed

    def turn_back_and_cancel(*arguments: Any) -> int:
        turned.append(real(*arguments))
        client.post(state_of(client, edit)["cancel_url"])
        return int(turned[-1])

    monkeypatch.setattr(base_undoing, "_turn_back_changed", turn_back_and_cancel)
    with pytest.raises(JobAborted):
        jobs.undo_large_act(change_set_id=edit.pk, actor=jobs.packed(owner), language="en")

    assert turned == [1], "it had begun"
    customer.refresh_from_db()
    edit.refresh_from_db()
    assert customer.short_name == "云杉"
    assert edit.undone_by_id is None
    assert not ChangeSet.objects.filter(undoes=edit).exists()

    set_status(job, "aborted")
    assert state_of(client, edit)["state"] == "cancelled"
    client.post(f"/change-sets/{edit.pk}/undo/", headers=HTMX)
    monkeypatch.setattr(base_undoing, "_turn_back_changed", real)
    jobs.undo_large_act(change_set_id=edit.pk, actor=jobs.packed(owner), language="en")
    customer.refresh_from_db()
    assert customer.short_name == ""


def test_nobody_else_cancels_it(waiting_undo: Any, client_of: Any, outsider: Any, edit: ChangeSet) -> None:
    client, _job = waiting_undo

    assert client_of(outsider).post(f"/change-sets/{edit.pk}/undo/cancel/").status_code == 404
    assert state_of(client, edit)["state"] == "waiting"
