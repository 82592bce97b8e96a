"""One request to a receiver: where it may go, how long it may take, what is read of the answer."""

from __future__ import annotations

import ipaddress
import socket
import time
from typing import Any

import pytest

from zhike.records.tests.receiver import receiving
from zhike.records.webhooks import addresses, sending
from zhike.records.webhooks.addresses import UnableToReach

REFUSED = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::a00:1", "2002:a00:1::", "2001:0:0:0:0:0:f5ff:fffe", "fec0::1", "64:ff9b:1::a00:1", "::10.0.0.1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "1.1.1.1", "223.5.5.5", "2400:3200::1", "2606:4700:4700::1111", "::ffff:8.8.8.8"]


@pytest.fixture
def loopback(settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = ("127.0.0.0/8",)


def looked_up(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Lets names lead to these addresses, one answer after the other; returns what was asked."""
    asked: list[str] = []
    really = socket.getaddrinfo

    def answer(host: str, port: int, *rest: Any, **more: Any) -> list[Any]:
        if host[0].isdigit():
            return really(host, port, *rest, **more)
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", answer)
    return asked


@pytest.mark.parametrize("address", REFUSED)
def test_addresses_inside_are_refused(address: str) -> None:
    assert not addresses.is_allowed(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_internet_are_allowed(address: str) -> None:
    assert addresses.is_allowed(ipaddress.ip_address(address))


def test_an_installation_allows_a_network_of_its_own(settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = ("10.20.0.0/16", "fd00::/8")

    allowed = [
        each for each in (*REFUSED, "10.20.3.4", "::ffff:10.20.3.4") if addresses.is_allowed(ipaddress.ip_address(each))
    ]

    assert allowed == ["fd12:3456::1", "10.20.3.4", "::ffff:10.20.3.4"]


@pytest.mark.parametrize("url", [
    "ftp://example.cn/", "example.cn", "https://", "http://user:word@example.cn/", "http://example.cn:99999/",
    "http://[::1", "http://exa mple.cn/", "http://example.cn/\r\nX: y", "javascript:alert(1)", "", "http://example.cn\\@10.0.0.1/",
])  # fmt: skip
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(UnableToReach):
        addresses.target_of(url)


def test_chinese_paths_and_hosts_are_put_into_ascii() -> None:
    target = addresses.target_of("https://例子.cn/收/件?名=王")

    assert target.host.startswith("xn--")
    assert target.path == "/%E6%94%B6/%E4%BB%B6?%E5%90%8D=%E7%8E%8B"


@pytest.mark.parametrize("url", [
    "http://169.254.169.254/latest/meta-data/", "http://10.0.0.5/", "http://[::1]:8000/", "http://2130706433/",
    "http://0x7f.1/", "http://127.1/",
])  # fmt: skip
def test_nothing_is_sent_into_the_inner_network(url: str) -> None:
    outcome = sending.post(url, b"{}", {})

    assert outcome.status is None
    assert "private or reserved network" in outcome.error or "私有" in outcome.error
    assert outcome.milliseconds < 5000


def test_one_bad_address_of_a_name_spoils_it(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up(monkeypatch, ["8.8.8.8", "10.0.0.1"])

    with pytest.raises(UnableToReach) as refused:
        addresses.checked(addresses.target_of("https://example.cn/"), seconds=1)

    assert "10.0.0.1" in str(refused.value)


def test_a_name_that_turns_inward_after_the_check_gains_nothing(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The name is asked once; the connection goes to what was checked."""
    settings.WEBHOOK_NETWORKS = ("127.0.0.2/32",)
    with receiving() as inner:
        asked = looked_up(monkeypatch, ["127.0.0.2"], ["127.0.0.1"])
        port = inner.url.split(":")[2].split("/")[0]
        called: list[Any] = []
        monkeypatch.setattr(sending.socket, "create_connection", lambda place, *_more: called.append(place) or refuse())

        outcome = sending.post(f"http://rebind.example:{port}/in", b"{}", {})

    assert (asked, called) == (["rebind.example"], [("127.0.0.2", int(port))])
    assert inner.got == []
    assert outcome.is_unreachable


def refuse() -> None:
    raise ConnectionRefusedError(111, "Connection refused")


@pytest.mark.usefixtures("loopback")
def test_the_host_is_named_although_the_address_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver:
        port = receiver.url.split(":")[2].split("/")[0]
        looked_up(monkeypatch, ["127.0.0.1"])

        outcome = sending.post(f"http://crm.example:{port}/收?x=1", b'{"a": 1}', {"X-Mine": "yes"})

    ((path, headers, body),) = receiver.got
    assert (path, body, headers["Host"], headers["X-Mine"]) == (
        "/%E6%94%B6?x=1",
        b'{"a": 1}',
        f"crm.example:{port}",
        "yes",
    )
    assert (outcome.status, outcome.answer, outcome.error) == (200, "thanks", "")


@pytest.mark.usefixtures("loopback")
def test_redirects_are_not_followed() -> None:
    with receiving() as inner, receiving(status=307, location=inner.url) as receiver:
        outcome = sending.post(receiver.url, b"{}", {})

    assert (outcome.status, len(receiver.got), inner.got) == (307, 1, [])
    assert outcome.error and not outcome.is_unreachable


@pytest.mark.usefixtures("loopback")
@pytest.mark.parametrize("how", [{"wait": 30}, {"drip": 0.2, "answer": b"x" * 200}], ids=["silent", "dripping"])
def test_a_slow_receiver_is_left(how: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SECONDS", 0.8)
    began = time.monotonic()
    with receiving(**how) as receiver:
        outcome = sending.post(receiver.url, b"{}", {})
        took = time.monotonic() - began

    assert 0.7 < took < 3
    assert outcome.error and outcome.is_unreachable


@pytest.mark.usefixtures("loopback")
def test_of_a_long_answer_little_is_read() -> None:
    with receiving(answer="长\0".encode() * 3_000_000) as receiver:
        outcome = sending.post(receiver.url, b"{}", {})

    assert outcome.is_good
    assert len(outcome.answer) <= sending.KEPT_OF_ANSWER
    assert outcome.answer.startswith("长长")


@pytest.mark.usefixtures("loopback")
def test_nobody_listening_and_no_tls_are_sentences() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with receiving() as plain:
        untold = sending.post(plain.url.replace("http:", "https:"), b"{}", {})
    closed = sending.post(f"http://127.0.0.1:{port}/", b"{}", {})

    for outcome in (untold, closed):
        assert outcome.status is None and outcome.is_unreachable
        assert outcome.error.endswith(("。", "."))
