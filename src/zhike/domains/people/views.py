"""Inviting, joining and leaving; the member's own page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from zhike.base import actors, clock
from zhike.base.actors import Door
from zhike.base.changelog import acts
from zhike.domains.people import queries, services, standing
from zhike.domains.people.forms import AcceptForm, DepartureForm
from zhike.domains.people.models import Member
from zhike.records import gate, registry
from zhike.records.pages import finishing
from zhike.records.pages.answering import for_members, tell


def _member(request: Any, member_id: int) -> Member:
    return gate.get_record(request.actor, registry.get("members"), member_id, action="edit")


def _draw(request: Any, name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A form for the drawer, or in a tab of its own on a whole page."""
    template = f"people/_{name}.html" if request.htmx else f"people/{name}_page.html"
    return render(request, template, context | {"full_page": _is_page(request)}, status=status)


def _is_page(request: Any) -> bool:
    return not request.htmx or "_page" in request.POST


@require_http_methods(["GET", "POST"])
@for_members
def invitation(request: Any, member_id: int) -> HttpResponse:
    """GET says what a link does, POST makes it and shows it, once."""
    member = _member(request, member_id)
    if request.method == "GET":
        return _draw(request, "invitation", {"member": member, "asks": True})
    try:
        with acts.act(request.actor, "invite", record_type="members", subject=member.name):
            secret = services.invite_member(actor=request.actor, member=member, now=clock.now())
    except ValidationError as error:
        return _draw(request, "invitation", {"member": member, "errors": error.messages}, status=422)
    link = request.build_absolute_uri(f"/invitations/{secret}/")
    return _draw(request, "invitation", {"member": member, "link": link})


@require_http_methods(["GET", "POST", "DELETE"])
@for_members
def departure(request: Any, member_id: int) -> HttpResponse:
    """GET asks who takes over, POST deactivates, DELETE brings the member back."""
    member = _member(request, member_id)
    if request.method == "DELETE":
        return _return(request, member)
    form = DepartureForm(request.POST or None, member=member)
    counts = [(record_type, rows.count()) for record_type, rows in queries.handed_over(member)]
    context = {"member": member, "form": form, "counts": [(kind, count) for kind, count in counts if count]}
    if request.method == "GET":
        return _draw(request, "departure", context)
    if not form.is_valid():
        return _draw(request, "departure", context, status=422)
    actor = request.actor.through(Door.FORM)
    try:
        with acts.act(actor, "deactivate", record_type="members", subject=member.name) as change_set:
            moved = services.deactivate_member(
                actor=actor, member=member, successor=form.cleaned_data["successor"], now=clock.now()
            )
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            form.add_error(name if name in form.fields else None, messages)
        return _draw(request, "departure", context, status=422)
    message = ngettext(
        "%(name)s has left; %(count)d record was handed over.",
        "%(name)s has left; %(count)d records were handed over.",
        moved,
    ) % {"name": member.name, "count": moved}
    if _is_page(request):
        return finishing.led_on(request, member.get_absolute_url(), message, undo=change_set)
    return tell(HttpResponse(status=204), message, undo=change_set, close_drawer=True, refresh=True)


def _return(request: Any, member: Member) -> HttpResponse:
    with acts.act(request.actor, "reactivate", record_type="members", subject=member.name) as change_set:
        services.reactivate_member(actor=request.actor, member=member)
    message = _("%(name)s is back.") % {"name": member.name}
    return tell(HttpResponse(status=204), message, undo=change_set, refresh=True)


@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, secret: str) -> HttpResponse:
    """Where an invitation's link leads: choose a password, then in."""
    found = queries.find_invitation(secret)
    if found is None:
        return render(request, "people/invitation_ended.html", status=404)
    form = AcceptForm(request.POST or None, member=found.member)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic(), acts.act(actors.system(found.member.name, Door.FORM), "accept_invitation"):
            member = services.accept_invitation(
                invitation=found, password=form.cleaned_data["password"], now=clock.now()
            )
        login(request, member, backend="zhike.domains.people.signing_in.MemberBackend")
        return redirect("/")
    status = 422 if request.method == "POST" else 200
    return render(request, "people/invitation.html", {"form": form, "member": found.member}, status=status)


@for_members
def me(request: Any) -> HttpResponse:
    """The member's own page."""
    if request.actor.member_id is None:
        raise Http404
    roles = registry.get("members").every_field()["roles"]  # one's own
    return render(request, "people/me.html", {
        "member": request.user, "role_names": roles.text(request.user.roles),
        "deputies": standing.deputies_of(request.user.pk), "deputyships": standing.deputyships(request.user.pk),
        "is_standing": bool(request.actor.really),
    })  # fmt: skip


@require_POST
def language(request: Any) -> HttpResponse:
    """Remembers the language for notices as well as for pages."""
    code = request.POST.get("language", "")
    response = redirect(_safe_next(request))
    if code in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            services.speak(member=request.user, language=code)
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, code, max_age=365 * 24 * 3600, samesite="Lax")
    return response


def _safe_next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "/")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) else "/"
