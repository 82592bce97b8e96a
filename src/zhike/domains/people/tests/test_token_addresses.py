"""A token is for certain addresses: elsewhere it opens nothing, and its member hears of it once a day."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from zhike.base import clock
from zhike.base.notices.models import Notice
from zhike.domains.people import token_use
from zhike.domains.people.models import Token
from zhike.testing.api import Program

NETWORKS = ["203.0.113.0/24", "2001:db8::/32"]


@pytest.fixture
def program(member: Any) -> Program:
    return Program(member("王芳"), networks=NETWORKS)


def asked(program: Program, address: str, **headers: str) -> Any:
    client = Client(REMOTE_ADDR=address)
    return client.get("/api/v1/me", headers=program.headers | {n.replace("_", "-"): v for n, v in headers.items()})


@pytest.mark.parametrize("address", ["203.0.113.9", "2001:db8:7::1", "::ffff:203.0.113.9"])
def test_from_its_addresses_it_works(program: Program, address: str) -> None:
    assert asked(program, address).status_code == 200


@pytest.mark.parametrize("address", ["203.0.114.9", "2001:db9::1", "::1", ""])
def test_from_elsewhere_it_is_turned_away_with_a_sentence(program: Program, address: str) -> None:
    answer = asked(program, address)

    assert answer.status_code == 403
    assert answer.json()["detail"] == "This token may not be used from this address."
    assert Token.objects.get().last_used_at is None


def test_pages_turn_it_away_as_well(program: Program) -> None:
    answer = Client(REMOTE_ADDR="198.51.100.1").get("/customers/", headers=program.headers)

    assert answer.status_code == 403


def test_it_is_counted_and_told_once_a_day(program: Program, member: Any) -> None:
    now = clock.now()
    for _each in range(3):
        asked(program, "198.51.100.1")
    with clock.telling(now + timedelta(days=1)):
        asked(program, "2001:db9::1")

    token = Token.objects.get()
    assert (token.refused_count, token.refused_address) == (4, "2001:db9::1")
    told = Notice.objects.filter(member=member("王芳"), kind="token").order_by("id")
    assert ["198.51.100.1" in each.text for each in told] == [True, False]


def test_the_page_of_tokens_says_so(program: Program, client_of: Any) -> None:
    asked(program, "198.51.100.1")

    page = client_of("王芳").get("/settings/tokens/").content.decode()

    assert "turned away 1 time, last 198.51.100.1" in page


def test_what_a_stranger_writes_into_the_header_is_not_read(program: Program, settings: Any) -> None:
    settings.ENVIRONMENT = dataclasses.replace(django_settings.ENVIRONMENT, url="https://crm.example.cn")

    assert asked(program, "198.51.100.1", X_Forwarded_For="203.0.113.9").status_code == 403
    assert asked(program, "127.0.0.1", X_Forwarded_For="203.0.113.9").status_code == 200
    assert asked(program, "127.0.0.1", X_Forwarded_For="203.0.113.9, 198.51.100.1").status_code == 403


def test_without_a_proxy_the_header_is_not_read(program: Program) -> None:
    assert asked(program, "127.0.0.1", X_Forwarded_For="203.0.113.9").status_code == 403


def test_the_last_use_is_kept_with_its_address(member: Any) -> None:
    program = Program(member("王芳"))
    now = clock.now()

    def used_after(minutes: int, address: str) -> tuple[Any, Any]:
        with clock.telling(now + timedelta(minutes=minutes)):
            assert asked(program, address).status_code == 200
        token = Token.objects.get()
        return token.last_used_at, token.last_used_address

    assert used_after(0, "203.0.113.9") == (now, "203.0.113.9")
    assert used_after(3, "203.0.113.9") == (now, "203.0.113.9")
    assert used_after(4, "2001:db8::5") == (now + timedelta(minutes=4), "2001:db8::5")
    assert used_after(10, "2001:db8::5")[0] == now + timedelta(minutes=10)


def test_a_request_costs_one_statement_for_its_token(member: Any, django_assert_num_queries: Any) -> None:
    program = Program(member("王芳"), networks=NETWORKS)
    asked(program, "203.0.113.9")

    with django_assert_num_queries(1):
        assert token_use.find_actor_by_token(program.secret, "203.0.113.9")
