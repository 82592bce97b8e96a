"""Numbers: whole, decimal, percent, money, yes or no."""

from __future__ import annotations

from datetime import tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from zhike.base.markup import format_html
from zhike.records import values
from zhike.records.fields.base import EMPTY, Context, Field, Invalid

COMPARISONS = {"eq": "exact", "gt": "gt", "gte": "gte", "lt": "lt", "lte": "lte"}
SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "JP¥", "HKD": "HK$", "TWD": "NT$"}


class Number(Field):
    """A whole number."""

    kind = "integer"
    operators: ClassVar[tuple[str, ...]] = ("eq", "ne", "gt", "gte", "lt", "lte", "between", "empty", "not_empty")
    align = "right"
    width = 100
    summable = True
    castable = "^-?[0-9]{1,18}$"
    smallest = -(2**31)
    largest = 2**31 - 1

    def clean_value(self, raw: Any) -> Any:
        if isinstance(raw, bool) or not isinstance(raw, int | str):
            raise Invalid(_("A whole number is expected here."))
        try:
            number = int(str(raw).replace(",", "").strip())
        except ValueError:
            raise Invalid(_("A whole number is expected here.")) from None
        return self._within_range(number)

    def limits(self) -> tuple[int, int]:
        """The smallest and the largest number the column takes."""
        lowest = max(self.smallest, self.options.get("minimum", self.smallest))
        largest = min(self.largest, self.options.get("maximum", self.largest))
        if isinstance(self.model_field, models.PositiveIntegerField | models.PositiveSmallIntegerField):
            lowest = max(0, lowest)
        is_small = isinstance(self.model_field, models.PositiveSmallIntegerField)
        return lowest, 32767 if is_small else largest

    def _within_range(self, number: Any) -> Any:
        lowest, largest = self.limits()
        if number < lowest:
            raise Invalid(_("At least %(limit)s.") % {"limit": lowest})
        if number > largest:
            raise Invalid(_("At most %(limit)s.") % {"limit": largest})
        return number

    def read(self, raw: Any, zone: tzinfo) -> Any:
        if values.is_blank(raw):
            return self.clean(None)
        try:
            return self._within_range(values.read_integer(raw))
        except values.UnableToRead as error:
            raise Invalid(str(error)) from error

    def from_stored(self, stored: Any) -> Any:
        return None if stored is None else int(stored)

    def text(self, value: Any) -> str:
        """8,800; a year (`grouped` is False) stays 1996."""
        if value is None:
            return ""
        return f"{value:,}" if self.options.get("grouped", True) else str(value)

    def html(self, value: Any) -> SafeString:
        return EMPTY if value is None else format_html('<span class="num">{}</span>', self.text(value))

    def cell(self, value: Any) -> Any:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": ["integer", "null"]}

    def output_field(self) -> models.Field[Any, Any]:
        return models.BigIntegerField()

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        if operator in COMPARISONS:
            return self.compare(COMPARISONS[operator], self._wanted(value), prefix)
        if operator == "ne":
            return ~self.compare("exact", self._wanted(value), prefix)
        if operator == "between":
            low, high = self._pair(value)
            return self.compare("gte", low, prefix) & self.compare("lte", high, prefix)
        return super().condition(operator, value, context, prefix)

    def _wanted(self, value: Any) -> Any:
        """What is compared with need not be a value the field would take."""
        return super()._wanted(value) if self.model_field is not None else Field._wanted(self._unlimited(), value)

    def _unlimited(self) -> Number:
        options = {name: value for name, value in self.options.items() if name not in ("minimum", "maximum")}
        return type(self)(self.name, self.label, options=options)

    def _pair(self, value: Any) -> tuple[Any, Any]:
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise Invalid(_("Two values are expected: from and to."))
        return self._wanted(value[0]), self._wanted(value[1])

    def explain(self, operator: str, value: Any) -> str:
        if operator == "between":
            return " – ".join(self.text(each) for each in self._pair(value))
        return self.text(self._wanted(value))


class Rating(Number):
    """Stars, from one to as many as `maximum` says."""

    kind = "rating"
    width = 104
    summable = False
    most = 5

    def _unlimited(self) -> Number:
        return Number(self.name, self.label)

    def limits(self) -> tuple[int, int]:
        return 1, int(self.options.get("maximum", self.most))

    def html(self, value: Any) -> SafeString:
        if value is None:
            return EMPTY
        highest = self.limits()[1]
        lit = max(0, min(value, highest))
        return format_html(
            '<span class="rating" role="img" aria-label="{}" title="{}">{}<i>{}</i></span>',
            *[_("%(value)d of %(highest)d") % {"value": value, "highest": highest}] * 2,
            "★" * lit,
            "★" * (highest - lit),
        )


