"""The bell: what a member was told, unread first; reading one leads to what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from zhike.base import clock
from zhike.base.notices import services
from zhike.base.notices.models import Notice
from zhike.records import periods
from zhike.records.fields.references import LARGEST_ID, as_id
from zhike.records.pages.answering import for_members

IN_PANEL, ON_PAGE = 12, 40
LOOKS = {
    "reminder": ("clock", "warn"),
    "digest": ("calendar-due", "warn"),
    "handover": ("arrow-narrow-right", "accent"),
    "share": ("share", "accent"),
    "import": ("database-import", "good"),
    "export": ("download", "good"),
    "job": ("alert-triangle", "bad"),
}
"""Icon and tone by kind; others get a bell."""


@dataclass(frozen=True)
class Line:
    notice: Notice
    icon: str
    tone: str
    at: str


@require_safe
@for_members
def panel(request: HttpRequest) -> HttpResponse:
    """What the bell opens: the unread ones, then the latest read ones."""
    return _panel(request)


@require_safe
@for_members
def page(request: HttpRequest) -> HttpResponse:
    """All notices, latest first, page by page."""
    before = request.GET.get("before", "")
    notices = _mine(request)
    if (earlier_than := as_id(before)) is not None:
        notices = notices.filter(pk__lt=earlier_than)
    found = list(notices.order_by("-pk")[: ON_PAGE + 1])
    more = found[ON_PAGE - 1].pk if len(found) > ON_PAGE else None
    told = {"lines": _lines(found[:ON_PAGE]), "more": more, "unread": _unread(request)}
    return render(request, "shell/_notice_lines.html" if before else "shell/notices.html", told)


@require_safe
@for_members
def follow(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Marks one as read and goes where it leads."""
    notice = _mine(request).filter(pk=notice_id).first() if notice_id <= LARGEST_ID else None
    if notice is None:
        raise Http404
    if not request.actor.is_looking:  # type: ignore[attr-defined]
        Notice.objects.filter(pk=notice.pk, read_at__isnull=True).update(read_at=clock.now())
    leads_home = url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None)
    return HttpResponseRedirect(notice.url if notice.url and leads_home else "/notices/")


@require_POST
@for_members
def read(request: Any) -> HttpResponse:
    """Marks one (`id`) or all as read; answers with the part that asked."""
    notices = _mine(request).filter(read_at__isnull=True)
    chosen = request.POST.get("id", "")
    if chosen:
        notices = notices.filter(pk=as_id(chosen))
    notices.update(read_at=clock.now())
    if request.headers.get("HX-Target") == "notices-list":
        return _panel(request)
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": "/notices/"})
    return HttpResponseRedirect("/notices/")


def _panel(request: HttpRequest) -> HttpResponse:
    unread = list(_mine(request).filter(read_at__isnull=True).order_by("-pk")[:IN_PANEL])
    others = _mine(request).filter(read_at__isnull=False).order_by("-pk")[: IN_PANEL - len(unread)]
    told = {"lines": _lines([*unread, *others]), "unread": _unread(request)}
    return render(request, "shell/notices_panel.html", told)


def _mine(request: Any) -> Any:
    return Notice.objects.filter(member_id=request.actor.member_id or 0)


def _unread(request: Any) -> int:
    return services.count_unread(request.actor.member_id or 0)


def _lines(notices: list[Notice]) -> list[Line]:
    now = clock.now()
    return [
        Line(notice, *LOOKS.get(notice.kind, ("bell", "")), at=periods.short_moment(notice.created_at, now))
        for notice in notices
    ]
