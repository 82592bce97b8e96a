"""Logging, planning and doing activities, and keeping "last" and "next activity" of the records they are on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Max, Min, OuterRef, Q, Subquery

from zhike.base import clock, events
from zhike.base.actors import Actor
from zhike.domains.activities import followed
from zhike.domains.activities.choices import ActivityKind
from zhike.domains.activities.events import ActivityDone
from zhike.domains.activities.models import Activity, Link, Participant
from zhike.records import copying, registry, services
from zhike.records.importing import notes as importing
from zhike.records.models import FollowedRecord, Record


def complete_activity(activity: Activity) -> None:
    """What has no due time has happened; what has happened is done."""
    if activity.due_at is None and activity.happened_at is None and activity.kind != ActivityKind.TASK:
        activity.happened_at = activity.created_at
    if activity.happened_at is not None and activity.done_at is None:
        activity.done_at = activity.happened_at
    if activity.remind_at is None and activity.due_at is not None and activity._state.adding:
        activity.remind_at = activity.due_at
    if not activity.subject:
        activity.subject = (activity.body.strip().splitlines() or [str(activity.get_kind_display())])[0][:200]


def log_activity(
    *, actor: Actor, on: Iterable[Record] = (), participants: Iterable[Any] = (), **changes: Any
) -> Activity:
    """A new activity on the records `on`; what those belong to (a deal's customer) gets it as well."""
    activity: Activity = services.build(Activity, **changes)
    if activity.owner_id is None:
        activity.owner_id = actor.member_id
    services.save_new(actor, activity)
    link_activity(activity=activity, records=on)
    Participant.objects.bulk_create([Participant(activity=activity, member=member) for member in participants])
    return activity


def revise_activity(*, actor: Actor, activity: Activity, **changes: Any) -> Activity:
    services.save_changes(activity, changes)
    refresh_followed(activity)
    return activity


def finish_activity(
    *, actor: Actor, activity: Activity, outcome: str = "", next_step: str = "", done_at: datetime | None = None
) -> Activity:
    moment = done_at or clock.now()
    changes: dict[str, Any] = {"done_at": moment, "happened_at": activity.happened_at or moment}
    if outcome:
        changes["outcome"] = outcome
    if next_step:
        changes["next_step"] = next_step
    revise_activity(actor=actor, activity=activity, **changes)
    events.announce(ActivityDone(activity.pk))
    return activity


def reopen_activity(*, actor: Actor, activity: Activity) -> Activity:
    return revise_activity(actor=actor, activity=activity, done_at=None, happened_at=None)


def link_activity(*, activity: Activity, records: Iterable[Record]) -> None:
    direct = list(records)
    links = {(record.record_type_name, record.pk): True for record in direct}
    for record in direct:
        for above in _belongs_to(record):
            links.setdefault((above.record_type_name, above.pk), False)
    Link.objects.bulk_create(
        [
            Link(activity=activity, record_type=name, record_id=record_id, is_direct=is_direct)
            for (name, record_id), is_direct in links.items()
        ],
        ignore_conflicts=True,
    )
    followed.note(name for name, _record_id in links)
    for name, record_id in links:
        _move_forward(name, record_id, activity)


def _move_forward(record_type_name: str, record_id: int, activity: Activity) -> None:
    """One more activity can only make the last one later and the next one sooner."""
    record_type = registry.get(record_type_name)
    if not issubclass(record_type.model, FollowedRecord):
        return
    row = record_type.queryset().filter(pk=record_id)
    if activity.happened_at is not None:
        later = Q(last_activity_at__lt=activity.happened_at) | Q(last_activity_at__isnull=True)
        row.filter(later).update(last_activity_at=activity.happened_at)
    if activity.is_plan:
        sooner = Q(next_activity_at__gt=activity.due_at) | Q(next_activity_at__isnull=True)
        row.filter(sooner).update(next_activity_at=activity.due_at)


def _belongs_to(record: Record) -> list[Any]:
    """The customer of a contact or deal: every followed record it points at by `policy.follows`."""
    record_type = registry.of(record)
    found = [getattr(record, name) for name in record_type.policy.follows]
    return [above for above in found if isinstance(above, FollowedRecord)]


def refresh_followed(activity: Activity) -> None:
    """Last and next activity of every record the activity is on."""
    by_type: dict[str, list[int]] = {}
    for name, record_id in activity.links.values_list("record_type", "record_id"):
        by_type.setdefault(name, []).append(record_id)
    for name, ids in by_type.items():
        refresh_records(name, ids)


def refresh_records(record_type_name: str, ids: list[int]) -> None:
    record_type = registry.find(record_type_name)
    if record_type is None or not issubclass(record_type.model, FollowedRecord):
        return
    linked = Activity.objects.filter(
        links__record_type=record_type_name, links__record_id=OuterRef("pk"), trashed_at__isnull=True
    ).order_by()
    last = linked.values("links__record_id").annotate(at=Max("happened_at")).values("at")
    planned = linked.filter(done_at__isnull=True, due_at__isnull=False)
    coming = planned.values("links__record_id").annotate(at=Min("due_at")).values("at")
    rows = record_type.queryset().filter(pk__in=ids)
    fresh = rows.annotate(
        fresh_last=Subquery(last, output_field=models.DateTimeField()),
        fresh_next=Subquery(coming, output_field=models.DateTimeField()),
    )
    for record in fresh:
        if (record.last_activity_at, record.next_activity_at) != (record.fresh_last, record.fresh_next):
            record_type.queryset().filter(pk=record.pk).update(
                last_activity_at=record.fresh_last, next_activity_at=record.fresh_next
            )


def log_imported_notes(actor: Actor, notes: Sequence[importing.Note]) -> None:
    """Notes that an import found in a column, in a few statements for all of them.

    A record that has the same note already gets no second one, so a file may come twice.
    """
    fresh = _not_yet_there(notes)
    activities = [_note_of(actor, note) for note in fresh]
    for activity in activities:
        services.complete(activity)
    copying.insert(activities)
    links: list[Link] = []
    for activity, note in zip(activities, fresh, strict=True):
        reached = {(note.record.record_type_name, note.record.pk): True}
        for above in _belongs_to(note.record):
            reached.setdefault((above.record_type_name, above.pk), False)
        links += [
            Link(activity=activity, record_type=name, record_id=record_id, is_direct=is_direct)
            for (name, record_id), is_direct in reached.items()
        ]
    copying.insert(links)
    followed.note(link.record_type for link in links)
    _move_all_forward(activities, links)


def _not_yet_there(notes: Sequence[importing.Note]) -> list[importing.Note]:
    by_type: dict[str, list[importing.Note]] = {}
    for note in notes:
        by_type.setdefault(note.record.record_type_name, []).append(note)
    fresh = []
    for name, same_type in by_type.items():
        links = Link.objects.filter(record_type=name, record_id__in=[note.record.pk for note in same_type])
        there = set(links.filter(activity__kind=ActivityKind.NOTE).values_list("record_id", "activity__body"))
        fresh += [note for note in same_type if (note.record.pk, note.text) not in there]
    return fresh


def _note_of(actor: Actor, note: importing.Note) -> Activity:
    author_id = note.author.pk if note.author is not None else actor.member_id
    return Activity(
        kind=ActivityKind.NOTE, body=note.text, happened_at=note.at, owner_id=author_id, created_by_id=author_id
    )  # fmt: skip


def _move_all_forward(activities: Sequence[Activity], links: Sequence[Link]) -> None:
    """The last activity of every record a note is on, in one UPDATE per type."""
    moments = {activity.pk: activity.happened_at for activity in activities}
    latest: dict[str, dict[int, datetime]] = {}
    for link in links:
        by_record = latest.setdefault(link.record_type, {})
        moment = moments[link.activity_id]
        if moment is not None:
            by_record[link.record_id] = max(moment, by_record.get(link.record_id, moment))
    for name, by_record in latest.items():
        rows = registry.get(name).queryset().filter(pk__in=by_record).only("pk", "last_activity_at")
        behind = [row for row in rows if row.last_activity_at is None or row.last_activity_at < by_record[row.pk]]
        for row in behind:
            row.last_activity_at = by_record[row.pk]
        copying.update(behind, {"last_activity_at"})


importing.register(log_imported_notes)
