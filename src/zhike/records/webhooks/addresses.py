"""Where a webhook may lead: never, unless the installation allows it, into the company's own network.

Names are looked up here and the connection goes to the address that was checked, so a name that answers
differently the second time gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
ALSO_RESERVED = [ipaddress.IPv6Network(each) for each in ("64:ff9b:1::/48", "fec0::/10", "3fff::/20", "5f00::/16")]
"""Ranges that older versions of Python take for public ones."""
PORTS = {"http": 80, "https": 443}
UNSPLITTABLE = set("\\ \t\r\n\x00")


class UnableToReach(Exception):
    """The address cannot or may not be called; the message is for a person."""


class NotFoundNow(UnableToReach):
    """The name leads nowhere at present; that may change."""


@dataclass(frozen=True)
class Target:
    """A web address taken apart. `host` is what names it (in ASCII), `path` what is asked for."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def target_of(url: str) -> Target:
    """Raises `UnableToReach` for what is no plain http or https address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UnableToReach(_("This is not a web address.")) from None
    if parts.scheme not in PORTS or not parts.hostname or UNSPLITTABLE & set(url):
        raise UnableToReach(_("The address must look like https://example.cn/receive."))
    if parts.username is not None or parts.password is not None:
        raise UnableToReach(_("The address must not hold a name and password; check the signature instead."))
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return Target(
        parts.scheme, _ascii(parts.hostname), port if port is not None else PORTS[parts.scheme],
        f"{path}?{query}" if query else path,
    )  # fmt: skip


def _ascii(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        raise UnableToReach(_("This is not a web address.")) from None


def checked(target: Target, *, seconds: float) -> str:
    """The address to connect to. Raises `UnableToReach` when the name leads nowhere, or to any place that is
    refused: a name with a good and a bad address is a bad one."""
    found = [ipaddress.ip_address(each) for each in _looked_up(target, seconds)]
    for address in found:
        if not is_allowed(address):
            raise UnableToReach(_refusal(target.host, str(address)))
    return str(found[0])


def _refusal(host: str, address: str) -> str:
    place = address if host == address else f"{host} ({address})"
    return _(
        "%(place)s lies in a private or reserved network. "
        "Whoever runs the server can allow it in the setting webhook_networks."
    ) % {"place": place}


def _looked_up(target: Target, seconds: float) -> list[str]:
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        asked = pool.submit(socket.getaddrinfo, target.host, target.port, type=socket.SOCK_STREAM)
        found = [str(place[4][0]) for place in asked.result(timeout=max(seconds, 0.01))]
    except TookTooLong:
        raise NotFoundNow(_("The name %(host)s could not be looked up in time.") % {"host": target.host}) from None
    except (OSError, UnicodeError):
        raise NotFoundNow(_("There is no server named %(host)s.") % {"host": target.host}) from None
    finally:
        pool.shutdown(wait=False)
    if not found:
        raise NotFoundNow(_("There is no server named %(host)s.") % {"host": target.host})
    return list(dict.fromkeys(found))


def is_allowed(address: Address) -> bool:
    """A public address, or one in a network the installation allows. What carries an IPv4 address inside is judged
    by that as well."""
    return all(_is_public(each) or _is_ours(each) for each in _faces(address))


def _is_ours(address: Address) -> bool:
    return any(address in network for network in allowed_networks())


def _is_public(address: Address) -> bool:
    refused = (
        address.is_multicast, address.is_reserved, address.is_unspecified, address.is_loopback, address.is_link_local,
        address.is_private,
    )  # fmt: skip
    return address.is_global and not any(refused) and not any(address in network for network in ALSO_RESERVED)


def _faces(address: Address) -> list[Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address in NAT64:
        return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    inner = address.sixtofour or (address.teredo[1] if address.teredo else None)
    return [address, inner] if inner else [address]


def allowed_networks() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(each) for each in settings.WEBHOOK_NETWORKS]
