"""Bytes for the file fields of records: stored before the record is saved, served to whoever sees it."""

from __future__ import annotations

import io
import itertools
import mimetypes
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from zhike.base.actors import Actor
from zhike.base.files import storing, sweeping
from zhike.base.files.models import StoredFile
from zhike.records import gate, policies, registry
from zhike.records.attachments import PROGRAMS, cleaned_name
from zhike.records.declaration import RecordType
from zhike.records.fields.files import Files, Kept, Pictures
from zhike.records.models import CustomField

MEGABYTE = 1024 * 1024
LARGEST_PICTURE = 10
"""In megabytes, where the field says nothing."""
MOST_PIXELS = 60_000_000
SIDE = 160
"""Pixels of the longer side of a small picture, enough for a sharp cell on any screen."""
PROGRAM_STARTS = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xfe\xed\xfa\xce")
"""How programs of Linux and macOS begin; those of Windows are told by two marks."""
FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}


def field_of(record_type: RecordType, name: str) -> Files:
    """Raises `NotVisible` where the type has no such field for files."""
    found = record_type.field(name)
    if not isinstance(found, Files):
        raise gate.NotVisible
    return found


def keep(actor: Actor, record_type: RecordType, field: Files, *, name: str, chunks: Iterable[bytes]) -> Kept:
    """Stores a file for a field. Raises `NotAllowed`, or `Refused` with a sentence at the field's name."""
    policy = record_type.policy
    if not field.editable or not any(policy.may(actor, action) for action in (policies.CREATE, policies.EDIT)):
        raise gate.NotAllowed(policies.EDIT)
    name = cleaned_name(name)
    _check_ending(field, name)
    chunks = _told_by_its_beginning(field, name, chunks)
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    try:
        stored = storing.store(chunks, media_type=media_type, limit=_limit(field))
    except storing.UnableToStoreFile as error:
        raise gate.Refused({field.name: [_too_large(field, name, error)]}) from error
    kept = Kept(stored.pk, name, stored.size, media_type)
    return _with_small_picture(field, kept, stored) if isinstance(field, Pictures) else kept


def _limit(field: Files) -> int:
    usual = LARGEST_PICTURE * MEGABYTE if isinstance(field, Pictures) else settings.FILE_SIZE_LIMIT
    return min(int(field.options.get("largest") or 0) * MEGABYTE or usual, settings.FILE_SIZE_LIMIT)


def _check_ending(field: Files, name: str) -> None:
    ending = name.rpartition(".")[2].lower()
    if ending in PROGRAMS:
        raise gate.Refused({field.name: [_("“%(name)s” is a program; programs are not kept here.") % {"name": name}]})
    wanted = field.options.get("endings") or []
    if wanted and ending not in wanted:
        words = {"name": name, "endings": ", ".join(wanted)}
        raise gate.Refused({field.name: [_("“%(name)s” is none of these: %(endings)s.") % words]})


def _told_by_its_beginning(field: Files, name: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes; a program is one whatever it is called. Raises `Refused`."""
    waiting = iter(chunks)
    head = next(waiting, b"")
    if head.startswith(PROGRAM_STARTS) or _is_windows_program(head):
        raise gate.Refused({field.name: [_("“%(name)s” is a program; programs are not kept here.") % {"name": name}]})
    return itertools.chain([head], waiting)


def _is_windows_program(head: bytes) -> bool:
    place = int.from_bytes(head[60:64], "little")
    return head.startswith(b"MZ") and head[place : place + 4] == b"PE\0\0"


def _too_large(field: Files, name: str, error: storing.UnableToStoreFile) -> str:
    if isinstance(error.__cause__, OSError):
        return _("“%(name)s” could not be stored: %(reason)s.") % {"name": name, "reason": str(error)}
    words = {"name": name, "limit": _limit(field) // MEGABYTE}
    return _("“%(name)s” is larger than %(limit)d MB, the most a file may have.") % words


def _with_small_picture(field: Files, kept: Kept, stored: StoredFile) -> Kept:
    """What is a picture is told by the bytes, not by the name."""
    try:
        with Image.open(storing.path_of(stored)) as picture:
            if picture.format not in FORMATS or picture.width * picture.height > MOST_PIXELS:
                raise UnidentifiedImageError
            media_type, small = FORMATS[picture.format], picture.convert("RGBA")
            small.thumbnail((SIDE, SIDE))
            out = io.BytesIO()
            small.save(out, "WEBP", quality=80)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        sentence = _("“%(name)s” is no picture a browser can show (PNG, JPEG, GIF, WebP).") % {"name": kept.name}
        raise gate.Refused({field.name: [sentence]}) from error
    thumb = storing.store([out.getvalue()], media_type="image/webp", limit=MEGABYTE)
    return Kept(kept.file, kept.name, kept.size, media_type, thumb.pk)


def find(record: Any, field: Files, number: int) -> Kept:
    """A file the record holds. Raises `NotVisible`."""
    found = next((each for each in field.value_of(record) if each.file == number), None)
    if found is None:
        raise gate.NotVisible
    return found


# What is needed still


@sweeping.needed
def files_in_fields() -> set[int]:
    """The files that records hold, and those the log could bring back."""
    names = CustomField.objects.filter(kind__in=(Files.kind, Pictures.kind)).values_list("record_type", "name")
    found: set[int] = set()
    for type_name, name in names:
        record_type = registry.find(type_name)
        if record_type is not None:
            found.update(_named_in(record_type.table, name))
    return found


HELD = """
WITH held (files) AS (
  SELECT custom -> %(name)s FROM {table}
  UNION ALL SELECT side -> 'custom' -> %(name)s FROM base_change c
  CROSS JOIN LATERAL (VALUES (c.before), (c.after)) sides(side)
  WHERE c.owner_table = %(table)s AND c.table_name = %(table)s AND side ? 'custom')
SELECT DISTINCT number::bigint FROM held
CROSS JOIN LATERAL jsonb_array_elements(CASE WHEN jsonb_typeof(files) = 'array' THEN files ELSE '[]' END) each(file)
CROSS JOIN LATERAL (VALUES (file ->> 'file'), (file ->> 'thumb')) numbers(number) WHERE number IS NOT NULL
"""


def _named_in(table: str, name: str) -> Iterator[int]:
    with connection.cursor() as cursor:
        cursor.execute(HELD.format(table=connection.ops.quote_name(table)), {"name": name, "table": table})
        for (number,) in cursor.fetchall():
            yield number
