"""The API keeps to its own description whatever it is sent: no 5xx, no answer that the document does not know."""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks as openapi_checks

from zhike.base import actors
from zhike.base.actors import ADMINISTRATOR, Actor, Door
from zhike.base.changelog import acts
from zhike.domains.people.models import Member, Token
from zhike.domains.people.queries import actor_of
from zhike.records import gate, registry
from zhike.records.customising import changing
from zhike.testing import custom as own_fields
from zhike.testing import types as own_types
from zhike.testing.api import token_of

CHECKS = (
    not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.negative_data_rejection,
    openapi_checks.unsupported_method,
)
EXAMPLES = int(os.environ.get("ZHIKE_API_EXAMPLES") or 10)
"""For each operation and mode; the same ones each time. More of them find more, and take as much longer."""
SYSTEM = actors.system("tests")


@pytest.fixture(scope="module")
def secret(committed_database: Any) -> str:
    """A token of an administrator, in a company that has something of everything."""
    customer = gate.create(SYSTEM, registry.get("customers"), {"name": "云杉", "external_id": "K-1"})
    gate.create(SYSTEM, registry.get("contacts"), {"name": "沈玉", "customer": customer.pk})
    gate.create(SYSTEM, registry.get("opportunities"), {"name": "年会", "customer": customer.pk, "amount": "1200"})
    gate.create(SYSTEM, registry.get("products"), {"name": "签证", "list_price": "300"})
    gate.create(SYSTEM, registry.get("activities"), {"kind": "call", "subject": "电话"})
    administrator = Member.objects.select_related("department").get(name="林晓")
    _own_type(actor_of(administrator, Door.FORM), customer)
    return token_of(administrator)


def _own_type(actor: Actor, customer: Any) -> None:
    """A type of the company's own: every kind of field, references both ways, what is computed over them, stages."""
    buildings = own_types.buildings(actor)
    made = own_fields.add_all(actor, own_types.KEY)
    customers = registry.get("customers")
    back = {"kind": "reference", "label": "所看楼盘", "target": own_types.KEY}
    towards = {"kind": "reference", "label": "开发商", "target": "customers"}
    seen = changing.add_field(actor, customers, back)
    by = changing.add_field(actor, buildings, towards)
    formula = f"{{{made['decimal'].name}}} * 2 + {{{by.name}.annual_revenue}}"
    changing.add_field(actor, buildings, {"kind": "formula", "label": "合计", "formula": formula, "result": "decimal"})
    counted = {"kind": "roll_up", "label": "楼盘数", "over": f"{own_types.KEY}.{by.name}", "function": "count"}
    changing.add_field(actor, customers, counted)
    summed = {"function": "sum", "measure": made["money"].name}
    changing.add_field(actor, customers, counted | summed | {"label": "楼盘金额"})
    values = {str(kind): own_fields.values_of(actor, kind)[0] for kind in own_fields.WRITABLE}
    raw = {made[kind].name: value for kind, value in values.items()} | {by.name: customer.pk}
    building = gate.create(actor, registry.get(own_types.KEY), raw | {"name": "梧桐里", "external_id": "B-1"})
    gate.edit(actor, customer, {seen.name: building.pk})


@pytest.fixture(scope="module")
def operations(secret: str) -> list[Any]:
    schema = schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", get_wsgi_application(), headers={"Authorization": f"Bearer {secret}"}
    )
    return [found.ok() for found in schema.get_all_operations()]


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("tag", [*(found.name for found in registry.all_types()), own_types.KEY, "reports", "beside"])
def test_the_document_is_kept_to(operations: list[Any], secret: str, tag: str, mode: GenerationMode) -> None:
    chosen = [each for each in operations if (each.tags or ["beside"])[0] == tag]

    assert chosen
    for operation in chosen:
        try_out(operation, secret, mode)


def try_out(operation: Any, secret: str, mode: GenerationMode) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def send(case: Any) -> None:
        response = case.call(headers=headers)
        if response.status_code == 401:
            bring_back()
            response = case.call(headers=headers)
        statuses.add(response.status_code)
        case.validate_response(response, checks=CHECKS)

    headers = {"Authorization": f"Bearer {secret}", "Accept-Encoding": "identity"}
    statuses: set[int] = set()
    try:
        send()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "nothing fits the description of this operation"
    else:
        assert statuses - {401}, "no request came past the token"


def bring_back() -> None:
    """The administrator may have sent themselves to the trash, or undone their own token."""
    with acts.act(SYSTEM, "bring_back"):
        Member.objects.filter(name="林晓").update(trashed_at=None, is_active=True, roles=[ADMINISTRATOR])
        Token.objects.update(revoked_at=None)
