"""Setting up webhooks: administrators only, checked, in the change log, undoable."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from zhike.base.actors import Actor
from zhike.base.changelog import undoing
from zhike.base.changelog.models import Change, ChangeSet
from zhike.records import contributions, gate, registry
from zhike.records.tests.receiver import Receiver
from zhike.records.webhooks import delivering, feeding, services
from zhike.records.webhooks.models import Delivery, Webhook
from zhike.testing import log
from zhike.testing.api import Program

HTMX = {"HX-Request": "true"}
NEW = "/settings/webhooks/new/"
BIG = {"field": "size", "op": "in", "value": ["1000+"]}


@pytest.fixture
def webhook(administrator: Actor, receiver: Receiver) -> Webhook:
    return services.create_webhook(
        administrator, {"name": "ERP", "url": receiver.url, "events": ["customers.created", "opportunities.won"]}
    )


@pytest.fixture
def client(client_of: Any, administrator: Actor) -> Client:
    return client_of(administrator)


def form(url: str, **more: Any) -> dict[str, Any]:
    return {"name": "ERP", "url": url, "events": ["customers.created"], "is_active": "1", **more}


def test_the_settings_lead_to_webhooks(client: Client) -> None:
    assert "/settings/webhooks/" in {each.url for each in contributions.settings_for(is_administrator=True)}
    assert "/settings/webhooks/" not in {each.url for each in contributions.settings_for(is_administrator=False)}
    assert "No other system is told of anything yet" in client.get("/settings/webhooks/").content.decode()


def test_a_webhook_is_made_and_its_secret_shown_once(client: Client, receiver: Receiver) -> None:
    asked = client.get(NEW, headers=HTMX).content.decode()
    assert "opportunities.won" in asked and "Only under a condition" in asked

    answer = client.post(NEW, form(receiver.url, **{"condition-customers": json.dumps(BIG)}), headers=HTMX)

    webhook = Webhook.objects.get()
    (secret,) = re.findall(r'value="(zkwh_[^"]+)"', answer.content.decode())
    assert secret == webhook.secret and len(secret) == 48
    assert (webhook.events, webhook.conditions) == (["customers.created"], {"customers": BIG})
    page = client.get(webhook.get_absolute_url()).content.decode()
    assert secret not in page and "ERP" in page and "Created" in page and "only when" in page
    assert "ERP" in client.get("/settings/webhooks/").content.decode()


def test_the_secret_is_kept_nowhere(client: Client, receiver: Receiver) -> None:
    client.post(NEW, form(receiver.url), headers=HTMX)
    webhook = Webhook.objects.get()
    secret, salt = webhook.secret, webhook.salt
    client.delete(f"{webhook.get_absolute_url()}edit/", headers=HTMX)

    rows = Change.objects.filter(table_name="records_webhook")
    assert rows.count() == 2
    assert not any(secret in json.dumps([row.before, row.after]) for row in rows)
    assert salt not in json.dumps(rows.get(operation="I").after)


def test_a_new_secret_replaces_the_old_one(client: Client, webhook: Webhook) -> None:
    before = webhook.secret

    answer = client.post(f"{webhook.get_absolute_url()}secret/", headers=HTMX)

    after = Webhook.objects.get().secret
    assert after != before
    assert after in answer.content.decode() and answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/", "http://10.1.1.1/in", "http://[::1]/", "ftp://example.cn", "x"]
)
def test_addresses_that_are_refused_are_told_at_their_field(client: Client, url: str) -> None:
    answer = client.post(NEW, form(url), headers=HTMX)

    assert answer.status_code == 422
    assert "webhook-url-error" in answer.content.decode()
    assert not Webhook.objects.exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"name": ""}, "Give the webhook a name."),
        ({"name": "x" * 61}, "At most 60 characters."),
        ({"events": []}, "Choose at least one event."),
        ({"events": ["unicorns.created"]}, "There is no event"),
        ({"condition-customers": '{"field": "vanished", "op": "empty"}'}, "no field"),
        ({"condition-customers": "{"}, "A condition is an object."),
    ],
)
def test_what_cannot_be_taken_is_said(client: Client, receiver: Receiver, more: dict[str, Any], words: str) -> None:
    answer = client.post(NEW, form(receiver.url) | more, headers=HTMX)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Webhook.objects.exists()


def test_changes_can_be_undone(client: Client, administrator: Actor, webhook: Webhook, receiver: Receiver) -> None:
    url = f"{webhook.get_absolute_url()}edit/"
    answer = client.post(url, form(receiver.url, name="Data lake", version=webhook.version), headers=HTMX)
    assert json.loads(answer["HX-Trigger"])["zhike:toast"]["undo"]
    assert Webhook.objects.get().name == "Data lake"

    undoing.undo(administrator, ChangeSet.objects.get(action="edit_webhook"))
    assert Webhook.objects.get().name == "ERP"

    secret = webhook.secret
    client.delete(url, headers=HTMX)
    assert not Webhook.objects.exists()
    undoing.undo(administrator, ChangeSet.objects.get(action="delete_webhook"))
    assert Webhook.objects.get().secret == secret

    undoing.undo(administrator, ChangeSet.objects.get(action="create_webhook"))
    assert not Webhook.objects.exists()


def test_two_administrators_do_not_overwrite_each_other(client: Client, webhook: Webhook, receiver: Receiver) -> None:
    url = f"{webhook.get_absolute_url()}edit/"
    assert client.post(url, form(receiver.url, name="one", version=1), headers=HTMX).status_code == 200

    answer = client.post(url, form(receiver.url, name="two", version=1), headers=HTMX)

    assert answer.status_code == 422 and "in the meantime" in answer.content.decode()
    assert Webhook.objects.get().name == "one"


def test_the_act_is_told_in_words(client: Client, webhook: Webhook) -> None:
    act = ChangeSet.objects.get(action="create_webhook")

    page = client.get(f"/change-sets/{act.pk}/").content.decode()

    assert "set up the webhook" in page and "ERP" in page


PAGES = [
    ("GET", ""), ("GET", "new/"), ("POST", "new/"), ("GET", "conditions/customers/"), ("GET", "{id}/"),
    ("GET", "{id}/edit/"), ("POST", "{id}/edit/"), ("DELETE", "{id}/edit/"), ("POST", "{id}/secret/"),
    ("POST", "{id}/test/"), ("GET", "{id}/deliveries/"), ("POST", "{id}/deliveries/replay/"),
    ("GET", "{id}/deliveries/{delivery}/"), ("POST", "{id}/deliveries/{delivery}/replay/"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), PAGES, ids=[f"{method} {path}" for method, path in PAGES])
@pytest.mark.parametrize("who", ["陈强", "王芳"])
def test_nobody_else_finds_anything_there(
    who: str, method: str, path: str, client_of: Any, webhook: Webhook, administrator: Actor, receiver: Receiver
) -> None:
    delivering.queue(webhook, [feeding.trial_of(webhook, administrator)])
    delivery = Delivery.objects.get()
    address = "/settings/webhooks/" + path.format(id=webhook.pk, delivery=delivery.pk)
    before = (Webhook.objects.values().get(), Delivery.objects.values().get())

    answer = client_of(who).generic(method, address, headers=HTMX)

    assert answer.status_code == 404
    assert (Webhook.objects.values().get(), Delivery.objects.values().get()) == before


def test_a_token_of_an_administrator_finds_nothing_either(webhook: Webhook, member: Any) -> None:
    program = Program(member("林晓"))

    assert Client().get("/settings/webhooks/", headers=program.headers).status_code == 404


def test_a_test_is_sent_and_logged(client: Client, webhook: Webhook, receiver: Receiver) -> None:
    answer = client.post(f"{webhook.get_absolute_url()}test/", headers=HTMX)
    assert answer.status_code == 204
    delivering.send_due(webhook.pk)

    ((_path, headers, sent),) = receiver.got
    assert headers["Zhike-Event"] == "test" and json.loads(sent)["actor"]["name"] == "林晓"
    page = client.get(f"{webhook.get_absolute_url()}deliveries/").content.decode()
    assert "Delivered" in page and "200" in page


def test_the_log_shows_each_delivery_and_sends_it_again(
    client: Client, webhook: Webhook, owner: Actor, receiver: Receiver
) -> None:
    receiver.status, receiver.answer = 500, b"<b>broken</b>"
    gate.create(owner, registry.get("customers"), {"name": "云杉"})
    feeding.feed(log.rows_after())
    delivering.send_due(webhook.pk)
    delivery = Delivery.objects.get()
    url = f"{webhook.get_absolute_url()}deliveries/{delivery.pk}/"

    page = client.get(webhook.get_absolute_url()).content.decode()
    assert "云杉" in page and "500" in page and "next at" in page
    detail = client.get(url, headers=HTMX).content.decode()
    assert "&lt;b&gt;broken" in detail and "<b>broken" not in detail and str(delivery.key) in detail
    assert client.get(url).status_code == 200

    receiver.status = 200
    assert client.post(f"{url}replay/", headers=HTMX).status_code == 204
    delivering.send_due(webhook.pk)
    assert Delivery.objects.get().state == "sent" and len(receiver.got) == 2


def test_what_failed_is_sent_again_together(
    client: Client, webhook: Webhook, administrator: Actor, receiver: Receiver
) -> None:
    delivering.queue(webhook, [feeding.trial_of(webhook, administrator) for _number in range(3)])
    Delivery.objects.update(state="failed")
    assert "Send failed ones again" in client.get(webhook.get_absolute_url()).content.decode()

    client.post(f"{webhook.get_absolute_url()}deliveries/replay/", headers=HTMX)
    delivering.send_due(webhook.pk)

    assert len(receiver.got) == 3


def test_the_log_is_paged_and_narrowed(client: Client, webhook: Webhook, administrator: Actor) -> None:
    delivering.queue(webhook, [feeding.trial_of(webhook, administrator) for _number in range(60)])
    url = f"{webhook.get_absolute_url()}deliveries/"

    first = client.get(url).content.decode()
    (more,) = re.findall(r'hx-get="([^"]+before=[^"]+)"', first)
    rest = client.get(more.replace("&amp;", "&"), headers=HTMX).content.decode()

    assert (first.count("Details</a>"), rest.count("Details</a>")) == (50, 10)
    assert "Details</a>" not in client.get(f"{url}?state=sent").content.decode()


def test_the_delivery_of_another_webhook_is_not_there(
    client: Client, administrator: Actor, webhook: Webhook, receiver: Receiver
) -> None:
    other = services.create_webhook(administrator, {"name": "x", "url": receiver.url, "events": ["customers.created"]})
    delivering.queue(other, [feeding.trial_of(other, administrator)])

    assert client.get(f"{webhook.get_absolute_url()}deliveries/{Delivery.objects.get().pk}/").status_code == 404
