"""The pages of layouts: which types there are, and the parts of one, each with an editor of its own."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zhike.base.actors import Door
from zhike.base.changelog import acts
from zhike.records import gate, registry
from zhike.records.customising import meanwhile
from zhike.records.customising.changing import require_administrator
from zhike.records.declaration import RecordType
from zhike.records.layouts import changing, parts, reading
from zhike.records.layouts.parts import Place
from zhike.records.models import Layout
from zhike.records.pages import answering, finishing
from zhike.records.roles import holding

BASE = "/settings/layouts/"
MENU_PATH = "menu"


@require_safe
@answering.for_members
def all_layouts(request: Any) -> HttpResponse:
    require_administrator(request.actor)
    changed = set(Layout.objects.values_list("record_type", flat=True))
    found = [{"type": each, "is_changed": each.name in changed} for each in registry.all_types()]
    return render(request, "records/layouts/layouts.html", {"found": found, "is_menu_changed": "" in changed})


@require_safe
@answering.for_members
def show(request: Any, type_name: str) -> HttpResponse:
    require_administrator(request.actor)
    record_type = _type(type_name)
    role, kind = _asked(request, record_type)
    kinds = parts.kinds_of(record_type) if record_type else []
    names = parts.parts_of(record_type) if record_type else [reading.MENU]
    places = [_place(record_type, name, role, kind) for name in names]
    context = {
        "type": record_type, "role": role, "kind": kind, "kinds": kinds, "roles": roles(),
        "heading": record_type.plural if record_type else parts.LABELS[reading.MENU],
        "editors": [_editor(request, place) for place in places],
        "changed_roles": _changed_roles(record_type, role),
    }  # fmt: skip
    return render(request, "records/layouts/page.html", context)


def roles() -> list[tuple[str, str]]:
    return [("", _("Everybody")), *((held.key, held.name) for held in holding.roles())]


def _changed_roles(record_type: RecordType | None, role: str) -> list[str]:
    """The other roles that have a layout of their own here."""
    own = set(Layout.objects.filter(record_type=record_type.name if record_type else "").values_list("role", flat=True))
    return [name for key, name in roles() if key in own and key != role]


def _type(name: str) -> RecordType | None:
    return None if name == MENU_PATH else registry.get(name)


def _asked(request: Any, record_type: RecordType | None) -> tuple[str, str]:
    """The role and the kind of record an address speaks of. Raises `NotVisible`."""
    role, kind = request.GET.get("role", ""), request.GET.get("kind", "")
    kinds = [key for key, _label in parts.kinds_of(record_type)] if record_type else []
    if role not in dict(roles()) or (kind and kind not in kinds):
        raise gate.NotVisible
    return role, kind or (kinds[0] if kinds else "")


def _place(record_type: RecordType | None, part: str, role: str, kind: str) -> Place:
    """Only sections differ by kind."""
    return Place(part, record_type, role, kind if part == reading.SECTIONS else "")


# One part


@require_http_methods(["GET", "POST", "DELETE"])
@answering.for_members
def edit(request: Any, type_name: str, part: str) -> HttpResponse:
    """GET the editor, POST lays out, DELETE goes back to what was delivered."""
    require_administrator(request.actor)
    record_type = _type(type_name)
    if part not in (parts.parts_of(record_type) if record_type else [reading.MENU]):
        raise gate.NotVisible
    place = _place(record_type, part, *_asked(request, record_type))
    if request.method == "GET":
        return _draw(request, place)
    actor, told = request.actor.through(Door.FORM), answering.posted(request)
    action = "lay_out" if request.method == "POST" else "reset_layout"
    try:
        with acts.act(actor, action, record_type=place.type_name, subject=place.subject) as change_set:
            if request.method == "POST":
                changing.lay_out(actor, place, told.get("body", ""), seen=told.get("seen", ""))
            else:
                changing.reset(actor, place)
    except gate.Refused as refused:
        return _draw(request, place, told.get("body", ""), refused.errors[""], status=422)
    except meanwhile.ChangedMeanwhile as changed:
        return _draw(request, place, told.get("body", ""), meant=changed, status=409)
    words = _("%(what)s: saved.") if request.method == "POST" else _("%(what)s: as delivered again.")
    response = _draw(request, place)
    return answering.tell(response, words % {"what": place.subject}, undo=finishing.undoable(change_set))


def _draw(
    request: Any, place: Place, raw: str = "", errors: list[str] | None = None, *, meant: Any = None, status: int = 200
) -> HttpResponse:
    editor = _editor(request, place, raw) | {"errors": errors or [], "meant": meant}
    return render(request, "records/layouts/_editor.html", {"editor": editor}, status=status)


def _editor(request: Any, place: Place, raw: str = "") -> dict[str, Any]:
    """What the editor of a part needs; `raw` is what was sent and not taken."""
    row = changing.find(place)
    query = urlencode({"role": place.role, "kind": place.kind})
    path = place.type_name or MENU_PATH
    found = {
        "part": place.part, "label": parts.LABELS[place.part], "is_laid_out": row is not None,
        "url": f"{BASE}{path}/{place.part}/?{query}", "seen": meanwhile.written(changing.seen_of(place)),
    }  # fmt: skip
    if place.part == reading.VIEW:
        chosen = raw or (row.body.get("key", "") if row else _inherited(place).get("key", ""))
        return found | {"views": parts.views(request.actor, place.the_type), "chosen": chosen}
    body = _sent(place, raw) or (row.body if row else _inherited(place))
    return found | {"zones": _zones(place, body), "has_titles": place.part == reading.SECTIONS}


def _inherited(place: Place) -> dict[str, Any]:
    """What holds without a layout of its own: a role has everybody's, everybody the declared one."""
    everybody = changing.find(Place(place.part, place.record_type, "", place.kind)) if place.role else None
    return everybody.body if everybody else parts.declared(place)


def _sent(place: Place, raw: str) -> dict[str, Any] | None:
    """What was sent, to be shown again; None where that cannot be understood."""
    try:
        sent = json.loads(raw) if raw else None
        sections = sent["sections"] if sent else None
        known = parts.offered(place)
        for part in sections or []:
            part["names"] = [name for name in part["names"] if name in known]
        return {"sections": sections, "names": sections[0]["names"] if sections else []} if sections else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _zones(place: Place, body: dict[str, Any]) -> dict[str, Any]:
    """The sections with their entries, and what is not shown."""
    known = parts.offered(place)
    if place.part == reading.SECTIONS:
        shown = [
            {"label": each.get("label", ""), "label_en": each.get("label_en", ""), "names": each["names"]}
            for each in _with_the_rest(place, body)
        ]
    else:
        names = body.get("names", [])
        hidden = set(body.get("hidden", ()))
        more = [name for name in known if name not in names and name not in hidden]
        late = more if place.part in (reading.RELATED, reading.MENU) else []
        shown = [{"names": [*names, *late]}]
    placed = {name for section in shown for name in section["names"]}
    for section in shown:
        section["entries"] = [(name, known[name]) for name in section["names"] if name in known]
    return {"shown": shown, "hidden": [(name, label) for name, label in known.items() if name not in placed]}


def _with_the_rest(place: Place, body: dict[str, Any]) -> list[dict[str, Any]]:
    """The sections of a body, with what came since and stands at the end."""
    sections = [dict(each) for each in body.get("sections", ())]
    if "hidden" not in body:
        return sections
    placed = {name for section in sections for name in section["names"]}
    found = reading.sections_in(place.the_type, body, place.kind)
    more = [name for section in found for name in section.fields if name not in placed]
    return [*sections, {"label": "更多", "label_en": "More", "names": more}] if more else sections
