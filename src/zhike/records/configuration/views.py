"""The page of the configuration file: taking it along, showing what one would change here, applying it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhike.base.actors import Door
from zhike.base.sentences import one_line
from zhike.records.configuration import applying, document, telling
from zhike.records.configuration.comparing import Kind
from zhike.records.configuration.faults import Fault, UnableToApply
from zhike.records.customising.changing import require_administrator
from zhike.records.pages import answering, finishing

URL = "/settings/configuration/"
NAME = "zhike.yaml"
LONGEST_NAME, MOST_FAULTS = 120, 200


@require_safe
@answering.for_members
def download(request: Any) -> HttpResponse:
    text = applying.exported(request.actor)
    response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{NAME}"'
    return response


@require_http_methods(["GET", "POST"])
@answering.for_members
def page(request: Any) -> HttpResponse:
    """GET the page; POST a file, and see what it would change."""
    require_administrator(request.actor)
    if request.method == "GET":
        return _draw(request)
    file = request.FILES.get("file")
    if file is None:
        return _draw(request, faults=[Fault((), _("Choose a file."))], status=422)
    return _show(request, file.read(document.LARGEST + 1), one_line(file.name)[:LONGEST_NAME])


@require_POST
@answering.for_members
def apply(request: Any) -> HttpResponse:
    """Does what was shown; shows it anew where that would be something else by now."""
    require_administrator(request.actor)
    content, name = request.POST.get("text", "").encode(), one_line(request.POST.get("name"))[:LONGEST_NAME]
    actor = request.actor.through(Door.FORM)
    try:
        wanted = applying.prepare(actor, content, remove_missing=_removes(request))
        if wanted.stamp != request.POST.get("stamp"):
            raise applying.ChangedSince
        change_set = applying.apply(actor, wanted, name=name)
    except applying.ChangedSince:
        return _show(request, content, name, is_late=True, status=409)
    except UnableToApply as error:
        return _draw(request, faults=error.faults, name=name, status=422)
    return finishing.led_on(request, URL, _("The file “%(name)s” is applied.") % {"name": name}, undo=change_set)


def _show(request: Any, content: bytes, name: str, *, is_late: bool = False, status: int = 200) -> HttpResponse:
    try:
        wanted = applying.prepare(request.actor, content, remove_missing=_removes(request))
    except UnableToApply as error:
        return _draw(request, faults=error.faults, name=name, status=422)
    told = {
        "groups": telling.groups(wanted.plan), "here": telling.only_here(wanted.plan),
        "summary": telling.summary(wanted.plan), "text": content.decode("utf-8-sig"), "stamp": wanted.stamp,
        "is_late": is_late, "here_count": wanted.plan.count(Kind.HERE),
    }  # fmt: skip
    return _draw(request, told=told, name=name, status=status)


def _removes(request: Any) -> bool:
    return "remove_missing" in request.POST


def _draw(
    request: Any, *, told: dict[str, Any] | None = None, faults: list[Fault] | None = None, name: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    shown = {
        "url": URL, "told": told, "name": name, "faults": (faults or [])[:MOST_FAULTS], "removes": _removes(request),
        "more_faults": max(len(faults or []) - MOST_FAULTS, 0),
    }  # fmt: skip
    return render(request, "records/configuration/page.html", shown, status=status)
