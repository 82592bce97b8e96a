"""Refusals as RFC 9457 problem documents, in the reader's language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MEDIA_TYPE = "application/problem+json"
TITLES: dict[int, Any] = {
    400: gettext_lazy("The request cannot be understood"),
    401: gettext_lazy("Sign in first"),
    403: gettext_lazy("Not allowed"),
    404: gettext_lazy("Not found"),
    405: gettext_lazy("This address does not take that method"),
    409: gettext_lazy("This contradicts what is there"),
    412: gettext_lazy("Somebody changed the record in between"),
    413: gettext_lazy("Too large"),
    415: gettext_lazy("JSON is expected"),
    422: gettext_lazy("Some values cannot be taken"),
    500: gettext_lazy("Something went wrong on our side"),
}
WORDS = {
    400: "bad-request", 401: "unauthenticated", 403: "forbidden", 404: "not-found", 405: "method-not-allowed",
    409: "conflict", 412: "stale", 413: "too-large", 415: "unsupported-media-type", 422: "invalid",
}  # fmt: skip


class Problem(Exception):
    """The request ends here: `status`, a sentence, and messages by field or parameter."""

    def __init__(
        self,
        status: int,
        detail: Any = "",
        *,
        errors: Mapping[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(status, detail)
        self.status, self.detail = status, detail
        self.errors = dict(errors or {})
        self.headers = dict(headers or {})
        self.more = more

    def document(self) -> dict[str, Any]:
        return {
            "type": f"urn:zhike:problem:{WORDS.get(self.status, 'error')}",
            "title": str(TITLES.get(self.status) or HTTPStatus(self.status).phrase),
            "status": self.status,
            "detail": str(self.detail),
            "errors": entries_of(self.errors),
            **self.more,
        }

    def response(self) -> HttpResponse:
        body = json.dumps(self.document(), ensure_ascii=False, default=str)
        return HttpResponse(body, content_type=MEDIA_TYPE, status=self.status, headers=self.headers)


def entries_of(errors: Mapping[str, list[str]]) -> list[dict[str, str]]:
    """Messages by field as the list that problem documents carry; the record as a whole has the field ""."""
    return [{"field": field, "message": str(message)} for field, messages in errors.items() for message in messages]


def bad_parameter(name: str, message: Any) -> Problem:
    return Problem(400, message, errors={name: [str(message)]})


def invalid(errors: Mapping[str, list[str]]) -> Problem:
    return Problem(422, _("Nothing was changed; mend the fields that are named and try again."), errors=errors)


def not_found() -> Problem:
    return Problem(404, _("There is nothing here, or you may not see it."))
