from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from zhike.base import clock
from zhike.base.changelog.models import Tracked


class Reveal(Tracked):
    """A masked value that somebody read in full: who, of which record, and why."""

    soft_reference: ClassVar[tuple[str, str] | None] = ("record_type", "record_id")

    record_type = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    field = models.CharField(max_length=60)
    reason = models.CharField(max_length=200)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_label = models.CharField(max_length=200)
    revealed_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[models.Manager[Reveal]]

    class Meta:
        indexes: ClassVar = [models.Index(fields=["member", "-id"], name="reveal_member")]

    def __str__(self) -> str:
        return f"{self.actor_label} {self.record_type} {self.record_id} {self.field}"
