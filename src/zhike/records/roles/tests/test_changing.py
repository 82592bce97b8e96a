"""The administrator makes, changes, puts back and removes roles, on the pages as a browser posts them."""

import json
from typing import Any

import pytest

from zhike.base.changelog.models import ChangeSet
from zhike.domains.people.models import Member
from zhike.records import conditions, gate, policies, registry, undoing
from zhike.records.roles import changing, holding
from zhike.records.roles.models import Role

BASE = "/settings/roles/"
EAST = {"field": "name", "op": "contains", "value": "东"}


@pytest.fixture
def client(client_of: Any) -> Any:
    return client_of("林晓")


def test_the_ready_roles_are_listed_with_who_has_them(client: Any) -> None:
    page = client.get(BASE).content.decode()

    for name in ("Administrator", "Sales director", "Service lead", "External partner"):
        assert name in page
    assert page.count("/members/?filter=") == 3, "the cast has three roles"


def test_a_role_is_made_like_another(client: Any) -> None:
    response = client.post(f"{BASE}new/", {"name": "大客户经理", "name_en": "Key account", "like": "manager"})

    made = Role.objects.get()
    assert response.headers["Location"] == f"{BASE}key_account/"
    assert (made.key, made.template, made.abilities) == ("key_account", "manager", ["share_views"])
    page = client.get(BASE).content.decode()
    assert "Key account" in page

    act = ChangeSet.objects.latest("pk")
    assert (act.action, act.subject) == ("add_role", "大客户经理")
    assert f"/change-sets/{act.pk}/undo/" in page, "the toast offers undo"


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ({"name": "", "like": "manager"}, "Give the role a name"),
        ({"name": "Manager", "like": "manager"}, "already"),
        ({"name": "x" * 61, "like": "manager"}, "At most 60"),
        ({"name": "新", "like": "king"}, "Choose the role it begins as"),
        ({"name": "新", "like": "administrator"}, "one administrator’s role only"),
    ],
)
def test_what_cannot_be_a_role_is_refused(client: Any, raw: dict[str, str], sentence: str) -> None:
    response = client.post(f"{BASE}new/", raw)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Role.objects.exists()


def test_signs_that_cannot_be_stored_are_left_out(administrator: Any) -> None:
    made = changing.make_role(administrator, {"name": "大\x00客\ud800户\n经理", "note": "\x00", "like": "manager"})

    assert made.name == "大客户 经理"
    assert Role.objects.get().note == ""


def test_rights_are_ticked_and_hold_at_once(client: Any, owner: Any) -> None:
    policy = registry.get("customers").policy
    posted = {
        "may-see": ["department", "own"], "may-edit": ["own"], "may-trash": ["deny", "own"],
        "condition-0": json.dumps(EAST), "by-0": ["see", "export"], "act-do:nothing": "", "version": "0",
    }  # fmt: skip

    response = client.post(f"{BASE}salesperson/customers/", posted)

    assert response.status_code in (200, 302), response.content.decode()
    row = Role.objects.get(key="salesperson")
    assert row.rights["customers"]["see"] == ["department", {"condition": EAST}], "the narrower of two is left out"
    assert "edit" not in row.rights["customers"], "what the ready role says already is not written"
    assert row.rights["customers"]["trash"] == "deny"
    assert policy.reach(owner, policies.EXPORT).conditions == (EAST,)
    assert not policy.may(owner, policies.TRASH)
    assert not policy.may(owner, policies.CREATE)


def test_the_form_shows_what_was_said(client: Any) -> None:
    grants = {"see": ["department", {"condition": EAST}], "trash": "deny"}
    changing.allow(
        _administrator(), holding.find("salesperson"), registry.get("customers"),
        {"rights": grants, "fields": {"phones": "masked"}},
    )  # fmt: skip

    page = client.get(f"{BASE}salesperson/customers/").content.decode()

    assert 'name="may-see" value="department" checked' in page
    assert 'name="may-trash" value="deny" checked' in page
    assert 'name="may-edit" value="own" checked' in page
    assert 'name="by-0" value="see" checked' in page
    assert '<option value="masked" selected>' in page
    overview = client.get(f"{BASE}salesperson/").content.decode()
    assert "Own department, by condition" in overview
    assert "Masked" in overview


def _administrator() -> Any:
    from zhike.base.actors import Door
    from zhike.domains.people.queries import actor_of

    return actor_of(Member.objects.select_related("department").get(name="林晓"), Door.FORM)


