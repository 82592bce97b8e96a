"""Many records at once, requests that are repeated, and two at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from zhike.base import clock
from zhike.base.changelog.models import ChangeSet
from zhike.domains.customers.models import Customer
from zhike.domains.people.models import Member
from zhike.records import gate, registry
from zhike.records.api import idempotency
from zhike.records.models import IdempotencyKey
from zhike.testing.api import Program, token_of


@pytest.fixture
def program(member: Any) -> Program:
    return Program(member("王芳"))


def customers(owner: Any, *names: str) -> list[Any]:
    return [gate.create(owner, registry.get("customers"), {"name": name}) for name in names]


# Bulk


def test_many_are_changed_in_one_act(program: Program, owner: Any) -> None:
    first, second = customers(owner, "甲", "乙")

    answer = program.post("customers/bulk/", {"ids": [second.pk, first.pk], "changes": {"short_name": "同"}})

    told = answer.json()
    assert [(item["id"], item["status"]) for item in told["items"]] == [(second.pk, 200), (first.pk, 200)]
    assert set(Customer.objects.values_list("short_name", flat=True)) == {"同"}
    act = ChangeSet.objects.get(pk=told["change_set"])
    assert (act.action, act.changes.count()) == ("bulk_edit", 2)


def test_each_of_many_has_a_result_of_its_own(program: Program, owner: Any) -> None:
    first, second, third = customers(owner, "甲", "乙", "丙")
    items = [
        {"id": first.pk, "changes": {"short_name": "一"}}, {"id": second.pk, "changes": {"annual_revenue": "x"}},
        {"id": third.pk, "changes": {"parent": third.pk}}, {"id": 999_999, "changes": {}},
    ]  # fmt: skip

    told = program.post("customers/bulk/", items).json()["items"]

    assert [item["status"] for item in told] == [200, 422, 422, 404]
    assert [item["errors"][0]["field"] for item in told[1:3]] == ["annual_revenue", "parent"]
    first.refresh_from_db()
    assert first.short_name == "一"


def test_when_all_are_refused_no_act_remains(program: Program, owner: Any) -> None:
    (one,) = customers(owner, "甲")
    acts = ChangeSet.objects.count()

    told = program.post("customers/bulk/", {"ids": [one.pk], "changes": {"nothing": 1}}).json()

    assert told["change_set"] is None
    assert ChangeSet.objects.count() == acts


def test_many_go_to_the_trash_and_return(program: Program, owner: Any) -> None:
    ids = [record.pk for record in customers(owner, "甲", "乙")]

    program.post("customers/bulk/", {"ids": ids, "action": "trash"})
    assert Customer.objects.trashed().count() == 2
    program.post("customers/bulk/", {"ids": ids, "action": "restore"})
    assert Customer.objects.alive().count() == 2


@pytest.mark.parametrize(
    "body",
    [
        [], {}, 5, {"ids": []}, {"ids": [1], "items": []}, {"ids": [0.5]}, {"ids": [True]}, {"ids": [1, 1]},
        {"ids": list(range(1, 502))}, [{"id": 1, "change": {}}], [{"changes": {}}], [1], {"ids": [1], "changes": []},
        {"ids": [1], "action": "explode"}, {"ids": [1], "action": []}, {"ids": "1"}, {"items": {"id": 1}},
    ],
)  # fmt: skip
def test_many_that_cannot_be_understood(program: Program, body: Any) -> None:
    assert program.post("customers/bulk/", body).status_code in (400, 422)


# Repeated requests


def test_a_repeated_create_is_done_once(program: Program) -> None:
    first = program.post("customers/", {"name": "云杉"}, Idempotency_Key="k-1")
    second = program.post("customers/", {"name": "云杉"}, Idempotency_Key="k-1")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert (first["Location"], first["ETag"]) == (second["Location"], second["ETag"])
    assert second["Idempotency-Replayed"] == "true"
    assert Customer.objects.count() == 1


def test_a_key_with_another_body_is_refused(program: Program) -> None:
    program.post("customers/", {"name": "云杉"}, Idempotency_Key="k-1")

    answer = program.post("customers/", {"name": "另一家"}, Idempotency_Key="k-1")

    assert answer.status_code == 409
    assert Customer.objects.count() == 1


def test_a_refused_create_leaves_its_key_free(program: Program) -> None:
    assert program.post("customers/", {"name": ""}, Idempotency_Key="k-1").status_code == 422

    assert program.post("customers/", {"name": "云杉"}, Idempotency_Key="k-1").status_code == 201


def test_keys_belong_to_a_member(program: Program, member: Any) -> None:
    program.post("customers/", {"name": "云杉"}, Idempotency_Key="k-1")

    assert Program(member("李娜")).post("customers/", {"name": "另一家"}, Idempotency_Key="k-1").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "键", "x" * 256, "a b"])
def test_what_is_no_key(program: Program, key: str) -> None:
    assert program.post("customers/", {"name": "云杉"}, Idempotency_Key=key).status_code == 400
    assert not Customer.objects.exists()


def test_an_action_repeated_is_done_once(program: Program) -> None:
    deal = program.post("opportunities/", {"name": "年会"}).json()
    address = f"opportunities/{deal['id']}/actions/win/"

    answers = [program.post(address, {"amount": "5"}, Idempotency_Key="w").status_code for _ in range(2)]

    assert answers == [200, 200]


def test_answers_are_forgotten_after_a_day(program: Program) -> None:
    program.post("customers/", {"name": "云杉"}, Idempotency_Key="k-1")
    IdempotencyKey.objects.update(created_at=clock.now() - timedelta(hours=25))

    again = program.post("customers/", {"name": "云杉"}, Idempotency_Key="k-1")
    assert "Idempotency-Replayed" not in again
    assert Customer.objects.count() == 2

    IdempotencyKey.objects.update(created_at=clock.now() - timedelta(hours=25))
    assert idempotency.forget_old() == 1


# At the same time


def test_eight_at_once_with_one_key_create_one(committed_workspace: Any) -> None:
    secret = token_of(Member.objects.get(name="王芳"))
    answers: list[Any] = []

    def send(number: int) -> None:
        answers.append(Program(secret=secret).post("customers/", {"name": "云杉"}, Idempotency_Key="k-1"))

    together(send, 8)

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert Customer.objects.count() == 1


def test_of_four_editors_of_one_version_one_is_taken(committed_workspace: Any) -> None:
    secret = token_of(Member.objects.get(name="王芳"))
    created = Program(secret=secret).post("customers/", {"name": "云杉"}).json()
    statuses: list[int] = []

    def send(number: int) -> None:
        address, changes = f"customers/{created['id']}/", {"short_name": f"名{number}"}
        statuses.append(Program(secret=secret).patch(address, changes, If_Match='"1"').status_code)

    together(send, 4)

    assert sorted(statuses) == [200, 412, 412, 412]


def test_bulk_acts_over_the_same_records_do_not_lock_each_other_out(committed_workspace: Any) -> None:
    secret = token_of(Member.objects.get(name="王芳"))
    program = Program(secret=secret)
    ids = [program.post("customers/", {"name": name}).json()["id"] for name in "甲乙丙丁"]
    statuses: list[int] = []

    def send(number: int) -> None:
        order = ids if number % 2 else ids[::-1]
        items = [{"id": each, "changes": {"short_name": f"名{number}"}} for each in order]
        statuses.append(Program(secret=secret).post("customers/bulk/", items).status_code)

    together(send, 6)

    assert statuses == [200] * 6
    assert Customer.objects.values("short_name").distinct().count() == 1


def together(work: Callable[[int], None], count: int) -> None:
    """Does `work` in `count` threads, each with a connection of its own."""

    def work_and_close(number: int) -> None:
        try:
            work(number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work_and_close, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
