"""Files on a record: stored by the hash of their content, served to whoever sees the record."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.base.files import storing
from zhike.records import gate, hanging, policies, registry
from zhike.records.models import Attachment

PREVIEWED = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""Pictures a browser may show by itself; anything else (SVG, HTML, PDF) is only ever downloaded."""
PROGRAMS = frozenset(
    {
        "app", "bat", "cmd", "com", "cpl", "dll", "dmg", "exe", "hta", "jar", "js", "jse", "lnk",
        "msi", "msp", "pif", "ps1", "reg", "scr", "sh", "vb", "vbe", "vbs", "wsf",
    }
)  # fmt: skip
"""Endings of files that run when a colleague opens them; none is kept."""
LATEST = 50
UNWANTED = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')


def attachments_of(record: Any) -> Any:
    name = registry.of(record).name
    found = Attachment.objects.filter(record_type=name, record_id=record.pk)
    return found.select_related("file", "attached_by").order_by("-attached_at", "-id")


def latest_of(record: Any) -> list[Attachment]:
    """The latest 50, fetched once for the record in hand: the page shows them beside the timeline and in it."""
    kept: list[Attachment] | None = record.__dict__.get("_latest_attachments")
    if kept is None:
        found = list(attachments_of(record)[:LATEST]) if hanging.is_any(Attachment, record) else []
        kept = record.__dict__["_latest_attachments"] = found
    return kept


def attach_file(actor: Actor, record: Any, *, name: str, chunks: Iterable[bytes]) -> Attachment:
    """Keeps a file and hangs it on the record. The media type follows from the name, never from the sender.

    Raises `gate.NotVisible`, `gate.NotAllowed`, or `gate.Refused` with a sentence (a program, too large, disk full).
    """
    gate.require(actor, policies.EDIT, record)
    record_type, name = registry.of(record), cleaned_name(name)
    if name.rpartition(".")[2].lower() in PROGRAMS:
        raise gate.Refused({"file": [_("“%(name)s” is a program; programs are not kept here.") % {"name": name}]})
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    with acts.act(actor, "attach", record_type=record_type.name, subject=record_type.whole_title(record)):
        try:
            stored = storing.store(chunks, media_type=media_type, limit=settings.FILE_SIZE_LIMIT)
        except storing.UnableToStoreFile as error:
            raise gate.Refused({"file": [_sentence(name, error)]}) from error
        return Attachment.objects.create(
            record_type=record_type.name, record_id=record.pk, file=stored, name=name, attached_by_id=actor.member_id
        )


def _sentence(name: str, error: storing.UnableToStoreFile) -> str:
    if isinstance(error.__cause__, OSError):
        return _("“%(name)s” could not be stored: %(reason)s.") % {"name": name, "reason": str(error)}
    limit = settings.FILE_SIZE_LIMIT // 1024 // 1024
    return _("“%(name)s” is larger than %(limit)d MB, the most a file may have.") % {"name": name, "limit": limit}


def cleaned_name(raw: str) -> str:
    """A file's name without folders, control and reserved characters, cut to what the table holds."""
    name = UNWANTED.sub("_", unicodedata.normalize("NFC", raw.replace("\\", "/").rsplit("/", 1)[-1])).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if len(name) > 255 and dot and len(ending) < 20:
        name = f"{stem[: 254 - len(ending)]}.{ending}"
    return name[:255] or "file"


def detach_file(actor: Actor, attachment: Attachment) -> None:
    """Takes the file off its record; its bytes stay, so that the act can be undone."""
    record = record_of(actor, attachment)
    gate.require(actor, policies.EDIT, record)
    record_type = registry.of(record)
    with acts.act(actor, "detach", record_type=record_type.name, subject=record_type.whole_title(record)):
        attachment.delete()


def get_attachment(actor: Actor, attachment_id: int) -> Attachment:
    """The attachment, if the actor sees its record. Raises `gate.NotVisible`."""
    found = Attachment.objects.select_related("file").filter(pk=attachment_id).first()
    if found is None:
        raise gate.NotVisible
    record_of(actor, found)
    return found


def record_of(actor: Actor, attachment: Attachment) -> Any:
    record_type = registry.find(attachment.record_type)
    if record_type is None:
        raise gate.NotVisible
    return gate.get_record(actor, record_type, attachment.record_id)


def is_picture(attachment: Attachment) -> bool:
    return (mimetypes.guess_type(attachment.name)[0] or "") in PREVIEWED