class DecimalNumber(Number):
    kind = "decimal"
    castable = "^-?[0-9]{1,30}(?:[.][0-9]+)?$"

    @property
    def places(self) -> int:
        return int(getattr(self.model_field, "decimal_places", None) or self.options.get("places", 2))

    @property
    def digits(self) -> int:
        return int(getattr(self.model_field, "max_digits", None) or self.options.get("digits", 18))

    def clean_value(self, raw: Any) -> Any:
        if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal):
            raise Invalid(_("A number is expected here."))
        try:
            number = Decimal(str(raw).replace(",", "").strip())
        except InvalidOperation:
            raise Invalid(_("A number is expected here, such as 12000.50.")) from None
        return self._rounded(number)

    def _rounded(self, number: Decimal) -> Decimal:
        if not number.is_finite():
            raise Invalid(_("A number is expected here, such as 12000.50."))
        if abs(number) >= Decimal(10) ** (self.digits - self.places):
            raise Invalid(_("This number is too large."))
        minimum = self.options.get("minimum")
        if minimum is not None and number < minimum:
            raise Invalid(_("At least %(limit)s.") % {"limit": minimum})
        maximum = self.options.get("maximum")
        if maximum is not None and number > maximum:
            raise Invalid(_("At most %(limit)s.") % {"limit": maximum})
        return number.quantize(Decimal(1).scaleb(-self.places))

    def read(self, raw: Any, zone: tzinfo) -> Any:
        if values.is_blank(raw):
            return self.clean(None)
        try:
            return self._rounded(values.read_decimal(raw) or Decimal())
        except values.UnableToRead as error:
            raise Invalid(str(error)) from error

    def from_stored(self, stored: Any) -> Any:
        return None if stored is None else Decimal(str(stored))

    def to_stored(self, value: Any) -> Any:
        return None if value is None else str(value)

    def text(self, value: Any) -> str:
        return "" if value is None else f"{value:,f}"

    def json(self, value: Any) -> Any:
        return None if value is None else str(value)

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "format": "decimal"}

    def output_field(self) -> models.Field[Any, Any]:
        # What was kept with fewer places has more digits before the point than the field takes now.
        return models.DecimalField(max_digits=self.digits + 18 * self.is_custom, decimal_places=self.places)


class Points(Decimal):
    """Per cent as a cell of an export: a sheet shows it with its sign."""


class Percent(DecimalNumber):
    kind = "percent"

    def clean_value(self, raw: Any) -> Any:
        return super().clean_value(raw.strip().rstrip("%％") if isinstance(raw, str) else raw)

    def read(self, raw: Any, zone: tzinfo) -> Any:
        if values.is_blank(raw):
            return self.clean(None)
        try:
            return self._rounded(values.read_percent(raw) or Decimal())
        except values.UnableToRead as error:
            raise Invalid(str(error)) from error

    def text(self, value: Any) -> str:
        return "" if value is None else f"{value.normalize():f}%"

    def cell(self, value: Any) -> Any:
        return None if value is None else Points(value)


class Money(DecimalNumber):
    """An amount; its currency lies in the column `currency_field` names, else it is the workspace's."""

    kind = "money"
    width = 120

    @property
    def currency_field(self) -> str:
        return getattr(self.model_field, "currency_field", "")

    def text(self, value: Any) -> str:
        if value is None:
            return ""
        return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.{max(self.places, 2)}f}"

    def html(self, value: Any) -> SafeString:
        return EMPTY if value is None else format_html('<span class="num">{}</span>', self.text(value))


def with_symbol(amount: Decimal, currency: str) -> str:
    """An amount with its currency's sign: ¥ 12,000."""
    shown = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
    return f"{SYMBOLS.get(currency, currency)} {shown}"


class YesNo(Field):
    kind = "yes_no"
    operators: ClassVar[tuple[str, ...]] = ("is", "empty", "not_empty")
    width = 70
    castable = "^(?:true|false)$"

    def from_form(self, data: Any) -> Any:
        return data.get(self.name) if self.is_custom else data.get(self.name) or False

    def from_stored(self, stored: Any) -> Any:
        return stored if isinstance(stored, bool) else None

    def clean(self, raw: Any) -> Any:
        if raw is None or raw == "":
            if self.is_custom and self.required:
                raise Invalid(_("This field is required."))
            return None if self.model_field is None or self.model_field.null else False
        return self.clean_value(raw)

    def clean_value(self, raw: Any) -> Any:
        if isinstance(raw, bool):
            return raw
        try:
            return values.read_yes_no(raw)
        except values.UnableToRead as error:
            raise Invalid(str(error)) from error

    def read(self, raw: Any, zone: tzinfo) -> Any:
        return self.clean(raw)

    def text(self, value: Any) -> str:
        return "" if value is None else str(_("Yes") if value else _("No"))

    def html(self, value: Any) -> SafeString:
        return (
            EMPTY
            if value is None
            else mark_safe(f'<span class="chip {"good" if value else ""}">{self.text(value)}</span>')
        )

    def schema(self) -> dict[str, Any]:
        return {"type": ["boolean", "null"]}

    def output_field(self) -> models.Field[Any, Any]:
        return models.BooleanField()

    def choices(self) -> list[tuple[str, str]]:
        return [("true", str(_("Yes"))), ("false", str(_("No")))]
