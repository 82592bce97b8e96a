"""Imports and exports: what was read, how, and what became of it. None of it is a record, so none is logged."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.base.changelog.models import ChangeSet, Tracked


class JobState(models.TextChoices):
    """How far long work has come; an import is `draft` while somebody prepares it in the wizard."""

    DRAFT = "draft", _("Being prepared")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked")
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")
    UNDOING = "undoing", _("Being undone")


class ImportRun(models.Model):
    """One file on its way in: the wizard's memory, the job's position, the result.

    `plan` is a mapping file (see `importing.plans`), `position` how many rows of the file are done for good,
    `report` what the dry run found. `actor` says on whose behalf the job works.
    """

    record_type = models.CharField(max_length=60)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    actor = models.JSONField(default=dict)
    language = models.CharField(max_length=10, blank=True)
    file = models.ForeignKey("base.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    headings = models.JSONField(default=list)
    sample = models.JSONField(default=list)
    plan = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.DRAFT)
    is_cancelled = models.BooleanField(default=False)
    failure = models.TextField(blank=True)
    total = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    warnings = models.JSONField(default=dict)
    change_set = models.ForeignKey(ChangeSet, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["member", "-id"], name="import_run_member")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_over(self) -> bool:
        return self.state in (JobState.DONE, JobState.CANCELLED, JobState.FAILED)

    @property
    def is_under_way(self) -> bool:
        return self.state in (JobState.CHECKING, JobState.WAITING, JobState.RUNNING, JobState.UNDOING)


class ImportReject(models.Model):
    """A row that could not be taken: its cells as they stood in the file, and why, by field."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rejects")
    line = models.PositiveIntegerField()
    cells = models.JSONField()
    reasons = models.JSONField()

    class Meta:
        ordering = ("line", "id")

    def __str__(self) -> str:
        return f"{self.run_id} {self.line}"


class ImportLink(models.Model):
    """A reference to a row of the same file that was not there yet; tied when every row is in."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="links")
    line = models.PositiveIntegerField()
    record_id = models.BigIntegerField()
    field = models.CharField(max_length=60)
    key = models.TextField()
    cells = models.JSONField(default=list)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.run_id} {self.line} {self.field}"


class MappingProfile(Tracked):
    """A mapping somebody saved; it is offered again when a file has the same headings."""

    record_type = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=60)
    headings = models.JSONField(default=list)
    plan = models.JSONField(default=dict)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ("name", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["record_type", "name", "member"], name="mapping_profile_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.name


class ExportLog(models.Model):
    """Who took out what, when, how much of it, by which condition; large ones also hold the job and its file."""

    record_type = models.CharField(max_length=60)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    actor_label = models.CharField(max_length=200)
    actor = models.JSONField(default=dict)
    language = models.CharField(max_length=10, blank=True)
    door = models.CharField(max_length=12)
    format = models.CharField(max_length=10)
    condition = models.JSONField(default=dict)
    words = models.CharField(max_length=200, blank=True)
    sort = models.CharField(max_length=80, blank=True)
    columns = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.DONE)
    is_cancelled = models.BooleanField(default=False)
    failure = models.TextField(blank=True)
    total = models.PositiveIntegerField(default=0)
    row_count = models.PositiveIntegerField(default=0)
    file = models.ForeignKey("base.StoredFile", null=True, on_delete=models.SET_NULL, related_name="+")
    exported_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.actor_label} {self.record_type} {self.row_count}"
