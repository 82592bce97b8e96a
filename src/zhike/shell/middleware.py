"""Each request has an actor (or none) and speaks its member's language; what is long goes packed."""

from __future__ import annotations

import gzip
import io
import secrets
from collections.abc import Callable
from contextlib import nullcontext

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from zhike.base import addresses, kept
from zhike.base.actors import Actor, UnableToAct
from zhike.base.workspaces import queries as workspaces
from zhike.domains.people import standing, token_use
from zhike.records.layouts import reading as layouts
from zhike.records.pages.answering import refuse
from zhike.records.roles import sight

Next = Callable[[HttpRequest], HttpResponse]


PACKED_TYPES = ("text/", "application/json", "application/problem+json")
WORTH_PACKING = 800
LEVEL = 3
"""An eighth larger than the usual 6, in a third of the time."""


class PackingMiddleware:
    """Packs pages and JSON with gzip. Files go as they are, and so does what has an ETag: a program sends that back
    as it came. A name of random length in the packed text hides its true length from whoever listens (BREACH)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not self._is_worth_it(response):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response.content = packed(response.content)
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Content-Length"] = str(len(response.content))
        return response

    def _is_worth_it(self, response: HttpResponse) -> bool:
        if response.streaming or len(response.content) < WORTH_PACKING:
            return False
        if response.has_header("Content-Encoding") or response.has_header("ETag"):
            return False
        return response.headers.get("Content-Type", "").startswith(PACKED_TYPES)


def packed(content: bytes) -> bytes:
    out = io.BytesIO()
    name = secrets.token_hex(secrets.randbelow(50) + 1)
    with gzip.GzipFile(filename=name, mode="wb", compresslevel=LEVEL, fileobj=out, mtime=0) as archive:
        archive.write(content)
    return out.getvalue()


class MemberLocaleMiddleware:
    """The language cookie, else what the browser asks for in the API, else the company's."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = (
            translation.get_language_from_request(request) if self._asks(request) else workspaces.default_language()
        )
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    def _asks(self, request: HttpRequest) -> bool:
        return "language" in request.COOKIES or request.path.startswith("/api/v1/")


SAFE = ("GET", "HEAD")


class ActorMiddleware:
    """`request.actor`: the signed-in member or the token's, or None."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = actor = actor_of_request(request)  # type: ignore[attr-defined]
        if refusal := _refused_in_anothers_place(request):
            return refusal
        reading = kept.while_reading() if request.method in SAFE else nullcontext()
        with sight.seen_by(actor), reading, layouts.read_by(actor):
            response = self.get_response(request)
        if request.headers.get("HX-Request"):
            patch_vary_headers(response, ["HX-Request"])
        return response


ONES_OWN = ("/settings/", "/accounts/")
"""Nobody sets these for another: a token made in somebody's place would go on after it."""
ALWAYS = ("/me/oneself/", "/language/", "/accounts/logout/")


def _refused_in_anothers_place(request: HttpRequest) -> HttpResponse | None:
    """Who stands in another member's place is kept from what is that member's own, who only looks from any change."""
    if not request.session.get(standing.PLACE) or request.path in ALWAYS:
        return None
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None or not actor.really:
        return None
    if actor.is_looking and request.method not in SAFE:
        return refuse(request, 403, _("You only look here as %(name)s: nothing can be changed.") % {"name": actor.name})
    if request.path.startswith(ONES_OWN):
        return refuse(request, 403, _("This is %(name)s’s own: go back to yourself first.") % {"name": actor.name})
    return None


def actor_of_request(request: HttpRequest) -> Actor | None:
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _actor_of_token(request, secret.strip())
    member = request.user
    if not member.is_authenticated or not member.is_active or member.trashed_at is not None:
        return None
    return standing.actor_in(request.session, member)


def _actor_of_token(request: HttpRequest, secret: str) -> Actor | None:
    """None for a token that opens nothing now as well; `request.refusal` then says why."""
    try:
        return token_use.find_actor_by_token(secret, addresses.client_address(request))
    except UnableToAct as refusal:
        request.refusal = refusal  # type: ignore[attr-defined]
        return None
