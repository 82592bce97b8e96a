"""Everybody's tokens, for administrators: who has which, what for, whether it is used at all, and revoking one."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhike.base import clock
from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.domains.people import queries, services
from zhike.domains.people.models import Token
from zhike.domains.people.token_views import by_hand, rows_of, sees_all
from zhike.records import gate
from zhike.records.pages.answering import for_members, tell

SIZE = 100
STATES = {
    "working": gettext_lazy("Working"),
    "unused": gettext_lazy("Never used"),
    "expired": gettext_lazy("Expired"),
    "revoked": gettext_lazy("Revoked"),
}


@require_safe
@for_members
def all_tokens(request: Any) -> HttpResponse:
    _administrator(request)
    return _shown(request)


@require_http_methods(["DELETE"])
@for_members
def any_token(request: Any, token_id: int) -> HttpResponse:
    """DELETE revokes it; its member is told who did it."""
    actor = _administrator(request)
    found = get_object_or_404(Token.objects.select_related("member"), pk=token_id, revoked_at__isnull=True)
    with acts.act(actor, "revoke_token", record_type="members", subject=f"{found.member.name} · {found.name}"):
        services.revoke_token(actor=actor, token=found, now=clock.now())
    return tell(_shown(request), _("“%(name)s” was revoked.") % {"name": found.name})


def _administrator(request: Any) -> Actor:
    actor = by_hand(request)
    if not sees_all(actor):
        raise gate.NotAllowed("tokens")
    return actor


def _shown(request: Any) -> HttpResponse:
    asked = request.GET.get("state", "")
    asked = asked if asked in STATES else "working"
    now = clock.now()
    pages = Paginator(queries.tokens_in_state(asked, now), SIZE)
    page = pages.get_page(request.GET.get("page"))
    tabs = [(state, label, queries.tokens_in_state(state, now).count()) for state, label in STATES.items()]
    context = {
        "rows": rows_of(page), "page": page, "tabs": tabs, "state": asked, "now": now,
        "previous_url": f"?state={asked}&page={page.number - 1}" if page.has_previous() else "",
        "next_url": f"?state={asked}&page={page.number + 1}" if page.has_next() else "",
        "words": f"{page.start_index()}–{page.end_index()}",
    }  # fmt: skip
    template = "people/_all_tokens.html" if request.headers.get("HX-Request") else "people/all_tokens.html"
    return render(request, template, context)
