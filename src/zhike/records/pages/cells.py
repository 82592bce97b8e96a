"""One field edited where it stands: in a list, on a record page, by dragging a card or clicking a stage."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from zhike.base.actors import Door
from zhike.base.changelog import acts
from zhike.base.changelog.models import ChangeSet
from zhike.records import columns, forms, gate, policies
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Field, Invalid
from zhike.records.forms import Input
from zhike.records.pages import answering, conflicts, finishing
from zhike.records.pages.details import detail_row

PLACES = ("cell", "row", "card", "path", "day")
REDRAWN = ("path", "day")
"""Places whose page draws itself anew: the path of stages, the days of a calendar."""


@require_http_methods(["GET", "POST"])
@answering.for_record(policies.EDIT)
def cell(request: Any, record_type: RecordType, record: Any, name: str) -> HttpResponse:
    field = _field(record_type, name)
    place = request.POST.get("as") or request.GET.get("as") or "cell"
    if place not in PLACES:
        return answering.refuse(request, 400, _("“%(name)s” is not understood.") % {"name": "as"})
    if request.method == "GET":
        return _editor(request, record_type, record, field)
    raw = _raw(request, record_type, field)
    if request.POST.get("choose") == "theirs":
        return _shown(request, record_type, record, field, place)
    try:
        return _save(request, record_type, record, field, raw, place)
    except Invalid as error:
        return answering.refuse(request, 400, str(error.message))
    except gate.Refused as refused:
        return _refused(request, record_type, record, field, raw, refused, place)
    except gate.Stale as stale:
        return _stale(request, record_type, field, raw, stale, place)


def _field(record_type: RecordType, name: str) -> Field:
    field = record_type.field(name)
    if field is None:
        raise Http404
    if not field.editable:
        raise gate.NotAllowed(name)
    return field


def _raw(request: Any, record_type: RecordType, field: Field) -> dict[str, Any]:
    """The posted value, sent under its own name or as `value`; and what a stage asked besides."""
    posted = request.POST.copy()
    if "value" in posted:
        posted.setlist(field.name, posted.getlist("value"))
    fields = record_type.fields()
    asked = [name for name in posted.get(forms.KEPT, "").split(",") if name]
    raw = {name: fields[name].from_form(posted) if name in fields else posted.get(name) for name in asked}
    return raw | {field.name: field.from_form(posted)}


# Saving


def _save(
    request: Any, record_type: RecordType, record: Any, field: Field, raw: dict[str, Any], place: str
) -> HttpResponse:
    seen, version = _seen(request, record, field), request.POST.get("version", "")
    checked = int(version) if seen is None and version.isascii() and version.isdigit() else None
    actor = answering.actor_through(request, Door.INLINE)
    with acts.act(actor, "edit", record_type=record_type.name, subject=record_type.whole_title(record)) as change_set:
        saved = gate.edit(actor, record, raw, seen=seen, version=checked)
    return _shown(request, record_type, saved, field, place, change_set)


def _seen(request: Any, record: Any, field: Field) -> dict[str, Any] | None:
    """What the writer saw: `seen`, or for a card the lane it came `from`."""
    came_from = request.POST.get("from")
    if came_from is None:
        return forms.seen_of(request.POST)
    value = field.value_of(record)
    is_there = str(field.form_value(value)) == came_from
    return {field.name: field.json(value) if is_there else came_from}


def _shown(
    request: Any, record_type: RecordType, record: Any, field: Field, place: str, change_set: ChangeSet | None = None
) -> HttpResponse:
    """The place the field stands in, drawn anew, with a toast when something was saved."""
    record = record_type.queryset().get(pk=record.pk)
    events: dict[str, Any] = {}
    if place in REDRAWN or (forms.KEPT in request.POST and place != "card"):
        response, events = HttpResponse(headers={"HX-Reswap": "none"}), {"close_drawer": True, "refresh": True}
    else:
        response = HttpResponse(_drawn(request, record_type, record, field, place))
    if forms.KEPT in request.POST:
        events["close_drawer"] = True
    if place == "card":
        events["board_sums"] = True
    undo = finishing.undoable(change_set)
    if undo is None:
        return _telling(response, events)
    words = {"field": field.label, "value": field.text(field.value_of(record)) or "–"}
    return answering.tell(response, _("%(field)s: %(value)s") % words, undo=undo, **events)


def _telling(response: HttpResponse, events: dict[str, Any]) -> HttpResponse:
    import json

    if events:
        response["HX-Trigger"] = json.dumps(
            {f"zhike:{name.replace('_', '-')}": value for name, value in events.items()}
        )
    return response


def _drawn(request: Any, record_type: RecordType, record: Any, field: Field, place: str) -> str:
    if place == "card":
        return _card(request, record_type, record)
    if place == "row":
        from zhike.records.pages.record import touched_parts

        row = detail_row(record_type, record, field, editable=True)
        drawn = render_to_string("records/_detail_value.html", {"row": row}, request)
        return drawn + touched_parts(request, record_type, record)
    return _list_cell(record_type, record, field)


def _card(request: Any, record_type: RecordType, record: Any) -> str:
    """The card of the board; after the gate of a stage it comes out of band."""
    from zhike.records.pages import board

    html: str = board.card_html(request, record_type, record)
    if forms.KEPT in request.POST:
        html = html.replace("<article ", '<article hx-swap-oob="true" ', 1)
    return html


def _list_cell(record_type: RecordType, record: Any, field: Field) -> str:
    from zhike.records.pages import rows

    declared = [column.name for column in columns.columns_of(record_type)]
    place = declared.index(field.name) if field.name in declared else len(declared)
    return rows.cell_html(record_type, columns.columns_of(record_type, [field.name])[0], place, record)


# The editor and its refusals


def _editor(
    request: Any,
    record_type: RecordType,
    record: Any,
    field: Field,
    *,
    value: Any = None,
    errors: tuple[str, ...] = (),
    status: int = 200,
) -> HttpResponse:
    shown = field.value_of(record) if value is None else value
    entry = Input(field, shown, list(errors), name="value", required=field.required, is_inline=True)
    seen = forms.seen_values(record_type, record, [field.name])
    form = forms.RecordForm(record_type, [], record, seen=seen)
    context = {"input": entry, "form": form, "record": record, "record_type": record_type}
    return render(request, "records/_cell_editor.html", context, status=status)


def _refused(
    request: Any,
    record_type: RecordType,
    record: Any,
    field: Field,
    raw: dict[str, Any],
    refused: gate.Refused,
    place: str,
) -> HttpResponse:
    """What the value itself lacks is said beside it; what a stage asks besides is asked in the drawer."""
    fields = record_type.fields()
    besides = [name for name in refused.errors if name != field.name and name in fields and fields[name].editable]
    if field.name not in refused.errors and besides:
        return _asked_besides(request, record_type, record, field, raw, refused, besides, place)
    messages = [str(text) for texts in refused.errors.values() for text in texts]
    if place in ("card", *REDRAWN):
        return answering.refuse(request, 422, " ".join(messages))
    value = forms.visible_raw(request.actor, record_type, raw).get(field.name)
    return _editor(request, record_type, record, field, value=value, errors=tuple(messages), status=422)


def _asked_besides(
    request: Any, record_type: RecordType, record: Any, field: Field, raw: dict[str, Any],
    refused: gate.Refused, besides: list[str], place: str,
) -> HttpResponse:  # fmt: skip
    if forms.KEPT in request.POST or place == "card":
        return _gate_form(request, record_type, record, field, raw, refused, besides, place)
    value = str(request.POST.get("value", request.POST.get(field.name, "")))
    query = urlencode({"value": value, "as": place, "asks": ",".join(besides)})
    url = f"{record_type.url}{record.pk}/cells/{field.name}/gate/?{query}"
    if place in REDRAWN:
        response = HttpResponse(status=422, headers={"HX-Reswap": "none"})
    else:
        words = _("“%(value)s” asks for more.") % {"value": _value_text(field, raw[field.name])}
        response = _editor(request, record_type, record, field, errors=(words,), status=422)
    return _telling(response, {"open_drawer": {"url": url}})


@require_GET
@answering.for_record(policies.EDIT)
def gate_form(request: Any, record_type: RecordType, record: Any, name: str) -> HttpResponse:
    """What must be filled before the field may take a value: asked in the drawer."""
    field = _field(record_type, name)
    raw = {name: request.GET.get("value", "")}
    change_gate = type(record_type).change_gate
    try:
        changes = gate.cleaned(request.actor, record_type, raw, partial=True, record=record)
    except gate.Refused as refused:
        return answering.refuse(request, 422, str(refused))
    missing = change_gate(record, changes) if change_gate else []
    editable = record_type.editable_fields()
    missing += [each for each in request.GET.get("asks", "").split(",") if each in editable and each not in missing]
    place = request.GET.get("as", "path")
    return _gate_form(request, record_type, record, field, raw, gate.Refused({}), missing, place, status=200)


def _gate_form(
    request: Any, record_type: RecordType, record: Any, field: Field, raw: dict[str, Any],
    refused: gate.Refused, besides: list[str], place: str, status: int = 422,
) -> HttpResponse:  # fmt: skip
    fields = record_type.fields()
    asked = list(dict.fromkeys([*(name for name in raw if name != field.name and name in fields), *besides]))
    given = {name: raw.get(name, fields[name].value_of(record)) for name in asked}
    errors = refused.errors if forms.KEPT in request.POST else {}
    form = forms.form_of_fields(
        record_type, [fields[name] for name in asked], values=given, errors=errors, required=frozenset(asked)
    )
    form.seen = forms.seen_values(record_type, record, [field.name])
    context = {
        "form": form, "record_type": record_type, "record": record, "field": field, "as": place,
        "value": field.form_value(raw[field.name]), "value_text": _value_text(field, raw[field.name]),
        "url": f"{record_type.url}{record.pk}/cells/{field.name}/",
    }  # fmt: skip
    return render(request, "records/_gate_form.html", context, status=status)


def _value_text(field: Field, raw: Any) -> str:
    try:
        return field.text(field.clean(raw))
    except Invalid:
        return ""


def _stale(
    request: Any, record_type: RecordType, field: Field, raw: dict[str, Any], stale: gate.Stale, place: str
) -> HttpResponse:
    member = conflicts.who_changed(stale.record)
    if place in ("card", *REDRAWN):
        response = HttpResponse(status=409, headers={"HX-Reswap": "none"})
        words = _("%(member)s changed this meanwhile; here it is as it stands now.") % {"member": member}
        return answering.tell(response, words, kind="bad", refresh=True)
    conflict = next(each for each in conflicts.conflicts_of(record_type, stale) if each.field.name in stale.conflicts)
    values = request.POST.getlist("value") or request.POST.getlist(field.name)
    form = forms.RecordForm(
        record_type, [], stale.record, seen=forms.seen_values(record_type, stale.record, [field.name])
    )
    context = {"conflict": conflict, "member": member, "values": values, "form": form}
    return render(request, "records/_cell_conflict.html", context, status=409)
