"""The palette and the page of results, as a member sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from zhike.base.actors import Actor
from zhike.records import gate, registry
from zhike.records.search import indexing, visits
from zhike.testing import log


@pytest.fixture
def customer(owner: Actor) -> Any:
    made = gate.create(owner, registry.get("customers"), {"name": "上海云杉<b>医疗", "phones": "13800138000"})
    indexing.index_changes(log.rows_after())
    return made


def palette(client: Client, words: str) -> str:
    answer = client.get("/search/palette/", {"q": words}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_record_is_offered_with_what_was_typed_marked(customer: Any, client_of: Callable[..., Client]) -> None:
    html = palette(client_of("王芳"), "云杉")

    assert f'href="/customers/{customer.pk}/"' in html
    assert "上海<mark>云杉</mark>&lt;b&gt;医疗" in html


def test_the_phone_that_was_meant_stands_beside(customer: Any, client_of: Callable[..., Client]) -> None:
    assert "138 0013 8000" in palette(client_of("王芳"), "8000")
    assert "138 0013 8000" not in palette(client_of("王芳"), "云杉")


def test_an_outsider_sees_no_trace(customer: Any, client_of: Callable[..., Client]) -> None:
    for address in ("/search/palette/", "/search/"):
        answer = client_of("刘洋").get(address, {"q": "云杉"})
        assert f"/customers/{customer.pk}/" not in answer.content.decode()


def test_strangers_sign_in_first(workspace: Any, client: Client) -> None:
    assert client.get("/search/", {"q": "x"}).status_code == 302
    assert client.get("/search/palette/", headers={"HX-Request": "true"}).status_code == 401


@pytest.mark.parametrize("typed", ["新建客户", "xjkh", "xinjian", "new cust", "New customer"])
def test_actions_are_found_in_either_language(workspace: Any, client_of: Callable[..., Client], typed: str) -> None:
    html = palette(client_of("王芳"), typed)

    assert 'href="/customers/new/" data-drawer' in html


def test_settings_are_offered_to_those_who_may_change_them(workspace: Any, client_of: Callable[..., Client]) -> None:
    assert "/settings/jobs/" in palette(client_of("林晓"), "jobs")
    assert "/settings/jobs/" not in palette(client_of("王芳"), "jobs")


def test_before_anything_is_typed_the_last_records_and_main_pages_are_offered(
    customer: Any, owner: Actor, outsider: Actor, client_of: Callable[..., Client]
) -> None:
    visits.note_visit(owner, customer)
    visits.note_visit(outsider, customer)

    assert f'href="/customers/{customer.pk}/"' in palette(client_of("王芳"), "")
    assert f'href="/customers/{customer.pk}/"' not in palette(client_of("刘洋"), ""), "no longer to be seen"
    assert 'href="/customers/"' in palette(client_of("刘洋"), "")


def test_no_more_than_twenty_visits_are_remembered_for_long(owner: Actor) -> None:
    for number in range(50):
        made = gate.create(owner, registry.get("contacts"), {"name": f"人{number}"})
        visits.note_visit(owner, made)
        visits.note_visit(owner, made)

    latest = visits.recent_records(owner, 50)

    assert [str(record) for record in latest[:2]] == ["人49", "人48"]
    assert len(latest) == visits.KEPT
    assert visits.Visit.objects.filter(member_id=owner.member_id).count() <= visits.KEPT + 1


def test_the_page_counts_and_leads_on_to_the_list(owner: Actor, client_of: Callable[..., Client]) -> None:
    for number in range(11):
        gate.create(owner, registry.get("contacts"), {"name": f"云杉{number}"})
    indexing.index_changes(log.rows_after())

    html = client_of("王芳").get("/search/", {"q": "云杉"}).content.decode()

    assert '<span class="muted num">11</span>' in html
    assert 'href="/contacts/?q=%E4%BA%91%E6%9D%89"' in html
    assert html.count('class="related-item"') == 8


@pytest.mark.parametrize("typed", ["\0", "x" * 5000, "<script>", "%00", "' OR 1=1", "％＿"])
def test_strange_words_get_an_answer(workspace: Any, client_of: Callable[..., Client], typed: str) -> None:
    for address in ("/search/", "/search/palette/"):
        answer = client_of("王芳").get(address, {"q": typed})
        assert answer.status_code == 200
        assert "<script>" not in answer.content.decode().replace('<script type="module"', "")
