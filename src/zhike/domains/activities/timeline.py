"""Activities in the timeline of the records they are on."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db.models.functions import Coalesce
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.base import clock
from zhike.base.actors import Actor
from zhike.base.markup import format_html
from zhike.domains.activities.choices import ActivityKind
from zhike.domains.activities.models import Activity, Link
from zhike.records import periods, policies, registry, timeline
from zhike.records.contributions import Entry, Place
from zhike.records.models import FollowedRecord
from zhike.records.roles import sight

ICONS = {
    ActivityKind.NOTE: "note", ActivityKind.TASK: "checkbox", ActivityKind.CALL: "phone",
    ActivityKind.MEETING: "calendar-event", ActivityKind.VISIT: "map-pin",
}  # fmt: skip
TONES = {
    ActivityKind.TASK: "warn",
    ActivityKind.CALL: "accent",
    ActivityKind.MEETING: "plum",
    ActivityKind.VISIT: "good",
}


class ActivityEntries:
    name = "activity"
    label = gettext_lazy("Activities")

    def rows(self, actor: Actor, record: Any, before: Place | None, limit: int) -> list[tuple[Place, Any]]:
        if actor.types and "activities" not in actor.types:
            return []
        found = _activities_on(actor, record).annotate(at=Coalesce("happened_at", "created_at"))
        found = found.filter(timeline.earlier(before, self.name, at="at")).select_related("owner")
        return [(Place(each.at, self.name, each.pk), each) for each in found.order_by("-at", "-pk")[:limit]]

    def entries(self, actor: Actor, record: Any, activities: list[Any]) -> list[Entry]:
        editable, beside = _editable(actor, activities), _records_beside(actor, record, activities)
        now = clock.now()
        return [_entry(each, now, each.pk in editable, beside.get(each.pk, [])) for each in activities]


def _activities_on(actor: Actor, record: Any) -> Any:
    links = Link.objects.filter(record_type=record.record_type_name, record_id=record.pk)
    found = Activity.objects.filter(pk__in=links.values("activity"), trashed_at__isnull=True)
    if isinstance(record, FollowedRecord):
        # Whoever sees a followed record sees the activities on it; asking the policy again would only cost time.
        return found
    return registry.of(Activity).policy.visible_to(actor, found)


def _editable(actor: Actor, activities: list[Any]) -> set[int]:
    policy, ids = registry.of(Activity).policy, {each.pk for each in activities}
    if not policy.may(actor, policies.EDIT):
        return set()
    if policy.is_unlimited(actor, policies.EDIT, Activity):
        return ids
    own = policy.plainly_own(actor, policies.EDIT, activities)
    others = Activity.objects.filter(pk__in=ids - own)
    return own | (set(policy.scoped(actor, policies.EDIT, others).values_list("pk", flat=True)) if ids - own else set())


def _records_beside(actor: Actor, record: Any, activities: list[Any]) -> dict[int, list[Any]]:
    """The other records an activity stands on directly: the deal, on the page of its customer."""
    ids = [each.pk for each in activities]
    links = Link.objects.filter(activity__in=ids, is_direct=True).values_list("activity_id", "record_type", "record_id")
    wanted: dict[str, set[int]] = defaultdict(set)
    rows = [row for row in links if row[1:] != (record.record_type_name, record.pk)] if ids else []
    for _activity, name, record_id in rows:
        wanted[name].add(record_id)
    found: dict[tuple[str, int], Any] = {}
    for name, record_ids in wanted.items():
        record_type = registry.find(name)
        if record_type is not None:
            visible = record_type.policy.visible_to(actor, record_type.queryset().filter(pk__in=record_ids))
            found |= {(name, each.pk): each for each in visible}
    beside: dict[int, list[Any]] = defaultdict(list)
    for activity_id, name, record_id in rows:
        if (name, record_id) in found:
            beside[activity_id].append(found[name, record_id])
    return beside


def _entry(activity: Any, now: datetime, editable: bool, beside: list[Any]) -> Entry:
    tone = "bad" if activity.is_overdue(now) else TONES.get(activity.kind, "")
    entry = Entry(
        activity.at,
        ActivityEntries.name,
        activity.pk,
        ICONS.get(activity.kind, "note"),
        _sentence(activity, beside),
        tone=tone,
    )
    entry.note = "" if activity.body.strip() == activity.subject else _seen(activity, "body")
    entry.details = _details(activity, now)
    entry.is_done = activity.kind == ActivityKind.TASK and activity.is_done
    if editable:
        if not activity.is_done:
            entry.links.append((f"/activities/{activity.pk}/actions/finish/", _("Done"), "post"))
        entry.links.append((f"/activities/{activity.pk}/edit/", _("Edit"), "drawer"))
    return entry


def _seen(activity: Any, name: str) -> str:
    """A field in words, as the reader in force may see it."""
    field = registry.of(activity).field(name)
    return field.text(field.value_of(activity)) if field is not None else ""


def _sentence(activity: Any, beside: list[Any]) -> SafeString:
    parts: list[Any] = [format_html('<a href="/activities/{}/">{}</a>', activity.pk, str(activity))]
    parts += [format_html('<a class="link" href="{}">{}</a>', each.get_absolute_url(), str(each)) for each in beside]
    if location := _seen(activity, "location"):
        parts.append(location)
    if activity.duration_minutes and sight.all_readable(registry.of(activity), ["duration_minutes"]):
        parts.append(_("%(count)d min") % {"count": activity.duration_minutes})
    if owner := _seen(activity, "owner"):
        parts.append(format_html('<span class="nowrap">{}</span>', owner))
    line = format_html("<b>{}</b>", _seen(activity, "kind"))
    for place, part in enumerate(parts):
        line = format_html("{}{}{}", line, " " if place == 0 else " · ", part)
    return line


def _details(activity: Any, now: datetime) -> list[Any]:
    lines: list[Any] = []
    seen = registry.of(activity).fields()
    if activity.is_plan and sight.all_readable(registry.of(activity), ["due_at"]):
        when = periods.short_moment(activity.due_at, now)
        lines.append((_("Overdue since %(when)s") if activity.is_overdue(now) else _("Due %(when)s")) % {"when": when})
    if activity.outcome and "outcome" in seen:
        lines.append(seen["outcome"].html(activity.outcome))
    if step := _seen(activity, "next_step"):
        lines.append(_("Next: %(step)s") % {"step": step})
    return lines
