"""Saved views: what a list is narrowed and sorted to, under a name, for oneself, one's department or everybody.

Beside the saved ones stand the built-in ones: "all", and those a record type declares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.base.changelog import acts
from zhike.records import calendars, conditions, gate, listing, policies
from zhike.records.columns import available_columns
from zhike.records.conditions import ConditionError
from zhike.records.declaration import RecordType
from zhike.records.layouts import reading
from zhike.records.models import SavedView
from zhike.records.roles import holding
from zhike.records.roles.rights import Ability

ALL = "all"
BUILT_IN = "built-in-"
LONGEST_NAME = 60


@dataclass(frozen=True)
class View:
    """A tab above a list. `key` is what the address calls it; `saved` its row, if it has one."""

    key: str
    name: str
    condition: Any = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    sort: str = ""
    display: str = SavedView.Display.LIST
    saved: SavedView | None = None
    calendar_by: str = ""


# Reading


def views_of(actor: Actor, record_type: RecordType) -> list[View]:
    """Every view the actor may choose: all, the declared ones, then saved ones in their order."""
    declared = [
        View(f"{BUILT_IN}{position}", str(view["name"]), view.get("condition", {}), sort=view.get("sort", ""))
        for position, view in enumerate(record_type.default_views)
    ]
    saved = SavedView.objects.filter(readable_by(actor), record_type=record_type.name)
    return [View(ALL, _("All")), *declared, *(_view_of(row) for row in saved)]


def _view_of(row: SavedView) -> View:
    return View(str(row.pk), row.name, row.condition, tuple(row.columns), row.sort, row.display, row, row.calendar_by)


def readable_by(actor: Actor) -> Q:
    """One's own views, those of departments one stands in or below, and those for everybody."""
    found = Q(audience=SavedView.Audience.EVERYBODY)
    if actor.member_id:
        found |= Q(owner_id=actor.member_id)
    above = [int(part) for part in actor.department_path.split("/") if part]
    if above:
        found |= Q(audience=SavedView.Audience.DEPARTMENT, department_id__in=above)
    return found


def default_of(actor: Actor, record_type: RecordType, views: Sequence[View]) -> View:
    """The view a list opens with: the default of one of the actor's roles, the one laid out, else all."""
    of_role = (view for view in views if view.saved and view.saved.role and view.saved.role in actor.roles)
    return next(of_role, None) or find(views, reading.default_view(record_type.name)) or views[0]


def find(views: Sequence[View], key: str) -> View | None:
    return next((view for view in views if view.key == key), None)


def get_saved_view(actor: Actor, record_type: RecordType, view_id: int, *, to_change: bool = False) -> SavedView:
    """Raises `NotVisible`, or `NotAllowed` when the actor may only use it."""
    found = SavedView.objects.filter(readable_by(actor), record_type=record_type.name, pk=view_id).first()
    if found is None:
        raise gate.NotVisible
    if to_change and not may_change(actor, found):
        raise gate.NotAllowed(policies.EDIT)
    return found


def may_change(actor: Actor, view: SavedView) -> bool:
    """Its owner; administrators keep what is shared."""
    if actor.is_kept_from_changing(view.record_type):
        return False
    if view.owner_id is not None and view.owner_id == actor.member_id:
        return True
    return actor.is_administrator and view.audience != SavedView.Audience.PERSONAL


def audiences_for(actor: Actor) -> list[tuple[str, Any]]:
    """With whom the actor may share a view."""
    allowed = {SavedView.Audience.PERSONAL: True, SavedView.Audience.DEPARTMENT: actor.department_id is not None}
    allowed[SavedView.Audience.EVERYBODY] = holding.can(actor, Ability.SHARE_VIEWS)
    return [(value, label) for value, label in SavedView.Audience.choices if allowed[SavedView.Audience(value)]]


# Writing


def create_view(actor: Actor, record_type: RecordType, raw: Mapping[str, Any]) -> SavedView:
    """`raw`: name, condition, and optionally sort, columns, display, calendar_by, audience, role. Raises `Refused`."""
    if actor.is_kept_from_changing(record_type.name):
        raise gate.NotAllowed(policies.CREATE)
    values = cleaned(actor, record_type, {"audience": SavedView.Audience.PERSONAL} | dict(raw))
    with acts.act(actor, "create_view", record_type=record_type.name, subject=values["name"]):
        last = SavedView.objects.filter(record_type=record_type.name).aggregate(last=Max("position"))["last"] or 0
        view: SavedView = SavedView.objects.create(
            record_type=record_type.name, owner_id=actor.member_id, department_id=actor.department_id,
            position=last + 1, **values,
        )  # fmt: skip
        _be_the_only_default(view)
        return view


