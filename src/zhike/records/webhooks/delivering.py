"""Keeping deliveries, sending what is due, and trying again: after one minute, two, four … four hours, for a day.

A receiver that is not there at all holds back every delivery of its webhook, so that it costs one attempt and not one
per delivery; the first that arrives lets the others go at once.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhike import __version__
from zhike.base import clock
from zhike.base.notices import services as notices
from zhike.base.workspaces import queries as workspaces
from zhike.records.webhooks import sending, signing
from zhike.records.webhooks.models import Delivery, Webhook
from zhike.records.webhooks.sending import Outcome

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=4)
TRIED_FOR = timedelta(days=1)
KEPT_FOR = timedelta(days=30)
RUN_MOST, RUN_SECONDS = 200, 20.0
"""How much one job sends before it lets other work run."""
KEPT_TRIES = 40
WAITING = Delivery.State.WAITING


def queue(webhook: Webhook, deliveries: list[Delivery]) -> None:
    """Keeps new deliveries; they are sent once the transaction is through."""
    if not deliveries:
        return
    now = clock.now()
    begins = _held_until(webhook.pk, now)
    for each in deliveries:
        each.queued_at, each.deadline_at, each.next_attempt_at = now, now + TRIED_FOR, begins
    Delivery.objects.bulk_create(deliveries, batch_size=500)
    send_soon(webhook.pk)


def send_soon(webhook_id: int) -> None:
    """A job for what is due. Were it lost, the one on the clock would find the deliveries."""
    from zhike.records.webhooks import jobs

    transaction.on_commit(lambda: jobs.send_waiting.later(once=f"webhook:{webhook_id}", webhook_id=webhook_id))


def _held_until(webhook_id: int, now: datetime) -> datetime:
    held = Delivery.objects.filter(webhook_id=webhook_id, state=WAITING, is_unreachable=True)
    latest: datetime | None = held.aggregate(latest=Max("next_attempt_at"))["latest"]
    return max(latest, now) if latest else now


def due(now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=WAITING, next_attempt_at__lte=now)


def webhooks_with_due(now: datetime) -> Iterable[int]:
    active = Webhook.objects.filter(is_active=True).values("pk")
    return due(now).filter(webhook_id__in=active).order_by().values_list("webhook_id", flat=True).distinct()


def send_due(webhook_id: int) -> bool:
    """Sends what is due, for a while; returns whether there is more. While the webhook rests, nothing is lost."""
    ends = time.monotonic() + RUN_SECONDS
    for _number in range(RUN_MOST):
        webhook = Webhook.objects.filter(pk=webhook_id, is_active=True).first()
        delivery = _claimed(webhook_id) if webhook else None
        if webhook is None or delivery is None:
            return False
        _settle(webhook, delivery, attempt(webhook, delivery))
        if time.monotonic() > ends:
            break
    return due(clock.now()).filter(webhook_id=webhook_id).exists()


def _claimed(webhook_id: int) -> Delivery | None:
    """The next delivery that is due, put off before it is sent: should the process die now, it is tried again."""
    now = clock.now()
    with transaction.atomic():
        rows = due(now).filter(webhook_id=webhook_id).select_for_update(skip_locked=True)
        found: Delivery | None = rows.order_by("id").first()
        if found is not None:
            found.attempts += 1
            found.next_attempt_at = now + wait_after(found.attempts)
            found.save(update_fields=["attempts", "next_attempt_at"])
        return found


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts."""
    return min(FIRST_WAIT * 2 ** min(attempts - 1, 16), LONGEST_WAIT)


def attempt(webhook: Webhook, delivery: Delivery) -> Outcome:
    body, timestamp = delivery.body.encode(), int(clock.now().timestamp())
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": f"Zhike/{__version__}",
        signing.DELIVERY: str(delivery.key),
        signing.EVENT: delivery.event,
        signing.ATTEMPT: str(delivery.attempts),
        signing.TIMESTAMP: str(timestamp),
        signing.SIGNATURE: signing.signature(webhook.secret, timestamp, body),
    }
    return sending.post(webhook.url, body, headers)


def _settle(webhook: Webhook, delivery: Delivery, outcome: Outcome) -> None:
    now = clock.now()
    told = {"at": now.isoformat(), "status": outcome.status, "error": outcome.error}
    delivery.tries = [*delivery.tries, told | {"milliseconds": outcome.milliseconds}][-KEPT_TRIES:]
    delivery.status, delivery.answer, delivery.error = outcome.status, outcome.answer, outcome.error
    delivery.milliseconds, delivery.is_unreachable = outcome.milliseconds, outcome.is_unreachable
    is_over = not outcome.is_good and now >= delivery.deadline_at
    if outcome.is_good or is_over:
        delivery.state = Delivery.State.SENT if outcome.is_good else Delivery.State.FAILED
        delivery.ended_at = now
    with transaction.atomic():
        others = Delivery.objects.filter(webhook_id=webhook.pk, state=WAITING).exclude(pk=delivery.pk)
        if outcome.is_good:
            _let_go(others, now)
        elif outcome.is_unreachable:
            others.update(next_attempt_at=Greatest(F("next_attempt_at"), delivery.next_attempt_at))
        if not outcome.is_good and not is_over:
            delivery.next_attempt_at = min(delivery.next_attempt_at, delivery.deadline_at)
        delivery.save()
    if is_over:
        _tell_of_failure(webhook)


def _let_go(others: QuerySet[Delivery], now: datetime) -> None:
    """The receiver is there again: what waited for that alone waits no longer."""
    held = others.filter(Q(is_unreachable=True) | Q(attempts=0), next_attempt_at__gt=now)
    held.update(next_attempt_at=now, is_unreachable=False)


def _tell_of_failure(webhook: Webhook) -> None:
    """Once a day, whoever the webhook acts for."""
    member = webhook.member
    if member is None:
        return
    with override(getattr(member, "language", "") or workspaces.default_language()):
        text = _("The webhook “%(name)s” was not answered for a day; its deliveries are kept and can be sent again.")
        notices.notify(
            member_id=member.pk, kind="webhook", text=text % {"name": webhook.name}, url=webhook.get_absolute_url(),
            key=f"webhook:{webhook.pk}:{clock.today()}",
        )  # fmt: skip


def replay(deliveries: QuerySet[Delivery]) -> int:
    """Sends again what was delivered or given up, under the same number; returns how many."""
    now = clock.now()
    ended = deliveries.exclude(state=WAITING)
    webhooks = set(ended.order_by().values_list("webhook_id", flat=True))
    count = ended.update(
        state=WAITING, attempts=0, is_unreachable=False, next_attempt_at=now, deadline_at=now + TRIED_FOR, ended_at=None
    )
    for webhook_id in webhooks:
        send_soon(webhook_id)
    return count


def hurry(deliveries: QuerySet[Delivery]) -> int:
    """Tries at once what waits for its next attempt."""
    rows = deliveries.filter(state=WAITING)
    webhooks = set(rows.order_by().values_list("webhook_id", flat=True))
    count = rows.update(next_attempt_at=clock.now(), is_unreachable=False)
    for webhook_id in webhooks:
        send_soon(webhook_id)
    return count


def forget_old() -> int:
    """Deliveries hold what records held: they are kept for thirty days."""
    return Delivery.objects.filter(queued_at__lt=clock.now() - KEPT_FOR).delete()[0]
