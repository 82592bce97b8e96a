"""The frame of every endpoint: who asks, by which method, and what a refusal becomes."""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from zhike.base.actors import Actor, Door, Kind, UnableToAct
from zhike.records import gate, registry
from zhike.records.api import problems
from zhike.records.api.problems import Problem
from zhike.records.conditions import ConditionError
from zhike.records.listing import ListError

log = logging.getLogger("zhike.api")

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Zhike"'}


@dataclass(frozen=True)
class Answer:
    """What an endpoint answers with: `content` as JSON, or a JSON text that was `kept`, or nothing."""

    content: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kept: str = ""

    @functools.cached_property
    def text(self) -> str:
        return self.kept if self.content is None else json.dumps(self.content, ensure_ascii=False)

    def response(self) -> HttpResponse:
        response = HttpResponse(
            self.text, status=self.status, content_type="application/json", headers=dict(self.headers)
        )
        if not self.text:
            del response["Content-Type"]
        return response


View = Callable[..., Answer | HttpResponse]


def endpoint(**views: View) -> Callable[..., HttpResponse]:
    """A Django view out of one function `(request, actor, **parts of the address)` per method."""
    allowed = ", ".join(sorted({*views, "OPTIONS"} | ({"HEAD"} if "GET" in views else set())))

    @csrf_exempt
    def answer(request: HttpRequest, **parts: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            return _finished(Answer(status=204, headers={"Allow": allowed}).response())
        view = views.get("GET" if request.method == "HEAD" else str(request.method))
        try:
            if view is None:
                raise Problem(405, headers={"Allow": allowed})
            found = view(request, actor_of(request), **parts)
            return _finished(found.response() if isinstance(found, Answer) else found)
        except Exception as error:
            problem = problem_of(error) or _defect(request, error)
            return _finished(problem.response())

    return answer


def actor_of(request: Any) -> Actor:
    """The token's actor, or the signed-in member's, who proves by CSRF token that the page is ours."""
    actor: Actor = request.actor
    if not actor:
        raise _unknown(getattr(request, "refusal", None))
    if actor.kind != Kind.TOKEN and request.method not in SAFE and not _csrf_passes(request):
        raise Problem(403, _("A signed-in browser sends the CSRF token along; programs send a bearer token."))
    return actor.through(Door.API)


def _unknown(refusal: UnableToAct | None) -> Problem:
    """Why nobody acts: no token was sent, or the one that was sent opens nothing now."""
    if refusal is None:
        return Problem(401, _("Send “Authorization: Bearer <token>”."), headers=CHALLENGE)
    if refusal.is_signed_in:
        return Problem(403, refusal.sentence)
    return Problem(401, refusal.sentence, headers={"WWW-Authenticate": 'Bearer realm="Zhike", error="invalid_token"'})


def _csrf_passes(request: HttpRequest) -> bool:
    check = CsrfViewMiddleware(lambda inner: HttpResponse())
    check.process_request(request)
    return check.process_view(request, _checked, (), {}) is None


def _checked(request: HttpRequest) -> HttpResponse:
    """Stands for a view that is not exempt."""
    return HttpResponse()


def _defect(request: HttpRequest, error: Exception) -> Problem:
    """Told to the log (and to tests), not to the outside."""
    log.error("defect at %s %s", request.method, request.path, exc_info=error)
    got_request_exception.send(sender=None, request=request)
    return Problem(500, _("Something went wrong on our side; nothing was changed."))


def problem_of(error: Exception) -> Problem | None:
    """The answer for what the engine raises; None for a defect."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, gate.NotVisible | registry.UnknownRecordType):
        return problems.not_found()
    if isinstance(error, gate.NotAllowed):
        return Problem(403, _("You may not do this here. Ask whoever administers Zhike for the right."))
    if isinstance(error, gate.Refused):
        return problems.invalid(error.errors)
    if isinstance(error, gate.Stale):
        return stale(error.record, {name: [_("This field was changed in between.")] for name in error.conflicts})
    if isinstance(error, ConditionError):
        return Problem(400, str(error), errors={"filter": [str(error)]}, path=error.path)
    if isinstance(error, ListError):
        return Problem(400, str(error), errors={"sort": [str(error)]})
    if isinstance(error, RequestDataTooBig):
        return Problem(413, _("The body is too large."))
    if isinstance(error, SuspiciousOperation):
        return Problem(400, _("The request cannot be read."))
    if isinstance(error, OperationalError) and _is_contention(error):
        return Problem(409, _("Others were changing the same records; try again."))
    return None


def stale(record: Any, errors: Mapping[str, list[str]] | None = None) -> Problem:
    detail = _("Read the record again: it is at version %(version)d now.") % {"version": record.version}
    return Problem(412, detail, errors=errors, version=record.version)


def _is_contention(error: OperationalError) -> bool:
    """Deadlock, or a row that could not be locked in time."""
    return getattr(error.__cause__, "sqlstate", "") in ("40P01", "55P03")


def _finished(response: HttpResponse) -> HttpResponse:
    response.headers.setdefault("Cache-Control", "no-store")
    patch_vary_headers(response, ["Authorization", "Accept-Language", "Cookie"])
    return response