def revise_view(
    actor: Actor, record_type: RecordType, view: SavedView, raw: Mapping[str, Any], *, version: int | None = None
) -> SavedView:
    """Changes what `raw` names. Raises `Refused`, also when somebody changed the view since `version`."""
    values = cleaned(actor, record_type, raw, view)
    with acts.act(actor, "edit_view", record_type=record_type.name, subject=values.get("name", view.name)):
        locked: SavedView = SavedView.objects.select_for_update().get(pk=view.pk)
        if version is not None and locked.version != version:
            raise gate.Refused({"": [_("Somebody changed this view in the meantime; open it again.")]})
        for name, value in values.items():
            setattr(locked, name, value)
        if values:
            locked.save(update_fields=[*values, "updated_at"])
            locked.version += 1
        _be_the_only_default(locked)
        return locked


def delete_view(actor: Actor, view: SavedView) -> None:
    with acts.act(actor, "delete_view", record_type=view.record_type, subject=view.name):
        view.delete()


def reorder_views(actor: Actor, record_type: RecordType, ids: Sequence[int]) -> None:
    """Puts the views the actor may change into the order of `ids`; others keep their place among them."""
    rows = SavedView.objects.filter(readable_by(actor), record_type=record_type.name)
    with acts.act(actor, "reorder_views", record_type=record_type.name):
        by_id = {row.pk: row for row in rows if may_change(actor, row)}
        moved = [by_id[number] for number in dict.fromkeys(ids) if number in by_id]
        for place, row in zip(sorted(row.position for row in moved), moved, strict=True):
            if row.position != place:
                row.position = place
                row.save(update_fields=["position"])


def _be_the_only_default(view: SavedView) -> None:
    if view.role:
        others = SavedView.objects.filter(record_type=view.record_type, role=view.role).exclude(pk=view.pk)
        others.update(role="")


# Checking


def cleaned(
    actor: Actor, record_type: RecordType, raw: Mapping[str, Any], view: SavedView | None = None
) -> dict[str, Any]:
    """Checked values of what `raw` names. Raises `Refused` with every field that cannot be taken."""
    checks = {
        "name": _name, "condition": _condition, "sort": _sort, "columns": _columns,
        "display": _display, "calendar_by": _calendar_by, "audience": _audience, "role": _role,
    }  # fmt: skip
    wanted = [name for name in checks if name in raw or (view is None and name == "name")]
    errors: dict[str, list[str]] = {}
    values: dict[str, Any] = {}
    for name in wanted:
        try:
            values[name] = checks[name](actor, record_type, raw.get(name))
        except _Unfit as unfit:
            errors[name] = [str(unfit)]
    audience = values.get("audience", view.audience if view else SavedView.Audience.PERSONAL)
    if values.get("role") and audience != SavedView.Audience.EVERYBODY:
        errors["role"] = [_("Only a view for everybody can be where a role begins.")]
    if errors:
        raise gate.Refused(errors)
    return values


class _Unfit(Exception):
    """A value that cannot be taken, in a sentence."""


def _name(actor: Actor, record_type: RecordType, raw: Any) -> str:
    name = str(raw or "").replace("\x00", "").strip()
    if not name:
        raise _Unfit(_("Give the view a name."))
    if len(name) > LONGEST_NAME:
        raise _Unfit(_("At most %(limit)d characters.") % {"limit": LONGEST_NAME})
    return name


def _condition(actor: Actor, record_type: RecordType, raw: Any) -> Any:
    try:
        conditions.filtered(record_type.queryset(), raw or {}, record_type, actor)
        return raw or {}
    except ConditionError as error:
        raise _Unfit(str(error)) from error


def _sort(actor: Actor, record_type: RecordType, raw: Any) -> str:
    try:
        return listing.order_of(record_type, str(raw)).text if raw else ""
    except listing.ListError as error:
        raise _Unfit(str(error)) from error


def _columns(actor: Actor, record_type: RecordType, raw: Any) -> list[str]:
    if not isinstance(raw, list | tuple):
        raise _Unfit(_("A list is expected here."))
    known = {column.name for column in available_columns(record_type)}
    if any(name not in known for name in raw):
        raise _Unfit(_("There is no such column."))
    return list(dict.fromkeys(raw))


def _display(actor: Actor, record_type: RecordType, raw: Any) -> str:
    if raw not in displays_of(record_type):
        raise _Unfit(_("This list has no such display."))
    return str(raw)


def displays_of(record_type: RecordType) -> list[str]:
    """How a view of the type may open."""
    found = [SavedView.Display.LIST.value]
    if record_type.board is not None:
        found.append(SavedView.Display.BOARD.value)
    if calendars.usual_field(record_type) is not None:
        found.append(SavedView.Display.CALENDAR.value)
    return found


def _calendar_by(actor: Actor, record_type: RecordType, raw: Any) -> str:
    if raw and raw not in calendars.fields_of(record_type):
        raise _Unfit(_("A calendar cannot go by this field."))
    return str(raw or "")


def _audience(actor: Actor, record_type: RecordType, raw: Any) -> str:
    if raw not in dict(audiences_for(actor)):
        raise _Unfit(_("You may not share a view with them."))
    return str(raw)


def _role(actor: Actor, record_type: RecordType, raw: Any) -> str:
    role = str(raw or "")
    if role and not actor.is_administrator:
        raise _Unfit(_("Only administrators decide where a role begins."))
    if role and holding.find(role) is None:
        raise _Unfit(_("There is no such role."))
    return role
