"""Bad configuration is told in a sentence, stops what it is about, and never widens anything.

What is shown elsewhere: circles of formulas (formulas/test_pages, test_roads), results whose inputs one may not see
(formulas/test_roads), roll-ups over very many (formulas/test_roads), imports into a formula (formulas/test_roads),
retired choices (test_retired_choices, customising/test_defining), a required field that records lack
(customising/test_defining), a condition on a field that is gone in a view (test_list), a rule (rules/test_roads), a
sharing rule (roles/test_explaining), a role (roles/test_reaches), a webhook (test_webhooks, test_webhook_sight), a
condition of a field (customising/test_conditional), a roll-up (formulas/test_roads); two administrators at one layout
(layouts/test_layouts); webhooks into private networks and slow receivers (test_webhook_sending); a token used from
elsewhere (people/test_token_addresses).
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from zhike.base.changelog.models import Change, ChangeSet
from zhike.domains.customers.models import Customer
from zhike.records import gate, registry
from zhike.records.customising import changing
from zhike.records.formulas.tests.test_following import add_formula
from zhike.records.importing import running
from zhike.records.importing.refusals import UnableToUsePlan
from zhike.records.layouts import changing as layouts
from zhike.records.layouts import reading
from zhike.records.layouts.parts import Place
from zhike.records.models import CustomField
from zhike.records.tests.importing import begin, table
from zhike.testing import custom as own
from zhike.testing.api import Program

HTMX = {"HX-Request": "true"}


def customers() -> Any:
    return registry.get("customers")


# Formulas


def test_a_division_by_zero_is_empty_and_ends_no_act(administrator: Any) -> None:
    base = own.add(administrator, "customers", "integer", label="人数")
    share = add_formula(administrator, "customers", "人均", f"100 / {{{base.name}}}")
    record = gate.create(administrator, customers(), {"name": "甲", base.name: 0})
    assert Customer.objects.get(pk=record.pk).custom.get(share.name) is None

    gate.edit(administrator, Customer.objects.get(pk=record.pk), {base.name: 4})

    assert customers().field(share.name).value_of(Customer.objects.get(pk=record.pk)) == 25


def test_a_formula_that_reads_itself_is_refused(administrator: Any) -> None:
    row = add_formula(administrator, "customers", "人均", "1 + 1")
    before = row.options["formula"]

    with pytest.raises(gate.Refused) as refused:
        raw = {"kind": "formula", "label": "人均", "formula": f"{{{row.name}}} + 1"}
        changing.revise_field(administrator, customers(), row, raw)

    assert "人均" in str(refused.value)
    assert CustomField.objects.get(pk=row.pk).options["formula"] == before


# A field that is gone, in what was kept somewhere


@pytest.fixture
def gone(administrator: Any) -> CustomField:
    """A field that two customers filled in, one of them with what the conditions ask, and that was removed then."""
    row = own.add(administrator, "customers", "integer", label="套数", indexed=False)
    for name, value in (("甲公司", 120), ("乙公司", 9)):
        gate.create(administrator, customers(), {"name": name, row.name: value})
    changing.remove_field(administrator, row)
    return row


def asked(gone: CustomField) -> str:
    return quote(json.dumps({"all": [{"field": gone.name, "op": "gt", "value": 100}]}))


@pytest.mark.parametrize(
    "address",
    [
        "/customers/?filter={}", "/customers/totals/?filter={}", "/customers/export/?format=csv&filter={}",
        "/reports/?type=customers&filter={}", "/reports/export/?format=csv&type=customers&filter={}",
        "/api/v1/customers/?filter={}", "/api/v1/reports/customers-by-source/?filter={}",
    ],
)  # fmt: skip
def test_an_address_with_a_condition_on_it_says_so_and_shows_nothing(
    client_of: Any, gone: CustomField, address: str
) -> None:
    answer = client_of("林晓").get(address.format(asked(gone)))

    text = (answer.getvalue() if answer.streaming else answer.content).decode("utf-8", "replace")
    assert answer.status_code == 400, text[:300]
    assert "was removed" in text and "套数" in text
    assert "甲公司" not in text and "乙公司" not in text


def test_an_act_on_all_of_a_list_by_it_touches_nothing(client_of: Any, member: Any, gone: CustomField) -> None:
    before = Change.objects.count()
    filters = {"all": "1", "filter": json.dumps({"field": gone.name, "op": "gt", "value": 100})}

    trashed = client_of("林晓").post("/customers/bulk/trash/", filters, headers=HTMX)
    edited = client_of("林晓").post(
        "/customers/bulk/edit/", {**filters, "short_name": "x", "_fields": "short_name"}, headers=HTMX
    )

    assert {trashed.status_code, edited.status_code} <= {400, 422}
    assert Change.objects.count() == before


def test_a_report_groups_and_sums_by_it_no_more(client_of: Any, gone: CustomField) -> None:
    client = client_of("林晓")

    for words in (f"by={gone.name}", f"measure=sum_{gone.name}"):
        answer = client.get(f"/reports/?type=customers&{words}")
        assert answer.status_code == 400 and gone.name in str(answer.headers) + answer.content.decode()


@pytest.mark.parametrize("part", [reading.COLUMNS, reading.CARD])
def test_a_layout_leaves_it_out(client_of: Any, administrator: Any, part: str) -> None:
    deals = registry.get("opportunities")
    row = own.add(administrator, "opportunities", "integer", label="套数", label_en="Units")
    deal = gate.create(administrator, deals, {"name": "年会", row.name: 918273})
    names = [row.name, "amount"] if part == reading.CARD else ["name", row.name, "amount"]
    layouts.lay_out(administrator, Place(part, deals), json.dumps({"sections": [{"names": names}]}))
    client, pages = client_of("林晓"), ("/opportunities/", "/opportunities/board/")
    assert any("918" in client.get(page).content.decode() for page in pages), "without this the test could not fail"

    changing.remove_field(administrator, row)

    for page in (*pages, f"/opportunities/{deal.pk}/", "/settings/layouts/opportunities/"):
        answer = client.get(page)
        assert answer.status_code == 200 and "918" not in answer.content.decode(), page


def test_an_import_into_it_is_refused_before_a_row_is_read(administrator: Any, gone: CustomField) -> None:
    plan = {"columns": {"名称": "name", "套数": gone.name}}

    with pytest.raises(UnableToUsePlan, match=gone.name):
        running.check(begin(administrator, "customers", table(["名称", "套数"], ["丙", "1"]), plan))

    assert not Customer.objects.filter(name="丙").exists()


def test_programs_writing_it_are_told_its_name(member: Any, gone: CustomField) -> None:
    program, before = Program(member("林晓")), ChangeSet.objects.count()

    answer = program.post("customers/", {"name": "丙", gone.name: 1})

    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == gone.name
    assert not Customer.objects.filter(name="丙").exists() and ChangeSet.objects.count() == before