@pytest.mark.parametrize(
    "raw",
    [
        {"rights": {"fly": ["own"]}},
        {"rights": {"see": ["galaxy"]}},
        {"rights": {"see": "own"}},
        {"rights": {"see": [{"condition": {"field": "nothing", "op": "is", "value": 1}}]}},
        {"rights": {"see": [{"condition": EAST, "and": 1}]}},
        {"rights": {"see": [{"condition": EAST}] * 6}},
        {"fields": {"nothing": "hidden"}},
        {"fields": {"name": "invisible"}},
    ],
)
def test_rights_that_mean_nothing_are_refused(administrator: Any, raw: dict[str, Any]) -> None:
    with pytest.raises(gate.Refused):
        changing.allow(administrator, holding.find("manager"), registry.get("customers"), raw)

    assert not Role.objects.exists()


def test_the_administrator_stays_as_it_is(administrator: Any) -> None:
    held = holding.find("administrator")
    with pytest.raises(gate.Refused):
        changing.allow(administrator, held, registry.get("customers"), {"rights": {"see": []}})
    with pytest.raises(gate.Refused):
        changing.name_role(administrator, held, {"name": "别的"})
    with pytest.raises(gate.Refused):
        changing.remove_role(administrator, held)


def test_two_administrators_at_once_do_not_overwrite_each_other(administrator: Any) -> None:
    held, customers = holding.find("manager"), registry.get("customers")
    changing.allow(administrator, held, customers, {"rights": {"see": ["own"]}}, version=0)

    with pytest.raises(gate.Refused, match="meantime"):
        changing.allow(administrator, held, customers, {"rights": {"see": ["everything"]}}, version=0)

    assert Role.objects.get().rights["customers"]["see"] == ["own"]


def test_a_change_is_told_and_can_be_undone(client: Any, administrator: Any, owner: Any) -> None:
    policy = registry.get("customers").policy
    client.post(f"{BASE}salesperson/customers/", {"may-see": ["everything"], "version": "0"})
    assert policy.reach(owner, policies.SEE).is_unlimited
    act = ChangeSet.objects.latest("pk")

    page = client.get(f"/change-sets/{act.pk}/").content.decode()
    assert act.action == "allow_role"
    assert "Salesperson" in page
    assert "See: Everything" in page

    undoing.undo(administrator, act)

    assert policy.reach(owner, policies.SEE).is_own
    assert not Role.objects.exists()


def test_a_ready_role_is_put_back_as_it_came(client: Any, owner: Any) -> None:
    client.post(f"{BASE}salesperson/customers/", {"may-see": ["everything"], "version": "0"})
    client.post(f"{BASE}salesperson/reset/")

    assert registry.get("customers").policy.reach(owner, policies.SEE).is_own


def test_a_role_somebody_has_is_not_removed(client: Any, act: Any) -> None:
    client.post(f"{BASE}new/", {"name": "导游", "like": "salesperson"})
    key = Role.objects.get().key
    with act():
        Member.objects.filter(name="王芳").update(roles=["salesperson", key])

    refused = client.delete(f"{BASE}{key}/edit/")
    assert refused.status_code == 422
    assert "1 member has this role" in refused.content.decode()

    with act():
        Member.objects.filter(name="王芳").update(roles=["salesperson"])
    client.delete(f"{BASE}{key}/edit/")
    assert not Role.objects.exists()
    assert holding.find(key) is None


def test_the_list_of_members_is_filtered_by_role(administrator: Any) -> None:
    record_type = registry.get("members")
    condition = {"field": "roles", "op": "has_any", "value": ["manager"]}

    found = conditions.filtered(record_type.queryset(), condition, record_type, administrator)

    assert set(found.values_list("name", flat=True)) == {"陈强", "赵敏", "孙悦"}


def test_a_member_is_given_several_roles(administrator: Any) -> None:
    record_type = registry.get("members")
    member = Member.objects.get(name="王芳")

    gate.edit(administrator, member, {"roles": ["salesperson", "analyst"]})

    member.refresh_from_db()
    assert member.roles == ["salesperson", "analyst"]
    assert record_type.fields()["roles"].text(member.roles) == "Salesperson, Analyst"
    with pytest.raises(gate.Refused):
        gate.edit(administrator, member, {"roles": ["king"]})
