"""Saved views: who sees them, who changes them, where a role begins."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zhike.base.changelog import undoing
from zhike.base.changelog.models import ChangeSet
from zhike.records import gate, registry, saved_views
from zhike.records.models import SavedView

MINE = {"field": "owner", "op": "is_me"}


def names_for(actor: Any) -> list[str]:
    return [view.name for view in saved_views.views_of(actor, registry.get("customers")) if view.saved]


def save(actor: Any, name: str = "我的", **raw: Any) -> SavedView:
    return saved_views.create_view(actor, registry.get("customers"), {"name": name, "condition": MINE} | raw)


def test_what_a_list_shows_is_saved_under_a_name(client_of: Any, owner: Any) -> None:
    gate.create(owner, registry.get("customers"), {"name": "云杉"})
    client = client_of(owner)
    form = {"name": "30 天未联系", "audience": "personal", "display": "list", "condition": json.dumps(MINE)}

    answer = client.post("/customers/views/new/", form | {"sort": "name", "columns": "name,owner"})

    view = SavedView.objects.get(name="30 天未联系")
    assert answer.headers["HX-Redirect"] == f"/customers/?view={view.pk}"
    assert (view.owner_id, view.condition, view.sort, view.columns) == (
        owner.member_id,
        MINE,
        "name",
        ["name", "owner"],
    )
    page = client.get(f"/customers/?view={view.pk}").content.decode()
    assert "30 天未联系" in page and 'aria-sort="ascending"' in page


def test_a_personal_view_is_nobody_elses(owner: Any, teammate: Any, administrator: Any, client_of: Any) -> None:
    view = save(owner)

    assert names_for(owner) == ["我的"]
    assert names_for(teammate) == names_for(administrator) == []
    for stranger in (teammate, administrator):
        client = client_of(stranger)
        assert client.get(f"/customers/?view={view.pk}").status_code == 400
        assert client.get(f"/customers/views/{view.pk}/").status_code == 404
        assert client.post(f"/customers/views/{view.pk}/", {"name": "x"}).status_code == 404
        assert client.delete(f"/customers/views/{view.pk}/").status_code == 404
    assert SavedView.objects.get().name == "我的"


def test_a_departments_view_is_seen_there_and_below_only(owner: Any, teammate: Any, outsider: Any) -> None:
    save(owner, "团队", audience="department")

    assert names_for(teammate) == ["团队"]
    assert names_for(outsider) == []


def test_everybodys_view_needs_a_manager(owner: Any, manager: Any, outsider: Any) -> None:
    with pytest.raises(gate.Refused) as refused:
        save(owner, audience="everybody")
    save(manager, "全员", audience="everybody")

    assert "audience" in refused.value.errors
    assert names_for(outsider) == ["全员"]


def test_who_only_uses_a_view_cannot_change_it(client_of: Any, owner: Any, teammate: Any) -> None:
    view = save(owner, "团队", audience="department")
    client = client_of(teammate)

    assert client.post(f"/customers/views/{view.pk}/", {"name": "x"}).status_code == 403
    assert client.delete(f"/customers/views/{view.pk}/").status_code == 403
    assert client.post(f"/customers/views/{view.pk}/condition/", {"filter": "{}"}).status_code == 403
    view.refresh_from_db()
    assert (view.name, view.condition) == ("团队", MINE)


def test_an_administrator_says_where_a_role_begins(client_of: Any, administrator: Any, owner: Any) -> None:
    first = save(administrator, "一", audience="everybody", role="salesperson")
    second = save(administrator, "二", audience="everybody", role="salesperson")

    first.refresh_from_db()
    page = client_of(owner).get("/customers/").content.decode()

    assert first.role == ""
    assert f'href="/customers/?view={second.pk}" aria-current="page"' in page
    assert f'view={second.pk}" aria-current' not in client_of(owner).get("/customers/?view=all").content.decode()


@pytest.mark.parametrize(
    ("who", "raw", "field"),
    [
        ("陈强", {"role": "salesperson", "audience": "everybody"}, "role"),
        ("林晓", {"role": "salesperson", "audience": "personal"}, "role"),
        ("林晓", {"role": "king", "audience": "everybody"}, "role"),
        ("王芳", {"name": " "}, "name"),
        ("王芳", {"name": "长" * 61}, "name"),
        ("王芳", {"condition": {"field": "shoe_size", "op": "is", "value": 1}}, "condition"),
        ("王芳", {"condition": {"field": "annual_revenue", "op": "gte", "value": "x"}}, "condition"),
        ("王芳", {"condition": "{"}, "condition"),
        ("王芳", {"sort": "phones"}, "sort"),
        ("王芳", {"columns": ["password"]}, "columns"),
        ("王芳", {"display": "board"}, "display"),
        ("王芳", {"audience": "mars"}, "audience"),
    ],
)
def test_what_does_not_fit_is_refused_by_field(actor: Any, who: str, raw: dict[str, Any], field: str) -> None:
    with pytest.raises(gate.Refused) as refused:
        save(actor(who), **raw)

    assert field in refused.value.errors
    assert not SavedView.objects.exists()


def test_a_refused_form_comes_back_with_what_was_typed(client_of: Any, owner: Any) -> None:
    form = {"name": "", "audience": "personal", "condition": json.dumps(MINE)}

    answer = client_of(owner).post("/customers/views/new/", form)

    assert answer.status_code == 422
    assert "Give the view a name." in answer.content.decode()
    assert "is_me" in answer.content.decode()


def test_two_who_change_a_view_do_not_overwrite_each_other(client_of: Any, owner: Any) -> None:
    view = save(owner)
    client = client_of(owner)
    client.post(f"/customers/views/{view.pk}/", {"name": "甲", "version": view.version})

    late = client.post(f"/customers/views/{view.pk}/", {"name": "乙", "version": view.version})

    assert late.status_code == 422
    assert SavedView.objects.get().name == "甲"


def test_the_shown_condition_becomes_the_views(client_of: Any, owner: Any) -> None:
    view = save(owner)
    condition = {"field": "name", "op": "contains", "value": "云"}

    answer = client_of(owner).post(
        f"/customers/views/{view.pk}/condition/", {"filter": json.dumps(condition), "sort": "-name"}
    )

    view.refresh_from_db()
    assert answer.status_code == 200
    assert (view.condition, view.sort) == (condition, "-name")


def test_a_deleted_view_comes_back_by_undo(client_of: Any, owner: Any) -> None:
    view = save(owner)

    client_of(owner).delete(f"/customers/views/{view.pk}/")
    assert names_for(owner) == []

    undoing.undo(owner, ChangeSet.objects.filter(action="delete_view").latest("id"))
    assert names_for(owner) == ["我的"]


def test_views_are_put_into_an_order(client_of: Any, owner: Any) -> None:
    first, second, third = save(owner, "一"), save(owner, "二"), save(owner, "三")

    client_of(owner).post("/customers/views/order/", {"ids": [third.pk, first.pk, second.pk, 999999]})

    assert names_for(owner) == ["三", "一", "二"]


def test_tabs_say_how_many_records_each_holds(client_of: Any, owner: Any, teammate: Any) -> None:
    view = save(owner, "我的", audience="department")
    for name in ("甲", "乙"):
        gate.create(owner, registry.get("customers"), {"name": name})

    mine = client_of(owner).get("/customers/views/counts/").content.decode()
    theirs = client_of(teammate).get("/customers/views/counts/").content.decode()

    assert f'id="view-count-{view.pk}" hx-swap-oob="true">2<' in mine
    assert f'id="view-count-{view.pk}" hx-swap-oob="true">0<' in theirs


def test_the_drawer_lists_what_may_be_changed(client_of: Any, owner: Any, teammate: Any) -> None:
    view = save(owner, "团队", audience="department")

    mine = client_of(owner).get("/customers/views/").content.decode()
    theirs = client_of(teammate).get("/customers/views/").content.decode()

    assert f'name="ids" value="{view.pk}"' in mine
    assert "团队" in theirs and 'name="ids"' not in theirs
