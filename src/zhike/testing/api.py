"""A program that uses the API with a token."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from zhike.base import actors
from zhike.base.changelog import acts
from zhike.domains.people import services
from zhike.domains.people.models import Member


def token_of(member: Member, **options: Any) -> str:
    """The secret of a new token; `options` as `people.services.issue_token` takes them, or `types` it may write
    (`read_only`: read)."""
    right = "read" if options.get("read_only") else "write"
    options.setdefault("rights", dict.fromkeys(options.pop("types", ()), right))
    actor = actors.system("tests")
    with acts.act(actor, "issue_token"):
        return services.issue_token(actor=actor, member=member, name="test", **options)[1]


class Program:
    """`Program(member).post("customers/", {"name": "…"})`; bodies are JSON, addresses begin after `/api/v1/`."""

    def __init__(
        self, member: Member | None = None, *, secret: str = "", language: str = "en", **token_options: Any
    ) -> None:
        self.secret = secret or token_of(member, **token_options)  # type: ignore[arg-type]
        self.client = Client(raise_request_exception=True)
        self.headers = {"Authorization": f"Bearer {self.secret}", "Accept-Language": language}

    def request(self, method: str, path: str, body: Any = None, *, raw: bytes | str | None = None,
                content_type: str = "application/json", **headers: str) -> Any:  # fmt: skip
        data = raw if raw is not None else "" if body is None else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method, f"/api/v1/{path}", data, content_type=content_type, headers=self.headers | named
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.request("GET", path, **headers)

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.request("POST", path, body, **more)

    def patch(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.request("PATCH", path, body, **more)

    def delete(self, path: str, **headers: str) -> Any:
        return self.request("DELETE", path, **headers)
