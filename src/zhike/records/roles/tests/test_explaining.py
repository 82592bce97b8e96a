"""The sentences agree with the gate, whoever asks about whom."""

from datetime import timedelta
from typing import Any

import pytest

from zhike.base import clock
from zhike.domains.customers.models import Contact, Customer
from zhike.domains.people.models import Member
from zhike.records import gate, policies, registry, sharing
from zhike.records.models import Share
from zhike.records.roles import acting, explaining, holding, opening, sharing_rules
from zhike.records.roles.models import Role, SharingRule

SUBORDINATES = {"customers": {"see": ["subordinates"]}}


@pytest.fixture
def customer(owner: Any) -> Any:
    return gate.create(owner, registry.get("customers"), {"name": "上海云杉", "region": "上海市"})


def told(actor: Any, record: Any, action: str = policies.SEE) -> tuple[bool, str]:
    found = next(answer for answer in explaining.answers(actor, record) if answer.action == action)
    return found.may, " ".join(found.sentences)


def actor_with(member: Any, act: Any, name: str, *roles: str) -> Any:
    with act():
        Member.objects.filter(name=name).update(roles=list(roles))
    return acting.actor_of(member(name), "form")


def test_an_owner_a_manager_an_administrator_and_an_outsider(
    customer: Any, owner: Any, manager: Any, administrator: Any, outsider: Any
) -> None:
    assert told(owner, customer) == (True, "They own it.")
    may, why = told(manager, customer)
    assert may and "its owner 王芳 is of 华东销售部, their department or one below" in why
    assert told(administrator, customer) == (True, "As Administrator: all Customers.")
    may, why = told(outsider, customer)
    assert not may
    assert "As Salesperson they reach: Own." in why and "It belongs to 王芳 (华东销售部)" in why


def test_a_subordinate_a_condition_and_a_denial(customer: Any, member: Any, act: Any) -> None:
    condition = {"field": "region", "op": "in", "value": ["上海市"]}
    with act():
        Role.objects.create(
            key="line", name="条线", template="salesperson", rights={"customers": {"see": ["subordinates"]}}
        )
        Role.objects.create(
            key="shanghai",
            name="上海",
            template="salesperson",
            rights={"customers": {"see": [{"condition": condition}]}},
        )
        Role.objects.create(key="barred", name="不准", template="salesperson", rights={"customers": {"see": "deny"}})
    holding.kept.forget()

    assert told(actor_with(member, act, "陈强", "line"), customer) == (
        True, "As 条线: its owner 王芳 reports to them.",
    )  # fmt: skip
    may, why = told(actor_with(member, act, "刘洋", "shanghai"), customer)
    assert may and why.startswith("As 上海: ") and "上海市" in why
    assert told(actor_with(member, act, "刘洋", "shanghai", "barred"), customer) == (
        False, "The role 不准 denies it, whatever other roles say.",
    )  # fmt: skip
    assert told(actor_with(member, act, "刘洋"), customer) == (False, "They have no role.")


def test_a_share_holds_until_its_last_day(customer: Any, owner: Any, outsider: Any, monkeypatch: Any) -> None:
    today = clock.today()
    sharing.share_record(owner, customer, member=outsider.member_id, last_day=today)

    assert told(outsider, customer) == (True, f"It is shared with them until {today}.")
    assert told(outsider, customer, policies.EDIT)[0] is False
    Share.objects.get()
    tomorrow = clock.now() + timedelta(days=1, seconds=5)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert told(outsider, customer)[0] is False
    assert not sharing.shares_of(customer).exists()
    with pytest.raises(gate.NotVisible):
        gate.get_record(outsider, registry.get("customers"), customer.pk)


def test_a_share_that_is_over_before_it_begins_is_refused(customer: Any, owner: Any, outsider: Any) -> None:
    with pytest.raises(gate.Refused):
        sharing.share_record(owner, customer, member=outsider.member_id, last_day=clock.today() - timedelta(days=1))
    assert not Share.objects.exists()


def test_a_contact_follows_its_customer(customer: Any, owner: Any, outsider: Any, act: Any, member: Any) -> None:
    with act():
        contact = Contact.objects.create(name="沈建国", customer=customer, owner=member("陈强"))
    sharing.share_record(owner, customer, member=outsider.member_id)

    may, why = told(outsider, contact)
    assert may and "上海云杉" in why


# Sharing rules


def rule(**raw: Any) -> dict[str, Any]:
    condition = {"field": "region", "op": "in", "value": ["上海市"]}
    return {
        "name": "上海共享", "record_type": "customers", "condition": condition, "writable": False,
        "roles": ["salesperson"], "departments": [], "members": [], "is_active": True, **raw,
    }  # fmt: skip


