"""Making and changing a record through its form: errors beside fields, duplicates, two people at once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zhike.base.changelog import acts
from zhike.base.changelog.models import ChangeSet
from zhike.domains.customers.models import Customer
from zhike.records import gate, registry

HTMX = {"HX-Request": "true"}


@pytest.fixture
def customer(owner: Any) -> Any:
    return gate.create(
        owner, registry.get("customers"), {"name": "上海云杉医疗科技有限公司", "phones": "021-6888 0000"}
    )


def send(client: Any, url: str, **values: Any) -> Any:
    names = ",".join(name for name in values if not name.startswith("_") and name != "seen")
    return client.post(url, {"_fields": names, **values}, headers=HTMX)


def test_a_new_record_belongs_to_its_maker_and_can_be_undone(client_of: Any, owner: Any) -> None:
    client = client_of(owner)

    response = send(client, "/customers/new/", kind="organisation", name="测试公司", phones="[]", owner="", _stay="1")

    customer = Customer.objects.get(name="测试公司")
    assert customer.owner_id == owner.member_id
    undo = json.loads(response["HX-Trigger"])["zhike:toast"]["undo"]
    assert client.post(undo, headers=HTMX).status_code == 200
    assert not Customer.objects.filter(name="测试公司").exists()


def test_errors_stand_beside_their_fields_and_nothing_is_lost(client_of: Any, owner: Any) -> None:
    response = send(client_of(owner), "/customers/new/", name="", phones='[{"number": "12"}]', short_name="测试")

    html = response.content.decode()
    assert response.status_code == 422
    assert 'id="f-name-errors"' in html
    assert 'id="f-phones-errors"' in html
    assert Customer.objects.count() == 0


def test_an_error_of_a_field_not_shown_is_told_at_the_top(client_of: Any, owner: Any) -> None:
    response = send(client_of(owner), "/customers/new/", name="测试", nonsense="1")

    assert response.status_code == 422
    assert "nonsense" in response.content.decode()


def test_sections_follow_the_kind(client_of: Any, owner: Any) -> None:
    client = client_of(owner)

    person = send(client, "/customers/new/", kind="person", name="张三", _redraw="1", _all="1").content.decode()
    company = send(client, "/customers/new/", kind="organisation", name="张三", _redraw="1", _all="1").content.decode()

    assert 'id="w-birthday"' in person and 'id="w-credit_code"' not in person
    assert 'id="w-birthday"' not in company and 'id="w-credit_code"' in company
    assert 'value="张三"' in person
    assert Customer.objects.count() == 0


def test_a_form_begins_with_what_the_address_says(client_of: Any, owner: Any, customer: Any) -> None:
    html = client_of(owner).get(f"/opportunities/new/?customer={customer.pk}", headers=HTMX).content.decode()

    assert f'<option value="{customer.pk}" selected>上海云杉医疗科技有限公司' in html


def test_the_address_names_nobody_the_reader_may_not_see(client_of: Any, outsider: Any, customer: Any) -> None:
    client = client_of(outsider)

    begun = client.get(f"/opportunities/new/?customer={customer.pk}", headers=HTMX).content.decode()
    refused = send(client, "/opportunities/new/", name="", customer=str(customer.pk))

    assert "云杉" not in begun
    assert refused.status_code == 422
    assert "云杉" not in refused.content.decode()


def test_duplicates_are_shown_to_those_who_see_them(client_of: Any, owner: Any, outsider: Any, customer: Any) -> None:
    by_name, by_phone = "/customers/duplicates/?name=上海云杉", "/customers/duplicates/?phones=021-68880000"

    assert "上海云杉医疗" in client_of(owner).get(by_name, headers=HTMX).content.decode()
    assert "上海云杉医疗" in client_of(owner).get(by_phone, headers=HTMX).content.decode()
    assert client_of(outsider).get(by_name, headers=HTMX).content == b""


def test_the_second_writer_chooses_between_both_values(client_of: Any, owner: Any, manager: Any, customer: Any) -> None:
    url, seen = f"/customers/{customer.pk}/edit/", json.dumps({"short_name": "", "name": customer.name})
    send(client_of(owner), url, name=customer.name, short_name="云杉", seen=seen)

    asked = send(client_of(manager), url, name="云杉医疗", short_name="杉", seen=seen)

    html = asked.content.decode()
    assert asked.status_code == 409
    assert "_take_short_name" in html and "_take_name" not in html
    customer.refresh_from_db()
    assert (customer.name, customer.short_name) == ("上海云杉医疗科技有限公司", "云杉")

    again = json.dumps({"short_name": "云杉", "name": customer.name})
    chosen = send(client_of(manager), url, name="云杉医疗", short_name="杉", seen=again, _take_short_name="theirs")

    customer.refresh_from_db()
    assert chosen.status_code == 200
    assert (customer.name, customer.short_name) == ("云杉医疗", "云杉")


def test_seen_that_is_no_json_is_refused(client_of: Any, owner: Any, customer: Any) -> None:
    response = send(client_of(owner), f"/customers/{customer.pk}/edit/", name="新名", seen="[1")

    customer.refresh_from_db()
    assert response.status_code == 400
    assert customer.name == "上海云杉医疗科技有限公司"


def test_an_outsider_changes_nothing(client_of: Any, outsider: Any, customer: Any) -> None:
    client, before = client_of(outsider), ChangeSet.objects.count()

    answers = [
        send(client, f"/customers/{customer.pk}/edit/", name="x"),
        client.post(f"/customers/{customer.pk}/cells/name/", {"value": "x"}, headers=HTMX),
        client.post(f"/customers/{customer.pk}/trash/", headers=HTMX),
        client.post(f"/customers/{customer.pk}/owner/", {"owner": str(outsider.member_id)}, headers=HTMX),
        client.post(f"/customers/{customer.pk}/shares/", {"member": str(outsider.member_id)}, headers=HTMX),
        client.post(f"/customers/{customer.pk}/files/", headers=HTMX),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert ChangeSet.objects.count() == before


def test_handing_over_leads_away_from_what_is_no_longer_seen(
    client_of: Any, owner: Any, outsider: Any, customer: Any
) -> None:
    client = client_of(owner)

    response = client.post(f"/customers/{customer.pk}/owner/", {"owner": str(outsider.member_id)}, headers=HTMX)

    assert response["HX-Redirect"] == "/customers/"
    assert client.get(f"/customers/{customer.pk}/").status_code == 404
    assert client_of(outsider).get(f"/customers/{customer.pk}/").status_code == 200


def _new_deal(client: Any) -> str:
    return str(client.get("/opportunities/new/", headers=HTMX).content.decode())


def test_a_new_deal_begins_in_the_first_stage_of_the_only_pipeline(client_of: Any, owner: Any) -> None:
    from zhike.domains.opportunities import queries
    from zhike.domains.opportunities.models import Pipeline

    pipeline = queries.get_default_pipeline()
    stage = queries.get_first_stage(pipeline)

    assert f'<option value="{stage.pk}" selected>' in _new_deal(client_of(owner))

    with acts.act(owner, "edit"):
        Pipeline.objects.create(name="渠道流程", position=2)
    html = _new_deal(client_of(owner))
    assert f'<option value="{pipeline.pk}" selected>' in html
    assert f'<option value="{stage.pk}" selected>{stage.name}' not in html
