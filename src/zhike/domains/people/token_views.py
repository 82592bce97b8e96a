"""A member's tokens for the API: what there is, a new one, revoking one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhike.base import clock
from zhike.base.actors import Door, Kind
from zhike.base.changelog import acts
from zhike.domains.people import queries, services
from zhike.domains.people.forms import TokenForm
from zhike.records import gate, registry
from zhike.records.pages.answering import for_members, tell


@require_http_methods(["GET", "POST"])
@for_members
def tokens(request: Any) -> HttpResponse:
    """GET shows them, POST makes one and shows its secret: this once, so the answer is not kept anywhere."""
    _refuse_programs(request)
    form = TokenForm(request.POST or None)
    if request.method == "GET":
        return _shown(request, TokenForm())
    if not form.is_valid():
        return _shown(request, form, status=422)
    actor = request.actor.through(Door.FORM)
    with acts.act(actor, "issue_token", record_type="members", subject=request.user.name):
        _token, secret = services.issue_token(
            actor=actor,
            member=request.user,
            name=form.cleaned_data["name"],
            read_only=form.cleaned_data["read_only"],
            types=form.cleaned_data["types"],
            expires_at=form.expires_at(clock.now()),
        )
    return _shown(request, TokenForm(), secret=secret)


@require_http_methods(["DELETE"])
@for_members
def token(request: Any, token_id: int) -> HttpResponse:
    """DELETE revokes it."""
    _refuse_programs(request)
    found = get_object_or_404(queries.tokens_of(request.actor.member_id), pk=token_id)
    actor = request.actor.through(Door.FORM)
    with acts.act(actor, "revoke_token", record_type="members", subject=request.user.name):
        services.revoke_token(actor=actor, token=found, now=clock.now())
    return tell(_shown(request, TokenForm()), _("“%(name)s” was revoked.") % {"name": found.name})


def _refuse_programs(request: Any) -> None:
    """A token must not beget tokens: a limited one would make itself an unlimited one."""
    if request.actor.kind != Kind.MEMBER:
        raise gate.NotAllowed("issue_token")


def _shown(request: Any, form: TokenForm, *, secret: str = "", status: int = 200) -> HttpResponse:
    labels = {record_type.name: record_type.plural for record_type in registry.all_types()}
    rows = [
        {"token": each, "types": [labels.get(name, name) for name in each.types]}
        for each in queries.tokens_of(request.actor.member_id)
    ]
    template = "people/_tokens.html" if request.headers.get("HX-Request") else "people/tokens.html"
    context = {"rows": rows, "form": form, "secret": secret, "now": clock.now()}
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    return response
