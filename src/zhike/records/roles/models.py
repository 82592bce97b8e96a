from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.base.changelog.models import Tracked


class Role(Tracked):
    """A role of the company's own, or what it changed of a ready one; a ready one that was left alone has no row."""

    key = models.CharField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60, blank=True)
    """Empty for a ready role that kept its name."""
    name_en = models.CharField(_("English name"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    template = models.CharField(max_length=40)
    """The ready role whose rights hold where this one says nothing: its own key for a ready role."""
    rights = models.JSONField(default=dict)
    """`{"customers": {"see": ["department", {"condition": {…}}], "trash": "deny"}}`: see `rights.py`."""
    fields = models.JSONField(default=dict)
    """`{"customers": {"phones": "masked"}}`; a field that is not named is as wide as the right to edit."""
    abilities = models.JSONField(null=True)
    """Names of `Ability`; null: those of the template."""
    position = models.PositiveIntegerField(default=100)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[models.Manager[Role]]

    class Meta:
        ordering: ClassVar = ("position", "id")

    def __str__(self) -> str:
        return self.name or self.key


class SharingRule(Tracked):
    """Opens every record a condition holds for to roles, departments and members, beyond what their roles reach."""

    name = models.CharField(_("name"), max_length=60)
    record_type = models.CharField(max_length=60)
    condition = models.JSONField(_("condition"), default=dict)
    writable = models.BooleanField(_("may edit"), default=False)
    roles = models.JSONField(_("roles"), default=list)
    """Keys."""
    departments = models.JSONField(_("departments"), default=list)
    """Ids; those below are meant too."""
    members = models.JSONField(_("members"), default=list)
    """Ids."""
    is_active = models.BooleanField(_("active"), default=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[models.Manager[SharingRule]]

    class Meta:
        ordering: ClassVar = ("record_type", "name", "id")

    def __str__(self) -> str:
        return self.name
