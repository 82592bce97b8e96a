"""What the condition builder and the pickers ask."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from zhike.records import conditions, gate, registry
from zhike.records.search import indexing


def test_fields_come_with_operators_and_choices(client_of: Any, owner: Any) -> None:
    described = client_of(owner).get("/opportunities/conditions/").json()
    fields = {field["name"]: field for field in described["fields"]}

    assert [op["op"] for op in fields["status"]["operators"]] == ["in", "not_in", "empty", "not_empty"]
    assert ["open", "Open"] in fields["status"]["choices"]
    assert fields["owner"]["options_url"] == "/members/options/"
    assert (fields["customer.industry"]["label"], fields["customer.industry"]["group"]) == (
        "Customer · Industry",
        "Customer",
    )
    assert {op["takes"] for op in fields["expected_close_on"]["operators"]} == {"span", "date", "range", "none"}
    assert described["labels"]["all"] and described["spans"]["whole"]


def test_fields_stand_as_on_the_form_and_what_the_system_keeps_comes_last(client_of: Any, owner: Any) -> None:
    described = client_of(owner).get("/opportunities/conditions/").json()
    names = [field["name"] for field in described["fields"] if "." not in field["name"]]

    assert names[:3] == ["name", "customer", "contact"]
    assert names[-3:] == ["created_at", "created_by", "updated_at"]


def test_a_nested_description_goes_no_deeper(client_of: Any, owner: Any) -> None:
    described = client_of(owner).get("/opportunities/conditions/?nested=1").json()

    assert described["related"] == []
    assert not any("." in field["name"] for field in described["fields"])


def test_every_offered_operator_compiles(client_of: Any, owner: Any) -> None:
    """Each kind of value the builder would send is one the language takes."""
    values: dict[str, Any] = {
        "none": None, "number": 3, "range": [1, 2], "date": "2026-01-31", "span": {"last": 14, "unit": "day"},
        "text": "x", "texts": ["x"], "records": [1], "choice": None, "choices": None,
    }  # fmt: skip
    for name in ("customers", "contacts", "opportunities", "products", "activities", "members", "departments"):
        kind = registry.get(name)
        for field in client_of(owner).get(f"/{name}/conditions/").json()["fields"]:
            for operator in field["operators"]:
                value = values[operator["takes"]]
                if operator["takes"] in ("choice", "choices"):
                    if not field["choices"]:
                        continue
                    first = field["choices"][0][0]
                    value = first if operator["takes"] == "choice" else [first]
                if operator["takes"] == "range" and field["kind"] in ("day", "datetime"):
                    value = ["2026-01-01", "2026-12-31"]
                if operator["takes"] == "text":
                    value = "138" if field["kind"] == "phones" else "x"
                raw = {"field": field["name"], "op": operator["op"]} | ({} if value is None else {"value": value})
                if field["kind"] == "email" and operator["takes"] == "text":
                    raw["value"] = "name@example.com"
                if field["kind"] == "link" and operator["takes"] == "text":
                    raw["value"] = "example.com"
                if field["kind"] == "link" and operator["takes"] == "texts":
                    raw["value"] = ["example.com"]
                assert conditions.filtered(kind.queryset(), raw, kind, owner).count() >= 0, (name, raw)


def test_a_condition_is_told_as_a_sentence(client_of: Any, owner: Any) -> None:
    raw = {"all": [{"field": "status", "op": "in", "value": ["open"]}, {"field": "owner", "op": "is_my_team"}]}

    answer = client_of(owner).get(f"/opportunities/conditions/explain/?filter={quote(json.dumps(raw))}")

    assert answer.json() == {"sentence": "Status is Open and Owner is me or my team"}


@pytest.mark.parametrize("raw", ["{", "[]", '{"field":"x","op":"is","value":1}', '{"any":3}', "[" * 5000])
def test_what_means_nothing_is_an_error_in_words(client_of: Any, owner: Any, raw: str) -> None:
    answer = client_of(owner).get("/opportunities/conditions/explain/", {"filter": raw})

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_sentence_names_no_record_its_reader_may_not_see(client_of: Any, owner: Any, outsider: Any) -> None:
    secret = gate.create(owner, registry.get("customers"), {"name": "绝密客户"})
    raw = json.dumps({"field": "customer", "op": "in", "value": [secret.pk]})

    told = client_of(outsider).get("/opportunities/conditions/explain/", {"filter": raw}).json()["sentence"]
    page = client_of(outsider).get("/opportunities/", {"filter": raw}).content.decode()

    assert "绝密" not in told and f"#{secret.pk}" in told
    assert "绝密" not in page
    assert "绝密客户" in client_of(owner).get("/opportunities/conditions/explain/", {"filter": raw}).json()["sentence"]


# Pickers


@pytest.mark.parametrize("words", ["上海云", "shanghai", "sh", "云杉", "138 0013 8000", "8000", "SHYS"])
def test_a_picker_finds_by_what_people_type(client_of: Any, owner: Any, words: str) -> None:
    found = gate.create(
        owner, registry.get("customers"), {"name": "上海云杉医疗科技有限公司", "phones": ["138 0013 8000"]}
    )
    indexing.index(registry.get("customers"), [found.pk])

    items = client_of(owner).get("/customers/options/", {"q": words}).json()["items"]

    assert [item["value"] for item in items] == [found.pk]
    assert items[0]["label"] == "上海云杉医疗科技有限公司"


def test_a_picker_offers_only_what_may_be_seen(client_of: Any, owner: Any, outsider: Any) -> None:
    found = gate.create(owner, registry.get("customers"), {"name": "上海云杉医疗科技有限公司"})
    indexing.index(registry.get("customers"), [found.pk])
    client = client_of(outsider)

    assert client.get("/customers/options/", {"q": "上海"}).json()["items"] == []
    assert client.get("/customers/options/", {"ids": found.pk}).json()["items"] == []
    assert client.get("/customers/options/").json()["items"] == []


def test_members_and_departments_can_be_picked(client_of: Any, owner: Any, member: Any) -> None:
    client = client_of(owner)
    for name in ("members", "departments"):
        indexing.rebuild(registry.get(name))

    wang = client.get("/members/options/", {"q": "wangfang"}).json()["items"]
    east = client.get("/departments/options/", {"q": "华东"}).json()["items"]
    named = client.get("/members/options/", {"ids": f"{member('李娜').pk},x,99999"}).json()["items"]

    assert [item["label"] for item in wang] == ["王芳"]
    assert [item["label"] for item in east] == ["华东销售部"]
    assert [item["label"] for item in named] == ["李娜"]


# Whatever somebody writes into an address

NASTY: tuple[Any, ...] = (
    None, "", "\x00", "a\x00b", "x" * 30_000, True, False, 0, -1, 10**30, 1.5, float("nan"), float("inf"),
    "NaN", "1e9999",
    [], [None], ["\x00"], [[1]], [{}], [10**30], ["x", 1], {}, {"this": "x"}, {"last": "x"}, {"last": -1},
    {"last": 10**9, "unit": "year"}, {"last": 3, "unit": []}, {"id": 1}, ["2026-13-40", "x"], "2026-02-30",
    "9999-12-31", ["0001-01-01", "9999-12-31"], "%_\\", "'; --", "\ud800",
)  # fmt: skip


@pytest.mark.parametrize(
    "name", ["customers", "contacts", "opportunities", "products", "activities", "members", "departments"]
)
def test_no_value_breaks_a_condition(owner: Any, name: str) -> None:
    """A condition is either understood or refused in words; the database never has to say so."""
    kind = registry.get(name)
    for field_name, field in kind.fields().items():
        for operator in field.operators:
            for value in NASTY:
                raw = {"field": field_name, "op": operator, "value": value}
                try:
                    conditions.filtered(kind.queryset(), raw, kind, owner).exists()
                    assert isinstance(conditions.explain(raw, kind, owner), str)
                except conditions.ConditionError:
                    continue
                except Exception as error:
                    raise AssertionError(f"{raw!r:.200}") from error
