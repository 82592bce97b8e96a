"""The record types a company defines itself, and the columns every one of their tables has."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.base.changelog.models import Tracked
from zhike.records.models.record import FollowedRecord, OwnedRecord


class CustomType(Tracked):
    """A record type of a company's own. Its records lie in the table `records_custom_<id>`; its fields are
    `CustomField` rows of the name `key`, which no other type ever has, not even after this one is gone."""

    never_undone: ClassVar[tuple[str, ...]] = ("dropped_at",)

    key = models.SlugField(_("key"), max_length=40, unique=True)
    label = models.CharField(_("name"), max_length=40)
    label_en = models.CharField(_("English name"), max_length=40, blank=True)
    plural_en = models.CharField(_("English plural"), max_length=40, blank=True)
    icon = models.CharField(_("icon"), max_length=40)
    group = models.CharField(_("menu place"), max_length=60, blank=True)
    """The built-in type under whose heading it stands in the menu; "" for a heading of its own."""
    position = models.PositiveIntegerField(default=100)
    title_label = models.CharField(_("what its title is called"), max_length=40, blank=True)
    title_label_en = models.CharField(_("what its title is called in English"), max_length=40, blank=True)
    stages = models.JSONField(_("stages"), default=list, blank=True)
    """What the lanes of its board are: value, label, label_en, colour, retired; none for a type without stages."""
    removed_at = models.DateTimeField(_("removed at"), null=True, editable=False)
    """Out of sight since then, with all its records."""
    dropped_at = models.DateTimeField(_("deleted for good at"), null=True, editable=False)

    class Meta:
        ordering: ClassVar[Any] = ("position", "id")
        verbose_name, verbose_name_plural = _("record type"), _("record types")

    def __str__(self) -> str:
        return self.label

    @property
    def is_in_use(self) -> bool:
        return self.removed_at is None and self.dropped_at is None


class CustomRecord(OwnedRecord, FollowedRecord):
    """A record of such a type. All these tables have the same columns; what else a type asks lies in `custom`."""

    name = models.CharField(_("name"), max_length=200)
    stage = models.CharField(_("stage"), max_length=60, blank=True, default="")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name
