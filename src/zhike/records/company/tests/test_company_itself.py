"""What the company is called, its currency, language and time zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from zhike.base import clock
from zhike.base.changelog import undoing
from zhike.base.changelog.models import ChangeSet
from zhike.base.workspaces import queries
from zhike.base.workspaces.models import Workspace
from zhike.records import gate, registry
from zhike.records.company import changing, itself
from zhike.records.company.tests.test_company import raw
from zhike.records.customising import meanwhile
from zhike.records.models import Company

URL = "/settings/company/"
HTMX = {"HX-Request": "true"}


def stored() -> Workspace:
    schema = connection.schema_name  # type: ignore[attr-defined]
    return Workspace.objects.get(schema_name=schema)


def without_amounts(monkeypatch: Any) -> None:
    monkeypatch.setattr(itself, "held_in", list)


def test_its_name_is_changed_shown_and_undone(client_of: Any, administrator: Any) -> None:
    client, before = client_of("林晓"), stored().name
    assert client.post(URL, raw(name="  华程  会奖 "), headers=HTMX).status_code == 204
    assert stored().name == "华程 会奖" and "华程 会奖" in client.get("/").content.decode()
    act = ChangeSet.objects.latest("pk")
    told = client.get(f"/change-sets/{act.pk}/").content.decode()
    assert before in told and "华程 会奖" in told

    undone = undoing.undo(administrator, act)
    assert stored().name == before and before in client.get("/").content.decode()
    undoing.undo(administrator, undone.change_set)
    assert stored().name == "华程 会奖"


def test_each_change_goes_back_by_itself(administrator: Any) -> None:
    changing.revise_company(administrator, raw(fiscal_start="4"))
    before = stored().name
    changing.revise_company(administrator, raw(fiscal_start="4", name="甲"))
    act = ChangeSet.objects.latest("pk")
    changing.revise_company(administrator, raw(fiscal_start="4", name="甲", language="en"))
    undoing.undo(administrator, act)
    assert (stored().name, stored().language, Company.objects.get().fiscal_start) == (before, "en", 4)


def test_the_language_is_everybodys_who_chose_none(administrator: Any) -> None:
    assert "登录" in Client().get("/accounts/login/").content.decode()
    changing.revise_company(administrator, raw(language="en"))
    page = Client().get("/accounts/login/")
    assert page["Content-Language"] == "en" and "登录" not in page.content.decode()
    chinese = Client()
    chinese.cookies["language"] = "zh-hans"
    assert chinese.get("/accounts/login/")["Content-Language"] == "zh-hans"


def test_days_begin_where_the_company_is(administrator: Any) -> None:
    with clock.telling(datetime(2026, 11, 20, 20, tzinfo=UTC)):
        with queries.at_home():
            assert clock.today().isoformat() == "2026-11-21"
        changing.revise_company(administrator, raw(time_zone="America/New_York"))
        with queries.at_home():
            assert clock.today().isoformat() == "2026-11-20"
        assert clock.today().isoformat() == "2026-11-21"


def test_a_page_is_drawn_in_the_companys_time(client_of: Any, administrator: Any) -> None:
    with clock.telling(datetime(2026, 11, 20, 20, tzinfo=UTC)):
        changing.revise_company(administrator, raw(time_zone="America/New_York"))
        page = client_of("林晓").get(URL).content.decode()
    assert 'class="num worked today"><time datetime="2026-11-20"' in page


def test_its_currency_stays_once_records_hold_amounts(client_of: Any, administrator: Any) -> None:
    gate.create(administrator, registry.get("opportunities"), {"name": "年会", "amount": "100"})
    answer = client_of("林晓").post(URL, raw(name="乙", currency="USD"), headers=HTMX)
    assert answer.status_code == 422
    assert "Opportunities · Amount): the company’s own currency stays CNY" in answer.content.decode()
    assert stored().currency == "CNY" and stored().name != "乙" and not Company.objects.exists()


def test_its_currency_is_that_of_new_records(administrator: Any, monkeypatch: Any) -> None:
    without_amounts(monkeypatch)
    changing.revise_company(administrator, raw(currency="EUR"))
    assert gate.create(administrator, registry.get("opportunities"), {"name": "年会"}).currency == "EUR"
    undoing.undo(administrator, ChangeSet.objects.filter(action="revise_company").latest("pk"))
    assert queries.own_currency() == stored().currency == "CNY"


def test_amounts_in_the_trash_count_too(administrator: Any) -> None:
    deals = registry.get("opportunities")
    before = itself.held_in()
    deal = gate.create(administrator, deals, {"name": "年会", "amount": "100"})
    gate.trash(administrator, deal)
    assert before == [] and itself.held_in() == ["Opportunities · Amount"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""), ("name", " \x00\t"), ("name", "长" * 101), ("currency", "XXX"), ("currency", ""),
        ("language", "fr"), ("time_zone", "Mars/Olympus"), ("time_zone", "../etc/passwd"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(client_of: Any, name: str, value: str) -> None:
    before = stored().name
    answer = client_of("林晓").post(URL, raw(**{name: value}), headers=HTMX)
    assert answer.status_code == 422 and f'id="in-{name}-error"' in answer.content.decode()
    assert not Company.objects.exists() and stored().name == before


def test_of_two_administrators_the_second_sees_what_changed(client_of: Any, administrator: Any) -> None:
    seen = meanwhile.written(changing.seen_of(itself.filled(Company())))
    changing.revise_company(administrator, raw(name="甲"))
    answer = client_of("林晓").post(URL, raw(name="乙", seen=seen), headers=HTMX)
    assert answer.status_code == 409 and "甲" in answer.content.decode()
    assert stored().name == "甲"
