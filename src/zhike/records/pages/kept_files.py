"""Files in fields: stored while a form is filled in, sent to whoever sees the record that holds them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhike.base.files.models import StoredFile
from zhike.records import gate, kept_files
from zhike.records.attachments import PREVIEWED
from zhike.records.declaration import RecordType
from zhike.records.fields.files import ticket_of
from zhike.records.pages import answering
from zhike.records.pages.attachments import sent


@require_POST
@answering.for_type
def store(request: Any, record_type: RecordType, name: str) -> HttpResponse:
    """One file; the answer is what the form sends along for it."""
    field = kept_files.field_of(record_type, name)
    uploaded = request.FILES.get("file")
    try:
        if uploaded is None:
            raise gate.Refused({name: [_("Choose a file.")]})
        kept = kept_files.keep(request.actor, record_type, field, name=uploaded.name or "", chunks=uploaded.chunks())
    except gate.Refused as refused:
        return JsonResponse({"error": " ".join(refused.errors[name])}, status=422)
    return JsonResponse({"ticket": ticket_of(kept, field.place), "name": kept.name, "size": kept.size})


@require_GET
@answering.for_record()
def show(request: Any, record_type: RecordType, record: Any, name: str, number: int) -> Any:
    """`?preview=1` shows a picture, `?thumb=1` a small one; anything else is a download."""
    kept = kept_files.find(record, kept_files.field_of(record_type, name), number)
    wants_small = "thumb" in request.GET and bool(kept.thumb)
    stored = StoredFile.objects.filter(pk=kept.thumb if wants_small else kept.file).first()
    if stored is None:
        raise Http404
    shown = wants_small or ("preview" in request.GET and kept.media_type in PREVIEWED)
    media_type = "image/webp" if wants_small else kept.media_type
    return sent(stored, kept.name, media_type if shown else "")
