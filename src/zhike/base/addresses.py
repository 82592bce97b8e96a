"""Where a request comes from, and whether that lies in chosen networks. IPv4 and IPv6."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")


class NoNetwork(ValueError):
    """The text is neither an address nor a network in CIDR notation."""


def client_address(request: HttpRequest) -> str:
    """The caller's address in its shortest form; "" when it came by a socket file without a proxy's word.

    Behind a proxy, which is where TLS ends, every connection comes from the proxy; it writes the caller's address
    last into X-Forwarded-For. From anybody who is no proxy of ours the header is not read.
    """
    peer = plain(str(request.META.get("REMOTE_ADDR", "")))
    here = settings.ENVIRONMENT
    if not here.https or (peer and not lies_in(peer, here.proxies)):
        return peer
    return plain(str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2]) or peer


def plain(text: str) -> str:
    """An address without port, brackets and zone, an IPv4 one out of its IPv6 dress; "" for what is no address."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def network(text: str) -> str:
    """`203.0.113.7` → `203.0.113.7/32`. Raises `NoNetwork`, also for `10.1.2.3/8`, which could mean either."""
    try:
        found: Network = ipaddress.ip_network(text.strip())
    except ValueError:
        raise NoNetwork(text) from None
    if isinstance(found, ipaddress.IPv6Network) and found.subnet_of(MAPPED):
        inner = found.network_address.ipv4_mapped
        found = ipaddress.IPv4Network((str(inner), found.prefixlen - MAPPED.prefixlen))
    return str(found)


def lies_in(address: str, networks: Iterable[str]) -> bool:
    """Whether the address, as `plain` gives it, belongs to one of the networks; "" belongs to none."""
    if not address:
        return False
    place = ipaddress.ip_address(address)
    return any(place in ipaddress.ip_network(each) for each in networks)
