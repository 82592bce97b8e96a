"""How an act on one record answers once it is done: a toast with undo, and the page brought up to date."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from zhike.base.changelog.models import Change, ChangeSet
from zhike.records.pages import answering


def finished(
    request: Any, message: str, *, undo: ChangeSet | None = None, url: str = "", body: str = "", **events: Any
) -> HttpResponse:
    """To htmx: the events `refresh` and `close_drawer` (and others) beside `body`; a form that was a page of its
    own (`_page`) leads on to `url`, and so does a request without htmx."""
    if not request.htmx or (url and "_page" in request.POST):
        return led_on(request, url, message, undo=undo)
    response = HttpResponse(body)
    if not body:
        response["HX-Reswap"] = "none"
    return answering.tell(response, message, undo=undoable(undo), **(events or {"close_drawer": True, "refresh": True}))


def led_on(request: Any, url: str, message: str, *, undo: ChangeSet | None = None) -> HttpResponse:
    """Goes to another page, which says what was done."""
    remember(request, message, undo=undo)
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def remember(request: Any, message: str, *, undo: ChangeSet | None = None) -> None:
    """A toast on the next page; its undo address travels as the message's tag."""
    undo = undoable(undo)
    messages.success(request, message, extra_tags=f"/change-sets/{undo.pk}/undo/" if undo else "")


def undoable(change_set: ChangeSet | None) -> ChangeSet | None:
    """The act, if it changed anything at all."""
    if change_set is None or not Change.objects.filter(change_set_id=change_set.pk).exists():
        return None
    return change_set
