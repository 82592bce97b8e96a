"""The pages of lists: all of them, one with its values, a value in the drawer."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhike.base.actors import Door
from zhike.base.changelog import acts
from zhike.records import gate
from zhike.records.customising import choice_lists, meanwhile
from zhike.records.customising.changing import require_administrator
from zhike.records.fields.base import TONES
from zhike.records.fields.choices import own_label
from zhike.records.fields.references import as_id
from zhike.records.forms import Input
from zhike.records.lists import changing, tables
from zhike.records.lists.tables import Table
from zhike.records.models import ChoiceList
from zhike.records.pages import answering, finishing


@require_safe
@answering.for_members
def all_lists(request: Any) -> HttpResponse:
    require_administrator(request.actor)
    found = [{"table": table, "names": _names(table)} for table in tables.all_tables()]
    shared = [
        {"row": row, "names": [own_label(each) for each in row.choices if not each.get("retired")],
         "fields": len(choice_lists.users(row))}
        for row in ChoiceList.objects.all()
    ]  # fmt: skip
    template = "records/lists/_lists.html" if request.htmx else "records/lists/lists.html"
    return render(request, template, {"found": found, "shared": shared})


def _names(table: Table) -> list[str]:
    return [row.name for row in table.rows() if row.is_active]


@require_safe
@answering.for_members
def values(request: Any, name: str) -> HttpResponse:
    require_administrator(request.actor)
    table = tables.get_table(name)
    counts = tables.counts(table)
    lines = [{"row": row, "tone": TONES.get(row.colour, ""), "count": counts[row.pk]} for row in table.rows()]
    context = {
        "table": table, "pointers": [pointer.label for pointer in table.pointers()],
        "used": [line for line in lines if line["row"].is_active],
        "retired": [line for line in lines if not line["row"].is_active],
    }  # fmt: skip
    template = "records/lists/_values.html" if request.htmx else "records/lists/values.html"
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
@answering.for_members
def new(request: Any, name: str) -> HttpResponse:
    require_administrator(request.actor)
    table = tables.get_table(name)
    if request.method == "GET":
        return _form(request, table, None, {})
    actor = request.actor.through(Door.FORM)
    try:
        subject = changing.subject_of(table, request.POST.get("name", ""))
        with acts.act(actor, "add_option", subject=subject) as change_set:
            row = changing.add_option(actor, table, request.POST)
    except gate.Refused as refused:
        return _form(request, table, None, request.POST, refused.errors, status=422)
    message = _("“%(name)s” was added.") % {"name": row.name}
    return finishing.finished(request, message, undo=change_set, url=table.url)


@require_http_methods(["GET", "POST", "DELETE"])
@answering.for_members
def value(request: Any, name: str, row_id: int) -> HttpResponse:
    """GET its form, POST changes it, DELETE removes a value nothing names."""
    require_administrator(request.actor)
    table = tables.get_table(name)
    row = tables.get_row(table, row_id)
    if request.method == "GET":
        return _form(request, table, row, {"name": row.name, "colour": row.colour}, values=_values(row))
    if request.method == "DELETE":
        return _done(request, table, row, "remove_option", changing.remove_option, _("“%(name)s” was removed."))
    actor = request.actor.through(Door.FORM)
    try:
        with acts.act(actor, "revise_option", subject=changing.subject_of(table, row.name)) as change_set:
            row = changing.revise_option(actor, table, row, request.POST, seen=request.POST.get("seen", ""))
    except gate.Refused as refused:
        return _form(request, table, row, request.POST, refused.errors, status=422)
    except meanwhile.ChangedMeanwhile as changed:
        row.refresh_from_db()
        return _form(request, table, row, request.POST, meant=changed, status=409)
    message = _("“%(name)s” was changed.") % {"name": row.name}
    return finishing.finished(request, message, undo=change_set, url=table.url)


@require_http_methods(["POST", "DELETE"])
@answering.for_members
def retirement(request: Any, name: str, row_id: int) -> HttpResponse:
    """POST retires a value, DELETE brings it back."""
    require_administrator(request.actor)
    table = tables.get_table(name)
    row = tables.get_row(table, row_id)
    if request.method == "POST":
        words = _("“%(name)s” is retired: records keep it, it is offered no more.")
        return _done(request, table, row, "retire_option", changing.retire_option, words)
    return _done(request, table, row, "bring_back_option", changing.bring_back_option, _("“%(name)s” is in use again."))


def _done(request: Any, table: Table, row: Any, act: str, service: Any, words: str) -> HttpResponse:
    actor, told = request.actor.through(Door.FORM), {"name": row.name}
    try:
        with acts.act(actor, act, subject=changing.subject_of(table, row.name)) as change_set:
            service(actor, table, row)
    except gate.Refused as refused:
        return answering.refuse(request, 422, " ".join(text for texts in refused.errors.values() for text in texts))
    return finishing.finished(request, words % told, undo=change_set, url=table.url)


@require_http_methods(["GET", "POST"])
@answering.for_members
def merging(request: Any, name: str, row_id: int) -> HttpResponse:
    """GET asks into which value, POST merges."""
    require_administrator(request.actor)
    table = tables.get_table(name)
    row = tables.get_row(table, row_id)
    if request.method == "GET":
        return _merge_form(request, table, row)
    actor = request.actor.through(Door.BULK)
    try:
        number = as_id(request.POST.get("into", ""))
        if number is None:
            raise gate.Refused({"into": [_("Choose another value.")]})
        into = tables.get_row(table, number)
        if changing.begin_merging(actor, table, row, into) is not None:
            return finishing.led_on(request, "/change-sets/bulk/", _("The merge goes on in the background."))
        subject = f"{changing.subject_of(table, row.name)} → {into.name}"
        with acts.act(actor, "merge_options", subject=subject) as change_set:
            moved = changing.merge_options(actor, table, row, into)
    except gate.Refused as refused:
        return _merge_form(request, table, row, refused.errors, status=422)
    words = ngettext("%(count)s record has “%(into)s” now.", "%(count)s records have “%(into)s” now.", moved)
    message = words % {"count": f"{moved:,}", "into": into.name}
    return finishing.finished(request, message, undo=change_set, url=table.url)


@require_POST
@answering.for_members
def order(request: Any, name: str) -> HttpResponse:
    """`ids`, in the order wanted."""
    require_administrator(request.actor)
    table = tables.get_table(name)
    ids = [number for each in request.POST.getlist("ids") if (number := as_id(each)) is not None]
    actor = request.actor.through(Door.FORM)
    with acts.act(actor, "order_options", subject=table.label) as change_set:
        changing.order_options(actor, table, ids)
    return finishing.finished(request, _("The order is saved."), undo=change_set, url=table.url, refresh=True)


# Drawing


def _values(row: Any) -> dict[str, Any]:
    return {name: field.value_of(row) for name, field in changing.fields_of(type(row)).items()}


def _form(
    request: Any, table: Table, row: Any, raw: Any, errors: Any = None, *, values: Any = None, meant: Any = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    fields = changing.fields_of(table.model)
    if values is None:
        posted = request.method == "POST"
        values = {name: field.from_form(raw) for name, field in fields.items()} if posted else _values(table.model())
    context = {
        "inputs": [
            Input(field, values.get(name), list((errors or {}).get(name, [])), required=field.required)
            for name, field in fields.items()
        ],
        "table": table, "row": row, "raw": raw, "errors": errors or {}, "other_errors": (errors or {}).get("", []),
        "tones": changing.TONE_WORDS, "url": f"{table.url}{row.pk if row else 'new'}/", "meant": meant,
        "seen": _seen(request, row, meant), "count": tables.count_using(table, row) if row else 0,
        "page": not request.htmx or "_page" in request.POST,
    }  # fmt: skip
    template = "records/lists/value.html" if context["page"] else "records/lists/_value.html"
    return render(request, template, context, status=status)


def _seen(request: Any, row: Any, meant: Any) -> str:
    if row is None:
        return ""
    kept = "" if meant else request.POST.get("seen", "")
    return kept or meanwhile.written(changing.seen_of(row))


def _merge_form(request: Any, table: Table, row: Any, errors: Any = None, *, status: int = 200) -> HttpResponse:
    context = {
        "table": table, "row": row, "errors": errors or {}, "count": tables.count_using(table, row),
        "others": [each for each in table.rows() if each.is_active and each.pk != row.pk],
        "url": f"{table.url}{row.pk}/merging/", "page": not request.htmx or "_page" in request.POST,
    }  # fmt: skip
    template = "records/lists/merge.html" if context["page"] else "records/lists/_merge.html"
    return render(request, template, context, status=status)
