"""All pages, found in the URL configuration: what answers a GET with a page is walked, and what is not says why.

A new address needs nothing here: it is asked, and walked where it answers with a page. Only a new variable in one needs
a line in `stand_ins`, and only what answers with neither page nor part, file or refusal of GET needs one in `LEFT_OUT`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.journeys.full_company import Company, record_of
from zhike.records import bulk, registry
from zhike.records.relations import key_of
from zhike.testing import types as own_types

BACKEND = "zhike.domains.people.signing_in.MemberBackend"
HTMX = {"HX-Request": "true"}
THOROUGH = ("customers", "opportunities", own_types.KEY)
"""Types of which every page is walked; of the others those that people open all day."""
EVERYWHERE = re.compile(r"^<slug:type_name>/(new/|board/|<int:record_id>/(edit/)?)?$")
FORMS = re.compile(r"^<slug:type_name>/(new/|<int:record_id>/edit/)$")
QUERIES = {
    "imports/new/": "?type=customers",
    "search/": "?q=云杉",
    "search/palette/": "?q=云杉",
    "<slug:type_name>/bulk/edit/": "?count=1",
    "<slug:type_name>/bulk/input/": "?field={field}",
    "<slug:type_name>/bulk/transfer/": "?count=1",
    "<slug:type_name>/bulk/trash/": "?count=1",
    "<slug:type_name>/export/": "?format=csv&view=all",
    "<slug:type_name>/<int:record_id>/cells/<slug:name>/gate/": "?value={value}",
    "reports/export/": "?report=funnel&range=all&format=csv",
}
"""What an address wants to be asked with."""
MORE = (
    "/?range=all&scope=all", "/reports/?report=funnel&range=all", "/reports/?report=regions&range=all",
    "/reports/?report=summary&range=all&scope=all", "/search/?q=nichts", "/customers/?view=all&sort=-name",
    '/customers/?view=all&filter={"field":"name","op":"contains","value":"云"}', "/customers/?view=all&q=不存在的",
    "/change-sets/?only=configuration", "/activities/calendar/?span=week", "/activities/calendar/?span=day",
)  # fmt: skip
"""Pages that look otherwise when asked otherwise."""
LEFT_OUT = {
    "api/v1/": "what programs ask; its description is kept to in tests/api",
    "settings/webhooks/conditions/<str:type_name>/": "what the builder of conditions reads",
    "accounts/reauthenticate/": "only on the way through signing in",
    "<slug:type_name>/<int:record_id>/reveals/<slug:name>/": "for who sees a masked value, see test_field_access",
    "<slug:type_name>/<int:record_id>/kept/<slug:name>/<int:number>/": "the bytes of a file field, see test_files",
    "<slug:type_name>/bulk/runs/<int:run_id>/": "follows a run and goes on where it ends, see test_bulk",
    "<slug:type_name>/export/<int:log_id>/file/": "the bytes of an export, see test_export",
}
"""Addresses that begin so are not asked, and why."""
DOORS = "accounts/"
"""Before these one is a stranger."""


class Kind(StrEnum):
    PAGE = "page"
    DRAWER = "drawer"
    PART = "part of a page"
    FILE = "a file or what a script reads"
    CHANGES = "only changes"
    LEADS = "leads elsewhere"
    REFUSED = "refused"


@dataclass(frozen=True)
class Address:
    """One path of a route, and what it answers a GET with. Most of what opens in the drawer is a page of its own too;
    `headings` are those of the first order of the whole page, None where there is none."""

    route: str
    path: str
    kind: Kind
    status: int = 200
    headings: int | None = None


def routes() -> list[str]:
    """Every route of the URL configuration, with its variables: `<slug:type_name>/<int:record_id>/`."""
    return list(dict.fromkeys(_routes(get_resolver().url_patterns)))


def _routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for each in patterns:
        route = before + str(each.pattern).removeprefix("^").removesuffix("$")
        if isinstance(each, URLResolver):
            yield from _routes(each.url_patterns, route)
        else:
            yield route


def left_out(route: str) -> str:
    """Why a route is not asked; empty for the others."""
    return next((why for start, why in LEFT_OUT.items() if route.startswith(start)), "")


def variables(route: str) -> list[str]:
    return re.findall(r"<(?:\w+:)?(\w+)>", route)


def paths(route: str, company: Company) -> list[str]:
    """The paths to ask a route at. Raises `KeyError` for a variable nothing stands for."""
    filled = []
    for values in _stand_ins(route, company):
        values |= _of_route(route, values)
        if values.get("type_name") in (None, *THOROUGH) or EVERYWHERE.match(route):
            filled.append("/" + _filled(route, values) + QUERIES.get(route, "").format(**values))
    return list(dict.fromkeys(filled))


def _filled(route: str, values: dict[str, Any]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route)


def _stand_ins(route: str, company: Company) -> list[dict[str, Any]]:
    """Values for the variables of a route, by the longest beginning that is known."""
    known = _known(company)
    start = max((each for each in known if route.startswith(each)), key=len)
    return known[start]


def _known(company: Company) -> dict[str, list[dict[str, Any]]]:
    ids, own = company.ids, own_types.KEY
    people = {"member_id": ids["newcomer"]}
    return {
        "": [{
            "change_set_id": ids["act"], "attachment_id": ids["attachment"], "notice_id": ids["notice"], "number": 1,
            "opportunity_id": ids["opportunities"], "name": "tasks", "uidb36": "1", "key": "x-y", **people,
        }],
        "invitations/": [{"secret": ids["invitation"]}],
        "me/deputies/": [{"deputy_id": ids["deputy"]}],
        "members/": [people],
        "imports/": [{"run_id": ids["import"]}, {"run_id": ids["import_done"]}],
        "settings/currencies/": [{"rate_id": ids["rate"], "code": "USD"}],
        "settings/numbering/": [{"field_id": ids["serial"]}],
        "settings/fields/": [{"type_name": own, "field_id": ids["field"]}],
        "settings/layouts/": [
            {"type_name": "opportunities", "part": part} for part in ("columns", "sections", "card", "related")
        ] + [{"type_name": "menu", "part": "columns"}],
        "settings/lists/": [{"name": "customers-industry", "row_id": 1, "list_id": ids["list"]}],
        "settings/pipelines/": [{"pipeline_id": 1, "stage_id": 1}],
        "settings/roles/": [{"key": "salesperson", "type_name": "customers"}],
        "settings/rules/": [{"rule_id": ids["rule"]}],
        "settings/sharing/": [{"rule_id": ids["sharing_rule"]}],
        "settings/tokens/": [{"token_id": ids["token"]}],
        "settings/types/": [{"number": ids["type"]}],
        "settings/webhooks/": [{"webhook_id": ids["webhook"], "delivery_id": ids["delivery"]}],
        "<slug:type_name>/": [_of_type(company, each.name) for each in registry.all_types()],
    }  # fmt: skip


def _of_route(route: str, values: dict[str, Any]) -> dict[str, Any]:
    """What a variable means at the end of certain routes only."""
    if route.endswith("/actions/<slug:name>/"):
        return {"name": next(iter(action.name for action in registry.get(values["type_name"]).actions), "none")}
    if "/board/lanes/" in route or "/cells/<slug:name>/gate/" in route:
        board = registry.get(values["type_name"]).board
        lanes = registry.get(values["type_name"]).field(board.lanes) if board else None
        first, *_rest, last = [key for key, _label in lanes.choices()] if lanes else ["none", "none"]
        return {"name": board.lanes if board else "none", "key": first, "value": last}
    return {}


def _of_type(company: Company, name: str) -> dict[str, Any]:
    record_type, ids = registry.get(name), company.ids
    return {
        "type_name": name, "record_id": record_of(company, name), "view_id": ids["view"], "share_id": ids["share"],
        "field": bulk.editable_fields(record_type)[0].name, "run_id": ids["bulk"], "log_id": ids["export"],
        "key": next((key_of(each) for each in record_type.related_lists()), "none"), "number": 1,
        "name": record_type.title,
    }  # fmt: skip


def asked(company: Company) -> Iterator[Address]:
    """Every route of the configuration at the paths that stand for it, with what it answers."""
    client = Client(raise_request_exception=True)
    client.force_login(company.administrator, backend=BACKEND)
    client.cookies["language"] = "en"
    for route in routes():
        if not left_out(route):
            yield from (answered(client, route, path) for path in paths(route, company))


def answered(client: Client, route: str, path: str) -> Address:
    answer = client.get(path)
    if answer.status_code == 405:
        return Address(route, path, Kind.CHANGES, 405)
    if 300 <= answer.status_code < 400:
        return Address(route, path, Kind.LEADS, answer.status_code)
    if answer.status_code != 200:
        return Address(route, path, Kind.REFUSED, answer.status_code)
    if not answer.headers["Content-Type"].startswith("text/html"):
        return Address(route, path, Kind.FILE)
    if b"<html" not in answer.content:
        return Address(route, path, Kind.DRAWER if b"drawer-head" in answer.content else Kind.PART)
    partial = client.get(path, headers=HTMX).content
    kind = Kind.DRAWER if b"drawer-head" in partial and b"<html" not in partial else Kind.PAGE
    return Address(route, path, kind, headings=answer.content.count(b"<h1"))


def pages(addresses: list[Address]) -> list[str]:
    """What is opened as a page: all but what people meet in the drawer; of that the forms of records."""
    met = [each for each in addresses if each.kind is Kind.PAGE or FORMS.match(each.route)]
    return [*(each.path for each in met if not each.route.startswith(DOORS)), *MORE]


def drawers(addresses: list[Address]) -> list[str]:
    return [each.path for each in addresses if each.kind is Kind.DRAWER]


def doors() -> list[str]:
    """What a stranger may open."""
    return [f"/{route}" for route in routes() if route.startswith(DOORS) and "<" not in route and not left_out(route)]
