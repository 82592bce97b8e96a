"""Files of a record: added, taken off, downloaded by whoever sees the record."""

from __future__ import annotations

import mimetypes
from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from zhike.base.changelog import acts
from zhike.base.files import storing
from zhike.base.files.models import StoredFile
from zhike.records import attachments, gate, policies
from zhike.records.declaration import RecordType
from zhike.records.pages import answering

SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@require_http_methods(["GET", "POST"])
@answering.for_record()
def files(request: Any, record_type: RecordType, record: Any) -> HttpResponse:
    """GET draws the card, POST adds one file or several."""
    if request.method == "GET":
        return _draw(request, record_type, record)
    uploaded = request.FILES.getlist("file")
    try:
        if not uploaded:
            gate.require(request.actor, policies.EDIT, record)
            raise gate.Refused({"file": [_("Choose a file.")]})
        with acts.act(
            request.actor, "attach", record_type=record_type.name, subject=record_type.whole_title(record)
        ) as change_set:
            for each in uploaded:
                attachments.attach_file(request.actor, record, name=each.name or "", chunks=each.chunks())
    except gate.Refused as refused:
        return _draw(request, record_type, record, errors=refused.errors["file"], status=422)
    message = ngettext("%(count)d file attached.", "%(count)d files attached.", len(uploaded)) % {
        "count": len(uploaded)
    }
    return answering.tell(_draw(request, record_type, record), message, undo=change_set, refresh=True)


def _draw(
    request: Any, record_type: RecordType, record: Any, *, errors: list[str] | None = None, status: int = 200
) -> HttpResponse:
    from zhike.records.pages.record import RecordPage

    page = RecordPage(request, record_type, record)
    context = {"page": page, "record_type": record_type, "errors": errors or []}
    return render(request, "records/_attachments.html", context, status=status)


@require_http_methods(["GET", "DELETE"])
@answering.for_members
def file(request: Any, attachment_id: int) -> Any:
    """GET sends the bytes, DELETE takes the file off its record."""
    attachment = attachments.get_attachment(request.actor, attachment_id)
    if request.method == "DELETE":
        record = attachments.record_of(request.actor, attachment)
        with acts.act(
            request.actor, "detach", record_type=attachment.record_type, subject=str(record)[:300]
        ) as change_set:
            attachments.detach_file(request.actor, attachment)
        response = HttpResponse(headers={"HX-Reswap": "none"})
        return answering.tell(response, _("The file was removed."), undo=change_set, refresh=True)
    shown = "preview" in request.GET and attachments.is_picture(attachment)
    return sent(attachment.file, attachment.name, (mimetypes.guess_type(attachment.name)[0] or "") if shown else "")


def sent(stored: StoredFile, name: str, media_type: str) -> FileResponse:
    """As a download, but for pictures asked to be shown (`media_type`); never as anything a browser would run."""
    path = storing.path_of(stored)
    if not path.is_file():
        raise Http404
    shown = media_type or "application/octet-stream"
    response = FileResponse(path.open("rb"), as_attachment=not media_type, filename=name, content_type=shown)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "private, no-cache"
    return response
