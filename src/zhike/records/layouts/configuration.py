"""Layouts and the menu, in the configuration file: `customers: columns: everybody: {shown: […], hidden: […]}`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.base.actors import Actor
from zhike.records import contributions, registry
from zhike.records.configuration import names
from zhike.records.configuration.parts import Items, Part, Path
from zhike.records.layouts import changing, parts
from zhike.records.layouts.parts import Place
from zhike.records.layouts.reading import MENU, SECTIONS, VIEW
from zhike.records.models import Layout, SavedView
from zhike.records.roles import holding

EVERYBODY = "everybody"
OF_KIND = "/"
"""`sections/person`: those of one kind of record."""
SECTION = {"label": str, "label_en": str, "fields": [str]}
LAYOUT = {"sections": [SECTION], "shown": [str], "hidden": [str], "opens_with": str, "opens_with_built_in": str}
SHOWN = {"shown": [str], "hidden": [str]}


def _read() -> Items:
    rows = Layout.objects.exclude(part=MENU)
    places = ((row, registry.find(row.record_type)) for row in rows)
    found = {_path(row): _told(_place_of(row), row.body) for row, record_type in places if record_type is not None}
    return dict(sorted(found.items()))


def _place_of(row: Layout) -> Place:
    return Place(row.part, registry.find(row.record_type) if row.record_type else None, row.role, row.record_kind)


def _path(row: Layout) -> Path:
    part = f"{row.part}{OF_KIND}{row.record_kind}" if row.record_kind else row.part
    return row.record_type, part, row.role or EVERYBODY


def _told(place: Place, body: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is there no more."""
    if place.part == VIEW:
        return _told_view(str(body.get("key", "")))
    known = parts.offered(place)
    hidden = sorted(name for name in body.get("hidden", ()) if name in known)
    if place.part != SECTIONS:
        return {"shown": [name for name in body.get("names", ()) if name in known], "hidden": hidden}
    sections = [
        {
            "label": each.get("label", ""), "label_en": each.get("label_en", ""),
            "fields": [name for name in each["names"] if name in known],
        }
        for each in body.get("sections", ())
    ]  # fmt: skip
    return {"sections": [each for each in sections if each["fields"]], "hidden": hidden}


def _told_view(key: str) -> dict[str, Any]:
    if not key.isdigit():
        return {"opens_with_built_in": key}
    return {"opens_with": SavedView.objects.filter(pk=int(key)).values_list("name", flat=True).first() or ""}


def _write(actor: Actor, path: Path, said: Mapping[str, Any]) -> None:
    changing.lay_out(actor, place := _place_at(path), _raw(place, said))


def _place_at(path: Path) -> Place:
    """Raises `Unnamed`."""
    record_type = names.type_called(path[0])
    part, _slash, kind = path[1].partition(OF_KIND)
    is_known = part in parts.parts_of(record_type) and (
        not kind or (part == SECTIONS and kind in dict(parts.kinds_of(record_type)))
    )
    if not is_known:
        raise names.Unnamed(_("“%(part)s” is not laid out here.") % {"part": path[1]})
    return Place(part, record_type, _role(path[2]), kind)


def _role(name: str) -> str:
    """Raises `Unnamed`."""
    if name == EVERYBODY:
        return ""
    if holding.find(name) is None:
        raise names.Unnamed(_("There is no role “%(name)s” here.") % {"name": name})
    return name


def _raw(place: Place, said: Mapping[str, Any]) -> str:
    """As the editor sends it. Raises `Unnamed`."""
    if place.part == VIEW:
        return _view_key(place, said)
    if place.part == SECTIONS:
        told = [{**each, "names": each.get("fields") or []} for each in said.get("sections") or ()]
    else:
        told = [{"names": said.get("shown") or []}]
    return json.dumps({"sections": told, "hidden": said.get("hidden") or []})


def _view_key(place: Place, said: Mapping[str, Any]) -> str:
    if not said.get("opens_with"):
        return str(said.get("opens_with_built_in") or "")
    shared = SavedView.objects.filter(record_type=place.type_name, audience=SavedView.Audience.EVERYBODY)
    found = shared.filter(name=said["opens_with"]).first()
    if found is None:
        raise names.Unnamed(_("There is no view “%(name)s” for everybody here.") % {"name": said["opens_with"]})
    return str(found.pk)


def _remove(actor: Actor, path: Path) -> None:
    changing.reset(actor, _place_at(path))


# The menu


def _read_menu() -> Items:
    rows = Layout.objects.filter(part=MENU).order_by("role")
    return {(row.role or EVERYBODY,): _told(_place_of(row), row.body) for row in rows}


def _write_menu(actor: Actor, path: Path, said: Mapping[str, Any]) -> None:
    place = Place(MENU, None, _role(path[0]))
    changing.lay_out(actor, place, _raw(place, said))


def _remove_menu(actor: Actor, path: Path) -> None:
    changing.reset(actor, Place(MENU, None, _role(path[0])))


def _heard(said: Any) -> Any:
    """The order of what is hidden means nothing."""
    return {name: sorted(value) if name == "hidden" and value else value for name, value in said.items()}


def install() -> None:
    back = gettext_lazy("back to what was delivered")
    contributions.contribute_configuration(Part(
        "layouts", gettext_lazy("Layouts"), 75, 3, LAYOUT, _read, _write, _remove,
        heard=_heard, tables=(Layout,), gone=back,
    ))  # fmt: skip
    contributions.contribute_configuration(Part(
        "menu", gettext_lazy("Menu"), 76, 1, SHOWN, _read_menu, _write_menu, _remove_menu,
        heard=_heard, tables=(Layout,), gone=back,
    ))  # fmt: skip
