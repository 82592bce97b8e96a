"""Whom a record is shared with: seen, added to, ended."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhike.base import clock
from zhike.base.changelog import acts
from zhike.records import gate, policies, sharing
from zhike.records.declaration import RecordType
from zhike.records.pages import answering


@require_http_methods(["GET", "POST"])
@answering.for_record(policies.SHARE)
def shares(request: Any, record_type: RecordType, record: Any) -> HttpResponse:
    if not record_type.policy.shared:
        raise gate.NotAllowed(policies.SHARE)
    if request.method == "GET":
        return _draw(request, record_type, record)
    title = record_type.title_of(record)
    try:
        with acts.act(
            request.actor, "share", record_type=record_type.name, subject=record_type.whole_title(record)
        ) as change_set:
            writable = request.POST.get("writable") in ("1", "true", "on")
            share = sharing.share_record(
                request.actor, record, member=request.POST.get("member"), writable=writable,
                last_day=_day(request.POST.get("last_day", "")),
            )  # fmt: skip
    except gate.Refused as refused:
        errors = [text for texts in refused.errors.values() for text in texts]
        return _draw(request, record_type, record, errors=errors, status=422)
    response = _draw(request, record_type, record)
    message = _("%(title)s is shared with %(member)s.") % {"title": title, "member": str(share.member)}
    return answering.tell(response, message, undo=change_set, refresh=True)


@require_http_methods(["DELETE"])
@answering.for_record(policies.SHARE)
def unshare(request: Any, record_type: RecordType, record: Any, share_id: int) -> HttpResponse:
    with acts.act(
        request.actor, "unshare", record_type=record_type.name, subject=record_type.whole_title(record)
    ) as change_set:
        sharing.unshare_record(request.actor, record, share_id=share_id)
    return answering.tell(_draw(request, record_type, record), _("No longer shared."), undo=change_set, refresh=True)


def _day(text: str) -> date | None:
    """Raises `Refused`."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise gate.Refused({"last_day": [_("“%(text)s” is no date.") % {"text": text[:20]}]}) from None


def _draw(
    request: Any, record_type: RecordType, record: Any, *, errors: list[str] | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "record_type": record_type, "record": record, "shares": list(sharing.shares_of(record)), "errors": errors or [],
        "today": clock.today(), "url": f"{record_type.url}{record.pk}/shares/", "heading": _("Share"),
        "members_url": f"/{get_user_model().record_type_name}/options/",
    }  # fmt: skip
    template = "records/_shares.html" if request.htmx else "records/shares.html"
    return render(request, template, context, status=status)
