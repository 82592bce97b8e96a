from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from zhike.records.model_fields import CurrencyField, MoneyField, TagsField
from zhike.records.models import OptionTable, Record, list_index, unique_external_id


class Category(OptionTable):
    class Meta(OptionTable.Meta):
        verbose_name, verbose_name_plural = _("category"), _("categories")


class TaxRate(OptionTable):
    """What is added to a price for the state. A new product gets the default one."""

    asked: ClassVar[tuple[str, ...]] = ("percent", "is_default")
    icon: ClassVar[str] = "receipt-tax"

    percent = models.DecimalField(_("per cent"), max_digits=5, decimal_places=2)
    is_default = models.BooleanField(_("default for new products"), default=False)

    class Meta(OptionTable.Meta):
        verbose_name, verbose_name_plural = _("tax rate"), _("tax rates")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(percent__gte=0, percent__lte=100), name="catalogue_tax_percent")
        ]

    @property
    def note(self) -> str:
        told = f"{plain(self.percent)}%"
        return f"{told} · {now('default')}" if self.is_default else told

    @classmethod
    def mend(cls, row: Any, values: dict[str, Any]) -> dict[str, list[str]]:
        if not 0 <= values["percent"] <= 100:
            return {"percent": [now("A tax rate is between 0 and 100 per cent.")]}
        return {}

    def settle(self) -> None:
        """There is one default."""
        if self.is_default:
            TaxRate.objects.exclude(pk=self.pk).filter(is_default=True).update(is_default=False)

    @property
    def share(self) -> Decimal:
        """0.13 for 13 per cent."""
        return self.percent / 100


class Unit(OptionTable):
    """What a product is counted in. Units of one dimension are counted in one of them: 1 day = 8 hours."""

    asked: ClassVar[tuple[str, ...]] = ("base", "factor", "places", "synonyms")
    icon: ClassVar[str] = "ruler-2"
    MOST_PLACES: ClassVar[int] = 6

    base = models.ForeignKey(
        "self", verbose_name=_("counted in"), null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text=_("Another unit of the same dimension, such as hours for days; nothing for a unit by itself."),
    )  # fmt: skip
    factor = models.DecimalField(
        _("how many of it"), max_digits=20, decimal_places=8, default=Decimal(1),
        help_text=_("1 of this unit is so many of the other."),
    )  # fmt: skip
    places = models.PositiveSmallIntegerField(
        _("decimal places"), default=0, help_text=_("Of quantities in this unit.")
    )
    synonyms = TagsField(verbose_name=_("synonyms"), help_text=_("Other words for it in files that are imported."))

    class Meta(OptionTable.Meta):
        verbose_name, verbose_name_plural = _("unit"), _("units")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(factor__gt=0), name="catalogue_unit_factor"),
            models.CheckConstraint(condition=~models.Q(base=models.F("id")), name="catalogue_unit_base"),
        ]

    @property
    def note(self) -> str:
        return f"1 {self.name} = {plain(self.factor)} {self.base}" if self.base else ""

    @classmethod
    def mend(cls, row: Any, values: dict[str, Any]) -> dict[str, list[str]]:
        """A unit is counted in one that stands by itself: so there is no circle, and one step leads to the base."""
        base, factor, places = values["base"], values["factor"], values["places"]
        if places is None or not 0 <= places <= cls.MOST_PLACES:
            return {"places": [now("Between 0 and %(most)d.") % {"most": cls.MOST_PLACES}]}
        if wrong := cls._wrong_base(row, base):
            return {"base": [wrong]}
        if base is not None and (factor is None or factor <= 0):
            return {"factor": [now("Say how many of it, more than 0.")]}
        if base is None and factor not in (None, 0, 1):
            return {"base": [now("Choose the unit it is counted in.")]}
        values["factor"] = factor if base is not None else Decimal(1)
        return cls._taken_words(row, values)

    @classmethod
    def _wrong_base(cls, row: Any, base: Unit | None) -> str:
        if base is None:
            return ""
        if row is not None and base.pk == row.pk:
            return now("A unit is not counted in itself.")
        if base.base is not None:
            told = {"name": base.name, "base": base.base.name}
            return now("“%(name)s” is itself counted in “%(base)s”: choose “%(base)s”.") % told
        counted = cls.objects.filter(base=row).first() if row is not None else None
        if counted is not None:
            return now("“%(name)s” is counted in this unit: it stands by itself.") % {"name": counted.name}
        return ""

    @classmethod
    def _taken_words(cls, row: Any, values: dict[str, Any]) -> dict[str, list[str]]:
        """A word means one unit."""
        wanted = {str(word).casefold(): word for word in values["synonyms"]}
        for each in cls.objects.exclude(pk=row.pk if row else None):
            for word in (each.name, *each.synonyms):
                if word.casefold() in wanted:
                    told = {"word": word, "name": each.name}
                    return {"synonyms": [now("“%(word)s” stands for “%(name)s” already.") % told]}
        return {}

    def refuses(self, into: Unit) -> str:
        named = {"name": self.name, "into": into.name}
        if self.base_id or into.base_id:
            return now("“%(into)s” and “%(name)s” count differently: the quantities would mean something else.") % named
        if Unit.objects.filter(base=self).exists():
            return now("Other units are counted in “%(name)s”.") % named
        return ""


def plain(number: Decimal) -> str:
    """13, 0.5: without the noughts nobody wrote."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def default_tax_rate() -> int | None:
    """The id of the one new products get."""
    return TaxRate.objects.filter(is_default=True, is_active=True).values_list("pk", flat=True).first()


class Product(Record):
    """Something the company sells."""

    name = models.CharField(_("name"), max_length=200)
    code = models.CharField(_("product code"), max_length=60, blank=True)
    category = models.ForeignKey(Category, verbose_name=_("category"), null=True, blank=True, on_delete=models.PROTECT)
    unit = models.ForeignKey(Unit, verbose_name=_("unit"), null=True, blank=True, on_delete=models.PROTECT)
    list_price = MoneyField(_("list price"), null=True, blank=True, currency_field="currency")
    currency = CurrencyField(_("currency"))
    tax_rate = models.ForeignKey(
        TaxRate, verbose_name=_("tax rate"), null=True, blank=True, on_delete=models.PROTECT, default=default_tax_rate
    )
    is_tax_included = models.BooleanField(_("list price includes tax"), default=True)
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
