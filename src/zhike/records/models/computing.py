"""Computing a field anew for every record, when its definition changed or a night has passed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from zhike.base.changelog.models import ChangeSet
from zhike.records.models.importing import JobState


class ComputingRun(models.Model):
    """`field_id` names a `CustomField`. Records are taken in the order of their ids; `position` is the last that is
    done for good."""

    record_type = models.CharField(max_length=60)
    field_id = models.BigIntegerField()
    change_set = models.ForeignKey(ChangeSet, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING)
    is_shown = models.BooleanField(default=False)
    """Whether the field says meanwhile that it is being computed."""
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    position = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["field_id", "-id"], name="computing_run_field")]

    def __str__(self) -> str:
        return f"{self.record_type} {self.field_id} {self.state}"

    @property
    def is_over(self) -> bool:
        return self.state in (JobState.DONE, JobState.CANCELLED)
