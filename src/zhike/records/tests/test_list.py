"""Looking at a list: rows, conditions, words, order, pages, columns, counts, the trash."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhike.base import clock
from zhike.base.changelog import acts
from zhike.records import gate, registry
from zhike.records.models import SavedView, Share
from zhike.records.search import indexing

MOST_QUERIES = 12


def ids_of(response: Any) -> list[int]:
    return [int(each) for each in re.findall(r'<tr data-id="(\d+)"', response.content.decode())]


def names_of(response: Any) -> list[str]:
    return re.findall(r'<a href="/customers/\d+/">([^<]+)</a>', response.content.decode())


def filtered(condition: Any) -> str:
    return quote(json.dumps(condition))


@pytest.fixture
def customers(owner: Any) -> Any:
    """60 customers of 王芳's; every other one with a revenue."""
    with acts.act(owner, "test"):
        return [
            gate.create(
                owner,
                registry.get("customers"),
                {"name": f"客户{place:02}", "annual_revenue": str(place * 1000) if place % 2 else None},
            )
            for place in range(60)
        ]


def test_the_owner_sees_the_first_fifty_newest_first(client_of: Any, owner: Any, customers: Any) -> None:
    response = client_of(owner).get("/customers/")

    assert response.status_code == 200
    assert ids_of(response) == [customer.pk for customer in reversed(customers)][:50]


def test_an_outsider_sees_none_of_them(client_of: Any, outsider: Any, customers: Any) -> None:
    response = client_of(outsider).get("/customers/")

    assert ids_of(response) == []
    assert "No customers yet" in response.content.decode()


def test_without_signing_in_there_is_only_the_door(client: Any, workspace: Any) -> None:
    assert client.get("/customers/").status_code == 302
    assert client.get("/customers/", headers={"HX-Request": "true"}).status_code == 401


def test_an_unknown_type_is_not_found(client_of: Any, owner: Any) -> None:
    assert client_of(owner).get("/dragons/").status_code == 404


@pytest.mark.parametrize("sort", ["name", "-name", "annual_revenue", "-annual_revenue", "owner", "industry", "-id"])
def test_every_row_comes_once_forwards_and_backwards(client_of: Any, owner: Any, customers: Any, sort: str) -> None:
    client = client_of(owner)

    first = client.get(f"/customers/?sort={sort}")
    forwards = re.search(r'rel="next" href="([^"]+)"', first.content.decode())
    assert forwards
    second = client.get(forwards[1].replace("&amp;", "&"))
    backwards = re.search(r'rel="prev" href="([^"]+)"', second.content.decode())
    assert backwards
    again = client.get(backwards[1].replace("&amp;", "&"))

    both = ids_of(first) + ids_of(second)
    assert sorted(both) == sorted(customer.pk for customer in customers)
    assert ids_of(again) == ids_of(first)


def test_rows_without_a_value_come_last_either_way(client_of: Any, owner: Any, customers: Any) -> None:
    client = client_of(owner)

    upwards = names_of(client.get("/customers/?sort=annual_revenue"))
    downwards = names_of(client.get("/customers/?sort=-annual_revenue"))

    assert upwards[0] == "客户01"
    assert downwards[0] == "客户59"
    assert all(int(name[-2:]) % 2 for name in (*upwards[:30], *downwards[:30]))


def test_a_condition_narrows_and_stands_above_as_a_chip(client_of: Any, owner: Any, customers: Any) -> None:
    condition = {"field": "annual_revenue", "op": "gte", "value": "57000"}

    response = client_of(owner).get(f"/customers/?filter={filtered(condition)}")

    assert names_of(response) == ["客户59", "客户57"]
    assert "≥ 57,000" in response.content.decode()


def test_a_chip_leads_to_the_list_without_its_condition(client_of: Any, owner: Any, customers: Any) -> None:
    client = client_of(owner)
    condition = {
        "all": [{"field": "annual_revenue", "op": "not_empty"}, {"field": "name", "op": "is", "value": "客户59"}]
    }

    response = client.get(f"/customers/?filter={filtered(condition)}")
    links = re.findall(r'class="remove" href="([^"]+)"', response.content.decode())

    assert names_of(response) == ["客户59"]
    assert len(links) == 2
    assert len(ids_of(client.get(links[1].replace("&amp;", "&")))) == 30


