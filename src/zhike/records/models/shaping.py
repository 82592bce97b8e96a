"""What an administrator shapes without code, besides fields of a company's own."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.base.changelog.models import Tracked


class ChoiceList(Tracked):
    """Values that several choice fields share: each field holds them as its own, and every change reaches them all."""

    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60, blank=True)
    choices = models.JSONField(_("choices"), default=list)
    """value, label, label_en, colour, retired"""

    class Meta:
        ordering: ClassVar[Any] = ("name", "id")
        verbose_name, verbose_name_plural = _("choice list"), _("choice lists")

    def __str__(self) -> str:
        return self.name


class ValidationRule(Tracked):
    """A record that satisfies `condition` breaks the rule: no save leaves one so. `stages` narrows it to records that
    enter one of these stages."""

    class Moment(models.TextChoices):
        SAVE = "save", _("Whenever it is saved")
        STAGE = "stage", _("When it enters a stage")

    record_type = models.CharField(_("record type"), max_length=60)
    name = models.CharField(_("name"), max_length=60)
    condition = models.JSONField(_("condition"), default=dict)
    sentence = models.CharField(_("sentence"), max_length=200)
    sentence_en = models.CharField(_("English sentence"), max_length=200, blank=True)
    field = models.CharField(_("told at"), max_length=60, blank=True)
    """The field the sentence stands beside; "" for the record as a whole."""
    moment = models.CharField(_("moment"), max_length=8, choices=Moment.choices, default=Moment.SAVE)
    stages = models.JSONField(_("stages"), default=list, blank=True)
    is_active = models.BooleanField(_("in force"), default=True)

    class Meta:
        ordering: ClassVar[Any] = ("record_type", "name", "id")
        verbose_name, verbose_name_plural = _("rule"), _("rules")

    def __str__(self) -> str:
        return self.name


class Layout(Tracked):
    """How one part of a type's pages is laid out for a role ("" for everybody) and a kind of record ("" for any), in
    place of what the declaration says. `body` is described in `layouts/parts.py`."""

    record_type = models.CharField(_("record type"), max_length=60, blank=True)
    """"" for the menu, which belongs to no type."""
    part = models.CharField(_("part"), max_length=12)
    role = models.CharField(_("role"), max_length=40, blank=True)
    record_kind = models.CharField(_("kind of record"), max_length=40, blank=True)
    body = models.JSONField(_("layout"), default=dict)

    class Meta:
        ordering: ClassVar[Any] = ("record_type", "part", "role", "record_kind")
        verbose_name, verbose_name_plural = _("layout"), _("layouts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record_type", "part", "role", "record_kind"], name="layout_once")
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.part} {self.role} {self.record_kind}".strip()


class Company(Tracked):
    """What the company says of itself and how it counts its time; one row, or none while everything is as delivered.

    What it is called, its currency, language and time zone are read from the workspace, which follows this row; here
    they are for the log. "" is as the workspace was opened.
    """

    name = models.CharField(_("name"), max_length=100, blank=True)
    currency = models.CharField(_("own currency"), max_length=3, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, blank=True)
    fiscal_start = models.PositiveSmallIntegerField(_("fiscal year begins in month"), default=1)
    rest_days = models.JSONField(_("days of rest in a week"), default=list)
    """Numbers of weekdays, Monday is 0."""
    follows_holidays = models.BooleanField(_("follows the public holidays of China"), default=True)
    own_days = models.JSONField(_("days of its own"), default=list)
    """day (ISO), kind ("off" or "work"), note"""

    class Meta:
        verbose_name, verbose_name_plural = _("company"), _("company")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(fiscal_start__gte=1, fiscal_start__lte=12), name="company_fiscal_start"
            )
        ]

    def __str__(self) -> str:
        return str(_("Company"))
