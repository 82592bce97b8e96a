"""Telling other systems: what is told, to whom, signed, again and again until somebody answers."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest

from zhike.base import clock
from zhike.base.actors import Actor
from zhike.base.changelog import acts, reading, undoing
from zhike.base.changelog.models import Change, ChangeSet
from zhike.base.notices.models import Notice
from zhike.domains.opportunities.models import Opportunity
from zhike.domains.people.models import Member
from zhike.records import gate, registry
from zhike.records.tests.receiver import Receiver, receiving
from zhike.records.webhooks import delivering, feeding, jobs, services
from zhike.records.webhooks.models import Announcement, Delivery, Webhook
from zhike.testing import log

CUSTOMERS, DEALS = registry.get("customers"), registry.get("opportunities")
ALL_OF_CUSTOMERS = [f"customers.{verb}" for verb in ("created", "changed", "trashed", "restored")]
BIG = {"field": "size", "op": "in", "value": ["1000+"]}


def register(actor: Actor, url: str, *events: str, **more: Any) -> Webhook:
    raw = {"name": "ERP", "url": url, "events": list(events or ALL_OF_CUSTOMERS)}
    return services.create_webhook(actor, raw | more)


def told(webhook: Webhook, since: int = 0) -> list[Delivery]:
    """What reading the log from a change on makes known to a webhook."""
    before = list(Delivery.objects.values_list("pk", flat=True))
    feeding.feed(log.rows_after(since))
    return list(Delivery.objects.filter(webhook_id=webhook.pk).exclude(pk__in=before).order_by("pk"))


def latest() -> int:
    return Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def body(delivery: Delivery) -> dict[str, Any]:
    return json.loads(delivery.body)


# What is told


def test_a_record_is_told_of_from_its_beginning_to_its_end(
    administrator: Actor, owner: Actor, receiver: Receiver
) -> None:
    webhook = register(administrator, receiver.url)
    steps = []
    start = latest()
    customer = gate.create(owner, CUSTOMERS, {"name": "云杉医疗", "address": "人民路 1 号"})
    steps += told(webhook, start)
    for act in (
        lambda: gate.edit(owner, customer, {"address": "人民路 2 号"}),
        lambda: gate.trash(owner, customer),
        lambda: gate.restore(administrator, customer),
    ):
        start = latest()
        act()
        steps += told(webhook, start)

    assert [each.event for each in steps] == ALL_OF_CUSTOMERS
    made, changed, *_rest = map(body, steps)
    assert (made["record"]["name"], made["record"]["id"]) == ("云杉医疗", customer.pk)
    assert changed["changes"] == [{"field": "address", "before": "人民路 1 号", "after": "人民路 2 号"}]
    assert changed["change_set"]["actor"]["name"] == "王芳"
    assert changed["id"] == str(steps[1].key)
    assert changed["record"]["address"] == "人民路 2 号"


def test_the_record_is_as_the_api_shows_it(
    administrator: Actor, owner: Actor, receiver: Receiver, client_of: Any
) -> None:
    webhook = register(administrator, receiver.url)
    customer = gate.create(owner, CUSTOMERS, {"name": "云杉", "tags": ["会奖"], "phones": [{"number": "13800138000"}]})
    (delivery,) = told(webhook)

    shown = client_of(administrator).get(f"/api/v1/customers/{customer.pk}/").json()

    assert body(delivery)["record"] == shown


def test_several_changes_of_one_act_are_one_event(administrator: Actor, owner: Actor, receiver: Receiver) -> None:
    webhook = register(administrator, receiver.url, "customers.changed")
    customer = gate.create(owner, CUSTOMERS, {"name": "云杉", "address": "甲"})
    start = latest()
    with acts.act(owner, "edit"):
        for place in ("乙", "丙"):
            gate.edit(owner, CUSTOMERS.queryset().get(pk=customer.pk), {"address": place})

    (delivery,) = told(webhook, start)

    assert body(delivery)["changes"] == [{"field": "address", "before": "甲", "after": "丙"}]


def test_only_the_events_that_were_chosen_are_told(administrator: Actor, owner: Actor, receiver: Receiver) -> None:
    webhook = register(administrator, receiver.url, "customers.trashed")
    customer = gate.create(owner, CUSTOMERS, {"name": "云杉"})
    gate.edit(owner, customer, {"address": "人民路"})

    assert told(webhook) == []


def test_a_condition_decides(administrator: Actor, owner: Actor, receiver: Receiver) -> None:
    webhook = register(administrator, receiver.url, conditions={"customers": BIG})
    gate.create(owner, CUSTOMERS, {"name": "甲", "size": "1000+"})
    gate.create(owner, CUSTOMERS, {"name": "乙", "size": "1-19"})

    assert [each.title for each in told(webhook)] == ["甲"]


def test_a_condition_on_a_field_that_is_gone_stops_and_says_so(
    administrator: Actor, owner: Actor, receiver: Receiver, client_of: Any, act: Any
) -> None:
    webhook = register(administrator, receiver.url, conditions={"customers": BIG})
    with act():
        webhook.conditions = {"customers": {"field": "vanished", "op": "empty"}}
        webhook.save()
    gate.create(owner, CUSTOMERS, {"name": "甲", "size": "1000+"})

    assert told(webhook) == []
    page = client_of(administrator).get(webhook.get_absolute_url()).content.decode()
    assert "vanished" in page and "Needs a look" in page


def test_announced_events_come_with_what_they_say(administrator: Actor, owner: Actor, receiver: Receiver) -> None:
    webhook = register(administrator, receiver.url, "opportunities.won", "opportunities.stage_changed")
    deal = gate.create(owner, DEALS, {"name": "年会", "amount": "1000"})
    start = latest()
    gate.perform(owner, deal, DEALS.action("win"), {"closed_on": "2026-11-20"})

    found = {each.event: body(each) for each in told(webhook, start)}

    assert set(found) == {"opportunities.won", "opportunities.stage_changed"}
    assert found["opportunities.won"]["data"] == {"opportunity_id": deal.pk, "won_on": "2026-11-20"}
    assert found["opportunities.won"]["record"]["name"] == "年会"
    assert not Announcement.objects.exists()


def test_nothing_is_written_down_for_nobody(owner: Actor) -> None:
    deal = gate.create(owner, DEALS, {"name": "年会"})
    gate.perform(owner, deal, DEALS.action("win"), {"closed_on": "2026-11-20"})

    assert Opportunity.objects.get(pk=deal.pk).status == "won"
    assert not Announcement.objects.exists()


def test_a_changed_product_line_is_a_change_of_the_deal(
    administrator: Actor, owner: Actor, receiver: Receiver, act: Any
) -> None:
    from zhike.domains.opportunities import services as deals

    webhook = register(administrator, receiver.url, "opportunities.changed")
    deal = gate.create(owner, DEALS, {"name": "年会"})
    product = gate.create(administrator, registry.get("products"), {"name": "会奖方案", "code": "H1"})
    start = latest()
    with act(owner):
        deals.replace_lines(
            actor=owner, opportunity=deal, lines=[{"product": product, "quantity": 2, "unit_price": 50}]
        )

    (delivery,) = told(webhook, start)

    (part,) = body(delivery)["parts"]
    assert (part["part"], part["operation"]) == ("opportunities_line", "insert")


def test_undoing_an_edit_tells_of_a_change(administrator: Actor, owner: Actor, receiver: Receiver) -> None:
    webhook = register(administrator, receiver.url)
    customer = gate.create(owner, CUSTOMERS, {"name": "云杉", "address": "甲"})
    gate.edit(owner, customer, {"address": "乙"})
    start = latest()
    undoing.undo(owner, ChangeSet.objects.filter(action="edit").latest("pk"))

    (delivery,) = told(webhook, start)

    assert delivery.event == "customers.changed"
    assert body(delivery)["changes"] == [{"field": "address", "before": "乙", "after": "甲"}]
    assert body(delivery)["change_set"]["door"] == "undo"


def test_undoing_a_creation_says_that_the_record_is_gone(
    administrator: Actor, owner: Actor, receiver: Receiver
) -> None:
    narrow = register(administrator, receiver.url, conditions={"customers": BIG})
    wide = register(administrator, receiver.url)
    customer = gate.create(owner, CUSTOMERS, {"name": "云杉", "size": "1-19"})
    number = customer.pk
    told(wide)
    start = latest()
    undoing.undo(owner, ChangeSet.objects.filter(action="create").latest("pk"))

    (delivery,) = told(wide, start)

    assert (delivery.event, body(delivery)["record"], body(delivery)["is_removed"]) == (
        "customers.trashed", {"id": number}, True
    )  # fmt: skip
    assert not Delivery.objects.filter(webhook_id=narrow.pk).exists()


def test_what_was_done_before_is_not_told(administrator: Actor, owner: Actor, receiver: Receiver) -> None:
    gate.create(owner, CUSTOMERS, {"name": "甲"})
    webhook = register(administrator, receiver.url)
    gate.create(owner, CUSTOMERS, {"name": "乙"})

    assert [each.title for each in told(webhook)] == ["乙"]


def test_a_webhook_sees_what_its_member_sees(
    administrator: Actor, owner: Actor, outsider: Actor, receiver: Receiver, act: Any
) -> None:
    webhook = register(administrator, receiver.url)
    with act():
        Webhook.objects.update(member_id=owner.member_id)
    gate.create(owner, CUSTOMERS, {"name": "我的"})
    gate.create(outsider, CUSTOMERS, {"name": "南方的"})
    assert [each.title for each in told(webhook)] == ["我的"]

    with act():
        Member.objects.filter(pk=owner.member_id).update(is_active=False)
    start = latest()
    gate.create(outsider, CUSTOMERS, {"name": "也是南方的"})
    assert [each.title for each in told(webhook, start)] == ["也是南方的"]


def test_a_resting_webhook_is_told_nothing(administrator: Actor, owner: Actor, receiver: Receiver) -> None:
    webhook = register(administrator, receiver.url, is_active=False)
    gate.create(owner, CUSTOMERS, {"name": "云杉"})

    assert told(webhook) == []


# From commit to receiver


def test_what_is_rolled_back_is_never_sent(committed_workspace: Any, settings: Any) -> None:
    from zhike.base.actors import Door
    from zhike.domains.people.queries import actor_of

    settings.WEBHOOK_NETWORKS = ("127.0.0.0/8",)
    administrator = actor_of(Member.objects.select_related("department").get(name="林晓"), Door.FORM)
    with receiving() as receiver:
        webhook = register(administrator, receiver.url, *ALL_OF_CUSTOMERS, "opportunities.won")
        with pytest.raises(ZeroDivisionError), acts.act(administrator, "test"):
            gate.create(administrator, CUSTOMERS, {"name": "从未"})
            deal = gate.create(administrator, DEALS, {"name": "从未"})
            gate.perform(administrator, deal, DEALS.action("win"), {"closed_on": "2026-11-20"})
            raise ZeroDivisionError
        gate.create(administrator, CUSTOMERS, {"name": "真的"})
        log.wait_until_read(lambda: reading.catch_up(feeding.READER), lambda: reading.backlog(feeding.READER))
        jobs.send_waiting(webhook_id=webhook.pk)

        assert [json.loads(each)["record"]["name"] for _path, _headers, each in receiver.got] == ["真的"]
    assert Delivery.objects.get().state == Delivery.State.SENT


@pytest.fixture
def webhook(administrator: Actor, receiver: Receiver) -> Webhook:
    return register(administrator, receiver.url)


def test_a_delivery_is_signed(webhook: Webhook, owner: Actor, receiver: Receiver) -> None:
    gate.create(owner, CUSTOMERS, {"name": "云杉"})
    (delivery,) = told(webhook)

    delivering.send_due(webhook.pk)

    ((_path, headers, sent),) = receiver.got
    signed = hmac.new(webhook.secret.encode(), headers["Zhike-Timestamp"].encode() + b"." + sent, hashlib.sha256)
    assert headers["Zhike-Signature"] == f"v1={signed.hexdigest()}"
    assert abs(int(headers["Zhike-Timestamp"]) - clock.now().timestamp()) < 60
    assert (headers["Zhike-Delivery"], headers["Zhike-Event"], headers["Zhike-Attempt"]) == (
        str(delivery.key), "customers.created", "1"
    )  # fmt: skip
    delivery.refresh_from_db()
    assert (delivery.state, delivery.status, delivery.answer, delivery.attempts) == ("sent", 200, "thanks", 1)
    assert delivery.milliseconds is not None and len(delivery.tries) == 1


def test_a_receiver_that_was_down_gets_everything(administrator: Actor, owner: Actor, settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = ("127.0.0.0/8",)
    with receiving() as gone:
        url, port = gone.url, int(gone.url.split(":")[2].split("/")[0])
    webhook = register(administrator, url)
    for name in ("甲", "乙", "丙"):
        gate.create(owner, CUSTOMERS, {"name": name})
    first, *others = told(webhook)

    delivering.send_due(webhook.pk)
    first.refresh_from_db()
    assert (first.state, first.attempts, first.status) == ("waiting", 1, None) and first.error
    assert list(Delivery.objects.filter(pk__in=[each.pk for each in others]).values_list("attempts", flat=True)) == [
        0,
        0,
    ]
    assert not delivering.due(clock.now()).exists()

    with receiving(port) as back, clock.telling(clock.now() + timedelta(minutes=2)):
        assert list(delivering.webhooks_with_due(clock.now())) == [webhook.pk]
        delivering.send_due(webhook.pk)
        names = [json.loads(each)["record"]["name"] for _path, _headers, each in back.got]

    assert sorted(names) == sorted(["甲", "乙", "丙"])
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_waits_grow_and_end_after_a_day(webhook: Webhook, owner: Actor, receiver: Receiver) -> None:
    gate.create(owner, CUSTOMERS, {"name": "云杉"})
    (delivery,) = told(webhook)
    receiver.status, receiver.answer = 500, b"broken"
    began, waits, moment = clock.now(), [], clock.now()

    while delivery.state == "waiting" and len(waits) < 40:
        with clock.telling(moment):
            delivering.send_due(webhook.pk)
        delivery.refresh_from_db()
        waits.append(round((delivery.next_attempt_at - moment).total_seconds() / 60))
        moment = delivery.next_attempt_at

    assert waits[:9] == [1, 2, 4, 8, 16, 32, 64, 128, 240]
    assert delivery.state == "failed" and delivery.answer == "broken"
    assert timedelta(hours=23, minutes=55) < delivery.ended_at - began < timedelta(hours=24, minutes=5)
    assert len(receiver.got) == delivery.attempts == len(waits)
    assert Notice.objects.filter(kind="webhook").count() == 1


def test_a_refused_delivery_does_not_hold_up_others(webhook: Webhook, owner: Actor, receiver: Receiver) -> None:
    for name in ("甲", "乙"):
        gate.create(owner, CUSTOMERS, {"name": name})
    told(webhook)
    receiver.status = 400

    delivering.send_due(webhook.pk)

    assert len(receiver.got) == 2


def test_a_resting_webhook_keeps_what_waits(
    webhook: Webhook, administrator: Actor, owner: Actor, receiver: Receiver
) -> None:
    gate.create(owner, CUSTOMERS, {"name": "云杉"})
    told(webhook)
    raw = {"name": webhook.name, "url": webhook.url, "events": webhook.events}
    services.revise_webhook(administrator, webhook, raw | {"is_active": False})
    delivering.send_due(webhook.pk)
    assert receiver.got == []

    services.revise_webhook(administrator, webhook, raw | {"is_active": True})
    delivering.send_due(webhook.pk)
    assert len(receiver.got) == 1


def test_what_was_sent_is_sent_again_under_the_same_number(webhook: Webhook, owner: Actor, receiver: Receiver) -> None:
    gate.create(owner, CUSTOMERS, {"name": "云杉"})
    (delivery,) = told(webhook)
    delivering.send_due(webhook.pk)

    assert delivering.replay(Delivery.objects.filter(pk=delivery.pk)) == 1
    delivering.send_due(webhook.pk)

    (_first, headers, sent), (_second, again, sent_again) = receiver.got
    assert headers["Zhike-Delivery"] == again["Zhike-Delivery"] == str(delivery.key)
    assert sent == sent_again
    delivery.refresh_from_db()
    assert delivery.state == "sent" and len(delivery.tries) == 2


def test_a_webhook_into_the_inner_network_is_refused_when_sending_too(
    webhook: Webhook, owner: Actor, receiver: Receiver, settings: Any
) -> None:
    gate.create(owner, CUSTOMERS, {"name": "云杉"})
    (delivery,) = told(webhook)
    settings.WEBHOOK_NETWORKS = ()

    delivering.send_due(webhook.pk)

    delivery.refresh_from_db()
    assert receiver.got == []
    assert delivery.state == "waiting" and "127.0.0.1" in delivery.error


def test_deliveries_are_forgotten_after_thirty_days(webhook: Webhook, owner: Actor) -> None:
    gate.create(owner, CUSTOMERS, {"name": "云杉"})
    told(webhook)

    delivering.forget_old()
    assert Delivery.objects.count() == 1
    with clock.telling(clock.now() + timedelta(days=31)):
        delivering.forget_old()
    assert Delivery.objects.count() == 0
