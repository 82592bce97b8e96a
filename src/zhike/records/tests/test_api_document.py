"""The OpenAPI document: what it says of fields, to whom, in which language."""

from __future__ import annotations

from typing import Any

from zhike.records import custom, registry
from zhike.records.models import CustomField
from zhike.testing.api import Program


def document_for(member: Any, **options: Any) -> Any:
    return Program(member, **options).get("openapi.json").json()


def test_every_type_and_field_is_described(member: Any) -> None:
    document = document_for(member("林晓"))

    assert document["openapi"].startswith("3.1")
    for record_type in registry.all_types():
        assert {"get", "post"} <= set(document["paths"][f"/api/v1/{record_type.name}/"])
        described = document["components"]["schemas"][record_type.model.__name__]["properties"]
        assert set(described) == {"id", "version", "trashed_at", *record_type.fields()}


def test_what_is_described_is_what_is_answered(member: Any) -> None:
    program = Program(member("林晓"))
    described = document_for(member("林晓"))["components"]["schemas"]["Opportunity"]["properties"]

    answered = program.post("opportunities/", {"name": "年会"}).json()

    assert list(answered) == ["id", "version", "trashed_at", *registry.get("opportunities").fields()]
    assert set(answered) == set(described)


def test_labels_speak_the_readers_language(member: Any) -> None:
    english = document_for(member("林晓"), language="en")["components"]["schemas"]["Customer"]["properties"]
    chinese = document_for(member("林晓"), language="zh-Hans")["components"]["schemas"]["Customer"]["properties"]

    assert english["industry"]["title"] == "Industry"
    assert chinese["industry"]["title"] == "行业"


def test_custom_fields_stand_beside_the_others(member: Any, act: Any) -> None:
    with act():
        CustomField.objects.create(record_type="customers", name="tier", kind="choice", label="级别",
                                   options={"choices": [{"value": "A", "label": "甲"}]})  # fmt: skip
    custom.forget_kept()
    program = Program(member("林晓"))

    described = document_for(member("林晓"))["components"]["schemas"]
    created = program.post("customers/", {"name": "云杉", "tier": "A"}).json()
    refused = program.post("customers/", {"name": "云杉", "tier": "Z"})

    assert "tier" in described["NewCustomer"]["properties"]
    assert created["tier"] == "A"
    assert [error["field"] for error in refused.json()["errors"]] == ["tier"]
    condition = '{"field":"tier","op":"in","value":["A"]}'
    found = program.get(f"customers/?sort=-tier&filter={condition}").json()["items"]
    assert [item["id"] for item in found] == [created["id"]]


def test_a_reader_is_offered_no_writing(member: Any) -> None:
    paths = document_for(member("王芳"), read_only=True, types=("customers",))["paths"]

    assert set(paths["/api/v1/customers/"]) == {"get"}
    assert "/api/v1/customers/bulk/" not in paths
    assert "/api/v1/contacts/" not in paths
