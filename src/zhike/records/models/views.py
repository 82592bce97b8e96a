"""What members keep about lists: saved views, their own columns, shares, drafts of imports."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.base.changelog.models import Tracked


class SavedView(Tracked):
    """A named condition with columns, order and display: personal, for a department, or for everybody."""

    class Audience(models.TextChoices):
        PERSONAL = "personal", _("Only me")
        DEPARTMENT = "department", _("My department")
        EVERYBODY = "everybody", _("Everybody")

    class Display(models.TextChoices):
        LIST = "list", _("List")
        BOARD = "board", _("Board")
        CALENDAR = "calendar", _("Calendar")

    record_type = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=60)
    condition = models.JSONField(_("condition"), default=dict, blank=True)
    columns = models.JSONField(_("columns"), default=list, blank=True)
    sort = models.CharField(_("sort"), max_length=80, blank=True)
    display = models.CharField(_("display"), max_length=8, choices=Display.choices, default=Display.LIST)
    calendar_by = models.CharField(_("calendar by"), max_length=60, blank=True)
    """The field its calendar goes by; "" for the usual one."""
    audience = models.CharField(_("audience"), max_length=12, choices=Audience.choices, default=Audience.PERSONAL)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="saved_views")
    department_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=40, blank=True)
    position = models.PositiveIntegerField(default=100)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("position", "id")
        indexes: ClassVar = [models.Index(fields=["record_type"], name="saved_view_type")]

    def __str__(self) -> str:
        return self.name


class ListPreference(models.Model):
    """Columns, widths, order and the calendar's field and span a member chose for a list (or one saved view of it)."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    record_type = models.CharField(max_length=60)
    view = models.ForeignKey(SavedView, null=True, on_delete=models.CASCADE)
    columns = models.JSONField(default=list)
    widths = models.JSONField(default=dict)
    sort = models.CharField(max_length=80, blank=True)
    display = models.CharField(max_length=8, blank=True)
    calendar_by = models.CharField(max_length=60, blank=True)
    calendar_span = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member", "record_type", "view"], name="list_preference_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.record_type}"


class Share(Tracked):
    """One record opened to one member beyond what the role gives."""

    log_owner: ClassVar[str] = ""
    soft_reference: ClassVar[tuple[str, str] | None] = ("record_type", "record_id")

    record_type = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    writable = models.BooleanField(default=False)
    ends_at = models.DateTimeField(null=True)
    """When it is over; null: it holds until somebody takes it back."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record_type", "record_id", "member"], name="share_once")
        ]
        indexes: ClassVar = [models.Index(fields=["member", "record_type", "record_id"], name="share_member")]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id} → {self.member_id}"

    @property
    def last_day(self) -> date | None:
        return timezone.localdate(self.ends_at) - timedelta(days=1) if self.ends_at else None


class CustomField(Tracked):
    """A field a company added to a record type; its values lie in the record's `custom` column."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        LONG_TEXT = "long_text", _("Long text")
        INTEGER = "integer", _("Whole number")
        DECIMAL = "decimal", _("Decimal number")
        PERCENT = "percent", _("Percent")
        MONEY = "money", _("Money")
        DAY = "day", _("Date")
        MOMENT = "moment", _("Date and time")
        YES_NO = "yes_no", _("Yes or no")
        CHOICE = "choice", _("One choice")
        MANY_CHOICES = "many_choices", _("Many choices")
        RATING = "rating", _("Rating")
        PHONE = "phone", _("Phone")
        EMAIL = "email", _("E-mail")
        LINK = "link", _("Link")
        TAGS = "tags", _("Tags")
        REGION = "region", _("Region")
        MEMBER = "member", _("Member")
        DEPARTMENT = "department", _("Department")
        REFERENCE = "reference", _("Reference")
        REFERENCES = "references", _("References")
        SERIAL = "serial", _("Automatic number")
        CASCADE = "cascade", _("Cascading choice")
        ADDRESS = "address", _("Address")
        IMAGE = "image", _("Image")
        FILE = "file", _("File")
        RICH_TEXT = "rich_text", _("Rich text")
        FORMULA = "formula", _("Formula")
        ROLL_UP = "roll_up", _("Roll-up")

    record_type = models.CharField(_("record type"), max_length=60)
    name = models.SlugField(_("key"), max_length=40)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    label = models.CharField(_("label"), max_length=60)
    label_en = models.CharField(_("English label"), max_length=60, blank=True)
    required = models.BooleanField(_("required"), default=False)
    options = models.JSONField(default=dict, blank=True)
    """help, help_en, default (as stored), minimum, maximum, min_length, max_length, unique, section (told by its first
    field), choices (value, label, label_en, colour, retired), target (the record type a reference points at),
    list_label, list_label_en (of the list on the record pointed at). Of a computed field: result (the kind of its
    values) and formula, or roll_up (type, by, function, measure, latest_by, condition)."""
    position = models.PositiveIntegerField(default=100)
    removed_at = models.DateTimeField(_("removed at"), null=True, editable=False)
    """Hidden since then; what records hold in it stays."""

    class Meta:
        ordering = ("position", "id")
        constraints: ClassVar = [models.UniqueConstraint(fields=["record_type", "name"], name="custom_field_once")]

    def __str__(self) -> str:
        return f"{self.record_type}.{self.name}"


class Attachment(Tracked):
    """A file on a record; who sees the record sees the file."""

    soft_reference: ClassVar[tuple[str, str] | None] = ("record_type", "record_id")

    record_type = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    file = models.ForeignKey("base.StoredFile", on_delete=models.PROTECT)
    name = models.CharField(max_length=255)
    attached_at = models.DateTimeField(auto_now_add=True)
    attached_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["record_type", "record_id"], name="attachment_record")]

    def __str__(self) -> str:
        return self.name
