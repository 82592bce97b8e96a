"""The whole history of a record, narrowed to a field or to a person."""

from __future__ import annotations

from typing import Any

import pytest

from zhike.base.actors import Actor
from zhike.records import custom, gate, registry
from zhike.records.models import CustomField

CUSTOMERS = registry.get("customers")


@pytest.fixture
def customer(owner: Actor, manager: Actor) -> Any:
    record = gate.create(owner, CUSTOMERS, {"name": "上海云杉", "address": "人民路 1 号"})
    gate.edit(owner, record, {"address": "人民路 2 号"})
    gate.edit(manager, record, {"short_name": "云杉", "address": "人民路 3 号"})
    return record


def history_of(client: Any, customer: Any, query: str) -> str:
    html: str = client.get(f"/customers/{customer.pk}/history/?{query}").content.decode()
    return html.partition('id="record-history"')[2]


def test_one_field_through_all_acts(client_of: Any, customer: Any) -> None:
    html = history_of(client_of("王芳"), customer, "field=address")

    assert [text in html for text in ("人民路 1 号", "人民路 2 号", "人民路 3 号")] == [True] * 3
    assert html.count("<article") == 3
    assert "Short name" not in html and "上海云杉" not in html


def test_what_one_person_did(client_of: Any, customer: Any, manager: Actor) -> None:
    html = history_of(client_of("王芳"), customer, f"who={manager.member_id}")

    assert html.count("<article") == 1
    assert "Short name" in html and "人民路 3 号" in html
    page = client_of("王芳").get(f"/customers/{customer.pk}/history/").content.decode()
    assert f'<option value="{manager.member_id}">陈强</option>' in page


def test_a_custom_field_by_itself(client_of: Any, act: Any, owner: Actor) -> None:
    with act():
        for name, label in (("beds", "床位"), ("rooms", "房间")):
            CustomField.objects.create(record_type="customers", name=name, label=label, kind="integer")
    custom.forget_kept()
    record = gate.create(owner, CUSTOMERS, {"name": "云杉", "beds": "320", "rooms": "12"})
    gate.edit(owner, record, {"rooms": "13"})

    html = history_of(client_of("王芳"), record, "field=beds")

    assert html.count("<article") == 1
    assert "320" in html and "房间" not in html


def test_what_matches_nothing_says_so_and_nonsense_is_refused(client_of: Any, customer: Any) -> None:
    client = client_of("王芳")

    assert "No change is like that." in history_of(client, customer, "field=website")
    for nonsense in ("field=password", "field=x", "who=x"):
        assert client.get(f"/customers/{customer.pk}/history/?{nonsense}").status_code == 400
    assert client_of("刘洋").get(f"/customers/{customer.pk}/history/?field=address").status_code == 404
