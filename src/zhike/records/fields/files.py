"""Files and pictures a record holds in a field: numbers of stored files with their names, kept as JSON.

Bytes come before the record does: they are stored first, and whoever stored them gets a ticket, which the form or the
program sends along with the other values. A file is served to whoever sees the record that holds it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any, ClassVar

from django.core import signing
from django.db import connection
from django.db.models import Q
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.base.markup import format_html, format_html_join
from zhike.records.fields.base import EMPTY, Field, Invalid
from zhike.records.fields.references import as_id
from zhike.records.fields.text import as_list

TICKET_SECONDS = 20 * 60 * 60
"""Less than a day: files that nobody refers to are swept away after one."""
SALT = "zhike.kept-file"
MOST = 10


@dataclass(frozen=True)
class Kept:
    """A file of a field: the number of its bytes, its name, its size in bytes; `thumb` is the number of a small
    picture of it, 0 where there is none."""

    file: int
    name: str = ""
    size: int = 0
    media_type: str = ""
    thumb: int = 0

    def stored(self) -> dict[str, Any]:
        found = {"file": self.file, "name": self.name, "size": self.size, "media_type": self.media_type}
        return found | {"thumb": self.thumb} if self.thumb else found


def kept_of(stored: Mapping[str, Any]) -> Kept:
    return Kept(
        int(stored["file"]), str(stored["name"]), int(stored["size"]), str(stored["media_type"]),
        int(stored.get("thumb") or 0),
    )  # fmt: skip


def ticket_of(kept: Kept, place: str) -> str:
    """For whoever stored the bytes, to put them into the field `place` (`customers.contract`) of this workspace."""
    return signing.dumps([_place(place), kept.stored()], salt=SALT, compress=True)


def _place(place: str) -> str:
    return f"{connection.schema_name}:{place}"  # type: ignore[attr-defined]


class Files(Field):
    """Several files; a value is a list of `Kept`."""

    kind = "file"
    operators: ClassVar[tuple[str, ...]] = ("empty", "not_empty")
    sortable = False
    width = 180

    @property
    def most(self) -> int:
        return int(self.options.get("most") or MOST)

    @property
    def place(self) -> str:
        return f"{self.options.get('of', '')}.{self.name}"

    def value_of(self, record: Any) -> Any:
        return HeldFiles(super().value_of(record), f"{record.get_absolute_url()}kept/{self.name}/" if record.pk else "")

    def from_stored(self, stored: Any) -> Any:
        return [kept_of(each) for each in stored or []]

    def to_stored(self, value: Any) -> Any:
        return [each.stored() for each in value or []]

    def empty_value(self) -> Any:
        return []

    def from_form(self, data: Any) -> Any:
        try:
            return json.loads(data.get(self.name) or "[]")
        except (ValueError, RecursionError):
            return data.get(self.name)

    def clean(self, raw: Any) -> Any:
        found = self.clean_value([] if raw is None or raw == "" else raw)
        if self.required and not found:
            raise Invalid(_("This field is required."))
        return found

    def clean_value(self, raw: Any) -> Any:
        """`{"ticket": …}` for each file that was stored for this field, `{"id": …}` for one the record holds already;
        whether it does is the gate's to ask (`held`)."""
        if not isinstance(raw, list) or not all(isinstance(each, dict) for each in raw):
            raise Invalid(_("A list of files is expected here."))
        if len(raw) > self.most:
            raise Invalid(_("At most %(limit)d files.") % {"limit": self.most})
        return list(dict.fromkeys(self._one(each) for each in raw))

    def _one(self, raw: dict[str, Any]) -> Kept:
        if raw.get("ticket"):
            return self.ticketed(raw["ticket"])
        number = as_id(raw.get("id"))
        if number is None:
            raise Invalid(_("A file is told by its ticket, or by its number where the record holds it already."))
        return Kept(number)

    def ticketed(self, ticket: Any) -> Kept:
        """Raises `Invalid`."""
        try:
            place, stored = signing.loads(str(ticket), salt=SALT, max_age=TICKET_SECONDS)
        except signing.BadSignature:
            place, stored = "", {}
        if place != _place(self.place):
            raise Invalid(_("This file was not stored for this field, or too long ago; choose it again."))
        return kept_of(stored)

    def held(self, value: list[Kept], record: Any) -> list[Kept]:
        """The value with everything known about the files the record holds already. Raises `Invalid`."""
        known = {each.file: each for each in self.value_of(record)} if record is not None else {}
        for each in value:
            if not each.name and each.file not in known:
                raise Invalid(_("The record holds no such file."))
        return [each if each.name else replace(known[each.file]) for each in value]

    def read(self, raw: Any, zone: tzinfo) -> Any:
        raise Invalid(_("Files are not read from tables."))

    def text(self, value: Any) -> str:
        return str(_(", ")).join(each.name for each in value or [])

    def html(self, value: Any) -> SafeString:
        if not value:
            return EMPTY
        place = getattr(value, "place", "")
        return format_html_join(" ", "{}", ((self._drawn(each, f"{place}{each.file}/"),) for each in value))

    def _drawn(self, kept: Kept, url: str) -> SafeString:
        return format_html('<a class="kept-file" href="{}">{}</a>', url, kept.name)

    def json(self, value: Any) -> Any:
        return [
            {"id": each.file, "name": each.name, "size": each.size, "media_type": each.media_type}
            for each in value or []
        ]

    def cell(self, value: Any) -> Any:
        return "; ".join(each.name for each in value or [])

    def schema(self) -> dict[str, Any]:
        text, number = {"type": "string"}, {"type": "integer"}
        ticket = {"type": "string", "writeOnly": True}
        properties = {"id": number, "name": text, "size": number, "media_type": text, "ticket": ticket}
        return {"type": "array", "items": {"type": "object", "properties": properties}}

    def form_value(self, value: Any) -> Any:
        """As JSON for the hidden input; what came back from a refused form goes back with its names."""
        shown = [self._shown(each, getattr(value, "place", "")) for each in as_list(value)]
        return json.dumps([each for each in shown if each], ensure_ascii=False)

    def _shown(self, each: Any, place: str) -> dict[str, Any] | None:
        if isinstance(each, Kept):
            thumb = f"{place}{each.file}/?thumb=1" if each.thumb and place else ""
            return {"id": each.file, "name": each.name, "thumb": thumb}
        return (
            {name: each[name] for name in ("id", "ticket", "name") if name in each} if isinstance(each, dict) else None
        )

    def is_empty(self, prefix: str = "") -> Q:
        at = f"{prefix}custom__{self.name}"
        return Q(**{at: []}) | Q(**{at: None}) | Q(**{f"{at}__isnull": True})


class HeldFiles(list[Kept]):
    """The files of one record, with the address they are served under."""

    def __init__(self, files: list[Kept], place: str) -> None:
        super().__init__(files)
        self.place = place


class Pictures(Files):
    """As files, but pictures a browser shows; small ones stand in lists."""

    kind = "image"
    width = 120

    def _drawn(self, kept: Kept, url: str) -> SafeString:
        return format_html(
            '<a class="kept-picture" href="{0}?preview=1" target="_blank" rel="noopener" title="{1}">'
            '<img src="{0}?thumb=1" alt="{1}" loading="lazy" width="28" height="28"></a>', url, kept.name,
        )  # fmt: skip
