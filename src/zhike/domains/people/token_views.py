"""A member's tokens for the API: what there is, a new one, other rights, a new secret, revoking one."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhike.base import clock
from zhike.base.actors import Actor, Door, Kind
from zhike.base.changelog import acts
from zhike.domains.people import queries, services
from zhike.domains.people.choices import TokenRight
from zhike.domains.people.models import Token
from zhike.domains.people.token_forms import RightsForm, RotationForm, TokenForm, end_of
from zhike.records import gate, registry
from zhike.records.pages import finishing
from zhike.records.pages.answering import for_members, tell

PAGE = "/settings/tokens/"


@require_http_methods(["GET", "POST"])
@for_members
def tokens(request: Any) -> HttpResponse:
    """GET shows them, POST makes one and shows its secret: this once, so the answer is not kept anywhere."""
    actor = by_hand(request)
    if request.method == "GET":
        return _shown(request, TokenForm(actor=actor))
    form = TokenForm(request.POST, actor=actor)
    if not form.is_valid():
        return _shown(request, form, status=422)
    with acts.act(actor, "issue_token", record_type="members", subject=_subject(request.user, form.values()["name"])):
        _token, secret = services.issue_token(
            actor=actor,
            member=request.user,
            expires_at=end_of(form.cleaned_data["days"], clock.now()),
            **form.values(),
        )
    return _shown(request, TokenForm(actor=actor), secret=secret)


@require_http_methods(["GET", "POST", "DELETE"])
@for_members
def token(request: Any, token_id: int) -> HttpResponse:
    """GET shows what it is called and may do, POST changes that, DELETE revokes it."""
    actor = by_hand(request)
    found = _own(request, token_id)
    if request.method == "DELETE":
        with acts.act(actor, "revoke_token", record_type="members", subject=_subject(request.user, found.name)):
            services.revoke_token(actor=actor, token=found, now=clock.now())
        return tell(_shown(request, TokenForm(actor=actor)), _("“%(name)s” was revoked.") % {"name": found.name})
    form = RightsForm(request.POST if request.method == "POST" else None, actor=actor, token=found, auto_id="of_%s")
    if request.method == "GET":
        return _draw(request, "token_rights", {"token": found, "form": form})
    if not form.is_valid():
        return _draw(request, "token_rights", {"token": found, "form": form}, status=422)
    return _revised(request, actor, found, form.values())


def _revised(request: Any, actor: Actor, found: Token, values: dict[str, Any]) -> HttpResponse:
    """A new name alone can be undone; what opens or closes doors is decided anew each time."""
    is_name_alone = all(getattr(found, key) == value for key, value in values.items() if key != "name")
    action = "rename_token" if is_name_alone else "revise_token"
    with acts.act(actor, action, record_type="members", subject=_subject(request.user, values["name"])) as change_set:
        services.revise_token(actor=actor, token=found, **values)
    message = _("“%(name)s” was changed.") % {"name": found.name}
    undo = change_set if is_name_alone else None
    if _is_page(request):
        return finishing.led_on(request, PAGE, message, undo=undo)
    return tell(HttpResponse(status=204), message, undo=undo, close_drawer=True, refresh=True)


@require_http_methods(["GET", "POST"])
@for_members
def rotation(request: Any, token_id: int) -> HttpResponse:
    """GET asks how long the present secret goes on, POST makes a new one and shows it, once."""
    actor = by_hand(request)
    found = _own(request, token_id)
    form = RotationForm(request.POST if request.method == "POST" else None, auto_id="of_%s")
    context: dict[str, Any] = {"token": found, "form": form}
    if request.method == "GET":
        return _draw(request, "token_rotation", context)
    if not form.is_valid():
        return _draw(request, "token_rotation", context, status=422)
    try:
        found, secret = _rotated(request, actor, found, form)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return _draw(request, "token_rotation", context, status=422)
    context["token"] = found
    answer = _draw(request, "token_rotation", context | {"secret": secret})
    answer["HX-Trigger"] = '{"zhike:refresh": true}'
    return answer


def _rotated(request: Any, actor: Actor, found: Token, form: RotationForm) -> tuple[Token, str]:
    now = clock.now()
    with acts.act(actor, "rotate_token", record_type="members", subject=_subject(request.user, found.name)):
        return services.rotate_token(
            actor=actor, token=found, grace=form.grace_time(),
            expires_at=end_of(form.cleaned_data["days"], now), now=now,
        )  # fmt: skip


def by_hand(request: Any) -> Actor:
    """The member at the keys. A token must not beget tokens: a limited one would make itself an unlimited one."""
    actor: Actor = request.actor.through(Door.FORM)
    if actor.kind != Kind.MEMBER:
        raise gate.NotAllowed("issue_token")
    return actor


def _own(request: Any, token_id: int) -> Token:
    return get_object_or_404(queries.tokens_of(request.actor.member_id), pk=token_id)


def _subject(member: Any, name: str) -> str:
    return f"{member.name} · {name}"


def rows_of(found: Any) -> list[dict[str, Any]]:
    """Tokens with the words of their rights, as tables show them."""
    labels = {record_type.name: record_type.plural for record_type in registry.all_types()}
    return [
        {
            "token": each,
            "rights": [(labels.get(name, name), right == TokenRight.WRITE) for name, right in each.rights.items()],
        }
        for each in found
    ]


def _is_page(request: Any) -> bool:
    return not request.htmx or "_page" in request.POST


def _draw(request: Any, name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A form for the drawer, or in a tab of its own on a whole page."""
    template = f"people/_{name}.html" if request.htmx else f"people/{name}_page.html"
    response = render(request, template, context | {"full_page": _is_page(request), "back": PAGE}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _shown(request: Any, form: TokenForm, *, secret: str = "", status: int = 200) -> HttpResponse:
    template = "people/_tokens.html" if request.headers.get("HX-Request") else "people/tokens.html"
    rows = rows_of(queries.tokens_of(request.actor.member_id))
    context = {"rows": rows, "form": form, "secret": secret, "now": clock.now(), "is_mine": True}
    response = render(request, template, context | {"may_see_all": sees_all(request.actor)}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def sees_all(actor: Actor) -> bool:
    """Whether somebody looks after the tokens of all members."""
    return actor.is_administrator
