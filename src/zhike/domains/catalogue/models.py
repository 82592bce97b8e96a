from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.records.model_fields import CurrencyField, MoneyField
from zhike.records.models import OptionTable, Record, list_index, unique_external_id


class Category(OptionTable):
    class Meta(OptionTable.Meta):
        verbose_name, verbose_name_plural = _("category"), _("categories")


class Product(Record):
    """Something the company sells."""

    name = models.CharField(_("name"), max_length=200)
    code = models.CharField(_("product code"), max_length=60, blank=True)
    category = models.ForeignKey(Category, verbose_name=_("category"), null=True, blank=True, on_delete=models.PROTECT)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    list_price = MoneyField(_("list price"), null=True, blank=True, currency_field="currency")
    currency = CurrencyField(_("currency"))
    is_active = models.BooleanField(_("on sale"), default=True)
    description = models.TextField(_("description"), blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("product"), _("products")
        constraints: ClassVar = [
            unique_external_id("catalogue_product"),
            models.CheckConstraint(
                condition=models.Q(list_price__isnull=True) | models.Q(list_price__gte=0),
                name="catalogue_product_price",
                violation_error_message=_("A price is not negative."),
            ),
        ]
        indexes: ClassVar = [list_index("catalogue_product", "title_key")]
