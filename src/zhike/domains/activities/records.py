from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.base import clock
from zhike.domains.activities import services, views
from zhike.domains.activities.columns import About, due
from zhike.domains.activities.events import ActivityDone
from zhike.domains.activities.models import Activity, Link
from zhike.domains.activities.policies import ActivityPolicy
from zhike.domains.activities.timeline import ActivityEntries
from zhike.records import contributions
from zhike.records.columns import Column, Drawn, Title
from zhike.records.declaration import Action, Calendar, Fact, Import, RecordType, Search, Section
from zhike.records.fields.choices import Choice
from zhike.records.fields.text import Text
from zhike.records.registry import register
from zhike.records.webhooks import events as webhook_events


def on_record(record_type_name: str, record_id: Any) -> Q:
    return Q(pk__in=Link.objects.filter(record_type=record_type_name, record_id=record_id).values("activity"))


@register
class ActivityRecord(RecordType):
    model = Activity
    name = "activities"
    label = _("Activity"), _("Activities")
    icon = "checkbox"
    group, group_position, position = _("Sales"), 20, 30
    title = "subject"
    columns = (
        Column("kind", width=84), Title("subject", width=270), About("about", width=230),
        Drawn("due_at", due, width=132), "happened_at", Column("outcome", width=92), "owner",
    )  # fmt: skip
    extra_columns = ("next_step", "body", "done_at", "duration_minutes", "location", "created_at")
    sort = "-created_at"
    filters = ("kind", "owner", "due_at", "done_at")
    search = Search("subject", "body", note=("kind", "due_at"))
    layout = (
        Section(_("Activity"), "kind", "subject", "body", "owner"),
        Section(_("Time"), "due_at", "remind_at", "happened_at", "duration_minutes", "location"),
        Section(_("Outcome"), "outcome", "next_step", "external_id"),
    )
    create_fields = ("kind", "subject", "body", "due_at", "owner")
    field_options = {
        "kind": {"colours": {"task": "w", "call": "a", "visit": "g", "meeting": "v"}},
        "outcome": {"colours": {"good": "g", "poor": "b", "not_reached": "w"}},
    }
    facts = (
        Fact(_("Kind"), "kind"),
        Fact(_("Due"), "due_at"),
        Fact(_("Done at"), "done_at"),
        Fact(_("Owner"), "owner"),
    )
    calendar = Calendar(
        by="due_at",
        shown=("about", "owner"),
        tone="kind",
        minutes="duration_minutes",
        state=lambda activity: (
            "done" if activity.is_done and activity.due_at else "late" if activity.is_overdue(clock.now()) else ""
        ),
        needs=("done_at", "due_at"),
    )
    actions = (
        Action(
            "finish", _("Done"), services.finish_activity, icon="check", tone="good",
            when=lambda activity: not activity.is_done,
            fields=(
                Choice("outcome", _("Outcome"), model_field=Activity._meta.get_field("outcome")),
                Text("next_step", _("Next step"), model_field=Activity._meta.get_field("next_step")),
            ),
        ),
        Action(
            "reopen", _("Not done after all"), services.reopen_activity, icon="rotate",
            when=lambda activity: activity.is_done and activity.kind == "task",
        ),
    )  # fmt: skip
    policy = ActivityPolicy()
    create, update, complete = services.log_activity, services.revise_activity, services.complete_activity
    linked_by, handed_over = on_record, Q(done_at__isnull=True)
    imports = Import(
        relations={"owner": ("email", "name", "external_id")},
        synonyms={"subject": ("title", "主题", "标题"), "body": ("notes", "备注", "内容", "跟进内容")},
    )
    default_views = (
        {
            "name": _("Overdue"),
            "condition": {
                "all": [
                    {"field": "done_at", "op": "empty"},
                    {"field": "due_at", "op": "before", "value": "today"},
                    {"field": "owner", "op": "is_me"},
                ]
            },
            "sort": "due_at",
        },
        {
            "name": _("To do today"),
            "condition": {
                "all": [
                    {"field": "done_at", "op": "empty"},
                    {"field": "due_at", "op": "within", "value": {"this": "day"}},
                    {"field": "owner", "op": "is_me"},
                ]
            },
            "sort": "due_at",
        },
    )


contributions.contribute_timeline(ActivityEntries())
contributions.contribute_composer(views.composer)
contributions.contribute_panel("activities", views.linked_records_panel)
contributions.name_act("log_activity", _("logged an activity on"))
contributions.name_part("activities_link", _("Linked record"))
contributions.name_part("activities_participant", _("Participant"))
webhook_events.offer(ActivityDone, "done", record_type="activities", label=_("Activity done"))
