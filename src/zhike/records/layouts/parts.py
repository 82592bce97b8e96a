"""The parts of a type's pages that may be laid out: what each may hold, what the declaration says, what was sent.

A body: sections → `{"sections": [{"label", "label_en", "names"}], "hidden": [names]}`; columns, card, related, menu →
`{"names", "hidden"}`; view → `{"key"}`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from zhike.base.sentences import one_line
from zhike.records import columns, gate, registry, relations, saved_views
from zhike.records.declaration import RecordType
from zhike.records.layouts import reading
from zhike.records.layouts.reading import CARD, COLUMNS, MENU, RELATED, SECTIONS, VIEW

LABELS = {
    SECTIONS: gettext_lazy("Sections and fields"), COLUMNS: gettext_lazy("Columns of the list"),
    CARD: gettext_lazy("Face of a card on the board"), RELATED: gettext_lazy("Related lists"),
    VIEW: gettext_lazy("View the list opens with"), MENU: gettext_lazy("Menu"),
}  # fmt: skip
LONGEST_LABEL, MOST_SECTIONS, MOST_COLUMNS, MOST_ON_A_CARD = 60, 30, 30, 8
LANGUAGES = (("label", "zh-hans"), ("label_en", "en"))


@dataclass(frozen=True)
class Place:
    """Which part of which pages, for whom: a type ("" for the menu), a part, a role and a kind of record."""

    part: str
    record_type: RecordType | None = None
    role: str = ""
    kind: str = ""

    @property
    def type_name(self) -> str:
        return self.record_type.name if self.record_type else ""

    @property
    def the_type(self) -> RecordType:
        if self.record_type is None:
            raise gate.NotVisible
        return self.record_type

    @property
    def subject(self) -> str:
        """Customers · Columns of the list."""
        label = str(LABELS[self.part])
        return f"{self.record_type.plural} · {label}" if self.record_type else label


def parts_of(record_type: RecordType) -> list[str]:
    found = [SECTIONS, COLUMNS]
    if record_type.board is not None:
        found.append(CARD)
    if len(record_type.related_lists()) > 1:
        found.append(RELATED)
    return [*found, VIEW]


def kinds_of(record_type: RecordType) -> list[tuple[str, str]]:
    """The kinds of record that are laid out each by itself."""
    field = record_type.field(reading.kind_field(record_type) or "")
    return field.choices() if field else []


# What there is


def offered(place: Place) -> dict[str, str]:
    """Everything that may stand there, by name, with its words."""
    if place.part == MENU:
        return {each.name: str(each.plural) for each in registry.all_types() if each.in_menu}
    record_type = place.the_type
    if place.part == SECTIONS:
        fields = record_type.fields()
        return {name: str(fields[name].label) for name in reading.placeable(record_type, place.kind)}
    if place.part == COLUMNS:
        return {each.name: str(each.label) for each in columns.available_columns(record_type)}
    if place.part == CARD:
        return {name: str(field.label) for name, field in record_type.fields().items() if name != record_type.title}
    return {relations.key_of(each): relation_words(each) for each in record_type.related_lists()}


def relation_words(relation: Any) -> str:
    target = registry.find(relation.record_type)
    return str(relation.label or (target.plural if target else relation.record_type))


def views(actor: Any, record_type: RecordType) -> list[tuple[str, str]]:
    """The views a list may open with: those everybody can see."""
    shared = {"everybody"}
    found = saved_views.views_of(actor, record_type)
    return [(view.key, view.name) for view in found if view.saved is None or view.saved.audience in shared]


def declared(place: Place) -> dict[str, Any]:
    """What holds where nothing was laid out."""
    if place.part == VIEW:
        return {"key": ""}
    if place.part == SECTIONS:
        return {"sections": _declared_sections(place), "hidden": []}
    names = _declared_names(place)
    return {"names": names, "hidden": [name for name in offered(place) if name not in names]}


def _declared_names(place: Place) -> list[str]:
    if place.part == COLUMNS:
        return columns.declared_names(place.the_type)
    if place.part == CARD:
        board = place.the_type.board
        return [name for name in (board.card if board else ()) if place.the_type.field(name)]
    return list(offered(place))


def _declared_sections(place: Place) -> list[dict[str, Any]]:
    found = reading.declared_sections(place.the_type, place.kind)
    told: list[dict[str, Any]] = [{"names": list(section.fields)} for section in found]
    for name, language in LANGUAGES:
        with override(language):
            for said, section in zip(told, found, strict=True):
                said[name] = str(section.label)
    return told


# What was sent


def read(place: Place, raw: str, actor: Any) -> dict[str, Any]:
    """A body as the editor sends it: `{"sections": [{"label", "label_en", "names"}]}`. What it does not show is hidden,
    unless `hidden` says what is; the rest then stands where what came later stands. Raises `Refused`."""
    if place.part == VIEW:
        if raw and raw not in dict(views(actor, place.the_type)):
            raise _refusal(_("There is no such view."))
        return {"key": raw}
    sent = _json(raw)
    known = offered(place)
    sections = [_section(each, known) for each in sent["sections"]]
    names = [name for section in sections for name in section["names"]]
    if len(names) != len(set(names)):
        raise _refusal(_("A field stands here twice."))
    told = sent["hidden"]
    hidden = [name for name in known if name not in names and (told is None or name in told)]
    if place.part != SECTIONS:
        _refuse_unfit(place, names)
        return {"names": names, "hidden": hidden}
    if any(not section["label"] for section in sections if section["names"]):
        raise _refusal(_("Give each section a title."))
    _refuse_unfilled(place, hidden)
    return {"sections": [section for section in sections if section["names"]], "hidden": hidden}


def _json(raw: str) -> dict[str, Any]:
    try:
        sent = json.loads(raw)
    except (ValueError, RecursionError):
        sent = None
    sections = sent.get("sections") if isinstance(sent, dict) else None
    if not isinstance(sections, list) or not all(isinstance(each, dict) for each in sections):
        raise _refusal(_("This layout is not understood."))
    if len(sections) > MOST_SECTIONS:
        raise _refusal(_("At most %(limit)d sections.") % {"limit": MOST_SECTIONS})
    hidden = sent.get("hidden")
    return {"sections": sections, "hidden": hidden if isinstance(hidden, list) else None}


def _section(sent: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, Any]:
    names = sent.get("names")
    if not isinstance(names, list):
        raise _refusal(_("This layout is not understood."))
    for name in names:
        if not isinstance(name, str) or name not in known:
            raise _refusal(_("There is no field “%(name)s”.") % {"name": str(name)[:60]})
    words = {key: one_line(sent.get(key)) for key, _language in LANGUAGES}
    if any(len(text) > LONGEST_LABEL for text in words.values()):
        raise _refusal(_("At most %(limit)d characters.") % {"limit": LONGEST_LABEL})
    return {**words, "names": names}


def _refuse_unfit(place: Place, names: list[str]) -> None:
    most = {COLUMNS: MOST_COLUMNS, CARD: MOST_ON_A_CARD}.get(place.part)
    if place.part in (COLUMNS, MENU) and not names:
        raise _refusal(_("Something has to be shown."))
    if most is not None and len(names) > most:
        raise _refusal(_("At most %(limit)d of them.") % {"limit": most})
    if place.part == COLUMNS and place.the_type.title not in names:
        raise _refusal(_("The title has to be among the columns."))


def _refuse_unfilled(place: Place, hidden: list[str]) -> None:
    fields = place.the_type.fields()
    lacking = [str(fields[name].label) for name in hidden if reading.must_be_filled(fields[name])]
    if lacking:
        raise _refusal(_("These have to be filled, so they have to be shown: %(fields)s.") % {
            "fields": str(_(", ")).join(lacking)})  # fmt: skip


def _refusal(sentence: str) -> gate.Refused:
    return gate.Refused({"": [sentence]})


# In words


def words(place: Place, body: dict[str, Any] | None) -> str:
    """A body in a line."""
    if body is None:
        return _("as delivered")
    if place.part == VIEW:
        return str(body.get("key", ""))
    known = offered(place)

    def listed(names: list[str]) -> str:
        return str(_(", ")).join(known.get(name, name) for name in names)

    if place.part != SECTIONS:
        return listed(body.get("names", []))
    return "; ".join(f"{part['label']}: {listed(part['names'])}" for part in body.get("sections", ()))
