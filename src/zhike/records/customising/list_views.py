"""The page of a choice list that fields share: a form in the drawer or on a page of its own."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhike.base.actors import Door
from zhike.base.changelog import acts
from zhike.records import gate
from zhike.records.customising import choice_lists, kinds, meanwhile
from zhike.records.customising.changing import require_administrator
from zhike.records.fields.references import as_id
from zhike.records.lists.changing import TONE_WORDS
from zhike.records.models import ChoiceList, CustomField
from zhike.records.pages import answering, finishing

LISTS = "/settings/lists/"


@require_http_methods(["GET", "POST"])
@answering.for_members
def new(request: Any) -> HttpResponse:
    """`field`: the number of a field whose choices it begins with, and which shares it from then on."""
    require_administrator(request.actor)
    of = _field(request)
    if request.method == "GET":
        raw = {"name": of.label, "name_en": of.label_en, "choices": _json(of.options.get("choices"))} if of else {}
        return _form(request, None, raw, of=of)
    actor = request.actor.through(Door.FORM)
    try:
        with acts.act(actor, "add_choice_list", subject=request.POST.get("name", "")) as change_set:
            row = choice_lists.add_list(actor, request.POST, of=of)
    except gate.Refused as refused:
        return _form(request, None, request.POST, refused.errors, of=of, status=422)
    message = _("The list “%(name)s” was made.") % {"name": row.name}
    return finishing.finished(request, message, undo=change_set, url=LISTS)


def _field(request: Any) -> CustomField | None:
    """Raises `NotVisible` for a field that is not there, or has its choices from a list already."""
    told = request.POST.get("field") or request.GET.get("field")
    if not told:
        return None
    number = as_id(told)
    rows = CustomField.objects.filter(kind__in=kinds.CHOICES)
    found: CustomField | None = rows.filter(pk=number).first() if number else None
    if found is None or found.options.get("list"):
        raise gate.NotVisible
    return found


@require_http_methods(["GET", "POST", "DELETE"])
@answering.for_members
def shared(request: Any, list_id: int) -> HttpResponse:
    require_administrator(request.actor)
    row, actor = choice_lists.get_list(list_id), request.actor.through(Door.FORM)
    if request.method == "GET":
        return _form(request, row, {"name": row.name, "name_en": row.name_en, "choices": _json(row.choices)})
    if request.method == "DELETE":
        try:
            with acts.act(actor, "remove_choice_list", subject=row.name) as change_set:
                choice_lists.remove_list(actor, row)
        except gate.Refused as refused:
            return answering.refuse(request, 422, refused.errors[""][0])
        message = _("The list “%(name)s” was removed.") % {"name": row.name}
        return finishing.finished(request, message, undo=change_set, url=LISTS)
    try:
        with acts.act(actor, "revise_choice_list", subject=row.name) as change_set:
            choice_lists.revise_list(actor, row, request.POST, seen=request.POST.get("seen", ""))
    except gate.Refused as refused:
        return _form(request, row, request.POST, refused.errors, status=422)
    except meanwhile.ChangedMeanwhile as changed:
        return _form(request, choice_lists.get_list(list_id), request.POST, meant=changed, status=409)
    message = _("The list “%(name)s” is saved, in every field that shares it.") % {"name": row.name}
    return finishing.finished(request, message, undo=change_set, url=LISTS)


def _json(choices: Any) -> str:
    return json.dumps(choices or [], ensure_ascii=False)


def _form(
    request: Any, row: ChoiceList | None, raw: Any, errors: Any = None, *, meant: Any = None,
    of: CustomField | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    kept = "" if meant else request.POST.get("seen", "")
    used_by = choice_lists.users(row) if row else [of] if of else []
    context = {
        "row": row, "raw": raw, "errors": errors or {}, "other_errors": (errors or {}).get("", []), "meant": meant,
        "of": of, "fields": [choice_lists.field_words(each) for each in used_by], "tones": TONE_WORDS,
        "url": f"{LISTS}shared/{row.pk if row else 'new'}/", "back": LISTS,
        "seen": (kept or meanwhile.written(choice_lists.seen_of(row))) if row else "",
        "page": not request.htmx or "_page" in request.POST,
    }  # fmt: skip
    template = "records/lists/shared.html" if context["page"] else "records/lists/_shared.html"
    return render(request, template, context, status=status)
