"""The pages of roles: all of them, one with its rights type by type, and what it may do with one type."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhike.base.changelog import acts
from zhike.base.sentences import one_line
from zhike.records import gate, registry
from zhike.records.customising.changing import require_administrator
from zhike.records.declaration import RecordType
from zhike.records.fields.references import as_id
from zhike.records.pages import finishing
from zhike.records.pages.answering import for_members
from zhike.records.roles import changing, holding, rights, words
from zhike.records.roles.holding import Held
from zhike.records.roles.rights import Access, Scope

LIST = "/settings/roles/"
MOST_CONDITIONS = changing.MOST_CONDITIONS


@require_safe
@for_members
def role_list(request: Any) -> HttpResponse:
    require_administrator(request.actor)
    members: Any = get_user_model()
    held = members._default_manager.filter(is_active=True, trashed_at__isnull=True).values_list("roles", flat=True)
    counts = Counter(key for keys in held for key in keys)
    lines = [
        {
            "role": role, "count": counts[role.key], "members": _members_url(role),
            "begins_as": changing.begins_as(role),
        }
        for role in holding.roles()
    ]  # fmt: skip
    return render(request, "records/roles/list.html", {"lines": lines})


@require_safe
@for_members
def show(request: Any, key: str) -> HttpResponse:
    require_administrator(request.actor)
    held = changing.get_role(key)
    context = {
        "role": held, "url": _url(held), "is_fixed": changing.is_fixed(held), "lines": [
            Line(held, record_type) for record_type in registry.all_types()
        ],
        "actions": [words.ACTION_WORDS[action] for action in rights.ACTIONS], "begins_as": changing.begins_as(held),
        "count": changing.holders(key).count(), "members": _members_url(held),
        "abilities": [label for name, label in changing.abilities() if name in held.abilities],
        "legend": [(words.SCOPE_ICONS[scope], label) for scope, label in words.SCOPE_WORDS.items()],
    }  # fmt: skip
    return render(request, "records/roles/_page.html" if request.htmx else "records/roles/page.html", context)


def _url(held: Held) -> str:
    return f"{LIST}{held.key}/"


def _members_url(held: Held) -> str:
    condition = json.dumps({"field": "roles", "op": "has_any", "value": [held.key]})
    return f"/members/?filter={condition}"


@dataclass(frozen=True)
class Line:
    """What a role may do with one type, on the page of the role."""

    held: Held
    type: RecordType

    @property
    def cells(self) -> list[dict[str, Any]]:
        return [self._cell(action) for action in rights.ACTIONS]

    def _cell(self, action: str) -> dict[str, Any]:
        grant = self.held.grant(self.type.policy, action)
        scopes = [rights.SCOPES[part] for part in grant if isinstance(part, str)] if grant != rights.DENY else []
        return {
            "icons": [words.SCOPE_ICONS[scope] for scope in scopes], "words": words.grant_words(grant),
            "is_denied": grant == rights.DENY, "has_condition": grant != rights.DENY and len(scopes) < len(grant),
            "is_changed": action in self.held.written(self.type.name), "label": words.ACTION_WORDS[action],
        }  # fmt: skip

    @property
    def narrowed(self) -> list[tuple[str, str]]:
        """Fields the role sees less of, with what of them."""
        known = self.type.fields()
        return [
            (str(known[name].label) if name in known else name, str(words.ACCESS_WORDS[access]))
            for name, access in self.held.access(self.type.name).items()
        ]

    @property
    def broken(self) -> list[str]:
        return changing.broken_conditions(self.held, self.type)


# A role by name


@require_http_methods(["GET", "POST"])
@for_members
def new(request: Any) -> HttpResponse:
    require_administrator(request.actor)
    if request.method == "GET":
        return _name_form(request, None, {"like": request.GET.get("like", "salesperson")})
    try:
        with acts.act(request.actor, "add_role", subject=one_line(request.POST.get("name", ""))[:60]) as change_set:
            held = changing.make_role(request.actor, request.POST)
    except gate.Refused as refused:
        return _name_form(request, None, request.POST, refused.errors)
    message = _("The role “%(name)s” was added. Now say what it may do.") % {"name": held.name}
    return finishing.led_on(request, _url(held), message, undo=change_set)


@require_http_methods(["GET", "POST", "DELETE"])
@for_members
def edit(request: Any, key: str) -> HttpResponse:
    require_administrator(request.actor)
    held = changing.get_role(key)
    if request.method == "DELETE":
        return _removed(request, held)
    if request.method == "GET":
        return _name_form(request, held, _words_of(held))
    raw = request.POST.dict() | {"abilities": request.POST.getlist("abilities")}
    try:
        with acts.act(request.actor, "revise_role", subject=held.name) as change_set:
            changing.name_role(request.actor, held, raw, version=as_id(request.POST.get("version")))
    except gate.Refused as refused:
        return _name_form(request, held, raw, refused.errors)
    message = _("The role “%(name)s” was saved.") % {"name": changing.get_role(key).name}
    return finishing.finished(request, message, undo=change_set, url=_url(held))


def _words_of(held: Held) -> dict[str, Any]:
    row = held.row
    said = {"name": row.name, "name_en": row.name_en, "note": row.note} if row else {}
    return {**said, "abilities": list(held.abilities)}


def _removed(request: Any, held: Held) -> HttpResponse:
    try:
        with acts.act(request.actor, "remove_role", subject=held.name) as change_set:
            changing.remove_role(request.actor, held)
    except gate.Refused as refused:
        return _name_form(request, held, _words_of(held), refused.errors)
    return finishing.led_on(request, LIST, _("The role “%(name)s” was removed.") % {"name": held.name}, undo=change_set)


def _name_form(request: Any, held: Held | None, raw: Any, errors: dict[str, list[str]] | None = None) -> HttpResponse:
    context = {
        "role": held, "raw": raw, "errors": errors or {}, "url": f"{_url(held)}edit/" if held else f"{LIST}new/",
        "templates": changing.templates(), "version": _version(held), "page": not request.htmx,
        "abilities": [(name, label, name in raw.get("abilities", ())) for name, label in changing.abilities()],
    }  # fmt: skip
    template = "records/roles/_form.html" if request.htmx else "records/roles/form.html"
    return render(request, template, context, status=422 if errors else 200)


def _version(held: Held | None) -> int:
    return held.row.version if held is not None and held.row is not None else 0


@require_POST
@for_members
def reset(request: Any, key: str) -> HttpResponse:
    held = changing.get_role(key)
    with acts.act(request.actor, "reset_role", subject=held.name) as change_set:
        changing.reset_role(request.actor, held)
    message = _("The role “%(name)s” is as it came.") % {"name": changing.get_role(key).name}
    return finishing.finished(request, message, undo=change_set, url=_url(held), refresh=True)


# What a role may do with a type


@require_http_methods(["GET", "POST"])
@for_members
def allow(request: Any, key: str, type_name: str) -> HttpResponse:
    require_administrator(request.actor)
    held, record_type = changing.get_role(key), registry.get(type_name)
    if request.method == "GET":
        return _rights_form(request, held, record_type, _grants_of(held, record_type))
    raw = _asked(request.POST, record_type)
    try:
        with acts.act(request.actor, "allow_role", subject=held.name) as change_set:
            changing.allow(request.actor, held, record_type, raw, version=as_id(request.POST.get("version")))
    except gate.Refused as refused:
        return _rights_form(request, held, record_type, raw, refused.errors)
    message = _("“%(role)s” may do this with %(type)s from now on.") % {"role": held.name, "type": record_type.plural}
    return finishing.finished(request, message, undo=change_set, url=_url(held))


def _grants_of(held: Held, record_type: RecordType) -> dict[str, Any]:
    policy, written = record_type.policy, held.written(record_type.name)
    found = {action: held.grant(policy, action) for action in rights.ACTIONS}
    found |= {action: written[action] for action in policy.needs if action in written}
    accesses = {name: access.word for name, access in held.access(record_type.name).items()}
    return {"rights": found, "fields": accesses}


def _asked(posted: Any, record_type: RecordType) -> dict[str, Any]:
    """Grants and accesses as the form posts them."""
    found: dict[str, Any] = {action: posted.getlist(f"may-{action}") for action in rights.ACTIONS}
    for number in range(MOST_CONDITIONS + 1):
        condition = _json(posted.get(f"condition-{number}", ""))
        for action in posted.getlist(f"by-{number}") if condition else ():
            found.setdefault(action, []).append({"condition": condition})
    found = {action: rights.DENY if rights.DENY in grant else grant for action, grant in found.items()}
    for action in record_type.policy.needs:
        word = posted.get(f"act-{action}", "")
        if word:
            found[action] = {"nothing": [], rights.DENY: rights.DENY}.get(word, [word])
    fields = {name: word for name in record_type.fields() if (word := posted.get(f"field-{name}", ""))}
    return {"rights": found, "fields": fields}


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return text


def _rights_form(
    request: Any, held: Held, record_type: RecordType, raw: dict[str, Any], errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    blocks = _blocks(raw["rights"])
    context = {
        "role": held, "type": record_type, "url": f"{_url(held)}{record_type.name}/", "version": _version(held),
        "errors": sorted({text for texts in (errors or {}).values() for text in texts}), "page": not request.htmx,
        "scopes": [(scope.word, words.SCOPE_ICONS[scope], label) for scope, label in words.SCOPE_WORDS.items()],
        "rows": [_row(held, record_type, action, raw["rights"].get(action, [])) for action in rights.ACTIONS],
        "blocks": blocks, "next": len(blocks), "may_add": len(blocks) < MOST_CONDITIONS,
        "declared": [_declared(record_type, action, raw["rights"].get(action)) for action in record_type.policy.needs],
        "fields": _field_rows(record_type, raw["fields"]),
    }  # fmt: skip
    template = "records/roles/_rights.html" if request.htmx else "records/roles/rights.html"
    return render(request, template, context, status=422 if errors else 200)


def _row(held: Held, record_type: RecordType, action: str, grant: Any) -> dict[str, Any]:
    has_owner = bool(record_type.policy.owner)
    offered = [scope for scope in words.SCOPE_WORDS if has_owner or scope is Scope.EVERYTHING]
    return {
        "action": action, "label": words.ACTION_WORDS[action], "is_denied": grant == rights.DENY,
        "boxes": [
            (scope.word, label, scope in offered, scope.word in grant) for scope, label in words.SCOPE_WORDS.items()
        ],
    }  # fmt: skip


def _declared(record_type: RecordType, action: str, grant: Any) -> dict[str, Any]:
    policy = record_type.policy
    chosen = "" if grant is None else rights.DENY if grant == rights.DENY else next(iter(grant), "nothing")
    choices = [("", _("Like “%(right)s”") % {"right": words.action_words(policy, policy.needs[action])})]
    choices += [(scope.word, str(label)) for scope, label in words.SCOPE_WORDS.items()]
    choices += [("nothing", _("Nothing")), (rights.DENY, _("Denied"))]
    return {"name": action, "label": words.action_words(policy, action), "choices": choices, "chosen": chosen}


def _blocks(granted: dict[str, Any]) -> list[dict[str, Any]]:
    """The conditions of a role with the actions that go by each."""
    by_condition: dict[str, list[str]] = {}
    for action, grant in granted.items():
        for part in grant if isinstance(grant, list) else ():
            if isinstance(part, dict):
                by_condition.setdefault(json.dumps(part["condition"], ensure_ascii=False), []).append(action)
    return [_block(number, text, chosen) for number, (text, chosen) in enumerate(by_condition.items())]


def _block(number: int, condition: str, chosen: list[str]) -> dict[str, Any]:
    boxes = [(action, label, action in chosen) for action, label in words.ACTION_WORDS.items()]
    return {"number": number, "condition": condition, "boxes": boxes}


def _field_rows(record_type: RecordType, said: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "name": name, "label": field.label, "chosen": said.get(name, ""),
            "choices": [
                (access.word, label) for access, label in words.ACCESS_WORDS.items()
                if access is not Access.EDITABLE and (field.editable or access is not Access.READ_ONLY)
            ],
        }
        for name, field in record_type.fields().items()
    ]  # fmt: skip


@require_safe
@for_members
def condition(request: Any, key: str, type_name: str) -> HttpResponse:
    """One more condition in the form."""
    require_administrator(request.actor)
    number = min(as_id(request.GET.get("number")) or 0, MOST_CONDITIONS)
    context = {
        "block": _block(number, "", [rights.SEE]), "type": registry.get(type_name), "role": changing.get_role(key),
        "next": number + 1, "may_add": number + 1 < MOST_CONDITIONS, "url": f"{LIST}{key}/{type_name}/",
    }  # fmt: skip
    return render(request, "records/roles/_condition.html", context)
