"""What the company is called, the currency it counts in, its language and time zone. The workspace holds what is read;
the row of the company is what the log knows of it, and the workspace follows it, also where an act is undone."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django_tenants.utils import get_public_schema_name

from zhike.base.changelog.models import Change, ChangeSet
from zhike.base.money import Currency
from zhike.base.sentences import one_line
from zhike.base.workspaces import queries, services
from zhike.records import gate, registry
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Field
from zhike.records.fields.numbers import Money
from zhike.records.models import Company

NAMES = ("name", "currency", "language", "time_zone")
LONGEST = 100
REGIONS = (
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
)  # fmt: skip


def filled(row: Company) -> Company:
    """The row with what the workspace says."""
    for name, value in said_now().items():
        setattr(row, name, value)
    return row


def said_now() -> dict[str, str]:
    if connection.schema_name == get_public_schema_name():  # type: ignore[attr-defined]
        return {}
    here = queries.here()
    if here is None:
        return {}
    return {
        "name": here.name, "currency": here.currency, "language": here.language or settings.LANGUAGE_CODE,
        "time_zone": here.time_zone or settings.TIME_ZONE,
    }  # fmt: skip


@cache
def time_zones() -> tuple[str, ...]:
    return tuple(sorted(name for name in zoneinfo.available_timezones() if name.partition("/")[0] in REGIONS))


def cleaned(raw: Mapping[str, Any], errors: dict[str, list[str]]) -> dict[str, str]:
    """What is said of them; what is not asked about stays as it is."""
    said = {name: one_line(raw.get(name)) for name in NAMES if name in raw}
    if "name" in said and not said["name"]:
        errors["name"] = [_("Give the company a name.")]
    elif len(said.get("name", "")) > LONGEST:
        errors["name"] = [_("At most %(limit)d characters.") % {"limit": LONGEST}]
    if said.get("currency", "CNY") not in Currency.values:
        errors["currency"] = [_("Choose a currency.")]
    if said.get("language", "en") not in dict(settings.LANGUAGES):
        errors["language"] = [_("Choose a language.")]
    if said.get("time_zone", settings.TIME_ZONE) not in {*time_zones(), settings.TIME_ZONE}:
        errors["time_zone"] = [_("Choose a time zone.")]
    return said


def refuse(now: Company, said: Mapping[str, Any]) -> None:
    """Raises `Refused` for another currency while records hold amounts: they would mean something else."""
    if said.get("currency", now.currency) == now.currency:
        return
    holders = held_in()
    if holders:
        told = _("Amounts stand in records already (%(where)s): the company’s own currency stays %(code)s.")
        named = {"where": str(_(", ")).join(holders[:3]), "code": now.currency}
        raise gate.Refused({"currency": [told % named]})


def held_in() -> list[str]:
    """The types and fields that hold an amount, those in the trash too: Opportunities · Amount."""
    return [
        f"{record_type.plural} · {field.label}"
        for record_type in registry.all_types()
        for field in record_type.every_field().values()
        if isinstance(field, Money) and _holds(record_type, field)
    ]


def _holds(record_type: RecordType, field: Field) -> bool:
    return bool(record_type.model._base_manager.exclude(field.is_empty()).exists())


def follow(said: Mapping[str, str]) -> None:
    if said:
        services.revise_workspace(**said)


def follow_back(undone: ChangeSet) -> None:
    """After an undo: as the row says, or where it says nothing any more as it was before the act."""
    row = Company.objects.first()
    before: dict[str, str] = {}
    for told in Change.objects.filter(
        change_set_id=undone.pk, table_name=Company._meta.db_table, operation="U"
    ).order_by("-id").values_list("before", flat=True):  # fmt: skip
        before |= {name: value for name, value in (told or {}).items() if name in NAMES and value}
    said = {name: value for name in NAMES if (value := getattr(row, name, "") or before.get(name, ""))}
    follow(said)


def words(name: str, value: Any) -> str:
    if name == "language":
        return str(dict(settings.LANGUAGES).get(value, value))
    if name == "currency":
        return f"{value} {dict(Currency.choices).get(value, '')}".strip()
    return str(value)
