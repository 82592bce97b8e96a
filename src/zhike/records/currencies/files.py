"""The text of a file somebody chose, in whatever encoding it came."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhike.records import gate

LARGEST = 1 << 20


def text_of(upload: Any, pasted: str) -> str:
    """The file's text where one was chosen, else what was pasted. Raises `Refused`."""
    if upload is None:
        if len(pasted) > LARGEST:
            raise gate.Refused({"lines": [_("That is too much for one time: at most 1 MB.")]})
        return pasted.replace("\0", "")
    if upload.size > LARGEST:
        raise gate.Refused({"file": [_("That is too much for one time: at most 1 MB.")]})
    content: bytes = upload.read()
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise gate.Refused({"file": [_("This is a workbook: save it as CSV, or paste its cells.")]})
    for codec in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(codec).replace("\0", "")
        except UnicodeDecodeError:
            continue
    raise gate.Refused({"file": [_("This file is no text. Save it as CSV in UTF-8.")]})