def test_a_rule_opens_what_its_condition_holds_for(
    customer: Any, administrator: Any, outsider: Any, member: Any, act: Any
) -> None:
    with act():
        other = Customer.objects.create(name="广州木棉", owner=member("王芳"), region="广东省/广州市")
    assert not told(outsider, customer)[0]

    made = sharing_rules.add_rule(administrator, rule())

    assert told(outsider, customer) == (True, "The sharing rule “上海共享” opens it.")
    assert not told(outsider, other)[0]
    assert not told(outsider, customer, policies.EDIT)[0]
    seen = policies.Policy.visible_to(registry.get("customers").policy, outsider, Customer.objects.all())
    assert list(seen) == [customer]

    sharing_rules.revise_rule(administrator, made, rule(writable=True), version=1)
    gate.edit(outsider, customer, {"short_name": "云杉"})
    with pytest.raises(gate.NotAllowed):
        gate.trash(outsider, customer)

    sharing_rules.remove_rule(administrator, made)
    assert not told(outsider, customer)[0]


@pytest.mark.parametrize(
    ("to", "who", "wanted"),
    [
        ({"roles": ["manager"]}, "刘洋", False),
        ({"roles": ["manager"]}, "赵敏", True),
        ({"roles": [], "departments": ["华南销售部"]}, "刘洋", True),
        ({"roles": [], "departments": ["客户服务部"]}, "刘洋", False),
        ({"roles": [], "members": ["刘洋"]}, "刘洋", True),
        ({"roles": [], "members": ["刘洋"]}, "周倩", False),
    ],
)
def test_whom_a_rule_is_for(
    customer: Any, administrator: Any, actor: Any, to: dict[str, list[Any]], who: str, wanted: bool
) -> None:
    from zhike.domains.people.models import Department

    ids = {
        "departments": [Department.objects.get(name=name).pk for name in to.get("departments", ())],
        "members": [Member.objects.get(name=name).pk for name in to.get("members", ())],
    }
    sharing_rules.add_rule(administrator, rule(**(to | ids)))

    assert told(actor(who), customer)[0] is wanted


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "\x00\ud800"}, "name"),
        ({"condition": {}}, "condition"),
        ({"condition": {"field": "nothing", "op": "is", "value": 1}}, "condition"),
        ({"record_type": "products"}, "record_type"),
        ({"roles": ["king"]}, "roles"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(administrator: Any, raw: dict[str, Any], field: str) -> None:
    with pytest.raises(gate.Refused) as refused:
        sharing_rules.add_rule(administrator, rule(**raw))

    assert field in refused.value.errors
    assert not SharingRule.objects.exists()


def test_a_rule_on_a_field_that_is_gone_opens_nothing_and_says_so(
    customer: Any, administrator: Any, outsider: Any, act: Any, client_of: Any
) -> None:
    made = sharing_rules.add_rule(administrator, rule())
    with act():
        SharingRule.objects.filter(pk=made.pk).update(condition={"field": "gone", "op": "is", "value": 1})
    opening.kept.forget()

    assert not told(outsider, customer)[0]
    assert "Opens nothing:" in client_of("林晓").get("/settings/sharing/").content.decode()


# Pages


def test_the_page_explains_on_the_record(customer: Any, client_of: Any, outsider: Any) -> None:
    page = client_of("林晓").get(f"/customers/{customer.pk}/access/?member={outsider.member_id}").content.decode()

    assert "刘洋" in page and "It belongs to 王芳" in page
    assert "They own it." in client_of("王芳").get(f"/customers/{customer.pk}/access/").content.decode()
    assert client_of("王芳").get(f"/customers/{customer.pk}/access/?member={outsider.member_id}").status_code == 403
    assert client_of("刘洋").get(f"/customers/{customer.pk}/access/").status_code == 404


def test_rules_are_kept_on_their_page(client_of: Any, customer: Any, outsider: Any) -> None:
    client = client_of("林晓")
    posted = {
        "name": "上海共享", "record_type": "customers", "roles": ["salesperson"], "is_active": "1",
        "condition": '{"field": "region", "op": "in", "value": ["上海市"]}',
    }  # fmt: skip

    assert client.post("/settings/sharing/new/", posted).status_code in (200, 302)
    made = SharingRule.objects.get()
    assert "上海共享" in client.get("/settings/sharing/").content.decode()
    assert client_of(outsider).get(f"/customers/{customer.pk}/").status_code == 200
    assert client_of(outsider).get("/settings/sharing/").status_code == 403
    client.delete(f"/settings/sharing/{made.pk}/")
    assert client_of(outsider).get(f"/customers/{customer.pk}/").status_code == 404
