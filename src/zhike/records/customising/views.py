"""The settings of fields: the record types, the fields of one, and a field in the drawer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhike.base.changelog import acts
from zhike.records import conditional, custom, gate, numbering, registry
from zhike.records.customising import changing, indexing, kinds, values
from zhike.records.declaration import RecordType
from zhike.records.fields.choices import own_label
from zhike.records.fields.making import field_of_custom
from zhike.records.fields.references import as_id
from zhike.records.fields.serial import Serial
from zhike.records.forms import Input
from zhike.records.formulas import definitions, runs
from zhike.records.formulas import views as formulas
from zhike.records.models import ChoiceList, CustomField
from zhike.records.pages import answering, finishing

BASE = "/settings/fields/"
TONE_WORDS = (
    ("", gettext_lazy("Plain")), ("g", gettext_lazy("Good")), ("w", gettext_lazy("Attention")),
    ("b", gettext_lazy("Bad")), ("a", gettext_lazy("Accent")), ("v", gettext_lazy("New")),
)  # fmt: skip
KIND_WORDS = {str(kind): kind.label for kind in CustomField.Kind} | {
    "option": gettext_lazy("One choice"), "phones": gettext_lazy("Phones"), "emails": gettext_lazy("E-mails"),
    }  # fmt: skip

Kind = kinds.Kind
GROUPS = (
    (gettext_lazy("Text"), (Kind.TEXT, Kind.LONG_TEXT, Kind.RICH_TEXT, Kind.TAGS, Kind.SERIAL)),
    (gettext_lazy("Numbers and dates"), (
        Kind.INTEGER, Kind.DECIMAL, Kind.PERCENT, Kind.MONEY, Kind.RATING, Kind.DAY, Kind.MOMENT)),
    (gettext_lazy("Choices"), (Kind.YES_NO, Kind.CHOICE, Kind.MANY_CHOICES, Kind.CASCADE)),
    (gettext_lazy("Ways to reach somebody"), (Kind.PHONE, Kind.EMAIL, Kind.LINK, Kind.REGION, Kind.ADDRESS)),
    (gettext_lazy("People and other records"), (Kind.REFERENCE, Kind.REFERENCES, Kind.MEMBER, Kind.DEPARTMENT)),
    (gettext_lazy("Files"), (Kind.IMAGE, Kind.FILE)),
    (gettext_lazy("Computed"), kinds.COMPUTED),
)  # fmt: skip


def kind_words(kind: str) -> str:
    return str(KIND_WORDS.get(kind, kind))


# Pages


@require_safe
@answering.for_members
def types(request: Any) -> HttpResponse:
    changing.require_administrator(request.actor)
    found = [
        {"type": each, "built_in": len(each.built_in_fields), "own": len(custom.custom_fields_of(each.name))}
        for each in registry.all_types()
    ]
    return render(request, "records/customising/types.html", {"found": found})


@require_safe
@answering.for_type
def fields(request: Any, record_type: RecordType) -> HttpResponse:
    changing.require_administrator(request.actor)
    rows = list(CustomField.objects.filter(record_type=record_type.name))
    kept = [row for row in rows if row.removed_at is None]
    context = {
        "type": record_type, "base": f"{BASE}{record_type.name}/",
        "own": [Line(record_type, row) for row in kept],
        "removed": [Line(record_type, row) for row in rows if row.removed_at is not None],
        "built_in": [
            {"field": each, "kind": kind_words(each.kind), "section": section_words(record_type, name)}
            for name, each in record_type.built_in_fields.items()
        ],
    }  # fmt: skip
    template = "records/customising/_fields.html" if request.htmx else "records/customising/fields.html"
    return render(request, template, context)


@dataclass(frozen=True)
class Line:
    """A custom field on the page."""

    record_type: RecordType
    row: CustomField

    @property
    def url(self) -> str:
        return f"{BASE}{self.record_type.name}/{self.row.pk}/"

    @property
    def kind(self) -> str:
        return kind_words(self.row.kind)

    @property
    def is_unique(self) -> bool:
        return bool(self.row.options.get("unique"))

    @property
    def section(self) -> str:
        place = self.row.options.get("section", "")
        return next((label for key, label in sections_of(self.record_type) if key == place), _("More"))

    @property
    def choices(self) -> list[str]:
        return [own_label(each) for each in self.row.options.get("choices", ()) if not each.get("retired")]

    @property
    def computed(self) -> str:
        return formulas.sentence_of(self.record_type, self.row) if self.row.kind in kinds.COMPUTED else ""

    @property
    def trouble(self) -> str:
        """Why a computed field is not computed, or a condition of the field rests."""
        found = definitions.now().by_key.get((self.record_type.name, self.row.name))
        return found.error if found else conditional.problem_of(self.record_type, self.row)

    @cached_property
    def progress(self) -> str:
        """How many percent of the records are computed, while that is under way."""
        run = runs.under_way(self.row.pk) if self.row.kind in kinds.COMPUTED else None
        return str(run.done * 100 // max(run.total, 1)) if run else ""

    @cached_property
    def lacking(self) -> str:
        """How many records lack a required field; "" where none does."""
        count = values.count_lacking(self.row) if self.row.required else 0
        return f"{count:,}" if count else ""


def sections_of(record_type: RecordType) -> list[tuple[str, str]]:
    """The sections a field may stand in, each told by its first field."""
    found = {section.fields[0]: str(section.label) for section in record_type.layout if section.fields}
    rest = found.pop(record_type.rest_in, "")
    return [("", rest), *found.items()] if rest else [*found.items(), ("", _("More"))]


def section_words(record_type: RecordType, name: str) -> str:
    return next((str(section.label) for section in record_type.layout if name in section.fields), "")


# The drawer


@require_http_methods(["GET", "POST"])
@answering.for_type
def new(request: Any, record_type: RecordType) -> HttpResponse:
    changing.require_administrator(request.actor)
    if request.method == "GET" or "_redraw" in request.POST:
        return _draw(request, record_type, None, _asked(request.POST) or {"kind": "text"})
    try:
        subject = request.POST.get("label", "").strip()
        with acts.act(request.actor, "add_field", record_type=record_type.name, subject=subject) as change_set:
            row = changing.add_field(request.actor, record_type, _asked(request.POST))
    except gate.Refused as refused:
        return _draw(request, record_type, None, _asked(request.POST), refused.errors, status=422)
    message = _("The field “%(label)s” was added.") % {"label": row.label}
    said = f"{message} {_lack(row)}".strip()
    if "_another" not in request.POST:
        return finishing.finished(request, said, undo=change_set, url=_page(record_type))
    blank = _draw(request, record_type, None, {"kind": "text", "section": request.POST.get("section", "")})
    return answering.tell(blank, said, undo=change_set, refresh=True)


@require_http_methods(["GET", "POST", "DELETE"])
@answering.for_type
def field(request: Any, record_type: RecordType, field_id: int) -> HttpResponse:
    """GET its form, POST changes it, DELETE removes it."""
    changing.require_administrator(request.actor)
    row = changing.get_field(record_type, field_id)
    if request.method == "DELETE":
        return _remove(request, record_type, row)
    if request.method == "GET":
        return _draw(request, record_type, row, _said(row))
    if "_redraw" in request.POST:
        return _draw(request, record_type, row, _asked(request.POST))
    asked, seen = _asked(request.POST), request.POST.get("seen", "")
    try:
        with acts.act(request.actor, "revise_field", record_type=record_type.name, subject=row.label) as change_set:
            row = changing.revise_field(request.actor, record_type, row, asked, seen=seen)
    except gate.Refused as refused:
        return _draw(request, record_type, row, asked, refused.errors, status=422)
    message = _("The field “%(label)s” was changed.") % {"label": row.label}
    return finishing.finished(request, f"{message} {_lack(row)}".strip(), undo=change_set, url=_page(record_type))


def _remove(request: Any, record_type: RecordType, row: CustomField) -> HttpResponse:
    with acts.act(request.actor, "remove_field", record_type=record_type.name, subject=row.label) as change_set:
        changing.remove_field(request.actor, row)
    message = _("The field “%(label)s” is hidden; what records hold in it is kept.") % {"label": row.label}
    return finishing.finished(request, message, undo=change_set, url=_page(record_type))


@require_POST
@answering.for_type
def restore(request: Any, record_type: RecordType, field_id: int) -> HttpResponse:
    changing.require_administrator(request.actor)
    row = changing.get_field(record_type, field_id)
    try:
        with acts.act(request.actor, "restore_field", record_type=record_type.name, subject=row.label) as change_set:
            changing.restore_field(request.actor, record_type, row)
    except gate.Refused as refused:
        return answering.refuse(request, 422, " ".join(text for told in refused.errors.values() for text in told))
    message = _("The field “%(label)s” is back.") % {"label": row.label}
    return finishing.finished(request, message, undo=change_set, url=_page(record_type))


@require_POST
@answering.for_type
def order(request: Any, record_type: RecordType) -> HttpResponse:
    """Puts the fields into the order of the posted `ids`."""
    changing.require_administrator(request.actor)
    ids = [number for each in request.POST.getlist("ids") if (number := as_id(each)) is not None]
    with acts.act(
        request.actor, "order_fields", record_type=record_type.name, subject=str(record_type.plural)
    ) as change_set:
        changing.order_fields(request.actor, record_type, ids)
    return finishing.finished(
        request, _("The fields stand in this order now."), undo=change_set, url=_page(record_type)
    )


def _page(record_type: RecordType) -> str:
    return f"{BASE}{record_type.name}/"


def _lack(row: CustomField) -> str:
    """What a field that is required now means for the records that are there."""
    count = values.count_lacking(row) if row.required else 0
    if not count:
        return ""
    words = ngettext(
        "%(count)s record lacks it and is asked for it when it is next edited.",
        "%(count)s records lack it and are asked for it when they are next edited.",
        count,
    )
    return words % {"count": f"{count:,}"}


def _asked(posted: Any) -> dict[str, Any]:
    """What the form said; several values only where the kind of the field has several."""
    raw: dict[str, Any] = {name: posted.get(name) for name in posted if name != "default"}
    if "default" in posted:
        sent = CustomField(name="default", kind=posted.get("kind", ""), label="-")
        raw["default"] = field_of_custom(sent).from_form(posted)
    return raw


def _said(row: CustomField) -> dict[str, Any]:
    """The definition as the form would send it."""
    options = dict(row.options)
    options["choices"] = json.dumps(options.get("choices", []), ensure_ascii=False)
    for name in (conditional.SHOWN, conditional.REQUIRED):
        options[name] = json.dumps(options[name], ensure_ascii=False) if options.get(name) else ""
    options["endings"] = ", ".join(options.get("endings", []))
    stored = field_of_custom(row).default()
    told = {"kind": row.kind, "label": row.label, "label_en": row.label_en, "required": row.required}
    return options | told | {"default": stored} | (formulas.said(row) if row.kind in kinds.COMPUTED else {})


def _draw(
    request: Any, record_type: RecordType, row: CustomField | None, raw: dict[str, Any],
    errors: Any = None, *, status: int = 200,
) -> HttpResponse:  # fmt: skip
    kind = raw.get("kind") or (row.kind if row else "text")
    raw = _with_shared_choices(raw)
    everything = (*kinds.OFFERED, *kinds.COMPUTED)
    offered = kinds.may_become(row.kind, has_values=values.has_values(row)) if row else everything
    context = {
        "type": record_type, "row": row, "raw": raw, "errors": errors or {}, "kind": kind,
        "other_errors": (errors or {}).get("", []),
        "kinds": _grouped(offered), "asks": kinds.options_of(kind),
        "is_narrowed": row and len(offered) < 6 and kind not in kinds.COMPUTED,
        "targets": [(each.name, str(each.plural)) for each in registry.all_types()],
        "lists": [(str(each.pk), each.name) for each in ChoiceList.objects.all()],
        "is_rating": kind == kinds.Kind.RATING, "sections": sections_of(record_type), "tones": TONE_WORDS,
        "example": _next_number(record_type, row),
        "index_state": _index_state(row),
        "default": "default" in kinds.options_of(kind) and _default_input(kind, raw, (errors or {}).get("default", [])),
        "seen": request.POST.get("seen") or (changing.stamp(row) if row else ""),
        "url": f"{_page(record_type)}{row.pk if row else 'new'}/", "page": not request.htmx,
        "is_computed": kind in kinds.COMPUTED, "check_url": f"{_page(record_type)}formula/",
    } | formulas.context_of(record_type, kind, raw)  # fmt: skip
    template = "records/customising/_field.html" if request.htmx else "records/customising/field.html"
    return render(request, template, context, status=status)


def _grouped(offered: Iterable[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The kinds under what they are about, in the order in which one looks for them."""
    rest = {str(each) for each in offered}
    found = []
    for label, among in (*GROUPS, (gettext_lazy("More"), tuple(rest))):
        words = [(str(each), kind_words(each)) for each in among if each in rest]
        rest -= {str(each) for each in among}
        if words:
            found.append((str(label), words))
    return found


