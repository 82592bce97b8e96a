"""Sending, in the workspace of the webhook; and what is found on the clock."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.base import clock, jobs
from zhike.records.webhooks import delivering


@jobs.job(retries=0, label=_("Send to a webhook"))
def send_waiting(webhook_id: int) -> None:
    """What is due for one webhook; a long row of deliveries is sent by several jobs, one after the other."""
    if delivering.send_due(webhook_id):
        delivering.send_soon(webhook_id)


@jobs.every("* * * * *", label=_("Send what is due to webhooks"))
def send_what_is_due() -> None:
    """Deliveries whose next attempt has come."""
    for webhook_id in delivering.webhooks_with_due(clock.now()):
        delivering.send_soon(webhook_id)


@jobs.nightly(47, label=_("Forget old deliveries of webhooks"))
def forget_old_deliveries() -> None:
    delivering.forget_old()
