"""An administrator looks after everybody's tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from zhike.base import clock
from zhike.base.changelog.models import ChangeSet
from zhike.base.notices.models import Notice
from zhike.domains.people.models import Token
from zhike.testing.api import Program

PAGE = "/settings/tokens/all/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def programs(member: Any, act: Any) -> dict[str, Program]:
    found = {
        "used": Program(member("王芳"), rights={"customers": "write"}, networks=["127.0.0.0/8"]),
        "unused": Program(member("刘洋"), read_only=True),
        "over": Program(member("李娜"), expires_at=clock.now() - timedelta(days=1)),
    }
    with act():
        for name, token in zip(found, Token.objects.order_by("id"), strict=True):
            Token.objects.filter(pk=token.pk).update(name=name)
    assert found["used"].get("me").status_code == 200
    return found


def test_each_state_has_its_tokens(client_of: Any, programs: dict[str, Program]) -> None:
    client = client_of("林晓")

    def shown(state: str) -> set[str]:
        page = client.get(f"{PAGE}?state={state}").content.decode()
        return {name for name in programs if f"<b>{name}</b>" in page}

    assert shown("working") == {"used", "unused"}
    assert shown("unused") == {"unused"}
    assert shown("expired") == {"over"}
    assert shown("revoked") == set()
    assert shown("nonsense") == {"used", "unused"}


@pytest.mark.usefixtures("programs")
def test_the_page_says_who_what_for_and_from_where(client_of: Any) -> None:
    page = client_of("林晓").get(PAGE).content.decode()

    for word in ("王芳", "刘洋", "Customers · read and change", "127.0.0.0/8", "127.0.0.1"):
        assert word in page


def test_an_administrator_revokes_and_its_member_is_told(
    client_of: Any, member: Any, programs: dict[str, Program]
) -> None:
    token = Token.objects.get(name="used")

    answer = client_of("林晓").delete(f"{PAGE}{token.pk}/", headers=HTMX)

    assert answer.status_code == 200
    assert programs["used"].get("me").status_code == 401
    assert ChangeSet.objects.latest("id").subject == "王芳 · used"
    (notice,) = Notice.objects.filter(member=member("王芳"))
    assert "林晓" in notice.text and "used" in notice.text
    assert client_of("林晓").delete(f"{PAGE}{token.pk}/", headers=HTMX).status_code == 404


@pytest.mark.parametrize("who", ["王芳", "陈强"])
@pytest.mark.usefixtures("programs")
def test_nobody_else_looks_or_revokes(client_of: Any, who: str) -> None:
    client, token = client_of(who), Token.objects.get(name="unused")

    assert client.get(PAGE).status_code == 403
    assert client.delete(f"{PAGE}{token.pk}/").status_code == 403
    assert "all/" not in client.get("/settings/tokens/").content.decode()
    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.mark.usefixtures("programs")
def test_a_token_of_an_administrator_does_not_either(member: Any) -> None:
    program = Program(member("林晓"))
    browser = Client(headers=program.headers)

    assert browser.get(PAGE).status_code == 403
    assert browser.delete(f"{PAGE}{Token.objects.get(name='unused').pk}/").status_code == 403