def _with_shared_choices(raw: dict[str, Any]) -> dict[str, Any]:
    """With the choices of the list that was chosen, to be shown."""
    number = as_id(str(raw.get("list") or ""))
    shared = ChoiceList.objects.filter(pk=number).first() if number else None
    if shared is None:
        return raw | {"list": ""}
    return raw | {"list": str(shared.pk), "choices": json.dumps(shared.choices, ensure_ascii=False), "shared": shared}


def _index_state(row: CustomField | None) -> str:
    """Whether lists are quick by it already; "" where nobody asked for that."""
    if row is None or not indexing.is_wanted(row):
        return ""
    return _("The index stands.") if indexing.is_ready(row) else _("The index is being made.")


def _next_number(record_type: RecordType, row: CustomField | None) -> str:
    found = field_of_custom(row) if row else None
    return numbering.next_of(record_type.name, found) if isinstance(found, Serial) else ""


def _default_input(kind: str, raw: dict[str, Any], errors: list[str]) -> Input | None:
    """The input by which records of this kind are given a value, for the value that new ones begin with; none while
    it is not said yet at which records a reference points."""
    try:
        choices = json.loads(raw.get("choices") or "[]")
    except (TypeError, ValueError):
        choices = []
    named = [each for each in choices if isinstance(each, dict) and each.get("value") and each.get("label")]
    options: dict[str, Any] = {"choices": named} if isinstance(choices, list) else {}
    if kind == kinds.Kind.RATING and str(raw.get("maximum") or "").isdigit():
        options["maximum"] = str(raw["maximum"])[:2]
    if kind in kinds.POINTING:
        if registry.find(str(raw.get("target") or "")) is None:
            return None
        options["target"] = raw["target"]
    drawn = CustomField(name="default", kind=kind, label=_("Default"), options=options)
    return Input(field_of_custom(drawn), raw.get("default"), [str(each) for each in errors])
