"""The drawer of a computed field: palette, live check, preview, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from zhike.records import gate, registry
from zhike.records.formulas import lexing
from zhike.records.formulas.tests.test_following import add_formula
from zhike.records.models import CustomField

NEW = "/settings/fields/opportunities/new/"
CHECK = "/settings/fields/opportunities/formula/"
DRAWER = {"HX-Request": "true"}


def test_an_administrator_writes_a_formula(client_of: Any, administrator: Any) -> None:
    client = client_of("林晓")
    drawer = client.post(NEW, {"kind": "formula", "_redraw": "1"}, headers=DRAWER).content.decode()
    assert 'data-insert="{amount}"' in drawer and 'data-insert="{customer.industry}"' in drawer
    assert "ADD_MONTHS" in drawer and 'name="required"' not in drawer

    raw = {"kind": "formula", "label": "税额", "formula": "{amount} ＊ 13 ／ 100", "result": "money"}
    answer = client.post(NEW, raw, headers=DRAWER)

    assert answer.status_code in (200, 204), answer.content.decode()
    row = CustomField.objects.get()
    assert (row.kind, row.options["result"]) == ("formula", "money")
    page = client.get("/settings/fields/opportunities/").content.decode()
    assert "{Amount} ＊ 13 ／ 100" in page
    again = client.get(f"/settings/fields/opportunities/{row.pk}/", headers=DRAWER).content.decode()
    assert "{amount} ＊ 13 ／ 100" in again


def test_the_check_says_what_it_gives_and_shows_real_records(client_of: Any, administrator: Any) -> None:
    gate.create(administrator, registry.get("opportunities"), {"name": "甲", "amount": "1000"})
    client = client_of("林晓")

    good = client.post(CHECK, {"kind": "formula", "formula": "{amount} / 8", "result": "money"}).content.decode()
    bad = client.post(CHECK, {"kind": "formula", "formula": "{amount} / (8"}).content.decode()
    unknown = client.post(CHECK, {"kind": "formula", "formula": "1 + {nothing}"}).content.decode()

    assert "甲" in good and ">125<" in good and "Money" in good
    assert "At character 12" in bad and "At character 5" in unknown and "nothing" in unknown
    assert not CustomField.objects.exists()


def test_the_check_of_a_roll_up(client_of: Any, administrator: Any) -> None:
    customer = gate.create(administrator, registry.get("customers"), {"name": "甲方"})
    gate.create(administrator, registry.get("opportunities"), {"name": "甲", "amount": "7", "customer": customer.pk})
    raw = {"kind": "roll_up", "over": "opportunities.customer", "function": "sum", "measure": "amount"}

    answer = client_of("林晓").post("/settings/fields/customers/formula/", raw).content.decode()

    assert "甲方" in answer and ">7<" in answer


def test_others_see_neither_drawer_nor_check(client_of: Any) -> None:
    client = client_of("王芳")

    assert client.post(CHECK, {"kind": "formula", "formula": "1"}).status_code == 403
    assert client.post(NEW, {"kind": "formula", "_redraw": "1"}).status_code == 403


def test_what_is_wrong_stands_beside_the_formula(client_of: Any, administrator: Any) -> None:
    first = add_formula(administrator, "opportunities", "甲", "{amount} + 1")
    second = add_formula(administrator, "opportunities", "乙", f"{{{first.name}}} + 1")
    client = client_of("林晓", language="zh-hans")
    address = f"/settings/fields/opportunities/{first.pk}/"

    answer = client.post(address, {"kind": "formula", "label": "甲", "formula": f"{{{second.name}}}"}, headers=DRAWER)

    assert answer.status_code == 422 and "“甲”" in answer.content.decode()
    assert CustomField.objects.get(pk=first.pk).options["formula"] == "{amount} + 1"


@pytest.mark.parametrize(
    ("formula", "told", "position"),
    [("套数 * {amount}", "{套数}", 1), ("1 + 均价合计", "{均价合计}", 5), ("# + 1", "“#” means nothing here", 1)],
)
def test_who_forgets_the_braces_is_shown_where_they_belong(
    workspace: Any, formula: str, told: str, position: int
) -> None:
    with pytest.raises(lexing.FormulaError) as error:
        lexing.tokens(formula)
    assert told in error.value.message and error.value.position == position
