"""What every record has: a version, a trash, custom fields, a sort key in pinyin, and a trace in the log."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.base import clock
from zhike.base.changelog.models import Tracked


class RecordQuerySet(models.QuerySet[Any]):
    def alive(self) -> RecordQuerySet:
        return self.filter(trashed_at__isnull=True)

    def trashed(self) -> RecordQuerySet:
        return self.filter(trashed_at__isnull=False)


class Record(Tracked):
    record_type_name: ClassVar[str] = ""
    """Filled in at registration: the name of the record type, such as `customers`."""

    external_id = models.CharField(
        _("external ID"), max_length=100, null=True, blank=True, help_text=_("Its number in another system.")
    )
    title_key = models.CharField(max_length=240, blank=True, editable=False, db_default="")
    version = models.PositiveIntegerField(default=1, editable=False)
    custom = models.JSONField(default=dict, editable=False, db_default=models.Value({}, models.JSONField()))
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    updated_at = models.DateTimeField(_("updated at"), default=timezone.now, editable=False)
    trashed_at = models.DateTimeField(_("trashed at"), null=True, editable=False)

    objects: ClassVar[Any] = RecordQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        """Its title, as the reader in force may see it."""
        from zhike.records import registry

        return registry.of(self).title_of(self)

    def save(self, **how: Any) -> None:
        """As any model; a new record is given its automatic numbers on the way, whoever makes it."""
        if self._state.adding and self.record_type_name:
            from zhike.records import numbering

            numbering.give(self.record_type_name, [self])
        super().save(**how)

    @property
    def is_trashed(self) -> bool:
        return self.trashed_at is not None

    def get_absolute_url(self) -> str:
        return f"/{self.record_type_name}/{self.pk}/"


class OwnedRecord(Record):
    """A record somebody is responsible for."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        abstract = True


class FollowedRecord(models.Model):
    """A record whose last and next activity are worth knowing; activities keep both up to date."""

    last_activity_at = models.DateTimeField(_("last activity"), null=True, editable=False)
    next_activity_at = models.DateTimeField(_("next activity"), null=True, editable=False)

    class Meta:
        abstract = True


class OptionTable(Tracked):
    """A short list a company keeps itself: industries, sources, product categories, stages."""

    is_option_table: ClassVar[bool] = True
    settings_url: ClassVar[str] = ""
    """Where it is looked after, if not among the lists of the settings."""
    asked: ClassVar[tuple[str, ...]] = ()
    """Columns of its own that its form asks for besides the name."""
    icon: ClassVar[str] = "list"

    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveIntegerField(_("position"), default=100)
    colour = models.CharField(_("colour"), max_length=1, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        abstract = True
        ordering: ClassVar[Any] = ("position", "id")

    def __str__(self) -> str:
        return self.name

    @property
    def is_offered(self) -> bool:
        """Whether records may be given it; what has it keeps it."""
        return self.is_active

    @property
    def note(self) -> str:
        """What its list tells beside the name."""
        return ""

    @classmethod
    def mend(cls, row: Any, values: dict[str, Any]) -> dict[str, list[str]]:
        """What is wrong with values that fit each column by itself, by column; it may complete them. `row` is the one
        they are for, None for a new one."""
        return {}

    def settle(self) -> None:
        """After it was written, inside the act: brings others along."""

    def refuses(self, into: Any) -> str:
        """Why its records may not be given `into` instead; "" where they may."""
        return ""


def unique_external_id(table: str) -> models.UniqueConstraint:
    """An external id names one record of its type at most."""
    return models.UniqueConstraint(
        fields=["external_id"],
        condition=models.Q(external_id__isnull=False),
        name=f"{table}_external_id",
        violation_error_message=_("This external ID is taken by another record."),
    )


def list_index(table: str, column: str) -> models.Index:
    """Serves a list sorted by `column` page by page: trash left out, ties broken by id."""
    return models.Index(
        fields=[column, "id"], name=f"{table}_{column}"[:30], condition=models.Q(trashed_at__isnull=True)
    )


def calendar_index(table: str, column: str) -> models.Index:
    """Serves a calendar by `column`, which few records have a value in."""
    has_value = models.Q(trashed_at__isnull=True) & models.Q(**{f"{column}__isnull": False})
    return models.Index(fields=[column, "id"], name=f"{table}_{column}"[:30], condition=has_value)
