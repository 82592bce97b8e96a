"""What a file is by its first bytes, whatever its name says."""

import pathlib
import re
import zipfile
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhike.base import sentences
from zhike.records.importing.reading.refusals import UnableToReadFile

Kind = Literal["text", "workbook"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES: tuple[tuple[bytes, str | Promise], ...] = (
    (b"%PDF", _("a PDF document")),
    (b"\x89PNG", _("a picture")),
    (b"\xff\xd8\xff", _("a picture")),
    (b"GIF8", _("a picture")),
    (b"\x1f\x8b", _("a compressed archive (gzip)")),
    (b"7z\xbc\xaf\x27\x1c", _("a compressed archive (7z)")),
    (b"Rar!", _("a compressed archive (RAR)")),
    (b"\xfd7zXZ", _("a compressed archive (xz)")),
    (b"BZh", _("a compressed archive (bzip2)")),
    (b"PAR1", _("a Parquet file")),
    (b"SQLite format 3\0", _("a SQLite database")),
    (b"MZ", _("a program")),
    (b"\x7fELF", _("a program")),
    (b"{\\rtf", _("an RTF document")),
)
_WEB_PAGE = re.compile(
    rb"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|style|div)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(rb"^\s*<\?xml\b|^\s*<(?:workbook|ss:workbook)\b", re.IGNORECASE)
_SHEET_PARTS = ("xl/workbook.xml", "xl/workbook.bin", "xl/worksheets/")

_SAVE_AS = _("“%(name)s” is %(what)s, not a table. Save the table as XLSX or CSV and choose that file.")
_PROTECTED = _("“%(name)s” is protected by a password. Take the password off and choose the file again.")
_DAMAGED = _("“%(name)s” is damaged: its archive cannot be opened. Save it anew and choose it again.")


def kind_of(path: pathlib.Path, name: str) -> Kind:
    """Returns what *path* holds. Raises UnableToReadFile for anything but text and workbooks."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise UnableToReadFile(_("“%(name)s” is empty."), name=sentences.shortened(name))
    if head.startswith(b"PK"):
        return _kind_of_zip(path, name)
    if head.startswith(_OLE):
        return _kind_of_ole(path, name)
    for signature, what in _SIGNATURES:
        if head.startswith(signature) and _looks_binary(head, signature):
            raise _refuse(name, what)
    text = _without_wide_bytes(head)
    if _WEB_PAGE.match(text):
        raise _refuse(name, _("a web page (HTML), whatever its name ends in"))
    if _XML.match(text):
        raise _refuse(name, _("an XML file"))
    if name.lower().endswith(".json") and text.lstrip()[:1] in (b"{", b"["):
        raise _refuse(name, _("a JSON file"))
    return "text"


def _refuse(name: str, what: str | Promise) -> UnableToReadFile:
    return UnableToReadFile(_SAVE_AS, name=sentences.shortened(name), what=what)


def _looks_binary(head: bytes, signature: bytes) -> bool:
    """A heading may begin with MZ or BZh; such files hold bytes no text has."""
    return len(signature) > 3 or any(byte < 9 for byte in head)


def _without_wide_bytes(head: bytes) -> bytes:
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        head = head.removeprefix(mark)
    return head.replace(b"\0", b"")


def _kind_of_zip(path: pathlib.Path, name: str) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.namelist()
            mimetype = archive.read("mimetype")[:100] if "mimetype" in parts else b""
            is_encrypted = _is_encrypted_ods(archive, parts)
    except (
        zipfile.BadZipFile,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        EOFError,
        KeyError,
    ) as failure:
        raise UnableToReadFile(_DAMAGED, name=sentences.shortened(name)) from failure
    except Exception as failure:  # zlib.error and whatever else a broken archive brings about
        raise UnableToReadFile(_DAMAGED, name=sentences.shortened(name)) from failure
    if is_encrypted:
        raise UnableToReadFile(_PROTECTED, name=sentences.shortened(name))
    if any(part.startswith(_SHEET_PARTS) for part in parts) or b"opendocument.spreadsheet" in mimetype:
        return "workbook"
    if any(part.startswith("word/") for part in parts) or b"opendocument.text" in mimetype:
        raise _refuse(name, _("a text document"))
    if any(part.startswith("ppt/") for part in parts) or b"opendocument.presentation" in mimetype:
        raise _refuse(name, _("a presentation"))
    raise _refuse(name, _("a zip archive"))


def _is_encrypted_ods(archive: zipfile.ZipFile, parts: list[str]) -> bool:
    manifest = "META-INF/manifest.xml"
    if manifest not in parts or archive.getinfo(manifest).file_size > 10**6:
        return False
    return b"encryption-data" in archive.read(manifest)


def _kind_of_ole(path: pathlib.Path, name: str) -> Kind:
    """An old Office file: its streams are named in UTF-16 somewhere in its directory."""
    names = _names_in(
        path,
        ("EncryptedPackage", "WordDocument", "PowerPoint Document", "Workbook", "Book"),
    )
    if "EncryptedPackage" in names:
        raise UnableToReadFile(_PROTECTED, name=sentences.shortened(name))
    if names & {"Workbook", "Book"}:
        return "workbook"
    if "WordDocument" in names:
        raise _refuse(name, _("a text document"))
    if "PowerPoint Document" in names:
        raise _refuse(name, _("a presentation"))
    raise _refuse(name, _("an old Office file without a workbook"))


def _names_in(path: pathlib.Path, names: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    tail = b""
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            seen = tail + block
            found |= {name for name in names if ("\0" + name + "\0").encode("utf-16-le")[1:] in seen}
            tail = block[-64:]
    return found
