"""What reports may say of customers: how many, where they come from, what they are."""

from django.utils.translation import gettext_lazy as _

from zhike.records.reporting.dimensions import ByDepartment
from zhike.records.reporting.measures import Unit, average, count
from zhike.records.reporting.offering import Ready, Reports, offer

UNITS = ("week", "month", "quarter", "year")
QUIET = {"field": "last_activity_at", "op": "not_within", "value": {"last": 30, "unit": "day"}}

REPORTS = offer(
    Reports(
        "customers",
        measures=(
            count(label=_("Customers")),
            count("quiet_count", _("Not contacted for 30 days"), where=QUIET),
            average("average_employees", _("Average employees"), "employee_count", unit=Unit.NUMBER),
        ),
        dimensions=(
            "owner",
            ByDepartment("team_region", _("Sales region"), top=True),
            ByDepartment("department", _("Department"), top=False),
            "industry", "source", "size", "kind", "region",
            *(f"{day}:{unit}" for day in ("created_at", "last_activity_at") for unit in UNITS),
        ),
        dates=("created_at", "last_activity_at"),
        ready=(
            Ready("customers-by-source", _("Customers by source"), ("count",), ("source",), chart="pie", icon="tag"),
            Ready("customers-by-industry", _("Customers by industry"), ("count", "quiet_count"), ("industry",),
                  chart="ranking", icon="building"),
            Ready("customers-by-month", _("New customers by month"), ("count",), ("created_at:month",),
                  span="all", icon="chart-bar"),
        ),
    )
)  # fmt: skip
