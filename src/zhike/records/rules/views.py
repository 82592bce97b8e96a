"""The pages of rules: all of them with how many records break each, and a rule in the drawer."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from zhike.base.actors import Door
from zhike.base.changelog import acts
from zhike.records import gate, listing, registry
from zhike.records.conditions import ConditionError
from zhike.records.customising import meanwhile
from zhike.records.customising.changing import require_administrator
from zhike.records.declaration import RecordType
from zhike.records.models import ValidationRule
from zhike.records.pages import answering, counting, finishing
from zhike.records.rules import changing, keeping

BASE = "/settings/rules/"


@require_safe
@answering.for_members
def all_rules(request: Any) -> HttpResponse:
    """Of all types, or of the one that is asked for."""
    require_administrator(request.actor)
    only = registry.get(request.GET["type"]) if request.GET.get("type") else None
    groups: dict[str, list[dict[str, Any]]] = {}
    for rule in ValidationRule.objects.filter(**{"record_type": only.name} if only else {}):
        groups.setdefault(rule.record_type, []).append(_line(request, rule))
    shown = [{"type": each, "lines": groups[each.name]} for each in registry.all_types() if each.name in groups]
    context = {"groups": shown, "base": BASE, "types": registry.all_types(), "type": only}
    template = "records/rules/_rules.html" if request.htmx else "records/rules/rules.html"
    return render(request, template, context)


def _line(request: Any, rule: ValidationRule) -> dict[str, Any]:
    record_type = registry.find(rule.record_type)
    if record_type is None:
        return {}
    return {
        "rule": rule, "url": f"{BASE}{rule.pk}/", "problem": keeping.problem_of(request.actor, record_type, rule),
        "condition": changing.words(record_type, "condition", rule.condition),
        "sentence": keeping.sentence_of(rule), "at": changing.words(record_type, "field", rule.field),
        "stages": changing.words(record_type, "stages", rule.stages) if rule.moment == "stage" else "",
    }  # fmt: skip


@require_safe
@answering.for_members
def count(request: Any, rule_id: int) -> HttpResponse:
    """How many present records break a rule, as a link to them; asked for once the page stands."""
    require_administrator(request.actor)
    rule = changing.get_rule(rule_id)
    return render(request, "records/rules/_count.html", {"breaking": breaking(request.actor, rule)})


def breaking(actor: Any, rule: ValidationRule) -> dict[str, str] | None:
    """The records that break a rule now: how many, and their list. None where that cannot be asked."""
    record_type = registry.get(rule.record_type)
    condition = rule.condition
    if rule.moment == ValidationRule.Moment.STAGE:
        among = {"field": record_type.path, "op": "in", "value": [str(each) for each in rule.stages]}
        condition = {"all": [among, condition]}
    try:
        queryset = listing.base_query(actor, record_type, condition=condition)
        exact, number = listing.counted(queryset)
    except ConditionError:
        return None
    query = urlencode({"view": "all", "filter": json.dumps(condition, ensure_ascii=False)})
    return {"text": str(counting.count_text(exact, number)) if number else "", "url": f"{record_type.url}?{query}"}


@require_http_methods(["GET", "POST"])
@answering.for_members
def new(request: Any) -> HttpResponse:
    require_administrator(request.actor)
    record_type = registry.get(request.POST.get("type") or request.GET.get("type") or registry.all_types()[0].name)
    if request.method == "GET" or "_redraw" in request.POST:
        raw = _asked(request.POST) if request.POST else {"moment": "save", "is_active": True}
        return _form(request, record_type, None, raw)
    raw, actor = _asked(request.POST), request.actor.through(Door.FORM)
    try:
        with acts.act(actor, "add_rule", record_type=record_type.name, subject=str(raw["name"])) as change_set:
            rule = changing.add_rule(actor, record_type, raw)
    except gate.Refused as refused:
        return _form(request, record_type, None, raw, refused.errors, status=422)
    return finishing.finished(request, _saved(request, rule), undo=change_set, url=BASE)


@require_http_methods(["GET", "POST", "DELETE"])
@answering.for_members
def edit(request: Any, rule_id: int) -> HttpResponse:
    require_administrator(request.actor)
    rule, actor = changing.get_rule(rule_id), request.actor.through(Door.FORM)
    record_type = registry.get(rule.record_type)
    if request.method == "GET":
        return _form(request, record_type, rule, changing.seen_of(rule))
    if request.method == "DELETE":
        with acts.act(actor, "remove_rule", record_type=rule.record_type, subject=rule.name) as change_set:
            changing.remove_rule(actor, rule)
        message = _("The rule “%(name)s” was removed.") % {"name": rule.name}
        return finishing.finished(request, message, undo=change_set, url=BASE)
    raw = _asked(request.POST)
    try:
        with acts.act(actor, "revise_rule", record_type=rule.record_type, subject=rule.name) as change_set:
            rule = changing.revise_rule(actor, rule, raw, seen=request.POST.get("seen", ""))
    except gate.Refused as refused:
        return _form(request, record_type, rule, raw, refused.errors, status=422)
    except meanwhile.ChangedMeanwhile as changed:
        return _form(request, record_type, changing.get_rule(rule_id), raw, meant=changed, status=409)
    return finishing.finished(request, _saved(request, rule), undo=change_set, url=BASE)


def _saved(request: Any, rule: ValidationRule) -> str:
    message = _("The rule “%(name)s” is saved.") % {"name": rule.name}
    found = breaking(request.actor, rule)
    if not found or not found["text"]:
        return message
    words = ngettext(
        "%(count)s record breaks it now and is stopped at its next change.",
        "%(count)s records break it now and are stopped at their next change.",
        1 if found["text"] == "1" else 2,
    )
    return f"{message} {words % {'count': found['text']}}"


def _asked(posted: Any) -> dict[str, Any]:
    names = ("name", "sentence", "sentence_en", "field", "moment", "condition")
    raw: dict[str, Any] = {name: posted.get(name, "") for name in names}
    return raw | {"stages": posted.getlist("stages"), "is_active": "is_active" in posted}


def _form(
    request: Any, record_type: RecordType, rule: ValidationRule | None, raw: Any, errors: Any = None, *,
    meant: Any = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    kept = "" if meant else request.POST.get("seen", "")
    condition = raw.get("condition") or ""
    chosen = {str(each) for each in raw.get("stages") or ()}
    stages = changing.stages_of(record_type)
    context = {
        "type": record_type, "rule": rule, "raw": raw, "errors": errors or {}, "meant": meant, "back": BASE,
        "other_errors": (errors or {}).get("", []), "url": f"{BASE}{rule.pk if rule else 'new'}/",
        "condition": condition if isinstance(condition, str) else json.dumps(condition, ensure_ascii=False),
        "types": [(each.name, each.plural) for each in registry.all_types()],
        "fields": [(name, field.label) for name, field in record_type.editable_fields().items()],
        "stages": [(key, label, key in chosen) for key, label in stages.items()],
        "moments": ValidationRule.Moment.choices, "problem": _problem(request, record_type, rule),
        "seen": (kept or meanwhile.written(changing.seen_of(rule))) if rule else "",
        "page": not request.htmx or "_page" in request.POST,
    }  # fmt: skip
    template = "records/rules/rule.html" if context["page"] else "records/rules/_rule.html"
    return render(request, template, context, status=status)


def _problem(request: Any, record_type: RecordType, rule: ValidationRule | None) -> str:
    return keeping.problem_of(request.actor, record_type, rule) if rule else ""
