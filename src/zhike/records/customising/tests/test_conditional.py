"""Fields shown or required only when a condition holds: in forms, cells, imports, bulk edits and the API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zhike.records import conditional, gate, registry
from zhike.records.customising import changing
from zhike.records.models import CustomField
from zhike.records.tests.importing import checked, counts, imported, reasons, table
from zhike.testing import custom as own
from zhike.testing.api import Program

HTMX = {"HX-Request": "true"}
PERSON = {"field": "kind", "op": "in", "value": ["person"]}
REQUIRED = {"": ["This field is required."]}


def customers() -> Any:
    return registry.get("customers")


@pytest.fixture
def listed(administrator: Any) -> str:
    """上市 says whether a customer is listed; 股票代码 is asked of those that are."""
    return str(own.add(administrator, "customers", "yes_no", label="上市", label_en="Listed").name)


@pytest.fixture
def code(listed: str, administrator: Any) -> str:
    when = json.dumps({"field": listed, "op": "is", "value": True})
    row = own.add(
        administrator, "customers", "text", label="股票代码", label_en="Ticker", shown_when=when, required_when=when
    )
    return str(row.name)


def row_of(name: str) -> CustomField:
    return CustomField.objects.get(record_type="customers", name=name)


def test_no_road_leads_past_a_required_field(
    listed: str, code: str, administrator: Any, client_of: Any, member: Any
) -> None:
    with pytest.raises(gate.Refused) as refused:
        gate.create(administrator, customers(), {"name": "甲", listed: True})
    assert refused.value.errors == {code: ["This field is required."]}
    record = gate.create(administrator, customers(), {"name": "甲", listed: False})
    answer = Program(member("林晓")).patch(f"customers/{record.pk}/", {listed: True})
    assert answer.status_code == 422 and code in answer.content.decode()
    cell = client_of("林晓").post(f"/customers/{record.pk}/cells/{listed}/", {"value": "true"}, headers=HTMX)
    assert cell.status_code == 422
    bulk = {"ids": [record.pk], "fields": listed, f"set-{listed}": "true"}
    client_of("林晓").post("/customers/bulk/edit/", bulk, headers=HTMX)
    record.refresh_from_db()
    assert record.custom[listed] is False
    rows = table(("客户名称", "上市", "股票代码"), ("乙", "是", ""), ("丙", "是", "600000"), ("丁", "否", ""))
    assert checked(administrator, "customers", rows)["rejected"] == 1
    run = imported(administrator, "customers", rows)
    assert counts(run)[0] == 2 and "This field is required." in reasons(run)[2]
    gate.edit(administrator, record, {listed: True, code: "600001"})


def test_a_form_shows_it_as_soon_as_the_condition_holds(listed: str, code: str, client_of: Any) -> None:
    client = client_of("林晓")
    for value, shown in (("true", True), ("false", False), ("", False)):
        sent = {"name": "甲", "kind": "organisation", listed: value, "_fields": f"name,kind,{listed}"}
        drawn = client.post("/customers/new/", sent | {"_redraw": "1", "_all": "1"}, headers=HTMX).content.decode()
        assert (f'id="w-{code}"' in drawn) is shown, value
        assert (f'name="{code}" aria-required="true"' in drawn) is shown
    first = client.get("/customers/new/?_all=1", headers=HTMX).content.decode()
    control = first[first.index(f'id="f-{listed}"') :]
    assert 'hx-vals=\'{"_redraw": "1"}\'' in control[: control.index(">")]


def test_a_page_shows_it_where_the_condition_holds(listed: str, code: str, administrator: Any, client_of: Any) -> None:
    listed_one = gate.create(administrator, customers(), {"name": "甲", listed: True, code: "600000"})
    other = gate.create(administrator, customers(), {"name": "乙"})
    assert "Ticker" in client_of("林晓").get(f"/customers/{listed_one.pk}/").content.decode()
    assert "Ticker" not in client_of("林晓").get(f"/customers/{other.pk}/").content.decode()


def test_a_required_field_is_required_only_where_it_is_shown(administrator: Any) -> None:
    name = own.add(
        administrator, "customers", "text", label="身份证号", required="1", shown_when=json.dumps(PERSON)
    ).name
    gate.create(administrator, customers(), {"name": "某公司", "kind": "organisation"})
    with pytest.raises(gate.Refused) as refused:
        gate.create(administrator, customers(), {"name": "某人", "kind": "person"})
    assert refused.value.errors == {name: ["This field is required."]}


def test_the_short_form_asks_what_is_required_now(administrator: Any, client_of: Any) -> None:
    when = json.dumps({"field": "name", "op": "not_empty"})
    name = own.add(administrator, "customers", "text", label="代码", required_when=when).name
    sent = {"name": "甲", "kind": "organisation", "_fields": "name,kind"}
    refused = client_of("林晓").post("/customers/new/", sent, headers=HTMX)
    assert refused.status_code == 422 and f'id="w-{name}"' in refused.content.decode()


def test_it_is_asked_of_a_record_that_is_not_saved(administrator: Any) -> None:
    record = customers().model(name="甲", kind="person")
    own.add(administrator, "customers", "text", label="一", shown_when=json.dumps(PERSON))
    when = {"any": [{"field": "owner.department", "op": "not_empty"}, {"not": PERSON}]}
    hidden = own.add(administrator, "customers", "text", label="二", shown_when=json.dumps(when)).name
    assert conditional.state_of(customers(), record) == ({hidden}, frozenset())
    record.owner_id = administrator.member_id
    assert conditional.state_of(customers(), record) == (frozenset(), frozenset())


def test_a_condition_on_a_field_that_is_gone_rests_and_says_so(
    listed: str, code: str, administrator: Any, client_of: Any
) -> None:
    changing.remove_field(administrator, row_of(listed))

    gate.create(administrator, customers(), {"name": "甲"})
    record = gate.create(administrator, customers(), {"name": "乙", code: "1"})

    assert "Ticker" in client_of("林晓").get(f"/customers/{record.pk}/").content.decode()
    page = client_of("林晓").get("/settings/fields/customers/").content.decode()
    assert "The field “上市” was removed." in page or "The field “Listed” was removed." in page


@pytest.mark.parametrize("wrong", ['{"field": "nothing", "op": "is", "value": 1}', "{", "[]"])
def test_a_condition_that_means_nothing_is_refused(administrator: Any, wrong: str) -> None:
    with pytest.raises(gate.Refused) as refused:
        own.add(administrator, "customers", "text", label="一", required_when=wrong)
    assert list(refused.value.errors) == ["required_when"]


def test_the_settings_give_the_condition_back(code: str, client_of: Any) -> None:
    drawn = client_of("林晓").get(f"/settings/fields/customers/{row_of(code).pk}/", headers=HTMX).content.decode()
    assert drawn.count("condition-builder data-fields-url") == 2 and "&quot;op&quot;: &quot;is&quot;" in drawn
