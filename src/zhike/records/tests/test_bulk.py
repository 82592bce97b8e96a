"""One act on many records: who may, what is written, what is told, what a broken run leaves."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhike.base.changelog import acts, undoing
from zhike.base.changelog.models import Change, ChangeSet
from zhike.domains.customers.models import Customer
from zhike.domains.opportunities.models import Opportunity, Stage
from zhike.records import bulk, gate, policies, registry
from zhike.records.models import BulkRun, CustomField, JobState, Share


def customers_of(actor: Any, count: int, prefix: str = "客户") -> list[Any]:
    with acts.act(actor, "test"):
        return [gate.create(actor, registry.get("customers"), {"name": f"{prefix}{n}"}) for n in range(count)]


def toast(response: Any) -> dict[str, Any]:
    return dict(json.loads(response.headers["HX-Trigger"])["zhike:toast"])


def last_act(action: str) -> ChangeSet:
    return ChangeSet.objects.filter(action=action).latest("id")


def test_the_owner_of_many_changes_in_one_act_that_can_be_undone(
    client_of: Any, manager: Any, owner: Any, teammate: Any, member: Any
) -> None:
    chosen = customers_of(owner, 200)

    with CaptureQueriesContext(connection) as queries:
        response = client_of(manager).post(
            "/customers/bulk/transfer/",
            {"ids": [each.pk for each in chosen], "fields": "owner", "set-owner": teammate.member_id},
        )

    assert response.status_code == 204
    assert "200 records" in toast(response)["message"]
    assert Customer.objects.filter(owner_id=teammate.member_id).count() == 200
    assert len(queries) < 40, "set by set, not one by one"
    transfer = last_act("transfer")
    assert toast(response)["undo"] == f"/change-sets/{transfer.pk}/undo/"
    assert Change.objects.filter(change_set=transfer).count() == 200

    undoing.undo(manager, transfer)
    assert Customer.objects.filter(owner_id=owner.member_id).count() == 200


def test_what_the_actor_may_not_treat_so_is_left_out_and_counted(
    client_of: Any, owner: Any, teammate: Any, act: Any
) -> None:
    own, others = customers_of(owner, 2), customers_of(teammate, 3)
    with act():
        Share.objects.create(record_type="customers", record_id=others[0].pk, member_id=owner.member_id)

    response = client_of(owner).post(
        "/customers/bulk/edit/",
        {"ids": [each.pk for each in (*own, *others)], "fields": "description", "set-description": "新"},
    )

    assert "2 records changed. 1 left out" in toast(response)["message"]
    assert sorted(Customer.objects.filter(description="新").values_list("pk", flat=True)) == [each.pk for each in own]


@pytest.mark.parametrize(
    ("act", "form"),
    [
        ("edit", {"fields": "description", "set-description": "x"}),
        ("transfer", {"fields": "owner", "set-owner": "1"}),
        ("trash", {}),
        ("restore", {}),
    ],
)
def test_an_outsider_changes_nothing(
    client_of: Any, owner: Any, outsider: Any, act: str, form: dict[str, Any], member: Any
) -> None:
    chosen = customers_of(owner, 3)
    if "set-owner" in form:
        form = form | {"set-owner": member("刘洋").pk}
    before = list(Customer.objects.order_by("pk").values())

    response = client_of(outsider).post(f"/customers/bulk/{act}/", form | {"ids": [each.pk for each in chosen]})

    assert toast(response)["kind"] == "bad"
    assert toast(response)["undo"] is None
    assert list(Customer.objects.order_by("pk").values()) == before


def test_who_may_not_at_all_is_told_so(client_of: Any, owner: Any) -> None:
    answer = client_of(owner).get("/products/bulk/edit/", headers={"HX-Request": "true"})

    assert answer.status_code == 403


def test_all_that_match_means_the_filter_of_the_list(client_of: Any, owner: Any) -> None:
    customers_of(owner, 3, "甲")
    customers_of(owner, 2, "乙")
    condition = json.dumps({"field": "name", "op": "starts_with", "value": "乙"})

    client_of(owner).post(
        "/customers/bulk/edit/",
        {"all": "1", "filter": condition, "view": "all", "fields": "description", "set-description": "新"},
    )

    assert set(Customer.objects.filter(description="新").values_list("name", flat=True)) == {"乙0", "乙1"}


def test_nothing_chosen_is_refused(client_of: Any, owner: Any) -> None:
    answer = client_of(owner).post("/customers/bulk/trash/", {}, headers={"HX-Request": "true"})

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("fields", "values"),
    [
        ("annual_revenue", {"set-annual_revenue": "many"}),
        ("name", {"set-name": "same"}),
        ("external_id", {"set-external_id": "K-1"}),
        ("created_at", {"set-created_at": "2020-01-01"}),
        ("nonsense", {"set-nonsense": "1"}),
        ("industry", {"set-industry": "99999"}),
        ([], {}),
    ],
)
def test_values_that_do_not_fit_come_back_with_the_form(
    client_of: Any, owner: Any, fields: Any, values: dict[str, str]
) -> None:
    chosen = customers_of(owner, 2)
    before = list(Customer.objects.order_by("pk").values())

    answer = client_of(owner).post(
        "/customers/bulk/edit/", {"ids": [each.pk for each in chosen], "fields": fields} | values
    )

    assert answer.status_code == 422
    assert "errors" in answer.content.decode() or "form-errors" in answer.content.decode()
    assert list(Customer.objects.order_by("pk").values()) == before


def test_an_empty_value_clears_the_field(client_of: Any, owner: Any) -> None:
    chosen = customers_of(owner, 2)
    client = client_of(owner)
    ids = [each.pk for each in chosen]
    client.post("/customers/bulk/edit/", {"ids": ids, "fields": "tags", "set-tags": "甲,乙"})
    assert Customer.objects.get(pk=ids[0]).tags == ["甲", "乙"]

    client.post("/customers/bulk/edit/", {"ids": ids, "fields": "tags"})

    assert Customer.objects.get(pk=ids[0]).tags == []


def test_a_custom_field_is_written_beside_the_others(owner: Any, act: Any) -> None:
    from zhike.records import custom

    with act():
        CustomField.objects.create(record_type="customers", name="shelf", kind="text", label="货架")
        CustomField.objects.create(record_type="customers", name="row", kind="text", label="排")
    custom.forget_kept()
    chosen = customers_of(owner, 2)
    gate.edit(owner, chosen[0], {"row": "3"})
    kind = registry.get("customers")

    bulk.perform(owner, kind, bulk.EDIT, {"shelf": "A"}, bulk.Selection(tuple(each.pk for each in chosen)))

    assert Customer.objects.get(pk=chosen[0].pk).custom == {"row": "3", "shelf": "A"}
    assert Customer.objects.get(pk=chosen[1].pk).custom == {"shelf": "A"}


def test_a_stage_goes_through_the_service_and_its_gate(owner: Any) -> None:
    kind = registry.get("opportunities")
    with acts.act(owner, "test"):
        deals = [gate.create(owner, kind, {"name": f"商机{n}", "amount": "100"}) for n in range(3)]
    lost = Stage.objects.filter(outcome="lost", pipeline=deals[0].pipeline).first()
    won = Stage.objects.filter(outcome="won", pipeline=deals[0].pipeline).first()
    assert lost and won
    selection = bulk.Selection(tuple(each.pk for each in deals))

    refused = bulk.perform(owner, kind, bulk.EDIT, {"stage": lost.pk}, selection)
    taken = bulk.perform(owner, kind, bulk.EDIT, {"stage": won.pk}, selection)

    assert isinstance(refused, tuple) and (refused[0].done, refused[0].refused) == (0, 3)
    assert isinstance(taken, tuple) and (taken[0].done, taken[0].refused) == (3, 0)
    assert all(deal.status == "won" and deal.closed_on for deal in Opportunity.objects.filter(stage=won))


def test_the_trash_and_back(client_of: Any, owner: Any) -> None:
    ids = [each.pk for each in customers_of(owner, 3)]
    client = client_of(owner)

    thrown = client.post("/customers/bulk/trash/", {"ids": ids})
    assert "3 records moved to the trash" in toast(thrown)["message"]
    assert Customer.objects.filter(trashed_at__isnull=False).count() == 3

    client.post("/customers/bulk/restore/", {"all": "1", "filter": "{}"})
    assert Customer.objects.filter(trashed_at__isnull=False).count() == 0


def test_nobody_gives_records_away_who_may_only_edit(owner: Any, teammate: Any, act: Any, monkeypatch: Any) -> None:
    kind = registry.get("customers")
    chosen = customers_of(owner, 1)
    rights = {role: dict(given) for role, given in policies.OWNER_RIGHTS.items()}
    rights[policies.SALESPERSON][policies.TRANSFER] = policies.Scope.NOTHING
    monkeypatch.setattr(kind.policy, "rights", rights)

    with pytest.raises(gate.NotAllowed):
        bulk.perform(owner, kind, bulk.EDIT, {"owner": teammate.member_id}, bulk.Selection((chosen[0].pk,)))

    assert Customer.objects.get(pk=chosen[0].pk).owner_id == owner.member_id


# More than fits into a request


@pytest.fixture
def run(owner: Any, monkeypatch: Any) -> BulkRun:
    """Ten customers, four at a time, too many for a request."""
    monkeypatch.setattr(bulk, "IN_REQUEST", 5)
    monkeypatch.setattr(bulk, "BATCH", 4)
    customers_of(owner, 10)
    found = bulk.perform(
        owner, registry.get("customers"), bulk.EDIT, {"description": "新"}, bulk.Selection(None, {}, "")
    )
    assert isinstance(found, BulkRun)
    return found


def test_a_long_act_becomes_a_run_of_one_change_set(run: BulkRun) -> None:
    bulk.carry_on(run.pk)

    run.refresh_from_db()
    assert (run.state, run.done, run.total) == (JobState.DONE, 10, 10)
    assert Customer.objects.filter(description="新").count() == 10
    assert Change.objects.filter(change_set=run.change_set).count() == 10


def test_a_run_that_broke_goes_on_where_it_was(run: BulkRun, monkeypatch: Any) -> None:
    real, calls = bulk.apply, []

    def breaking(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return real(*arguments)

    monkeypatch.setattr(bulk, "apply", breaking)
    with pytest.raises(RuntimeError):
        bulk.carry_on(run.pk)
    run.refresh_from_db()
    assert (run.state, run.done) == (JobState.RUNNING, 4)

    bulk.carry_on(run.pk)
    bulk.carry_on(run.pk)

    run.refresh_from_db()
    assert (run.state, run.done) == (JobState.DONE, 10)
    changes = Change.objects.filter(change_set=run.change_set, table_name="customers_customer")
    assert changes.count() == changes.values("record_id").distinct().count() == 10


def test_a_run_can_be_stopped(run: BulkRun) -> None:
    bulk._step(run.pk)
    bulk.cancel(run)
    bulk.carry_on(run.pk)

    run.refresh_from_db()
    assert (run.state, run.done) == (JobState.CANCELLED, 4)
    assert Customer.objects.filter(description="新").count() == 4


def test_a_run_is_shown_to_who_began_it_only(run: BulkRun, client_of: Any, owner: Any, manager: Any) -> None:
    url = f"/customers/bulk/runs/{run.pk}/"

    told = client_of(owner).get(url, headers={"Accept": "application/json"}).json()

    assert (told["state"], told["total"]) == ("waiting", 10)
    assert client_of(manager).get(url).status_code == 404
    assert client_of(manager).post(f"{url}cancel/").status_code == 404
    assert client_of(owner).get(url).status_code == 200


def test_the_drawers_open(client_of: Any, manager: Any) -> None:
    client = client_of(manager)

    edit = client.get("/customers/bulk/edit/").content.decode()
    transfer = client.get("/customers/bulk/transfer/").content.decode()
    one = client.get("/customers/bulk/input/?field=industry").content.decode()

    assert 'value="industry"' in edit and 'value="name"' not in edit and 'value="phones"' not in edit
    assert 'name="set-owner"' in transfer
    assert 'name="set-industry"' in one
    assert client.get("/customers/bulk/input/?field=name").status_code == 404
    assert client.get("/products/bulk/transfer/").status_code == 404


# Past ones


def test_past_acts_show_state_counts_refusals_and_undo(client_of: Any, owner: Any, monkeypatch: Any) -> None:
    customers = customers_of(owner, 3)
    real = gate.apply_checked

    def refusing(actor: Any, record_type: Any, record: Any, changes: Any) -> Any:
        if record.pk == customers[1].pk:
            raise gate.Refused({"owner": ["Not this one."]})
        return real(actor, record_type, record, changes)

    monkeypatch.setattr(gate, "apply_checked", refusing)
    monkeypatch.setattr(bulk, "is_plain", lambda *_arguments: False)
    selection = bulk.Selection(tuple(each.pk for each in customers))
    bulk.perform(owner, registry.get("customers"), bulk.EDIT, {"description": "新"}, selection)

    run = BulkRun.objects.get()
    assert (run.state, run.total, run.done, run.refused) == (
        JobState.DONE, 3, 2, [[customers[1].pk, "Owner: Not this one."]],
    )  # fmt: skip
    client = client_of(owner)
    page = client.get("/change-sets/bulk/").content.decode()
    assert "edited many" in page and "Description" in page
    assert f'href="/customers/{customers[1].pk}/"' in page and "Owner: Not this one." in page
    undo = f"/change-sets/{run.change_set_id}/undo/"
    assert f'hx-post="{undo}"' in page

    client.post(undo)
    again = client.get("/change-sets/bulk/").content.decode()
    assert "undone" in again and undo not in again
    assert not Customer.objects.filter(description="新").exists()


def test_refusals_of_a_long_run_are_kept_by_name(run: BulkRun, monkeypatch: Any) -> None:
    def refuse(actor: Any, record_type: Any, act: str, raw: Any, ids: Any) -> Any:
        outcome = bulk.Outcome()
        for number in ids:
            outcome.refuse(number, "No.")
        return outcome

    monkeypatch.setattr(bulk, "apply", refuse)
    bulk.carry_on(run.pk)

    run.refresh_from_db()
    assert (run.refusals, len(run.refused)) == ({"No.": 10}, 10)


def test_past_acts_are_ones_own(run: BulkRun, client_of: Any, owner: Any, teammate: Any, administrator: Any) -> None:
    mark = f"/change-sets/{run.change_set_id}/"

    assert mark in client_of(owner).get("/change-sets/bulk/").content.decode()
    assert mark in client_of(administrator).get("/change-sets/bulk/").content.decode()
    other = client_of(teammate).get("/change-sets/bulk/").content.decode()
    assert mark not in other and "Nothing was done to many records yet." in other
