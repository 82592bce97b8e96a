"""Whose address counts when sign-ins fail and when a token is shown; what lies in a network."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import RequestFactory

from zhike.base import addresses

PROXIES = ("127.0.0.0/8", "::1/128", "10.0.0.0/8")


@pytest.mark.parametrize(
    ("https", "peer", "told", "wanted"),
    [
        (True, "127.0.0.1", "203.0.113.7", "203.0.113.7"),
        (True, "::1", "2001:db8::7", "2001:db8::7"),
        (True, "127.0.0.1", "10.9.8.7, 203.0.113.7", "203.0.113.7"),
        (True, "127.0.0.1", "", "127.0.0.1"),
        (True, "127.0.0.1", "unknown", "127.0.0.1"),
        (True, "198.51.100.4", "10.1.1.1", "198.51.100.4"),
        (True, "::ffff:10.2.2.2", "203.0.113.7", "203.0.113.7"),
        (False, "127.0.0.1", "203.0.113.7", "127.0.0.1"),
        (False, "198.51.100.4", "127.0.0.1", "198.51.100.4"),
    ],
)
def test_only_a_proxy_of_ours_is_believed(settings: Any, https: bool, peer: str, told: str, wanted: str) -> None:
    settings.ENVIRONMENT = SimpleNamespace(https=https, proxies=PROXIES)
    request = RequestFactory(REMOTE_ADDR=peer).post("/", headers={"X-Forwarded-For": told} if told else None)

    assert addresses.client_address(request) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (" 203.0.113.7 ", "203.0.113.7"),
        ("203.0.113.7:8443", "203.0.113.7"),
        ("[2001:DB8:0:0::7]:443", "2001:db8::7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::1"),
        ("unknown", ""),
        ("", ""),
    ],
)
def test_an_address_is_read_from_what_proxies_write(text: str, wanted: str) -> None:
    assert addresses.plain(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("203.0.113.7", "203.0.113.7/32"),
        ("10.20.0.0/16", "10.20.0.0/16"),
        ("2001:DB8::/32", "2001:db8::/32"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
    ],
)
def test_networks_take_their_shortest_form(text: str, wanted: str) -> None:
    assert addresses.network(text) == wanted


@pytest.mark.parametrize("text", ["", "here", "10.1.2.3/8", "10.0.0.0/33", "300.1.1.1", "2001:db8::/129"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(addresses.NoNetwork):
        addresses.network(text)


def test_an_address_lies_in_networks_of_its_own_kind() -> None:
    networks = ["10.20.0.0/16", "2001:db8::/32"]

    assert addresses.lies_in("10.20.3.4", networks)
    assert addresses.lies_in("2001:db8:1::9", networks)
    assert not addresses.lies_in("10.21.0.1", networks)
    assert not addresses.lies_in("2001:db9::1", networks)
    assert not addresses.lies_in("", ["0.0.0.0/0", "::/0"])
