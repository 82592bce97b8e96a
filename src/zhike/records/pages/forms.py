"""The forms of a record: a new one, and everything of an existing one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhike.base.changelog import acts
from zhike.records import forms, gate, policies
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Invalid
from zhike.records.forms import RecordForm
from zhike.records.pages import answering, conflicts, finishing

TAKE = "_take_"


@require_http_methods(["GET", "POST"])
@answering.for_type
def new(request: Any, record_type: RecordType) -> HttpResponse:
    gate.require_any(request.actor, policies.CREATE, record_type)
    everything = "_all" in request.POST or "_all" in request.GET
    if request.method == "GET":
        raw = _begun_with(request, record_type)
        return draw(request, forms.form_for(record_type, raw=raw, everything=everything))
    raw = forms.raw_of(record_type.fields(), request.POST)
    if "_redraw" in request.POST:
        form = forms.form_for(record_type, raw=_told(request, record_type, raw), everything=everything)
        return draw(request, form)
    try:
        with acts.act(request.actor, "create", record_type=record_type.name) as change_set:
            record = gate.create(request.actor, record_type, raw)
    except gate.Refused as refused:
        raw = _told(request, record_type, raw)
        form = forms.form_for(record_type, raw=raw, errors=refused.errors, everything=everything)
        return draw(request, form, status=422)
    message = _("%(title)s was created.") % {"title": record_type.title_of(record)}
    if request.POST.get("_stay"):
        return finishing.finished(request, message, undo=change_set, url=record.get_absolute_url())
    return finishing.led_on(request, record.get_absolute_url(), message, undo=change_set)


def _begun_with(request: Any, record_type: RecordType) -> dict[str, Any]:
    """What the type begins with, what the address says beforehand, and the owner a new record gets."""
    begin_with = type(record_type).begin_with
    begun = dict(begin_with()) if begin_with else {}
    raw = forms.visible_raw(request.actor, record_type, begun | forms.prefilled(record_type, request.GET))
    if record_type.has_owner() and request.actor.member_id:
        raw.setdefault("owner", str(request.actor.member_id))
    return raw


def _told(request: Any, record_type: RecordType, raw: Mapping[str, Any]) -> dict[str, Any]:
    return forms.visible_raw(request.actor, record_type, raw)


@require_http_methods(["GET", "POST"])
@answering.for_record(policies.EDIT)
def edit(request: Any, record_type: RecordType, record: Any) -> HttpResponse:
    if request.method == "GET":
        return draw(request, forms.form_for(record_type, record=record))
    posted = request.POST
    raw = forms.raw_of(record_type.fields(), posted)
    try:
        seen = forms.seen_of(posted)
        if "_redraw" in posted:
            raw = _told(request, record_type, raw)
            return draw(
                request,
                forms.form_for(record_type, record=record, raw=raw, seen=_seen_again(record_type, record, seen)),
            )
        chosen = {name: value for name, value in raw.items() if posted.get(f"{TAKE}{name}") != "theirs"}
        return _save(request, record_type, record, chosen, seen)
    except Invalid as error:
        return answering.refuse(request, 400, str(error.message))
    except gate.Refused as refused:
        raw = _told(request, record_type, raw)
        form = forms.form_for(record_type, record=record, raw=raw, errors=refused.errors, seen=seen)
        return draw(request, form, status=422)
    except gate.Stale as stale:
        return _ask_which(request, record_type, stale, raw, seen or {})


def _seen_again(record_type: RecordType, record: Any, seen: dict[str, Any] | None) -> dict[str, Any]:
    """Fields that come into view now were seen now; the others when the form was opened."""
    return forms.seen_values(record_type, record, record_type.editable_fields()) | (seen or {})


def _save(request: Any, record_type: RecordType, record: Any, raw: Mapping[str, Any], seen: Any) -> HttpResponse:
    version = request.POST.get("version", "")
    checked = int(version) if version.isascii() and version.isdigit() and seen is None else None
    with acts.act(
        request.actor, "edit", record_type=record_type.name, subject=record_type.whole_title(record)
    ) as change_set:
        record = gate.edit(request.actor, record, raw, seen=seen, version=checked)
    message = _("%(title)s was saved.") % {"title": record_type.title_of(record)}
    return finishing.finished(request, message, undo=change_set, url=record.get_absolute_url())


def _ask_which(
    request: Any, record_type: RecordType, stale: gate.Stale, raw: Mapping[str, Any], seen: Any
) -> HttpResponse:
    """The form again, with a choice between both values of each field somebody else changed."""
    asked = conflicts.conflicts_of(record_type, stale)
    seen = {**seen, **forms.seen_values(record_type, stale.record, stale.conflicts)}
    form = forms.form_for(record_type, record=stale.record, raw=_told(request, record_type, raw), seen=seen)
    member = conflicts.who_changed(stale.record)
    return draw(request, form, status=409, conflicts=asked, member=member)


def draw(request: Any, form: RecordForm, *, status: int = 200, **context: Any) -> HttpResponse:
    """The form: in the drawer for htmx, else as a page of its own."""
    record_type, record = form.record_type, form.record
    if record is None:
        heading = _("New %(type)s") % {"type": str(record_type.singular).lower()}
        url, draft = f"{record_type.url}new/", f"{record_type.name}:new"
    else:
        heading = _("Edit %(title)s") % {"title": record_type.title_of(record)}
        url, draft = f"{record_type.url}{record.pk}/edit/", f"{record_type.name}:{record.pk}"
    context |= {
        "form": form, "record_type": record_type, "record": record, "heading": heading, "form_url": url, "draft": draft,
        "stay": request.GET.get("stay") or request.POST.get("_stay", ""),
        "compared": _compared(record_type), "full_page": not request.htmx or "_page" in request.POST,
    }  # fmt: skip
    template = "records/_record_form.html" if request.htmx else "records/record_form.html"
    return render(request, template, context, status=status)


def _compared(record_type: RecordType) -> list[str]:
    from zhike.records import duplicates

    return [field.name for field in duplicates.compared_fields(record_type)]
