from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.base.changelog.models import Tracked
from zhike.domains.activities.choices import ActivityKind, Outcome
from zhike.records.models import OwnedRecord, calendar_index, list_index, unique_external_id


class Activity(OwnedRecord):
    """What was done or is to be done: a note, task, call, meeting or visit, on any records at once.

    `happened_at` says when it was (notes, calls that were held), `due_at` when it is due; `done_at` when it was
    done. A task that is not done has no `happened_at`.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=ActivityKind.choices, default=ActivityKind.NOTE)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("details"), blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    happened_at = models.DateTimeField(_("happened at"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True, editable=False)
    duration_minutes = models.PositiveIntegerField(_("duration (minutes)"), null=True, blank=True)
    location = models.CharField(_("place"), max_length=200, blank=True)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices, blank=True)
    next_step = models.CharField(_("next step"), max_length=300, blank=True)
    remind_at = models.DateTimeField(_("remind at"), null=True, blank=True)
    participants = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Participant", related_name="+")

    class Meta:
        verbose_name, verbose_name_plural = _("activity"), _("activities")
        constraints: ClassVar = [unique_external_id("activities_activity")]
        indexes: ClassVar = [
            list_index("activities_activity", "happened_at"),
            calendar_index("activities_activity", "due_at"),
            models.Index(fields=["owner", "due_at"], name="activities_due", condition=models.Q(done_at__isnull=True)),
            models.Index(fields=["remind_at"], name="activities_remind", condition=models.Q(done_at__isnull=True)),
        ]

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    @property
    def is_plan(self) -> bool:
        """Something still to do: due some day and not done."""
        return self.due_at is not None and not self.is_done

    def is_overdue(self, now: datetime) -> bool:
        return bool(self.is_plan and self.due_at and self.due_at < now)


class Link(Tracked):
    """An activity on a record; `is_direct` is false where it follows from another (a deal's customer)."""

    log_owner: ClassVar[str] = "activity"
    soft_reference: ClassVar[tuple[str, str] | None] = ("record_type", "record_id")

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="links")
    record_type = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    is_direct = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["activity", "record_type", "record_id"], name="activity_link_once")
        ]
        indexes: ClassVar = [models.Index(fields=["record_type", "record_id"], name="activity_link_record")]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}"


class Participant(Tracked):
    log_owner: ClassVar[str] = "activity"

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="participations")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["activity", "member"], name="participant_once")]

    def __str__(self) -> str:
        return str(self.member)
