"""What is laid out for whoever reads: the layout of one of their roles, else everybody's, else the declared one.

Kept in memory; another process's change is known after two seconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zhike.base.recent import Recent
from zhike.records.models import Layout

if TYPE_CHECKING:
    from zhike.records.declaration import RecordType, Section

SECTIONS, COLUMNS, CARD, RELATED, VIEW, MENU = "sections", "columns", "card", "related", "view", "menu"
_reader: ContextVar[Any] = ContextVar("zhike_reader_of_layouts", default=None)


Bodies = dict[tuple[str, str, str], dict[str, Any]]
"""By record type, part and kind: the bodies by role."""


def _read() -> Bodies:
    bodies: Bodies = defaultdict(dict)
    for row in Layout.objects.all():
        bodies[row.record_type, row.part, row.record_kind][row.role] = row.body
    return bodies


_kept: Recent[Bodies] = Recent(_read)


@contextmanager
def read_by(actor: Any) -> Iterator[None]:
    """Whose layouts hold in here."""
    token = _reader.set(actor)
    try:
        yield
    finally:
        _reader.reset(token)


def roles_of_reader() -> tuple[str, ...]:
    actor = _reader.get()
    return tuple(actor.roles) if actor else ()


def body_of(record_type: str, part: str, kind: str = "") -> dict[str, Any] | None:
    """The body that holds for the reader; None where the declaration holds."""
    by_role = _kept.now().get((record_type, part, kind))
    if not by_role:
        return None
    return next((by_role[role] for role in (*roles_of_reader(), "") if role in by_role), None)


def forget_kept() -> None:
    _kept.forget()


# Sections


def sections_of(record_type: RecordType, record: Any) -> list[Section] | None:
    """The sections laid out for a record; None where the declared ones hold."""
    if not _kept.now():
        return None
    kind = kind_of(record_type, record)
    body = body_of(record_type.name, SECTIONS, kind) if kind is not None else None
    return None if body is None else sections_in(record_type, body, kind or "")


def sections_in(record_type: RecordType, body: dict[str, Any], kind: str) -> list[Section]:
    """A body as sections. What it neither shows nor hides (a field made later), and what has to be filled, stands at
    the end."""
    from zhike.records.declaration import Section

    fields, hidden = record_type.fields(), set(body.get("hidden", ()))
    placed: list[str] = []
    found = []
    for part in body.get("sections", ()):
        names = [name for name in part["names"] if name in fields and name not in placed]
        placed += names
        if names:
            found.append(Section(told(part.get("label", ""), part.get("label_en", "")), *names))
    more = [
        name
        for name in placeable(record_type, kind)
        if name not in placed and (name not in hidden or must_be_filled(fields[name]))
    ]
    return [*found, Section(_("More"), *more)] if more else found


def must_be_filled(field: Any) -> bool:
    """Whether a record may be refused without it: then its form has to show it."""
    return bool(field.editable and (field.required or field.options.get("required_when")))


def placeable(record_type: RecordType, kind: str = "") -> list[str]:
    """The fields that may stand on a page of a record of that kind."""
    fields = record_type.fields()
    declared = [name for section in declared_sections(record_type, kind) for name in section.fields]
    return [name for name in dict.fromkeys(declared) if name in fields]


def declared_sections(record_type: RecordType, kind: str = "") -> list[Section]:
    """What the declaration says, with the company's own fields."""
    name = kind_field(record_type)
    return record_type.declared_sections(record_type.model(**{name: kind}) if name and kind else None)


def kind_field(record_type: RecordType) -> str:
    """The choice field whose value decides which sections a record has; "" where all have the same."""
    from zhike.records import forms

    return next(iter(sorted(forms.switching_fields(record_type))), "")


def kind_of(record_type: RecordType, record: Any) -> str | None:
    """Which kind of record this is: "" where there are no kinds, None where it cannot be said."""
    name = kind_field(record_type)
    if not name:
        return ""
    return str(getattr(record, name)) if record is not None else None


# Names


def names_of(record_type: RecordType, part: str, declared: Iterable[str]) -> list[str]:
    """The names of a part as laid out, without those that are gone."""
    body = body_of(record_type.name, part)
    if body is None:
        return list(declared)
    return [name for name in body.get("names", ()) if record_type.field(name) is not None]


def in_order(record_type: str, part: str, found: Iterable[Any], key: Any) -> list[Any]:
    """What was found in the order laid out; what came later stands at the end, what is hidden is left out."""
    body = body_of(record_type, part)
    rows = list(found)
    if body is None:
        return rows
    places = {name: place for place, name in enumerate(body.get("names", ()))}
    hidden = set(body.get("hidden", ()))
    shown = [row for row in rows if key(row) not in hidden]
    return sorted(shown, key=lambda row: places.get(key(row), len(places)))


def default_view(record_type: str) -> str:
    """The key of the view a list opens with; "" where nothing is laid out."""
    body = body_of(record_type, VIEW)
    return str(body.get("key", "")) if body else ""


def _told(label: str, label_en: str) -> str:
    return label_en if label_en and (get_language() or "").startswith("en") else label


told: Any = lazy(_told, str)