@pytest.mark.parametrize(
    "query",
    [
        "filter=%7B", "filter=[]", 'filter={"field":"nonsense","op":"is","value":1}', "sort=nonsense", "sort=phones",
        "cursor=nonsense", "view=99999", "view=nonsense", 'filter={"field":"annual_revenue","op":"gte","value":"x"}',
        'filter={"field":"name","op":"gte","value":1}',
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_said_not_guessed(client_of: Any, owner: Any, query: str) -> None:
    response = client_of(owner).get(f"/customers/?{query}", headers={"HX-Request": "true"})

    assert response.status_code == 400
    assert "zhike:toast" in response.headers["HX-Trigger"]


def test_htmx_gets_the_part_that_changes(client_of: Any, owner: Any, customers: Any) -> None:
    client = client_of(owner)

    whole = client.get("/customers/").content.decode()
    part = client.get("/customers/", headers={"HX-Request": "true", "HX-Target": "list"}).content.decode()
    rows = client.get("/customers/", headers={"HX-Request": "true", "HX-Target": "list-rows"}).content.decode()

    assert "<html" in whole
    assert "<html" not in part and 'class="tabs"' in part and "<record-list" in part
    assert 'class="tabs"' not in rows and rows.lstrip().startswith("<record-list")
    assert 'id="list-conditions" hx-swap-oob="true"' in rows, "what follows from the rows is told beside them"


def test_counts_and_sums_come_after_the_rows(client_of: Any, owner: Any, customers: Any) -> None:
    gate.create(owner, registry.get("opportunities"), {"name": "一", "amount": "1000"})
    gate.create(owner, registry.get("opportunities"), {"name": "二", "amount": "500", "currency": "USD"})
    client = client_of(owner)

    rows = client.get("/customers/totals/").content.decode()
    sums = client.get("/opportunities/totals/").content.decode()

    assert 'data-list-count="60"' in rows
    assert "¥ 1,000" in sums and "$ 500" in sums


def test_the_page_itself_counts_nothing_and_asks_little(client_of: Any, owner: Any, customers: Any) -> None:
    client = client_of(owner)
    client.get("/customers/")

    with CaptureQueriesContext(connection) as queries:
        client.get("/customers/?sort=name")

    asked = [query["sql"] for query in queries]
    assert len(asked) <= MOST_QUERIES, "\n".join(asked)
    assert not any("COUNT(" in sql and "customers_customer" in sql for sql in asked)


def test_words_are_looked_up_in_the_index(client_of: Any, owner: Any, customers: Any) -> None:
    indexing.index(registry.get("customers"), [customer.pk for customer in customers])

    assert names_of(client_of(owner).get("/customers/?q=客户07")) == ["客户07"]


# What one may change


def test_cells_can_be_edited_only_where_the_policy_lets(
    client_of: Any, owner: Any, manager: Any, customers: Any
) -> None:
    colleague = gate.create(manager, registry.get("customers"), {"name": "主管的客户"})
    with acts.act(manager, "test"):
        Share.objects.create(record_type="customers", record_id=colleague.pk, member_id=owner.member_id, writable=False)

    page = client_of(owner).get("/customers/").content.decode()

    assert f'data-cell="/customers/{customers[-1].pk}/cells/name/"' in page
    assert f'data-id="{colleague.pk}"' in page
    assert f'data-cell="/customers/{colleague.pk}/cells/name/"' not in page


def test_buttons_follow_the_policy(client_of: Any, owner: Any, administrator: Any) -> None:
    salesperson = client_of(owner).get("/products/").content.decode()
    keeper = client_of(administrator).get("/products/").content.decode()

    assert "New product" in keeper and "/imports/new/" in keeper
    assert "New product" not in salesperson and "/imports/new/" not in salesperson


# Columns


def test_chosen_columns_stay_in_their_order_for_this_view_only(client_of: Any, owner: Any, customers: Any) -> None:
    client = client_of(owner)

    answer = client.post("/customers/columns/?view=all", {"columns": ["owner", "tags"]})
    heads = re.findall(r'<th data-column="(\w+)"', client.get("/customers/?view=all").content.decode())

    assert answer.status_code == 204
    assert heads == ["name", "owner", "tags"]


def test_columns_go_back_to_what_they_were(client_of: Any, owner: Any, customers: Any) -> None:
    client = client_of(owner)
    client.post("/customers/columns/?view=all", {"columns": ["owner"]})

    client.post("/customers/columns/?view=all", {"reset": "1"})
    heads = re.findall(r'<th data-column="(\w+)"', client.get("/customers/?view=all").content.decode())

    assert heads[:3] == ["name", "industry", "size"]


def test_a_width_is_kept_and_bounded(client_of: Any, owner: Any, customers: Any) -> None:
    client = client_of(owner)

    client.post("/customers/columns/widths/?view=all", {"column": "industry", "width": "9999"})

    assert 'data-column="industry" style="width:640px"' in client.get("/customers/").content.decode()


@pytest.mark.parametrize("form", [{"column": "password", "width": "100"}, {"column": "name", "width": "-1"},
                                  {"column": "name", "width": "²"}, {}])  # fmt: skip
def test_nonsense_widths_are_refused(client_of: Any, owner: Any, form: dict[str, str]) -> None:
    assert client_of(owner).post("/customers/columns/widths/", form).status_code == 422


# The trash


def test_the_trash_holds_what_was_thrown_away(client_of: Any, owner: Any, customers: Any) -> None:
    gate.trash(owner, customers[3])
    client = client_of(owner)

    assert names_of(client.get("/customers/trash/")) == ["客户03"]
    assert customers[3].pk not in ids_of(client.get("/customers/?sort=name"))


# Stored conditions


def test_a_view_on_a_field_that_is_gone_says_so_and_shows_nothing(
    client_of: Any, owner: Any, customers: Any, act: Any
) -> None:
    with act():
        view = SavedView.objects.create(
            record_type="customers", name="旧视图", owner_id=owner.member_id,
            condition={"field": "shoe_size", "op": "is", "value": 42},
        )  # fmt: skip
    client = client_of(owner)

    page = client.get(f"/customers/?view={view.pk}")
    totals = client.get(f"/customers/totals/?view={view.pk}").content.decode()

    assert page.status_code == 200
    assert ids_of(page) == []
    assert "cannot be understood any more" in page.content.decode()
    assert 'data-list-count="0"' in totals


def test_dates_relative_to_today_are_understood(client_of: Any, owner: Any, customers: Any, act: Any) -> None:
    with act():
        customers[0].last_activity_at = clock.now() - timedelta(days=45)
        customers[0].save(update_fields=["last_activity_at"])
    condition = {"all": [{"field": "last_activity_at", "op": "not_within", "value": {"last": 30, "unit": "day"}},
                         {"field": "last_activity_at", "op": "not_empty"}]}  # fmt: skip

    assert names_of(client_of(owner).get(f"/customers/?filter={filtered(condition)}")) == ["客户00"]
