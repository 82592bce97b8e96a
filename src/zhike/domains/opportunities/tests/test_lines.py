"""The products of a deal: lines that make its amount."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zhike.records import gate, registry

HTMX = {"HX-Request": "true"}


@pytest.fixture
def deal(owner: Any) -> Any:
    return gate.create(owner, registry.get("opportunities"), {"name": "年会", "amount": "1"})


@pytest.fixture
def product(administrator: Any) -> Any:
    return gate.create(administrator, registry.get("products"), {"name": "会奖方案", "list_price": "1200"})


def save(client: Any, deal: Any, lines: Any) -> Any:
    sent = lines if isinstance(lines, str) else json.dumps(lines)
    return client.post(f"/opportunities/{deal.pk}/lines/", {"lines": sent}, headers=HTMX)


def test_the_amount_follows_and_undo_brings_it_back(client_of: Any, owner: Any, deal: Any, product: Any) -> None:
    client = client_of(owner)

    response = save(client, deal, [{"product": str(product.pk), "quantity": "3"},
                                   {"product": str(product.pk), "quantity": "2", "unit_price": "99.5"}])  # fmt: skip

    deal.refresh_from_db()
    assert deal.amount == 3799
    page = client.get(f"/opportunities/{deal.pk}/").content.decode()
    assert "会奖方案" in page and "¥ 3,600" in page
    client.post(json.loads(response["HX-Trigger"])["zhike:toast"]["undo"], headers=HTMX)
    deal.refresh_from_db()
    assert (deal.amount, deal.lines.count()) == (1, 0)


@pytest.mark.parametrize(
    "lines",
    ["{", "[1]", [{"product": "99999"}], [{"product": "ok", "quantity": "0"}], [{"product": "ok", "quantity": "x"}],
     [{"product": "ok", "unit_price": "-1"}], [{"product": "ok", "quantity": "1e99"}]],
)  # fmt: skip
def test_lines_that_cannot_be_are_refused(client_of: Any, owner: Any, deal: Any, product: Any, lines: Any) -> None:
    if isinstance(lines, list):
        lines = [{**row, "product": str(product.pk)} if row == row and isinstance(row, dict) and row["product"] == "ok"
                 else row for row in lines]  # fmt: skip

    response = save(client_of(owner), deal, lines)

    deal.refresh_from_db()
    assert response.status_code == 422
    assert 'class="form-errors"' in response.content.decode()
    assert (deal.amount, deal.lines.count()) == (1, 0)


def test_an_outsider_changes_no_line(client_of: Any, outsider: Any, deal: Any, product: Any) -> None:
    assert save(client_of(outsider), deal, [{"product": str(product.pk)}]).status_code == 404
    assert deal.lines.count() == 0
