"""A member makes and revokes tokens for programs."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.test import Client

from zhike.base import clock
from zhike.base.changelog.models import Change, ChangeSet
from zhike.domains.people.models import Token
from zhike.testing.api import Program

HTMX = {"HX-Request": "true"}


def test_a_token_is_made_and_shown_once(client_of: Any, member: Any) -> None:
    client = client_of("王芳")

    shown = client.post("/settings/tokens/", {"name": "ERP", "days": "30", "types": ["customers"], "read_only": "on"},
                        headers=HTMX)  # fmt: skip

    (secret,) = re.findall(r'value="(zk_[^"]+)"', shown.content.decode())
    token = Token.objects.get()
    assert (token.member, token.types, token.read_only) == (member("王芳"), ["customers"], True)
    assert abs(token.expires_at - clock.now() - timedelta(days=30)) < timedelta(minutes=1)
    assert Program(secret=secret).get("customers/").status_code == 200
    assert Program(secret=secret).get("contacts/").status_code == 403
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


def test_a_token_needs_a_name(client_of: Any) -> None:
    answer = client_of("王芳").post("/settings/tokens/", {"name": ""}, headers=HTMX)

    assert answer.status_code == 422
    assert not Token.objects.exists()


def test_a_token_does_not_beget_tokens(member: Any) -> None:
    program = Program(member("王芳"), types=("customers",))

    answer = Client().post("/settings/tokens/", {"name": "more"}, headers=program.headers)

    assert answer.status_code == 403
    assert Token.objects.count() == 1


def test_the_page_of_the_api_names_fields_and_addresses(client_of: Any) -> None:
    page = client_of("王芳").get("/api/").content.decode()

    assert "/api/v1/opportunities/{id}/actions/win/" in page
    assert "expected_close_on" in page
    assert "/api/v1/products/bulk/" not in page
