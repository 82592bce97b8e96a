"""A workspace (账套) is one company in one PostgreSQL schema; hosts say which page leads to which."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin


class Workspace(TenantMixin):
    name = models.CharField(_("name"), max_length=100)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    language = models.CharField(_("language"), max_length=10, blank=True)
    """Of who has chosen none; "" is the installation's."""
    time_zone = models.CharField(_("time zone"), max_length=40, blank=True)
    """Where its days begin; "" is the installation's."""
    created_at = models.DateTimeField(auto_now_add=True)

    auto_create_schema = True
    auto_drop_schema = False

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class Host(DomainMixin):
    class Meta:
        ordering = ("id",)
