"""What a company's own types offer to reports: how many, whose, when, in which stage; and its own fields."""

from __future__ import annotations

from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.records.declaration import RecordType
from zhike.records.reporting.dimensions import SPANS, ByDepartment
from zhike.records.reporting.measures import count
from zhike.records.reporting.offering import Ready, Reports, offer_where
from zhike.records.types.declaring import CustomRecordType

BY_STAGE, BY_OWNER, BY_MONTH = _("{types} by stage"), _("{types} by owner"), _("New {types} by month")


def reports_of(record_type: RecordType) -> Reports | None:
    """None for types of the code: their domains say what they offer."""
    if not isinstance(record_type, CustomRecordType):
        return None
    stage = ("stage",) if record_type.row.stages else ()
    return Reports(
        record_type.name,
        measures=(count(label=record_type.plural),),
        dimensions=(
            "owner", ByDepartment("department", _("Department"), top=False), *stage,
            *(f"{day}:{span}" for day in ("created_at", "last_activity_at") for span in SPANS),
        ),
        dates=("created_at", "last_activity_at"),
        ready=tuple(_ready(record_type, bool(stage))),
    )  # fmt: skip


def _ready(record_type: RecordType, has_stages: bool) -> list[Ready]:
    def ready(words: Any, by: str, chart: str, icon: str) -> Ready:
        name = f"{record_type.name}-by-{by.partition(':')[2] or by}".replace("_", "-")
        return Ready(name, format_lazy(words, types=record_type.plural), ("count",), (by,), chart=chart, icon=icon)

    by_stage = [ready(BY_STAGE, "stage", "bar", "list-details")] if has_stages else []
    by_owner = ready(BY_OWNER, "owner", "ranking", "users")
    return [*by_stage, by_owner, ready(BY_MONTH, "created_at:month", "bar", "chart-bar")]


def install() -> None:
    offer_where(reports_of)
