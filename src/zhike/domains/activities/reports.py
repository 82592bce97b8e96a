"""What reports may say of activities: who does how many of which kind, and when."""

from django.utils.translation import gettext_lazy as _

from zhike.records.reporting.dimensions import ByDepartment
from zhike.records.reporting.measures import Unit, average, count, share
from zhike.records.reporting.offering import Ready, Reports, offer

DONE = {"field": "done_at", "op": "not_empty"}
PLANNED = {"all": [{"field": "done_at", "op": "empty"}, {"field": "due_at", "op": "not_empty"}]}
HAPPENED = "happened_at"
DATES = (HAPPENED, "due_at", "created_at")

REPORTS = offer(
    Reports(
        "activities",
        measures=(
            count(label=_("Activities")),
            count("done_count", _("Done"), where=DONE, date=HAPPENED),
            count("planned_count", _("Planned"), where=PLANNED, date="due_at"),
            share("reached_rate", _("Went well"), having={"field": "outcome", "op": "in", "value": ["good"]},
                  among={"field": "outcome", "op": "not_empty"}, date=HAPPENED),
            average("average_duration", _("Average minutes"), "duration_minutes", date=HAPPENED, unit=Unit.NUMBER),
        ),
        dimensions=(
            "owner",
            ByDepartment("region", _("Sales region"), top=True),
            ByDepartment("department", _("Department"), top=False),
            "kind",
            "outcome",
            *(f"{day}:{unit}" for day in DATES for unit in ("week", "month", "quarter", "year")),
        ),
        dates=DATES,
        ready=(
            Ready("activities-by-week", _("Activities per salesperson per week"), ("done_count",),
                  ("happened_at:week", "owner"), span="this_quarter", chart="stacked", icon="calendar"),
            Ready("activities-by-kind", _("Activities by kind"), ("done_count",), ("happened_at:month", "kind"),
                  span="this_year", chart="stacked", icon="checkbox"),
        ),
    )
)  # fmt: skip
