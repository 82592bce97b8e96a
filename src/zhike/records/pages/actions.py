"""Declared acts on one record: won, lost, done; and its owner, its trash."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhike.base.changelog import acts
from zhike.records import forms, gate, policies
from zhike.records.declaration import Action, RecordType
from zhike.records.pages import answering, finishing
from zhike.records.roles import sight


@require_http_methods(["GET", "POST"])
@answering.for_record()
def perform(request: Any, record_type: RecordType, record: Any, name: str) -> HttpResponse:
    action = record_type.action(name)
    if action is None or action.url:
        raise Http404
    gate.require(request.actor, policies.doing(action.name), record)
    if request.method == "GET":
        return _draw(request, record_type, record, action, _known(record, action))
    raw = forms.raw_of({field.name: field for field in action.fields}, request.POST)
    title = record_type.title_of(record)
    try:
        with acts.act(
            request.actor, action.name, record_type=record_type.name, subject=record_type.whole_title(record)
        ) as change_set:
            gate.perform(request.actor, record, action, raw)
    except gate.Refused as refused:
        return _draw(request, record_type, record, action, raw, refused.errors, status=422)
    message = _("%(title)s: %(action)s") % {"title": title, "action": str(action.label)}
    return finishing.finished(request, message, undo=change_set, url=record.get_absolute_url())


def _known(record: Any, action: Action) -> dict[str, Any]:
    """What the record says already of what the action asks; what it does not, as the action proposes."""
    said = {
        field.name: getattr(record, field.name, None) for field in action.fields if hasattr(type(record), field.name)
    }
    proposed = action.defaults(record) if action.defaults else {}
    return proposed | {name: value for name, value in said.items() if value is not None}


def _draw(
    request: Any, record_type: RecordType, record: Any, action: Action, values: dict[str, Any],
    errors: dict[str, list[str]] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    form = forms.form_of_fields(
        record_type, action.fields, values=_visible(request, record_type, action, values), errors=errors
    )
    context = {"form": form, "record_type": record_type, "record": record, "action": action}
    context |= {"heading": action.label, "url": f"{record_type.url}{record.pk}/actions/{action.name}/"}
    template = "records/_action_form.html" if request.htmx else "records/action_form.html"
    return render(request, template, context, status=status)


def _visible(request: Any, record_type: RecordType, action: Action, values: dict[str, Any]) -> dict[str, Any]:
    """A refused form names no record its reader may not see."""
    return {
        field.name: values.get(field.name)
        for field in action.fields
        if not forms.points_at_hidden(request.actor, field, values.get(field.name))
        and sight.may_read(request.actor, record_type, field.name)
    }


@require_http_methods(["GET", "POST"])
@answering.for_record()
def owner(request: Any, record_type: RecordType, record: Any) -> HttpResponse:
    """Hands the record to another member."""
    field = record_type.field("owner")
    if field is None:
        raise Http404
    gate.require(request.actor, policies.TRANSFER, record)
    if not field.editable:
        raise gate.NotAllowed("owner")
    if request.method == "GET":
        return _draw_owner(request, record_type, record, {"owner": record.owner})
    raw = {"owner": field.from_form(request.POST)}
    title = record_type.title_of(record)
    try:
        if not raw["owner"]:
            raise gate.Refused({"owner": [_("Choose who takes over.")]})
        with acts.act(
            request.actor, "transfer", record_type=record_type.name, subject=record_type.whole_title(record)
        ) as change_set:
            record = gate.edit(request.actor, record, raw)
    except gate.Refused as refused:
        return _draw_owner(request, record_type, record, raw, refused.errors, status=422)
    message = _("%(title)s belongs to %(owner)s now.") % {"title": title, "owner": str(record.owner)}
    if not record_type.policy.allows(request.actor, policies.SEE, record):
        return finishing.led_on(request, record_type.url, message, undo=change_set)
    return finishing.finished(request, message, undo=change_set, url=record.get_absolute_url())


def _draw_owner(
    request: Any, record_type: RecordType, record: Any, values: dict[str, Any],
    errors: dict[str, list[str]] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    fields = [record_type.fields()["owner"]]
    form = forms.form_of_fields(record_type, fields, values=values, errors=errors, required=frozenset({"owner"}))
    context = {"form": form, "record_type": record_type, "record": record, "heading": _("Change the owner")}
    context |= {"url": f"{record_type.url}{record.pk}/owner/"}
    template = "records/_action_form.html" if request.htmx else "records/action_form.html"
    return render(request, template, context, status=status)


@require_http_methods(["POST", "DELETE"])
@answering.for_record()
def trash(request: Any, record_type: RecordType, record: Any) -> HttpResponse:
    """POST moves the record to the trash, DELETE takes it out again."""
    title = record_type.title_of(record)
    restoring = request.method == "DELETE" or request.POST.get("_method") == "delete"
    action, act = (gate.restore, "restore") if restoring else (gate.trash, "trash")
    try:
        with acts.act(
            request.actor, act, record_type=record_type.name, subject=record_type.whole_title(record)
        ) as change_set:
            action(request.actor, record)
    except gate.Refused as refused:
        return answering.refuse(
            request, 422, " ".join(str(text) for texts in refused.errors.values() for text in texts)
        )
    message = _("%(title)s is back.") if restoring else _("%(title)s was moved to the trash.")
    return finishing.finished(
        request, message % {"title": title}, undo=change_set, url=record.get_absolute_url(), refresh=True
    )
