"""One HTTP request to a receiver: to the address that was checked, within ten seconds in all, no redirects."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zhike.records.webhooks import addresses
from zhike.records.webhooks.addresses import Target, UnableToReach

SECONDS = 10.0
LONGEST_ANSWER = 64 * 1024
KEPT_OF_ANSWER = 2000
PIECE = 16 * 1024
"""What is sent at once: one record of TLS, which is written whole or not at all."""
BUSY = frozenset({429, 502, 503, 504})
"""Answers that say the receiver as a whole is not there, whatever was sent."""


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt. `status` is None when nobody answered; then `error` says why."""

    status: int | None
    answer: str
    error: str
    milliseconds: int

    @property
    def is_good(self) -> bool:
        return not self.error

    @property
    def is_unreachable(self) -> bool:
        return bool(self.error) and (self.status is None or self.status in BUSY)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """Sends and reads the answer; never raises for what a receiver or the network does."""
    began = time.monotonic()
    status: int | None = None
    try:
        status, answer = _exchange(addresses.target_of(url), body, headers, began + SECONDS)
        error = "" if 200 <= status < 300 else _complaint(status)
    except UnableToReach as refusal:
        answer, error = "", str(refusal)
    except TimeoutError:
        answer, error = "", _("There was no complete answer within %(seconds)d seconds.") % {"seconds": int(SECONDS)}
    except ssl.SSLCertVerificationError as trouble:
        answer, error = "", _("The certificate is not good: %(why)s.") % {"why": trouble.verify_message}
    except (OSError, http.client.HTTPException) as trouble:
        answer, error = "", _("The receiver cannot be reached: %(why)s.") % {"why": _reason(trouble)}
    return Outcome(status, answer, error[:300], int((time.monotonic() - began) * 1000))


def _complaint(status: int) -> str:
    if 300 <= status < 400:
        return _("The receiver answered %(status)d; redirects are not followed.") % {"status": status}
    return _("The receiver answered %(status)d.") % {"status": status}


def _reason(trouble: Exception) -> str:
    words = getattr(trouble, "strerror", None) or str(trouble) or type(trouble).__name__
    return str(words).splitlines()[0][:160].rstrip(".")


def _exchange(target: Target, body: bytes, headers: Mapping[str, str], deadline: float) -> tuple[int, str]:
    address = addresses.checked(target, seconds=deadline - time.monotonic())
    connection = _Pinned(target, address, deadline)
    try:
        connection.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", target.host_header)
        for name, value in {**headers, "Content-Length": str(len(body)), "Connection": "close"}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        return response.status, _text(response.read(LONGEST_ANSWER))
    finally:
        connection.hang_up()


def _text(answer: bytes) -> str:
    return answer[: 4 * KEPT_OF_ANSWER].decode("utf-8", "replace").replace("\x00", "")[:KEPT_OF_ANSWER]


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, whatever its name leads to meanwhile."""

    def __init__(self, target: Target, address: str, deadline: float) -> None:
        super().__init__(target.host, target.port)
        self.target, self.address, self.deadline = target, address, deadline
        self.line: socket.socket | None = None

    def connect(self) -> None:
        self.line = socket.create_connection((self.address, self.target.port), _left(self.deadline))
        if self.target.is_secure:
            self.line.settimeout(_left(self.deadline))
            self.line = ssl.create_default_context().wrap_socket(self.line, server_hostname=self.target.host)
        self.sock: Any = _Timed(self.line, self.deadline)

    def hang_up(self) -> None:
        if self.line is not None:
            self.line.close()


class _Timed:
    """A socket whose every step ends by one moment, so that dripping single bytes wins no time."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self.sock, self.deadline = sock, deadline

    def sendall(self, data: bytes) -> None:
        for start in range(0, len(data), PIECE):
            self.sock.settimeout(_left(self.deadline))
            self.sock.sendall(data[start : start + PIECE])

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self.sock, self.deadline))

    def close(self) -> None:
        """The request is sent; its answer is still to be read from here, so `hang_up` closes."""


class _TimedReader(io.RawIOBase):
    def __init__(self, sock: socket.socket, deadline: float) -> None:
        super().__init__()
        self.sock, self.deadline = sock, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.sock.settimeout(_left(self.deadline))
        return self.sock.recv_into(buffer)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
