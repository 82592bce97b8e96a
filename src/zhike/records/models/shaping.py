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
