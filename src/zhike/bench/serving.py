"""Asking the product and the floors for pages the same way: straight at the WSGI door, without a socket between."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from zhike.domains.people.models import Member

BACKEND = "zhike.domains.people.signing_in.MemberBackend"
STOCK_MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)
"""What `django-admin startproject` writes."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def text_of(answer: Answer) -> str:
    """The page as it reads, unpacked where it came compressed."""
    packed = answer.headers.get("Content-Encoding") == "gzip"
    return (gzip.decompress(answer.body) if packed else answer.body).decode()


class UnableToMeasure(Exception):
    """A page did not answer as it should, so its time says nothing."""


class Door:
    """A WSGI application asked as one signed-in member (or with a token)."""

    def __init__(self, handler: Any, *, email: str = "", token: str = "") -> None:
        self.handler = handler
        self.fixed: dict[str, str] = {"HTTP_ACCEPT_ENCODING": "gzip"}
        if email:
            self.fixed["HTTP_COOKIE"] = f"sessionid={session_of(email)}"
        if token:
            self.fixed["HTTP_AUTHORIZATION"] = f"Bearer {token}"

    def ask(self, address: str, body: bytes | None = None, **headers: str) -> Answer:
        path, _mark, query = address.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET" if body is None else "POST", "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path), "QUERY_STRING": query, "SERVER_NAME": "localhost", "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(body or b"")), "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body or b""), "wsgi.errors": io.StringIO(), "wsgi.multithread": True,
            "wsgi.multiprocess": True, "wsgi.run_once": False, **self.fixed, **headers,
        }  # fmt: skip
        if body is not None:
            environ.setdefault("CONTENT_TYPE", "application/json")
        told: list[Any] = []
        response = self.handler(environ, lambda status, headers: told.extend((status, headers)))
        try:
            content = b"".join(response)
        finally:
            response.close()
        return Answer(int(told[0].split(" ", 1)[0]), dict(told[1]), content)

    def get(self, address: str, **headers: str) -> Answer:
        """Raises `UnableToMeasure` unless the page is there."""
        answer = self.ask(address, None, **headers)
        if answer.status != 200:
            raise UnableToMeasure(f"{address} answered {answer.status}: {answer.body[:300].decode(errors='replace')}")
        return answer

    def getting(self, address: str, **headers: str) -> Callable[[], Answer]:
        return lambda: self.get(address, **headers)

    def query_count(self, address: str) -> int:
        """How many statements a page sends once caches are warm."""
        self.get(address)
        with CaptureQueriesContext(connection) as captured:
            self.get(address)
        return len(captured)


def product() -> WSGIHandler:
    """The product with all its middleware."""
    return WSGIHandler()


def floor() -> WSGIHandler:
    """Django as it comes, with the bare views of `floors`."""
    with override_settings(MIDDLEWARE=["zhike.bench.floors.InOwnAddresses", *STOCK_MIDDLEWARE]):
        return WSGIHandler()


def session_of(email: str) -> str:
    """The key of a session in which that member is signed in."""
    client = Client()
    client.force_login(Member.objects.get(email=email), backend=BACKEND)
    key = client.session.session_key
    return str(key)
