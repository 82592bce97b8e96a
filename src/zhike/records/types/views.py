"""The settings of record types: those of the company's own, one in the drawer, removing and bringing back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhike.base import clock
from zhike.base.changelog import acts
from zhike.records import custom, gate, registry
from zhike.records.customising.changing import require_administrator
from zhike.records.customising.views import TONE_WORDS
from zhike.records.declaration import RecordType
from zhike.records.fields import choices
from zhike.records.models import CustomType
from zhike.records.pages import answering, finishing
from zhike.records.types import declaring, defining, icons, tables

BASE = "/settings/types/"


@dataclass(frozen=True)
class Line:
    """A type on the page."""

    row: CustomType
    is_first: bool = False
    is_last: bool = False

    @property
    def url(self) -> str:
        return f"{BASE}{self.row.pk}/"

    @property
    def type(self) -> RecordType | None:
        return registry.find(self.row.key)

    @property
    def heading(self) -> Any:
        return declaring.menu_place(self.row.group)[0]

    @property
    def fields(self) -> int:
        return len(custom.custom_fields_of(self.row.key))

    @property
    def stages(self) -> list[str]:
        return [choices.own_label(each) for each in self.row.stages if not each.get("retired")]

    @property
    def records(self) -> str:
        """How many there are, those in the trash as well."""
        return f"{tables.count(self.row.pk):,}"

    @property
    def days_left(self) -> int:
        """How long it can still be brought back."""
        ends = self.row.removed_at + defining.KEPT_FOR if self.row.removed_at else clock.now()
        return max(0, (ends - clock.now()).days)


@require_safe
@answering.for_members
def types(request: Any) -> HttpResponse:
    require_administrator(request.actor)
    rows = list(CustomType.objects.filter(dropped_at__isnull=True))
    kept = [row for row in rows if row.removed_at is None]
    context = {
        "base": BASE, "own": [Line(row, row is kept[0], row is kept[-1]) for row in kept],
        "removed": [Line(row) for row in rows if row.removed_at is not None],
        "built_in": registry.declared_types(),
    }  # fmt: skip
    return render(request, f"records/types/{'_types' if request.htmx else 'types'}.html", context)


@require_http_methods(["GET", "POST"])
@answering.for_members
def new(request: Any) -> HttpResponse:
    """A new type; whoever made one is led to its fields."""
    require_administrator(request.actor)
    if request.method == "GET":
        return _draw(request, None, {"icon": icons.DEFAULT})
    raw = request.POST.dict()
    try:
        with _act(request, "add_type", raw.get("label", "").strip()) as change_set:
            row = defining.add_type(request.actor, raw)
    except gate.Refused as refused:
        return _draw(request, None, raw, refused.errors, status=422)
    message = _("The type “%(label)s” was made. Say next what it asks.") % {"label": row.label}
    return finishing.led_on(request, f"/settings/fields/{row.key}/", message, undo=change_set)


@require_http_methods(["GET", "POST"])
@answering.for_members
def change(request: Any, number: int) -> HttpResponse:
    require_administrator(request.actor)
    row = defining.get_type(number)
    if request.method == "GET":
        return _draw(request, row, _said(row))
    raw = request.POST.dict()
    try:
        with _act(request, "revise_type", row.label, row.key) as change_set:
            row = defining.revise_type(request.actor, row, raw, seen=raw.get("seen", ""))
    except gate.Refused as refused:
        return _draw(request, row, raw, refused.errors, status=422)
    message = _("The type “%(label)s” was changed.") % {"label": row.label}
    return finishing.finished(request, message, undo=change_set, url=BASE)


@require_http_methods(["GET", "POST"])
@answering.for_members
def removal(request: Any, number: int) -> HttpResponse:
    """Asks for its name, then hides the type with its records."""
    require_administrator(request.actor)
    row = defining.get_type(number)
    if request.method == "GET":
        return _ask_removal(request, row)
    try:
        with _act(request, "remove_type", row.label, row.key) as change_set:
            defining.remove_type(request.actor, row, request.POST.get("typed", ""))
    except gate.Refused as refused:
        return _ask_removal(request, row, refused.errors, status=422)
    message = _("“%(label)s” is removed; it can be brought back for 30 days.") % {"label": row.label}
    return finishing.finished(request, message, undo=change_set, url=BASE)


@require_POST
@answering.for_members
def restoration(request: Any, number: int) -> HttpResponse:
    require_administrator(request.actor)
    row = defining.get_type(number)
    try:
        with _act(request, "restore_type", row.label, row.key) as change_set:
            defining.restore_type(request.actor, row)
    except gate.Refused as refused:
        return answering.refuse(request, 422, " ".join(text for told in refused.errors.values() for text in told))
    message = _("“%(label)s” is back with all its records.") % {"label": row.label}
    return finishing.finished(request, message, undo=change_set, url=BASE)


@require_POST
@answering.for_members
def place(request: Any, number: int) -> HttpResponse:
    """Moves a type one place: `by` is "up" or "down"."""
    require_administrator(request.actor)
    row = defining.get_type(number)
    step = {"up": -1, "down": 1}.get(request.POST.get("by", ""))
    if step is None:
        return answering.refuse(request, 422, _("“%(name)s” is not understood.") % {"name": "by"})
    with _act(request, "order_types", row.label, row.key) as change_set:
        defining.move_type(request.actor, row, step)
    return finishing.finished(request, _("“%(label)s” was moved.") % {"label": row.label}, undo=change_set, url=BASE)


def _act(request: Any, action: str, subject: str, key: str = "") -> Any:
    """Held open around the service, so that the page knows which act to offer for undo."""
    return acts.act(request.actor, action, record_type=key, subject=subject[:300])


# The drawer


def _said(row: CustomType) -> dict[str, Any]:
    """The definition as the form would send it."""
    said = {name: getattr(row, name) for name in defining.CHANGEABLE}
    return said | {"key": row.key, "stages": json.dumps(row.stages, ensure_ascii=False)}


def _draw(
    request: Any, row: CustomType | None, raw: dict[str, Any], errors: Any = None, *, status: int = 200
) -> HttpResponse:
    context = {
        "row": row, "raw": raw, "errors": errors or {}, "other_errors": (errors or {}).get("", []),
        "icons": icons.ICONS, "headings": declaring.headings(), "tones": TONE_WORDS,
        "seen": request.POST.get("seen") or (defining.stamp(row) if row else ""),
        "url": f"{BASE}{row.pk if row else 'new'}/", "page": not request.htmx or "_page" in request.POST,
    }  # fmt: skip
    template = "records/types/_type.html" if request.htmx else "records/types/type.html"
    return render(request, template, context, status=status)


def _ask_removal(request: Any, row: CustomType, errors: Any = None, *, status: int = 200) -> HttpResponse:
    count = tables.count(row.pk)
    told = ngettext("%(count)s record goes out of sight with it.", "%(count)s records go out of sight with it.", count)
    context = {
        "row": row, "url": f"{BASE}{row.pk}/removal/", "errors": errors or {}, "page": not request.htmx,
        "other_errors": (errors or {}).get("", []),
        "told": told % {"count": f"{count:,}"} if count else "",
    }  # fmt: skip
    template = "records/types/_removal.html" if request.htmx else "records/types/removal.html"
    return render(request, template, context, status=status)
