"""The pages of sharing rules: all of them, and one in the drawer."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zhike.base.changelog import acts
from zhike.records import conditions, gate, registry
from zhike.records.customising.changing import require_administrator
from zhike.records.fields.references import as_id
from zhike.records.pages import finishing
from zhike.records.pages.answering import for_members
from zhike.records.roles import holding, sharing_rules
from zhike.records.roles.models import SharingRule

LIST = "/settings/sharing/"


@require_safe
@for_members
def rule_list(request: Any) -> HttpResponse:
    require_administrator(request.actor)
    found = list(SharingRule.objects.all())
    names = _names(found)
    lines = [_line(request, rule, names) for rule in found]
    template = "records/roles/_rules.html" if request.htmx else "records/roles/rules.html"
    return render(request, template, {"lines": lines, "url": LIST})


def _line(request: Any, rule: SharingRule, names: dict[tuple[str, Any], str]) -> dict[str, Any]:
    record_type, problem = registry.find(rule.record_type), sharing_rules.problem_of(rule)
    told = conditions.explain(rule.condition, record_type, request.actor) if record_type and not problem else ""
    keys = [("role", key) for key in rule.roles]
    keys += [("department", number) for number in rule.departments] + [("member", number) for number in rule.members]
    return {
        "rule": rule, "type": record_type, "condition": told, "problem": problem,
        "to": [names[key] for key in keys if key in names],
    }  # fmt: skip


def _names(found: list[SharingRule]) -> dict[tuple[str, Any], str]:
    """What roles, departments and members of the rules are called."""
    members: Any = get_user_model()
    departments = members._meta.get_field("department").related_model
    names: dict[tuple[str, Any], str] = {("role", role.key): role.name for role in holding.roles()}
    for word, model in (("department", departments), ("member", members)):
        ids = {number for rule in found for number in getattr(rule, f"{word}s")}
        rows = model._default_manager.filter(pk__in=ids)
        names |= {(word, row.pk): str(row) for row in rows}
    return names


@require_http_methods(["GET", "POST"])
@for_members
def new(request: Any) -> HttpResponse:
    require_administrator(request.actor)
    if request.method == "GET":
        raw = {"record_type": request.GET.get("record_type", "customers"), "is_active": True}
        return _form(request, None, raw | _kept(request))
    if "_redraw" in request.POST:
        return _form(request, None, _raw(request) | {"condition": None})
    raw = _raw(request)
    try:
        with acts.act(request.actor, "add_sharing_rule", subject=raw["name"]) as change_set:
            sharing_rules.add_rule(request.actor, raw)
    except gate.Refused as refused:
        return _form(request, None, raw, refused.errors)
    message = _("The sharing rule “%(name)s” was added.") % {"name": raw["name"]}
    return finishing.finished(request, message, undo=change_set, url=LIST)


def _kept(request: Any) -> dict[str, Any]:
    return {"name": request.GET.get("name", "")}


@require_http_methods(["GET", "POST", "DELETE"])
@for_members
def rule(request: Any, rule_id: int) -> HttpResponse:
    require_administrator(request.actor)
    found = sharing_rules.get_rule(rule_id)
    if request.method == "GET":
        return _form(request, found, {name: getattr(found, name) for name in FIELDS})
    if request.method == "DELETE":
        with acts.act(request.actor, "remove_sharing_rule", subject=found.name) as change_set:
            sharing_rules.remove_rule(request.actor, found)
        message = _("The sharing rule “%(name)s” was removed.") % {"name": found.name}
        return finishing.finished(request, message, undo=change_set, url=LIST)
    raw = _raw(request)
    if "_redraw" in request.POST:
        return _form(request, found, raw | {"condition": None})
    try:
        with acts.act(request.actor, "revise_sharing_rule", subject=found.name) as change_set:
            sharing_rules.revise_rule(request.actor, found, raw, version=as_id(request.POST.get("version")))
    except gate.Refused as refused:
        return _form(request, found, raw, refused.errors)
    message = _("The sharing rule “%(name)s” was saved.") % {"name": raw["name"]}
    return finishing.finished(request, message, undo=change_set, url=LIST)


FIELDS = ("name", "record_type", "condition", "writable", "roles", "departments", "members", "is_active")


def _raw(request: Any) -> dict[str, Any]:
    posted = request.POST
    return {
        "name": posted.get("name", "").strip(), "record_type": posted.get("record_type", ""),
        "condition": _json(posted.get("condition", "")), "writable": "writable" in posted and posted["writable"] == "1",
        "roles": posted.getlist("roles"), "departments": posted.getlist("departments"),
        "members": posted.getlist("members"), "is_active": "is_active" in posted,
    }  # fmt: skip


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return text


def _form(
    request: Any, found: SharingRule | None, raw: dict[str, Any], errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    record_type = registry.find(str(raw.get("record_type"))) or registry.get("customers")
    members: Any = get_user_model()
    departments = members._meta.get_field("department").related_model
    context = {
        "rule": found, "raw": raw, "errors": errors or {}, "type": record_type, "page": not request.htmx,
        "url": f"{LIST}{found.pk}/" if found else f"{LIST}new/", "version": found.version if found else "",
        "condition": json.dumps(raw["condition"], ensure_ascii=False) if raw.get("condition") else "",
        "types": [each for each in registry.all_types() if each.policy.shared and each.has_owner()],
        "roles": [(role.key, role.name, role.key in raw.get("roles", ())) for role in holding.roles()],
        "departments": _chosen(departments, raw.get("departments", ())),
        "members": _chosen(members, raw.get("members", ())),
        "departments_url": f"/{departments.record_type_name}/options/",
        "members_url": f"/{members.record_type_name}/options/",
    }  # fmt: skip
    template = "records/roles/_rule.html" if request.htmx else "records/roles/rule.html"
    return render(request, template, context, status=422 if errors else 200)


def _chosen(model: Any, ids: Any) -> list[Any]:
    return list(model._default_manager.filter(pk__in=[number for each in ids if (number := as_id(each))]))
