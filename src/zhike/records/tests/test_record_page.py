"""Opening one record: its head, its timeline, what belongs to it, and who may not."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhike.base.changelog import acts
from zhike.domains.activities import services as activities
from zhike.records import gate, registry, timeline
from zhike.records.tests.importing import imported, table

MOST_QUERIES = 30


@pytest.fixture
def customer(owner: Any) -> Any:
    return gate.create(
        owner, registry.get("customers"), {"name": "上海云杉医疗科技有限公司", "phones": "021-6888 0000"}
    )


@pytest.fixture
def deals(owner: Any, customer: Any) -> list[Any]:
    opportunities = registry.get("opportunities")
    made = [
        gate.create(owner, opportunities, {"name": name, "customer": customer.pk, "amount": amount})
        for name, amount in (("年会", "350000"), ("拓展营", "132000"))
    ]
    gate.perform(owner, made[1], opportunities.action("win"), {})
    return made


def test_the_page_shows_facts_of_its_own_and_of_higher_domains(
    client_of: Any, owner: Any, customer: Any, deals: Any
) -> None:
    page = client_of(owner).get(f"/customers/{customer.pk}/").content.decode()

    assert "上海云杉医疗科技有限公司" in page
    assert "¥ 132,000" in page
    assert "¥ 350,000" in page
    assert re.search(r"Opportunities</h2><span[^>]*>2<", page)


def test_a_person_has_no_subsidiaries(client_of: Any, owner: Any, customer: Any) -> None:
    person = gate.create(owner, registry.get("customers"), {"kind": "person", "name": "沈鹏"})
    client = client_of(owner)

    assert "Subsidiaries" in client.get(f"/customers/{customer.pk}/").content.decode()
    assert "Subsidiaries" not in client.get(f"/customers/{person.pk}/").content.decode()


def test_a_page_with_200_entries_keeps_to_its_queries(client_of: Any, owner: Any, customer: Any, deals: Any) -> None:
    with acts.act(owner, "log_activity"):
        for number in range(120):
            activities.log_activity(actor=owner, kind="note", body=f"备注 {number}", on=[customer])
    for number in range(80):
        gate.edit(owner, customer, {"short_name": f"云杉 {number}"})
    client = client_of(owner)
    client.get(f"/customers/{customer.pk}/")

    with CaptureQueriesContext(connection) as queries:
        page = client.get(f"/customers/{customer.pk}/").content.decode()

    assert page.count('<article class="event') == timeline.PAGE
    assert len(queries) <= MOST_QUERIES


def test_the_timeline_goes_on_without_loss_or_repetition(client_of: Any, owner: Any, customer: Any) -> None:
    with acts.act(owner, "log_activity"):
        for number in range(40):
            activities.log_activity(actor=owner, kind="note", body=f"备注 {number}", on=[customer])
    for number in range(25):
        gate.edit(owner, customer, {"short_name": f"云杉 {number}"})
    client, url, seen = client_of(owner), f"/customers/{customer.pk}/timeline/", []

    while url:
        html = client.get(url, headers={"HX-Request": "true"}).content.decode()
        seen += re.findall(r'<article class="event.*?</article>', html, re.S)
        more = re.search(r'timeline-more"[^>]*hx-get="([^"]+)"', html)
        url = more[1].replace("&amp;", "&") if more else ""

    assert sum("备注" in entry for entry in seen) == 40
    assert sum("云杉" in entry for entry in seen) == 25
    assert len(seen) == 66


def test_the_timeline_says_what_became_of_a_field(client_of: Any, owner: Any, customer: Any) -> None:
    gate.edit(owner, customer, {"short_name": "云杉"})
    gate.edit(owner, customer, {"short_name": "云杉医疗"})

    html = client_of(owner, language="en").get(f"/customers/{customer.pk}/timeline/").content.decode()

    assert "<b>王芳</b> changed <b>Short name</b> from 云杉 to 云杉医疗" in html


def test_a_logged_activity_is_told_once_not_as_a_change_too(client_of: Any, owner: Any, customer: Any) -> None:
    with acts.act(owner, "log_activity"):
        activities.log_activity(actor=owner, kind="call", body="确认人数", on=[customer])

    html = client_of(owner).get(f"/customers/{customer.pk}/timeline/").content.decode()

    assert html.count('<article class="event') == 2


def test_moving_a_stage_tells_the_time_in_the_former(client_of: Any, owner: Any, deals: Any) -> None:
    html = client_of(owner).get(f"/opportunities/{deals[1].pk}/timeline/").content.decode()

    assert "moved this from" in html
    assert "Less than a day in" in html


@pytest.mark.parametrize("part", ["", "timeline/", "history/", "edit/", "files/", "shares/", "owner/", "cells/name/",
                                  "parts/", "related/opportunities/"])  # fmt: skip
def test_an_outsider_finds_nothing(client_of: Any, outsider: Any, customer: Any, part: str) -> None:
    response = client_of(outsider).get(f"/customers/{customer.pk}/{part}")

    assert response.status_code == 404
    assert "云杉" not in response.content.decode()


@pytest.mark.parametrize("name", ["customers", "contacts", "opportunities", "activities", "products", "members",
                                  "departments"])  # fmt: skip
def test_every_type_has_a_page_a_form_and_a_history(client_of: Any, administrator: Any, name: str) -> None:
    from zhike.testing import samples

    record_type = registry.get(name)
    record = samples.record_of(administrator, record_type)
    client = client_of(administrator)

    for address in ("", "edit/", "history/", "timeline/", "files/", "parts/"):
        assert client.get(f"{record.get_absolute_url()}{address}").status_code == 200, address
    for relation in registry.get(name).related:
        from zhike.records.pages.related import key_of

        assert client.get(f"{record.get_absolute_url()}related/{key_of(relation)}/").status_code == 200


def test_a_trashed_record_says_so_and_can_be_restored(client_of: Any, owner: Any, customer: Any) -> None:
    client = client_of(owner)

    client.post(f"/customers/{customer.pk}/trash/", headers={"HX-Request": "true"})
    page = client.get(f"/customers/{customer.pk}/").content.decode()

    assert "in the trash since" in page
    assert client.delete(f"/customers/{customer.pk}/trash/", headers={"HX-Request": "true"}).status_code == 200
    customer.refresh_from_db()
    assert customer.trashed_at is None


def test_places_that_mean_nothing_are_refused(client_of: Any, owner: Any, customer: Any) -> None:
    client = client_of(owner)

    assert client.get(f"/customers/{customer.pk}/timeline/?before=nonsense").status_code == 400
    assert client.get(f"/customers/{customer.pk}/timeline/?before=2026-01-01~x~1").status_code == 400
    assert client.get(f"/customers/{customer.pk}/timeline/?only=nonsense").status_code == 400
    assert client.get(f"/customers/{customer.pk}/related/nonsense/").status_code == 404


def test_beside_one_record_no_click_takes_back_an_import_of_many(client_of: Any, administrator: Any) -> None:
    run = imported(administrator, "customers", table(("客户名称",), ("云杉一",), ("云杉二",)))
    record = registry.get("customers").queryset().get(name="云杉一")

    html = client_of("林晓").get(f"/customers/{record.pk}/timeline/").content.decode()

    assert f'href="/change-sets/{run.change_set_id}/"' in html and "The whole act" in html
    assert f"/change-sets/{run.change_set_id}/undo/" not in html
