"""A webhook tells what the member it acts for may see today: nothing hidden, masked values masked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zhike.base.actors import Actor, Door
from zhike.base.changelog.models import Change
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of
from zhike.records import gate, registry
from zhike.records.roles.rights import Access
from zhike.records.tests.receiver import Receiver
from zhike.records.webhooks import feeding, services
from zhike.records.webhooks.models import Delivery, Webhook
from zhike.testing import access, log

CUSTOMERS, DEALS = registry.get("customers"), registry.get("opportunities")
NARROW = [Access.HIDDEN, Access.MASKED]
ROLE = "service_lead"


@pytest.fixture
def second(administrator: Actor) -> Member:
    """An administrator who registers webhooks and is a service lead afterwards."""
    raw = {"name": "副手", "email": "two@example.com", "roles": ["administrator"]}
    return gate.create(administrator, registry.get("members"), raw)


def register(administrator: Actor, second: Member, url: str, *events: str, **more: Any) -> Webhook:
    raw = {"name": "ERP", "url": url, "events": list(events)} | more
    webhook = services.create_webhook(actor_of(second, Door.FORM), raw)
    gate.edit(administrator, Member.objects.get(pk=second.pk), {"roles": [ROLE]})
    for record_type in (CUSTOMERS, DEALS):
        access.restrict(ROLE, record_type, {})
    return webhook


def latest() -> int:
    return Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def bodies(webhook: Webhook, since: int) -> list[dict[str, Any]]:
    before = list(Delivery.objects.values_list("pk", flat=True))
    feeding.feed(log.rows_after(since))
    found = Delivery.objects.filter(webhook_id=webhook.pk).exclude(pk__in=before).order_by("pk")
    return [json.loads(each.body) for each in found]


@pytest.mark.parametrize("narrowed", NARROW)
def test_neither_the_record_nor_its_changes_tell(
    administrator: Actor, owner: Actor, second: Member, receiver: Receiver, narrowed: Access
) -> None:
    webhook = register(administrator, second, receiver.url, "customers.created", "customers.changed")
    secret = {"phones": [{"number": "13876549876"}], "description": "绝密说明", "short_name": "绝密简称"}
    plain = {"address": "人民路"}
    start = latest()
    gate.create(owner, CUSTOMERS, {"name": "云杉", **secret, **plain})
    (open_one,) = bodies(webhook, start)
    assert "13876549876" in json.dumps(open_one) and "绝密说明" in str(open_one)

    access.restrict(ROLE, CUSTOMERS, dict.fromkeys(secret, narrowed))
    start = latest()
    customer = gate.create(owner, CUSTOMERS, {"name": "红杉", **secret, **plain})
    others = {"phones": [{"number": "13900001111"}], "description": "另一绝密", "short_name": "另简"}
    gate.edit(owner, customer, {**others, "address": "解放路"})
    made, changed = bodies(webhook, start)

    for told in (made, changed):
        text = json.dumps(told, ensure_ascii=False)
        assert not [each for each in ("13876549876", "绝密", "13900001111", "另简") if each in text], text
        assert set(secret) & set(told["record"]) == (set() if narrowed is Access.HIDDEN else set(secret))
    assert {"field": "address", "before": "人民路", "after": "解放路"} in changed["changes"]
    assert made["record"]["address"] == "解放路", "as it is when the log is read"


@pytest.mark.parametrize("narrowed", NARROW)
def test_nor_do_titles(
    administrator: Actor, owner: Actor, second: Member, receiver: Receiver, narrowed: Access
) -> None:
    """Of the record, of its act, and of what it points at."""
    webhook = register(administrator, second, receiver.url, "customers.created", "opportunities.created")
    access.restrict(ROLE, CUSTOMERS, {"name": narrowed})
    start = latest()
    customer = gate.create(owner, CUSTOMERS, {"name": "绝密甲乙丙公司"})
    gate.create(owner, DEALS, {"name": "年会", "customer": customer.pk})

    told = bodies(webhook, start)

    assert [each["event"] for each in told] == ["customers.created", "opportunities.created"]
    assert "绝密甲乙丙公司" not in json.dumps(told, ensure_ascii=False)
    assert not Delivery.objects.filter(title__contains="绝密甲乙丙公司").exists()


def test_a_change_of_nothing_but_what_is_hidden_is_no_news(
    administrator: Actor, owner: Actor, second: Member, receiver: Receiver
) -> None:
    webhook = register(administrator, second, receiver.url, "customers.changed")
    customer = gate.create(owner, CUSTOMERS, {"name": "云杉"})
    start = latest()
    gate.edit(owner, customer, {"description": "甲"})
    assert len(bodies(webhook, start)) == 1

    access.restrict(ROLE, CUSTOMERS, {"description": Access.HIDDEN})
    start = latest()
    gate.edit(owner, CUSTOMERS.queryset().get(pk=customer.pk), {"description": "乙"})

    assert bodies(webhook, start) == []


@pytest.mark.parametrize("narrowed", NARROW)
def test_what_an_event_says_besides_is_for_who_sees_all_of_the_type(
    administrator: Actor, owner: Actor, second: Member, receiver: Receiver, narrowed: Access
) -> None:
    webhook = register(administrator, second, receiver.url, "opportunities.won")
    first, other = (gate.create(owner, DEALS, {"name": name, "amount": "500"}) for name in "甲乙")
    start = latest()
    gate.perform(owner, first, DEALS.action("win"), {"closed_on": "2026-03-05"})
    assert bodies(webhook, start)[0]["data"]

    access.restrict(ROLE, DEALS, {"amount": narrowed})
    start = latest()
    gate.perform(owner, other, DEALS.action("win"), {"closed_on": "2026-03-05"})
    (told,) = bodies(webhook, start)

    assert told["data"] == {} and told["parts"] == []
    assert "500" not in json.dumps(told["record"].get("amount"))


@pytest.mark.parametrize("narrowed", NARROW)
def test_a_condition_on_what_is_hidden_tells_nothing_and_says_so(
    administrator: Actor, owner: Actor, second: Member, receiver: Receiver, narrowed: Access, client_of: Any
) -> None:
    condition = {"field": "description", "op": "contains", "value": "会奖"}
    webhook = register(administrator, second, receiver.url, "customers.created", conditions={"customers": condition})
    start = latest()
    gate.create(owner, CUSTOMERS, {"name": "云杉", "description": "会奖"})
    assert len(bodies(webhook, start)) == 1
    assert services.problems_of(administrator, webhook) == []

    access.restrict(ROLE, CUSTOMERS, {"description": narrowed})
    start = latest()
    gate.create(owner, CUSTOMERS, {"name": "红杉", "description": "会奖"})
    gate.create(owner, CUSTOMERS, {"name": "白杉", "description": "其他"})

    assert bodies(webhook, start) == []
    page = client_of(administrator).get(webhook.get_absolute_url()).content.decode()
    assert "Nothing is told of Customers: its condition cannot be read." in page


def test_a_record_out_of_reach_is_not_told_of(
    administrator: Actor, owner: Actor, second: Member, receiver: Receiver
) -> None:
    webhook = register(administrator, second, receiver.url, "customers.created", "customers.trashed")
    access.restrict(ROLE, CUSTOMERS, {}, everything=False, see=["own"])
    start = latest()
    gate.trash(owner, gate.create(owner, CUSTOMERS, {"name": "云杉"}))

    assert bodies(webhook, start) == []


def test_a_removed_record_tells_its_number_and_no_more(
    administrator: Actor, owner: Actor, second: Member, receiver: Receiver
) -> None:
    from zhike.base.changelog.models import ChangeSet
    from zhike.records import undoing

    webhook = register(administrator, second, receiver.url, "customers.trashed")
    access.restrict(ROLE, CUSTOMERS, {"name": Access.HIDDEN, "description": Access.MASKED})
    customer = gate.create(owner, CUSTOMERS, {"name": "绝密公司", "description": "绝密说明"})
    start = latest()
    undoing.undo(owner, ChangeSet.objects.filter(action="create").latest("pk"))

    (told,) = bodies(webhook, start)

    assert told["record"] == {"id": customer.pk} and told["is_removed"]
    assert "绝密" not in json.dumps(told, ensure_ascii=False)
