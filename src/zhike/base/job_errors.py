"""Why a job failed: one sentence per job and workspace, kept until it succeeds or is dropped."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from zhike.base import clock


class JobError(models.Model):
    """What a job last failed with in this workspace. `job_id` is its number in the queue."""

    job_id = models.BigIntegerField()
    task = models.CharField(max_length=200)
    error = models.CharField(max_length=500)
    at = models.DateTimeField()

    class Meta:
        db_table = "base_joberror"
        constraints: ClassVar = [models.UniqueConstraint(fields=["job_id"], name="base_joberror_job")]

    def __str__(self) -> str:
        return self.error


def remember(job_id: int | None, task: str, error: Exception) -> None:
    if job_id is None:
        return
    text = f"{type(error).__name__}: {error}".strip().splitlines()[0][:500]
    JobError.objects.update_or_create(job_id=job_id, defaults={"task": task[:200], "error": text, "at": clock.now()})


def forget(job_id: int | None) -> None:
    if job_id is not None:
        JobError.objects.filter(job_id=job_id).delete()
