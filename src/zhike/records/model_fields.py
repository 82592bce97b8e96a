"""Django model fields for what customer records are made of; each has a kind of its own in the engine."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from zhike.base.workspaces.queries import own_currency


class MoneyField(models.DecimalField):
    """An amount with two decimals; `currency_field` names the column of its ISO 4217 code, if any."""

    def __init__(self, *arguments: Any, currency_field: str = "", **options: Any) -> None:
        self.currency_field = currency_field
        options.setdefault("max_digits", 16)
        options.setdefault("decimal_places", 2)
        super().__init__(*arguments, **options)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, arguments, options = super().deconstruct()
        if self.currency_field:
            options["currency_field"] = self.currency_field
        return name, path, arguments, options


class CurrencyField(models.CharField):
    """The ISO 4217 code of a currency; the company's own where nothing is said. `day_field` names the date whose rate
    converts amounts in it; without, or where it is empty, today's does."""

    def __init__(self, *arguments: Any, day_field: str = "", **options: Any) -> None:
        self.day_field = day_field
        options.setdefault("max_length", 3)
        options.setdefault("default", own_currency)
        super().__init__(*arguments, **options)


class PhonesField(models.JSONField):
    """A list of `{"kind": "mobile|landline|other", "number": E.164, "extension": "801"}`."""


class EmailsField(models.JSONField):
    """A list of `{"kind": "work|home|other", "address": …}`, addresses in lower case."""


class TagsField(ArrayField):
    """Free words."""

    def __init__(self, base_field: Any = None, **options: Any) -> None:
        options.setdefault("default", list)
        options.setdefault("blank", True)
        super().__init__(base_field or models.CharField(max_length=40), **options)


class RolesField(ArrayField):
    """Keys of roles."""

    def __init__(self, base_field: Any = None, **options: Any) -> None:
        options.setdefault("blank", True)
        super().__init__(base_field or models.CharField(max_length=40), **options)


class RegionField(models.CharField):
    """A place as a path: `江苏省/苏州市/昆山市`, or a free name outside China."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        options.setdefault("max_length", 120)
        options.setdefault("blank", True)
        super().__init__(*arguments, **options)
