"""Webhooks, what is to be told to them, and events that were announced and not yet read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.base.changelog.models import Tracked

SHOWN_OF_SECRET = 10


def new_salt() -> str:
    return secrets.token_urlsafe(24)


class Webhook(Tracked):
    """An address that is told of events. `conditions` narrow the events of a type, by the type's name.

    The secret is nowhere stored: it follows from `salt` and the secret key of the installation, so that neither the
    change log nor a dump of the database gives it away.
    """

    log_ignores: ClassVar[tuple[str, ...]] = ("salt", "since_change_set")

    name = models.CharField(_("name"), max_length=60)
    url = models.CharField(_("address"), max_length=500)
    events = models.JSONField(_("events"), default=list)
    conditions = models.JSONField(_("conditions"), default=dict, blank=True)
    is_active = models.BooleanField(pgettext_lazy("webhook", "active"), default=True)
    salt = models.CharField(max_length=40, default=new_salt, editable=False)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("on behalf of"),
    )  # fmt: skip
    since_change_set = models.BigIntegerField(default=0, editable=False)
    """The act that made it: what was done before is not told."""
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name", "id")
        verbose_name = _("webhook")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/settings/webhooks/{self.pk}/"

    @property
    def secret(self) -> str:
        """The key of the signature, as text: `zkwh_` and 43 letters."""
        digest = hmac.digest(settings.SECRET_KEY.encode(), f"zhike.webhook:{self.salt}".encode(), hashlib.sha256)
        return "zkwh_" + base64.urlsafe_b64encode(digest).decode().rstrip("=")

    @property
    def secret_hint(self) -> str:
        return self.secret[:SHOWN_OF_SECRET]


class Delivery(models.Model):
    """One event for one webhook, kept before it is sent and until it is answered.

    No foreign key leads to the webhook: deliveries outlive its removal, so that undoing that loses none.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Delivered")
        FAILED = "failed", _("Failed")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    webhook_id = models.BigIntegerField()
    event = models.CharField(max_length=80)
    record_type = models.CharField(max_length=60, blank=True)
    record_id = models.BigIntegerField(null=True)
    title = models.CharField(max_length=200, blank=True)
    change_set_id = models.BigIntegerField(null=True)
    body = models.TextField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    is_unreachable = models.BooleanField(default=False)
    """The last attempt found nobody there: the webhook's other deliveries wait with this one."""
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)
    error = models.CharField(max_length=300, blank=True)
    milliseconds = models.PositiveIntegerField(null=True)
    tries = models.JSONField(default=list)
    """The latest attempts: `at`, `status`, `error`, `milliseconds`."""
    queued_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "records_webhookdelivery"
        indexes: ClassVar = [
            models.Index(fields=["webhook_id", "-id"], name="webhook_delivery_log"),
            models.Index(
                fields=["webhook_id", "next_attempt_at"], name="webhook_delivery_due",
                condition=models.Q(state="waiting"),
            ),
            models.Index(fields=["record_type", "record_id"], name="webhook_delivery_record"),
            models.Index(fields=["queued_at"], name="webhook_delivery_age"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.event} {self.key}"

    @property
    def last_tries(self) -> list[dict[str, Any]]:
        return list(reversed(self.tries))


class Announcement(models.Model):
    """A typed event somebody listens to, written in the act that announced it; the reader takes it away again."""

    event = models.CharField(max_length=80)
    record_id = models.BigIntegerField()
    change_set_id = models.BigIntegerField()
    data = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        db_table = "records_webhookannouncement"

    def __str__(self) -> str:
        return f"{self.event} {self.record_id}"
