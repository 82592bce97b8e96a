"""A member makes and revokes tokens for programs."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from zhike.base import clock
from zhike.base.changelog.models import Change, ChangeSet
from zhike.domains.people.models import Token
from zhike.testing.api import Program

HTMX = {"HX-Request": "true"}


def test_a_token_is_made_and_shown_once(client_of: Any, member: Any) -> None:
    client = client_of("王芳")

    shown = client.post("/settings/tokens/", {"name": "ERP", "days": "30", "reach": "chosen",
                         "right_customers": "read", "right_products": "write", "right_contacts": ""},
                        headers=HTMX)  # fmt: skip

    (secret,) = re.findall(r'value="(zk_[^"]+)"', shown.content.decode())
    token = Token.objects.get()
    assert (token.member, token.read_only) == (member("王芳"), False)
    assert token.rights == {"customers": "read", "products": "write"}
    assert abs(token.expires_at - clock.now() - timedelta(days=30)) < timedelta(minutes=1)
    assert Program(secret=secret).get("customers/").status_code == 200
    assert Program(secret=secret).get("contacts/").status_code == 404
    assert secret not in client.get("/settings/tokens/").content.decode()


def test_the_secret_is_kept_nowhere(client_of: Any) -> None:
    shown = client_of("王芳").post("/settings/tokens/", {"name": "ERP"}, headers=HTMX).content.decode()
    (secret,) = re.findall(r'value="(zk_[^"]+)"', shown)

    act = ChangeSet.objects.latest("id")
    kept = [str(change.after) for change in Change.objects.filter(change_set=act)] + [str(Token.objects.values().get())]

    assert act.action == "issue_token"
    assert not any(secret in text for text in kept)


def test_a_revoked_token_opens_nothing(client_of: Any, member: Any) -> None:
    program = Program(member("王芳"))
    token = Token.objects.get()

    answer = client_of("王芳").delete(f"/settings/tokens/{token.pk}/", headers=HTMX)

    assert answer.status_code == 200
    assert "No program acts for you yet." in answer.content.decode()
    assert program.get("me").status_code == 401


def test_nobody_revokes_the_token_of_another(client_of: Any, member: Any) -> None:
    program = Program(member("王芳"))
    token = Token.objects.get()

    assert client_of("刘洋").delete(f"/settings/tokens/{token.pk}/").status_code == 404
    assert program.get("me").status_code == 200


@pytest.mark.parametrize(
    "told",
    [
        {"name": ""},
        {"name": "ERP", "reach": "chosen"},
        {"name": "ERP", "reach": "chosen", "right_customers": "rule"},
        {"name": "ERP", "networks": "10.1.2.3/8"},
        {"name": "ERP", "networks": "10.20.0.0/16 the office"},
        {"name": "ERP", "days": "99999999999"},
    ],
)
def test_what_makes_no_token_is_said_beside_its_field(client_of: Any, told: dict[str, str]) -> None:
    answer = client_of("王芳").post("/settings/tokens/", told, headers=HTMX)

    assert answer.status_code == 422
    assert 'class="errors"' in answer.content.decode()
    assert not Token.objects.exists()


def test_a_token_ends_after_90_days_unless_chosen_otherwise(client_of: Any) -> None:
    client = client_of("王芳")

    client.post("/settings/tokens/", {"name": "ERP"}, headers=HTMX)
    client.post("/settings/tokens/", {"name": "NAS", "days": "never"}, headers=HTMX)

    assert abs(Token.objects.get(name="ERP").expires_at - clock.now() - timedelta(days=90)) < timedelta(minutes=1)
    assert Token.objects.get(name="NAS").expires_at is None


def test_name_rights_and_addresses_change_and_the_secret_stays(client_of: Any, member: Any) -> None:
    program, client = Program(member("王芳")), client_of("王芳")
    address = f"/settings/tokens/{Token.objects.get().pk}/"

    form = client.get(address, headers=HTMX).content.decode()
    answer = client.post(address, {"name": "报表程序", "reach": "chosen", "right_customers": "read",
                                   "networks": "127.0.0.1\n2001:db8::/32"}, headers=HTMX)  # fmt: skip

    assert 'value="test"' in form
    assert answer.status_code == 204
    token = Token.objects.get()
    assert (token.name, token.rights) == ("报表程序", {"customers": "read"})
    assert token.networks == ["127.0.0.1/32", "2001:db8::/32"]
    assert program.get("customers/").status_code == 200
    assert program.post("customers/", {"name": "云杉"}).status_code == 403


def test_a_form_in_a_tab_of_its_own_is_a_whole_page(client_of: Any, member: Any) -> None:
    Program(member("王芳"))
    address = f"/settings/tokens/{Token.objects.get().pk}/"
    client = client_of("王芳")

    page = client.get(address).content.decode()
    answer = client.post(address, {"_page": "1", "name": "报表程序"})

    assert "<html" in page and "data-close" not in page.split('<form class="record-form')[1].split("</form>")[0]
    assert (answer.status_code, answer["Location"]) == (302, "/settings/tokens/")
    assert Token.objects.get().name == "报表程序"


def test_nobody_touches_the_token_of_another(client_of: Any, member: Any) -> None:
    Program(member("王芳"))
    address = f"/settings/tokens/{Token.objects.get().pk}/"
    other = client_of("刘洋")

    assert other.get(address).status_code == 404
    assert other.post(address, {"name": "mine"}).status_code == 404
    assert other.post(f"{address}rotation/", {}).status_code == 404
    assert Token.objects.get().name == "test"


def test_a_token_does_not_beget_tokens(member: Any) -> None:
    program = Program(member("王芳"), types=("customers",))

    answer = Client().post("/settings/tokens/", {"name": "more"}, headers=program.headers)

    assert answer.status_code == 403
    own = f"/settings/tokens/{Token.objects.get().pk}/"
    for path in (own, f"{own}rotation/"):
        assert Client().post(path, {"name": "more"}, headers=program.headers).status_code == 403
    assert [token.rights for token in Token.objects.all()] == [{"customers": "write"}]


def test_the_page_of_the_api_names_fields_and_addresses(client_of: Any) -> None:
    page = client_of("王芳").get("/api/").content.decode()

    assert "/api/v1/opportunities/{id}/actions/win/" in page
    assert "expected_close_on" in page
    assert "/api/v1/products/bulk/" not in page
