"""Acts on more records than fit into a request."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from zhike.base.changelog.models import ChangeSet
from zhike.records.models.importing import JobState


class BulkRun(models.Model):
    """One act on many records: what is done to which, and how far it has come; short ones are done when written.

    Records are taken in the order of their ids; `position` is the last id that is done for good. It is written in
    the transaction that changes the records, so a record is never changed twice by one run. `refusals` counts by
    sentence; `refused` names the first records refused: [id, sentence].
    """

    record_type = models.CharField(max_length=60)
    act = models.CharField(max_length=20)
    raw = models.JSONField(default=dict)
    selection = models.JSONField(default=dict)
    actor = models.JSONField(default=dict)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    change_set = models.ForeignKey(ChangeSet, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING)
    total = models.PositiveIntegerField(default=0)
    position = models.BigIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    refusals = models.JSONField(default=dict)
    refused = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["member", "-id"], name="bulk_run_member")]

    def __str__(self) -> str:
        return f"{self.record_type} {self.act} {self.pk}"

    @property
    def is_over(self) -> bool:
        return self.state in (JobState.DONE, JobState.CANCELLED)

    @property
    def handled(self) -> int:
        return self.done + self.left_out + sum(self.refusals.values())
