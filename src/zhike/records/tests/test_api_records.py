"""Records through the API: create, read, list, change, trash, restore."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from zhike.base.changelog.models import ChangeSet
from zhike.domains.customers.models import Customer
from zhike.records import gate, registry
from zhike.testing.api import Program


@pytest.fixture
def program(member: Any) -> Program:
    """A token of 王芳, a salesperson."""
    return Program(member("王芳"))


@pytest.fixture
def customer(owner: Any) -> Any:
    return gate.create(owner, registry.get("customers"), {"name": "上海云杉医疗科技有限公司", "external_id": "K-1"})


def test_a_created_customer_is_answered_as_it_is(program: Program, member: Any) -> None:
    body = {"name": "云杉医疗", "annual_revenue": "1200000.5", "phones": ["138 0013 8000"], "tags": ["A"]}

    answer = program.post("customers/", body)

    assert answer.status_code == 201
    created = answer.json()
    assert answer["Location"] == f"/api/v1/customers/{created['id']}/"
    assert answer["ETag"] == '"1"'
    assert created["annual_revenue"] == "1200000.50"
    assert created["phones"] == [{"kind": "mobile", "number": "+8613800138000"}]
    assert created["owner"] == {"id": member("王芳").pk, "name": "王芳"}
    assert created["tags"] == ["A"]
    assert program.get(f"customers/{created['id']}/").json() == created


def test_an_opportunity_shows_what_other_systems_need(program: Program, customer: Any) -> None:
    body = {"name": "年会", "customer": {"external_id": "K-1"}, "amount": "120000", "expected_close_on": "2026-12-31"}

    created = program.post("opportunities/", body).json()

    assert created["customer"] == {"id": customer.pk, "name": customer.name}
    assert (created["status"], created["amount"], created["currency"]) == ("open", "120000.00", "CNY")
    assert created["expected_close_on"] == "2026-12-31"
    assert created["closed_on"] is None
    assert created["pipeline"]["name"] and created["stage"]["name"]
    assert created["created_at"][-6:] == "+08:00"


def test_a_stage_may_be_named(program: Program) -> None:
    created = program.post("opportunities/", {"name": "年会", "amount": 5}).json()

    changed = program.patch(f"opportunities/{created['id']}/", {"stage": "赢单"}).json()

    assert changed["status"] == "won"
    assert changed["closed_on"] is not None


def test_a_stage_asks_for_what_it_requires(program: Program) -> None:
    created = program.post("opportunities/", {"name": "年会"}).json()

    answer = program.patch(f"opportunities/{created['id']}/", {"stage": "赢单"})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["amount"]


def test_a_change_is_one_act_through_the_door_of_the_api(program: Program, customer: Any) -> None:
    answer = program.patch(f"customers/{customer.pk}/", {"short_name": "云杉"})

    assert answer.status_code == 200
    assert answer.json()["short_name"] == "云杉"
    assert answer["ETag"] == f'"{answer.json()["version"]}"' == '"2"'
    act = ChangeSet.objects.latest("id")
    assert (act.door, act.actor_kind, act.subject) == ("api", "token", customer.name)


def test_a_stale_version_is_refused_and_changes_nothing(program: Program, customer: Any) -> None:
    program.patch(f"customers/{customer.pk}/", {"short_name": "云杉"}, If_Match='"1"')

    answer = program.patch(f"customers/{customer.pk}/", {"short_name": "旧"}, If_Match='"1"')

    assert answer.status_code == 412
    assert answer.json()["version"] == 2
    customer.refresh_from_db()
    assert customer.short_name == "云杉"


def test_the_version_of_a_compressed_answer_is_as_good(program: Program, customer: Any) -> None:
    etag = program.get(f"customers/{customer.pk}/", Accept_Encoding="gzip")["ETag"]

    assert program.patch(f"customers/{customer.pk}/", {"short_name": "云杉"}, If_Match=etag).status_code == 200
    assert program.patch(f"customers/{customer.pk}/", {"short_name": "旧"}, If_Match='W/"1"').status_code == 412


def test_trash_and_restore(program: Program, customer: Any) -> None:
    address = f"customers/{customer.pk}/"

    assert program.delete(address).status_code == 204

    assert program.get("customers/").json()["items"] == []
    assert program.get("customers/?trashed=true").json()["items"][0]["id"] == customer.pk
    assert program.patch(address, {"short_name": "x"}).status_code == 409
    restored = program.post(f"{address}restore/")
    assert restored.status_code == 200
    assert restored.json()["trashed_at"] is None


def test_lists_are_filtered_sorted_and_paged(program: Program) -> None:
    for name, revenue in (("甲", "300"), ("乙", "100"), ("丙", "200"), ("丁", None)):
        program.post("customers/", {"name": name, "annual_revenue": revenue})

    first = program.get("customers/?sort=-annual_revenue&limit=3").json()
    second = program.get(f"customers/?sort=-annual_revenue&limit=3&cursor={first['next']}").json()
    condition = quote(json.dumps({"field": "annual_revenue", "op": "gte", "value": "200"}))
    filtered = program.get(f"customers/?filter={condition}&sort=name").json()

    assert [item["name"] for item in first["items"]] == ["甲", "丙", "乙"]
    assert [item["name"] for item in second["items"]] == ["丁"]
    assert (first["count"], first["estimate"], second["next"]) == (4, 4, None)
    assert {item["name"] for item in filtered["items"]} == {"甲", "丙"}


def test_fields_and_expand_shape_the_answer(program: Program, customer: Any) -> None:
    program.post("opportunities/", {"name": "年会", "customer": customer.pk})

    (item,) = program.get("opportunities/?fields=name,customer&expand=customer").json()["items"]

    assert set(item) == {"id", "name", "customer"}
    assert item["customer"]["external_id"] == "K-1"


def test_expand_shows_no_more_than_may_be_seen(member: Any, program: Program, system: Any, outsider: Any) -> None:
    hidden = gate.create(system, registry.get("customers"), {"name": "别人的", "short_name": "secret"})
    deal = gate.create(
        system, registry.get("opportunities"), {"name": "年会", "customer": hidden.pk, "owner": member("王芳").pk}
    )

    shown = program.get(f"opportunities/{deal.pk}/?expand=customer").json()

    assert shown["customer"] == {"id": hidden.pk, "name": "别人的"}


def test_actions_are_performed(program: Program) -> None:
    created = program.post("opportunities/", {"name": "年会"}).json()

    won = program.post(f"opportunities/{created['id']}/actions/win/", {"closed_on": "2026-11-02", "amount": "9"})
    again = program.post(f"opportunities/{created['id']}/actions/win/", {})

    assert (won.status_code, won.json()["status"], won.json()["closed_on"]) == (200, "won", "2026-11-02")
    assert again.status_code == 422
    assert program.post(f"opportunities/{created['id']}/actions/fly/").status_code == 404


def test_an_empty_choice_is_its_default(program: Program) -> None:
    created = program.post("opportunities/", {"name": "年会", "currency": None}).json()

    assert created["currency"] == "CNY"


def test_an_action_with_a_page_of_its_own_is_not_performed_here(member: Any) -> None:
    administrator = Program(member("林晓"))

    assert administrator.post(f"members/{member('王芳').pk}/actions/deactivate/").status_code == 404
    assert member("王芳").is_active


def test_history_names_fields_and_acts(program: Program, customer: Any) -> None:
    program.patch(f"customers/{customer.pk}/", {"short_name": "云杉", "kind": "person"})

    items = program.get(f"customers/{customer.pk}/history/").json()["items"]

    assert [item["operation"] for item in items] == ["update", "insert"]
    changed = {change["field"]: change["after"] for change in items[0]["fields"]}
    assert changed == {"short_name": "云杉", "kind": "person"}
    assert items[0]["change_set"]["door"] == "api"


def test_an_act_can_be_undone(program: Program, customer: Any) -> None:
    program.patch(f"customers/{customer.pk}/", {"short_name": "云杉"})
    act = ChangeSet.objects.latest("id")

    seen = program.get(f"change-sets/{act.pk}/").json()
    undone = program.post(f"change-sets/{act.pk}/undo/")
    again = program.post(f"change-sets/{act.pk}/undo/")

    assert (seen["action"], seen["can_undo"], seen["change_count"]) == ("edit", True, 1)
    assert (undone.status_code, undone.json()["restored"]) == (200, 1)
    assert again.status_code == 409
    assert Customer.objects.get(pk=customer.pk).short_name == ""


def test_who_asks(program: Program, member: Any) -> None:
    me = program.get("me").json()

    assert (me["id"], me["name"], me["roles"]) == (member("王芳").pk, "王芳", ["salesperson"])
    assert "edit" in me["record_types"]["customers"]
    assert me["record_types"]["members"] == ["see", "export"]


def test_a_member_others_stand_upon_outlives_the_undo_of_hiring(member: Any, system: Any) -> None:
    """Who owns records or made some cannot be taken out of the database; the trash takes them."""
    administrator = Program(member("林晓"))
    hired = administrator.post("members/", {"name": "新人", "email": "new@huacheng.example"}).json()
    hiring = ChangeSet.objects.latest("id")
    gate.create(system, registry.get("customers"), {"name": "云杉", "owner": hired["id"]})

    undone = administrator.post(f"change-sets/{hiring.pk}/undo/")

    assert undone.status_code == 200
    assert undone.json()["conflicts"] == [{"record_type": "members", "id": hired["id"], "field": "", "reason": ""}]
    assert administrator.get(f"members/{hired['id']}/").json()["trashed_at"] is not None
