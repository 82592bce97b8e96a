"""What the API remembers: answers already given, so that a repeated request is not done twice."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class IdempotencyKey(models.Model):
    """The answer to a request with an `Idempotency-Key`, kept for 24 hours.

    `request_hash` is of the method, the address and the body; the row is written in the transaction of the act
    itself, so there is never an act without its answer, nor an answer without its act.
    """

    member_id = models.BigIntegerField(default=0)
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["member_id", "key"], name="idempotency_key_once")]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="idempotency_key_age")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.key}"
