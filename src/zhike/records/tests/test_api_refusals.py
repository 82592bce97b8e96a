"""What the API refuses: with a problem document, the field's name, and nothing changed."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from zhike.base.changelog.models import ChangeSet
from zhike.domains.customers.models import Customer
from zhike.domains.people.models import Token
from zhike.records import gate, registry
from zhike.testing.api import Program


@pytest.fixture
def program(member: Any) -> Program:
    return Program(member("王芳"))


@pytest.fixture
def customer(owner: Any) -> Any:
    return gate.create(owner, registry.get("customers"), {"name": "云杉医疗", "external_id": "K-1"})


def fields_of(answer: Any) -> list[str]:
    return [error["field"] for error in answer.json()["errors"]]


def assert_problem(answer: Any, status: int) -> None:
    assert answer.status_code == status, answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == status
    assert document["title"]


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"[]", b'"x"', b"null", b"{'a': 1}", b'{"name": NaN}', b"\xff\xfe{}", b'{"name": "\\u0000"}',
        b'{"name": "a\\ud800"}', b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"name": ' + b"[" * 60 + b"]" * 60 + b"}", b'{"founded_year": ' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
def test_a_body_that_is_no_json_object(program: Program, raw: bytes) -> None:
    answer = program.post("customers/", raw=raw)

    assert_problem(answer, 400)
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_a_body_that_is_not_said_to_be_json(program: Program, content_type: str) -> None:
    assert_problem(program.post("customers/", raw=b'{"name": "x"}', content_type=content_type), 415)
    assert not Customer.objects.exists()


def test_a_body_too_large(program: Program, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    assert_problem(program.post("customers/", {"name": "x", "description": "长" * 1000}), 413)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""), ("name", None), ("name", 7), ("name", "长" * 201), ("name", {"a": 1}), ("name", "\u0001"),
        ("nothing_like_it", 1), ("id", 4), ("version", 2), ("created_at", "2026-01-01T00:00:00Z"),
        ("kind", "planet"), ("kind", ["person"]), ("kind", {}), ("industry", 999_999), ("industry", "无此行业"),
        ("industry", {"id": "x"}), ("industry", True), ("size", 3),
        ("annual_revenue", "abc"), ("annual_revenue", "1e400"), ("annual_revenue", 10**20), ("annual_revenue", [1]),
        ("annual_revenue", True), ("employee_count", -1), ("employee_count", 2**40), ("employee_count", 1.5),
        ("founded_year", 12), ("founded_year", 99_999), ("phones", "abc"), ("phones", [{"number": 5}]),
        ("phones", [[]]), ("phones", 5), ("phones", ["13800138000"] * 30), ("emails", ["nobody"]), ("emails", [5]),
        ("emails", {"address": "a@example.com"}),
        ("emails", [{"address": {}}]), ("birthday", "2026-02-30"), ("birthday", 5),
        ("birthday", "0001-01-01"),
        ("birthday", "soon"), ("parent", 2**70), ("parent", "abc"), ("parent", {"external_id": 5}),
        ("parent", {"id": []}),
        ("parent", {"external_id": "gone"}), ("parent", -1), ("tags", [1]), ("tags", ["长" * 41]), ("tags", {"a": 1}),
        ("website", "javascript:alert(1)"),
        ("website", "a." + "b" * 296), ("credit_code", "123"), ("owner", 999_999), ("external_id", "K-1"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_taken_names_its_field(program: Program, customer: Any, name: str, value: Any) -> None:
    acts = ChangeSet.objects.count()

    created = program.post("customers/", {"name": "新客户", name: value})
    changed = program.patch(f"customers/{customer.pk}/", {name: value}) if name != "external_id" else created

    for answer in (created, changed):
        assert_problem(answer, 422)
        assert fields_of(answer) == [name]
    assert Customer.objects.count() == 1
    assert ChangeSet.objects.count() == acts


def test_an_amount_is_not_negative(program: Program) -> None:
    answer = program.post("opportunities/", {"name": "年会", "amount": "-1"})

    assert_problem(answer, 422)
    assert fields_of(answer) == ["amount"]


@pytest.mark.parametrize(
    "query",
    [
        "filter={", "filter=[]", "filter=5", 'filter={"field":"nope","op":"is","value":1}', "sort=nope", "sort=phones",
        "sort=--name", "limit=0", "limit=201", "limit=-1", "limit=x", "limit=9999999999", "cursor=x", "cursor=%00",
        "cursor=eyJzIjoiLWNyZWF0ZWRfYXQiLCJ2IjoieCIsImkiOjEsImQiOiJuIn0", "fields=nope", "fields=,", "expand=name",
        "expand=nope",
        "nothing=1", "q=%00", "limit=1&limit=2", "trashed=perhaps",
        'filter={"field":"amount","op":"gte","value":{}}', 'filter={"field":"phones","op":"contains","value":[]}',
        'filter={"field":"created_at","op":"within","value":{"last":99999999999,"unit":"year"}}',
        'filter={"field":"owner","op":"in","value":[99999999999999999999999]}',
        'filter={"field":"tags","op":"has_any","value":[{}]}', 'filter={"field":"name","op":"is","value":"\\u0000"}',
        'filter={"field":"created_at","op":"on","value":"2026-13-45"}', 'filter={"field":{},"op":[],"value":1}',
        'filter={"related":"opportunities","measure":"count","op":"gte","value":"x"}',
        'filter={"related":["x"]}', 'filter={"not":' * 20 + "{}" + "}" * 20,
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_understood(program: Program, customer: Any, query: str) -> None:
    name, _sign, value = query.partition("=")
    answer = program.get(f"customers/?{name}={value if '%' in value or '&' in value else quote(value)}")

    assert_problem(answer, 400)
    assert fields_of(answer) == [name]


def test_a_cursor_of_another_order(program: Program) -> None:
    for name in "甲乙丙":
        program.post("customers/", {"name": name})
    cursor = program.get("customers/?sort=name&limit=1").json()["next"]

    assert_problem(program.get(f"customers/?sort=-created_at&cursor={cursor}"), 400)


# Who


def test_without_a_token(workspace: Any) -> None:
    for headers in ({}, {"Authorization": "Bearer nobody"}, {"Authorization": "Basic eDp5"}):
        answer = Client().get("/api/v1/customers/", headers=headers)
        assert_problem(answer, 401)
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_expired_or_orphaned_token(program: Program, act: Any, member: Any) -> None:
    from zhike.base import clock

    (kept_hash,) = Token.objects.values_list("secret_hash", flat=True)
    for changes in (
        {"revoked_at": clock.now(), "secret_hash": None},
        {"revoked_at": None, "secret_hash": kept_hash, "expires_at": clock.now()},
    ):
        with act():
            Token.objects.update(**changes)
        assert_problem(program.get("me"), 401)
    with act():
        Token.objects.update(expires_at=None)
        type(member("王芳")).objects.filter(name="王芳").update(is_active=False)
    assert_problem(program.get("me"), 401)


def test_a_token_that_only_reads(member: Any, customer: Any) -> None:
    program = Program(member("王芳"), read_only=True)
    address = f"customers/{customer.pk}/"

    assert program.get(address).status_code == 200
    for answer in (
        program.post("customers/", {"name": "x"}), program.patch(address, {"name": "x"}), program.delete(address),
        program.post("customers/bulk/", {"ids": [customer.pk], "changes": {"name": "x"}}),
        program.post(f"change-sets/{ChangeSet.objects.get(action='create').pk}/undo/"),
    ):  # fmt: skip
        assert_problem(answer, 403)
    customer.refresh_from_db()
    assert (customer.name, customer.trashed_at, Customer.objects.count()) == ("云杉医疗", None, 1)


def test_a_token_for_other_types(member: Any, customer: Any) -> None:
    program = Program(member("王芳"), types=("contacts",))

    assert program.get("contacts/").status_code == 200
    assert_problem(program.get("customers/"), 404)
    assert_problem(program.get(f"customers/{customer.pk}/"), 404)
    assert_problem(program.post("customers/", {"name": "x"}), 404)


def test_an_outsider_reaches_nothing(member: Any, customer: Any) -> None:
    outsider = Program(member("刘洋"))
    address = f"customers/{customer.pk}/"

    assert outsider.get("customers/").json()["items"] == []
    for answer in (
        outsider.get(address), outsider.patch(address, {"name": "x"}), outsider.delete(address),
        outsider.post(f"{address}restore/"), outsider.get(f"{address}history/"),
        outsider.get(f"change-sets/{ChangeSet.objects.get(action='create').pk}/"),
        outsider.post(f"change-sets/{ChangeSet.objects.get(action='create').pk}/undo/"),
    ):  # fmt: skip
        assert_problem(answer, 404)
    pointing = outsider.post("opportunities/", {"name": "年会", "customer": customer.pk})
    assert_problem(pointing, 422)
    assert fields_of(pointing) == ["customer"]
    by_key = outsider.post("opportunities/", {"name": "年会", "customer": {"external_id": "K-1"}})
    assert fields_of(by_key) == ["customer"]
    (told,) = outsider.post("customers/bulk/", [{"id": customer.pk, "changes": {"name": "x"}}]).json()["items"]
    assert told["status"] == 404
    customer.refresh_from_db()
    assert (customer.name, customer.trashed_at, customer.version) == ("云杉医疗", None, 1)


def test_products_are_an_administrators_business(program: Program, member: Any) -> None:
    assert_problem(program.post("products/", {"name": "签证"}), 403)
    assert Program(member("林晓")).post("products/", {"name": "签证"}).status_code == 201


@pytest.mark.parametrize(
    "path",
    ["customers/999999/", "customers/99999999999999999999/", "customers/-1/", "nothing/", "customers/1/x/", "x/y/z"],
)
def test_what_is_not_there(program: Program, path: str) -> None:
    assert_problem(program.get(path), 404)


def test_methods_an_address_does_not_take(program: Program, customer: Any) -> None:
    answer = program.request("PUT", f"customers/{customer.pk}/", {"name": "x"})

    assert_problem(answer, 405)
    assert answer["Allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH"


# Browsers


def test_a_session_needs_the_csrf_token_to_change_anything(member: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member("王芳"), backend="zhike.domains.people.signing_in.MemberBackend")
    body = json.dumps({"name": "云杉"})

    refused = client.post("/api/v1/customers/", body, content_type="application/json")
    secret = client.get("/api/v1/me").wsgi_request.META.get("CSRF_COOKIE")

    assert_problem(refused, 403)
    assert not Customer.objects.exists()
    client.cookies["csrftoken"] = secret = "a" * 32
    taken = client.post("/api/v1/customers/", body, content_type="application/json", headers={"X-CSRFToken": secret})
    assert taken.status_code == 201
    assert ChangeSet.objects.latest("id").door == "api"


def test_problems_speak_the_readers_language(member: Any) -> None:
    english = Program(member("王芳"), language="en").get("customers/0/").json()
    chinese = Program(member("王芳"), language="zh-Hans").get("customers/0/").json()

    assert english["title"] == "Not found"
    assert english["type"] == chinese["type"]
