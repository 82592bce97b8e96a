"""What reports may say of deals: how many, how much, how often won, how long it took."""

from __future__ import annotations

from typing import Any

from django.db.models import DecimalField, DurationField, ExpressionWrapper, F
from django.utils.translation import gettext_lazy as _

from zhike.records.reporting.dimensions import ByDepartment
from zhike.records.reporting.measures import Unit, average, count, share, total
from zhike.records.reporting.offering import Ready, Reports, offer


def in_status(*wanted: str) -> dict[str, Any]:
    return {"field": "status", "op": "in", "value": list(wanted)}


OPEN, WON, LOST, CLOSED = in_status("open"), in_status("won"), in_status("lost"), in_status("won", "lost")
TIME_TO_WIN = ExpressionWrapper(F("closed_on") - F("opened_on"), output_field=DurationField())
WEIGHTED = ExpressionWrapper(
    F("amount") * F("stage__probability") / 100, output_field=DecimalField(max_digits=22, decimal_places=4)
)
CREATED, CLOSED_ON, EXPECTED = "created_at", "closed_on", "expected_close_on"
DATES = (CLOSED_ON, EXPECTED, "opened_on", CREATED)

REPORTS = offer(
    Reports(
        "opportunities",
        measures=(
            count(label=_("Deals")),
            total("amount", _("Amount"), "amount"),
            average("average_amount", _("Average amount"), "amount"),
            count("won_count", _("Won"), where=WON, date=CLOSED_ON),
            total("won_amount", _("Won amount"), "amount", where=WON, date=CLOSED_ON),
            average("average_won_amount", _("Average won amount"), "amount", where=WON, date=CLOSED_ON),
            count("lost_count", _("Lost"), where=LOST, date=CLOSED_ON),
            total("lost_amount", _("Lost amount"), "amount", where=LOST, date=CLOSED_ON),
            share("win_rate", _("Win rate"), having=WON, among=CLOSED, date=CLOSED_ON),
            average("days_to_win", _("Days to win"), TIME_TO_WIN, where=WON, date=CLOSED_ON, unit=Unit.DAYS),
            count("open_count", _("Open deals"), where=OPEN, date=EXPECTED),
            total("open_amount", _("Open amount"), "amount", where=OPEN, date=EXPECTED),
            total("weighted_amount", _("Weighted amount"), WEIGHTED, where=OPEN, date=EXPECTED),
        ),
        dimensions=(
            "owner",
            ByDepartment("region", _("Sales region"), top=True),
            ByDepartment("department", _("Department"), top=False),
            "stage",
            "status",
            "pipeline",
            "lost_reason",
            "product",
            "customer",
            "customer.industry",
            "customer.source",
            "customer.region",
            "customer.size",
            "currency",
            *(f"{day}:{unit}" for day in DATES for unit in ("month", "quarter", "year")),
            "closed_on:week",
        ),
        dates=DATES,
        currency="currency",
        ready=(
            Ready("summary", _("Won and lost"), ("won_amount", "won_count", "lost_count", "win_rate"),
                  date=CLOSED_ON, chart="", icon="trophy"),
            Ready("funnel", _("Deals by stage"), ("count", "amount"), ("stage",), chart="ranking", icon="filter"),
            Ready("won-by-month", _("Won by month"), ("won_amount", "won_count"), ("closed_on:month",)),
            Ready("sellers", _("Ranking of salespeople"), ("won_amount", "won_count", "win_rate"), ("owner",),
                  chart="ranking", icon="trophy"),
            Ready("regions", _("Win rate by region"), ("win_rate", "won_amount", "won_count"), ("region",),
                  chart="ranking", icon="map-pin"),
            Ready("lost-reasons", _("Why deals are lost"), ("lost_count", "lost_amount"), ("lost_reason",),
                  chart="pie", icon="circle-x"),
            Ready("days-to-win", _("Days to win"), ("days_to_win", "won_count"), ("closed_on:month",),
                  chart="line", icon="clock"),
            Ready("products", _("Won by product"), ("won_amount", "won_count", "average_won_amount"), ("product",),
                  chart="ranking", icon="package"),
            Ready("forecast", _("Forecast by month"), ("weighted_amount", "open_amount", "open_count"),
                  ("expected_close_on:month",), icon="target-arrow"),
        ),
    )
)  # fmt: skip
