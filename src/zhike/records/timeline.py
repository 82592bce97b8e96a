"""The timeline of one record: every act that touched it, its files, and what higher domains contribute.

Each source gives its latest entries before a place; the latest of all of them make a page. A place is a moment,
a source and a number, so nothing is shown twice or lost where two things happened in the same instant.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from zhike.base import clock
from zhike.base.actors import Actor, Door
from zhike.base.changelog.models import Change, ChangeSet
from zhike.base.markup import format_html
from zhike.records import attachments, contributions, custom, history, periods, registry, shared_rows, undoing
from zhike.records.contributions import Entry, Place
from zhike.records.history import FieldChange, RowChange

PAGE = 20
MOST_DETAILS = 6


class UnknownPlace(Exception):
    """The address names no place in a timeline."""


def page(actor: Actor, record: Any, *, before: Place | None = None, only: str = "") -> tuple[list[Entry], Place | None]:
    """Up to 20 entries, latest first, and the place to go on from (None at the end)."""
    asked = [source for source in sources() if not only or source.name == only]
    found = [each for source in asked for each in source.rows(actor, record, before, PAGE + 1)]
    found.sort(key=lambda each: each[0], reverse=True)
    entries: list[Entry] = []
    for source in asked:
        if rows := [row for place, row in found[:PAGE] if place.source == source.name]:
            entries += source.entries(actor, record, rows)
    entries.sort(key=lambda entry: entry.place, reverse=True)
    return entries, found[PAGE - 1][0] if len(found) > PAGE else None


def sources() -> list[contributions.TimelineSource]:
    return [*contributions.timeline_sources(), CHANGES, FILES]


def earlier(place: Place | None, source: str, *, at: str, number: str = "pk") -> Q:
    """The rows of a source that come before a place; `at` and `number` are its columns."""
    if place is None:
        return Q()
    if source < place.source:
        return Q(**{f"{at}__lte": place.at})
    before = Q(**{f"{at}__lt": place.at})
    if source == place.source:
        before |= Q(**{at: place.at, f"{number}__lt": place.number})
    return before


def encoded(place: Place) -> str:
    return f"{place.at.isoformat()}~{place.source}~{place.number}"


def decoded(text: str) -> Place:
    """Raises `UnknownPlace`."""
    try:
        moment, source, number = text.split("~")
        at = parse_datetime(moment)
        if at is None or timezone.is_naive(at) or not 0 <= int(number) < 2**63:
            raise ValueError
    except ValueError:
        raise UnknownPlace(_("This page of the timeline cannot be found again; start from its beginning.")) from None
    return Place(at, source, int(number))


def grouped(entries: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
    """Under today, this week, October, October 2025."""
    today = clock.today()
    return [
        (heading, list(group)) for heading, group in groupby(entries, key=lambda entry: heading_of(entry.at, today))
    ]


def heading_of(moment: datetime, today: Any) -> str:
    day = timezone.localtime(moment).date()
    if day >= today:
        return _("Today") if day == today else _("Coming")
    if day >= periods.start_of("week", today):
        return _("This week")
    if day.year == today.year:
        return date_format(day, "F")
    return date_format(day, "YEAR_MONTH_FORMAT")


# What the log tells


class ChangeEntries:
    """One entry for each act that touched the record or what belongs to it."""

    name = "change"
    label = gettext_lazy("Changes")

    def rows(self, actor: Actor, record: Any, before: Place | None, limit: int) -> list[tuple[Place, Any]]:
        return [(Place(act.started_at, self.name, act.pk), act) for act in _acts_on(record, before, limit)]

    def entries(self, actor: Actor, record: Any, acts: list[Any]) -> list[Entry]:
        ids = [act.pk for act in acts]
        told = history.about(record, shared_rows.ids_of(record))
        changes = Change.objects.filter(told, change_set_id__in=ids).order_by("id")
        by_act: dict[int, list[RowChange]] = {}
        for row in history.described(changes):
            by_act.setdefault(row.change.change_set_id, []).append(row)
        return [_entry(actor, record, act, by_act.get(act.pk, [])) for act in acts]


ACTS = """
SELECT s.* FROM base_changeset s JOIN (
  SELECT DISTINCT change_set_id FROM base_change
  WHERE owner_table = %s AND owner_id = %s AND (operation <> 'U' OR after - %s::text[] <> '{}'::jsonb)
    AND (operation <> 'U' OR after - %s::text[] <> '{}'::jsonb
         OR (before -> 'custom') - %s::text[] <> (after -> 'custom') - %s::text[])
  UNION SELECT change_set_id FROM base_change WHERE owner_table = %s AND owner_id = ANY (%s)
) c ON c.change_set_id = s.id
"""


def _acts_on(record: Any, before: Place | None, limit: int) -> list[ChangeSet]:
    """Acts after which something was merely computed anew for the record are left to its history."""
    record_type, hidden = registry.of(record), list(history.HIDDEN_COLUMNS)
    computed = custom.computed_names_of(record_type.name)
    own = [record_type.table, record.pk, hidden, [*hidden, "custom"], computed, computed]
    sql, parameters = ACTS, [*own, shared_rows.TABLE, shared_rows.ids_of(record)]
    if before is not None:
        number = before.number if before.source == ChangeEntries.name else 0
        later = before.source > ChangeEntries.name
        sql += f"WHERE s.started_at {'<=' if later else '<'} %s OR (s.started_at = %s AND s.id < %s) "
        parameters += [before.at, before.at, number]
    sql += "ORDER BY s.started_at DESC, s.id DESC LIMIT %s"
    return list(ChangeSet.objects.raw(sql, [*parameters, limit]))


def _entry(actor: Actor, record: Any, act: ChangeSet, rows: list[RowChange]) -> Entry:
    icon, tone, sentence, details = _told(record, act, rows)
    entry = Entry(act.started_at, ChangeEntries.name, act.pk, icon, sentence, tone=tone, details=details)
    entry.is_undone = act.undone_by_id is not None
    if entry.is_undone:
        entry.details.append(_("Undone since"))
    elif undoing.may_undo(actor, act) and act.door in (Door.IMPORT, Door.BULK):
        # Beside one record an undo reads as one of this record; the page of the act says how many there are.
        entry.links.append((f"/change-sets/{act.pk}/", _("The whole act"), "link"))
    elif undoing.may_undo(actor, act):
        entry.links.append((f"/change-sets/{act.pk}/undo/", _("Redo") if act.undoes_id else _("Undo"), "post"))
    return entry


Told = tuple[str, str, SafeString, list[Any]]


def _told(record: Any, act: ChangeSet, rows: list[RowChange]) -> Told:
    """Icon, tone, sentence and detail lines of an act."""
    shares = [row for row in rows if row.shared_with]
    own = [row for row in rows if not row.is_part and not row.shared_with]
    parts = [row for row in rows if row.is_part]
    if shares and not own and not parts:
        return _told_sharing(act, shares)
    if any(row.operation == "I" for row in own):
        return _told_creation(record, act)
    if any(row.operation == "D" for row in own):
        return "trash", "bad", _who(act, _("<b>{who}</b> removed this")), []
    if any(row.is_trashed for row in own):
        return "trash", "bad", _who(act, _("<b>{who}</b> moved this to the trash")), []
    if any(row.is_restored for row in own):
        return "restore", "good", _who(act, _("<b>{who}</b> took this out of the trash")), []
    moved = _told_move(record, act, own)
    if moved is not None:
        return moved
    return _told_edit(act, [each for row in own for each in row.fields], parts)


def _told_creation(record: Any, act: ChangeSet) -> Told:
    singular = str(registry.of(record).singular)
    if act.door == "import":
        return "file-import", "plum", _who(act, _("<b>{who}</b> imported this {what}"), what=_inline(singular)), []
    if act.undoes_id:
        return "arrow-back-up", "", _who(act, _("<b>{who}</b> brought this back by undo")), []
    return "plus", "plum", _who(act, _("<b>{who}</b> created this {what}"), what=_inline(singular)), []


def _told_sharing(act: ChangeSet, shares: list[RowChange]) -> Told:
    """The first share makes the sentence, others its details."""
    sentences = {
        ("I", True): _("<b>{who}</b> shared this with <b>{member}</b>, to edit as well"),
        ("I", False): _("<b>{who}</b> shared this with <b>{member}</b>, to read"),
        ("U", True): _("<b>{who}</b> lets <b>{member}</b> edit this"),
        ("U", False): _("<b>{who}</b> lets <b>{member}</b> only read this"),
        ("D", False): _("<b>{who}</b> no longer shares this with <b>{member}</b>"),
    }
    first = shares[0]
    sentence = _who(act, sentences[first.operation, first.may_edit], member=first.shared_with)
    icon, tone = ("arrow-back-up", "") if act.undoes_id else ("share", "accent")
    return icon, tone, sentence, [row.sharing for row in shares[1 : MOST_DETAILS + 1]]


def _told_move(record: Any, act: ChangeSet, own: list[RowChange]) -> Told | None:
    """A change of the field drawn as a path, with the time spent in the former stage."""
    path = registry.of(record).path
    for row in own:
        step = next((each for each in row.fields if each.name == path and path), None)
        if step is None or not step.before:
            continue
        sentence = _who(
            act, _("<b>{who}</b> moved this from {before} to <b>{after}</b>"), before=step.before, after=step.after
        )
        details = [words] if (words := _time_before(row, path, step.before)) else []
        others = [each for each in row.fields if each.name != path]
        return *_icon_of_outcome(row), sentence, details + _lines(others)
    return None


def _icon_of_outcome(row: RowChange) -> tuple[str, str]:
    outcome = (row.change.after or {}).get("status")
    return {"won": ("trophy", "good"), "lost": ("circle-x", "bad")}.get(str(outcome), ("route", "accent"))


def _time_before(row: RowChange, path: str, stage: str) -> str:
    """停留 16 天: between entering the former stage and entering the next."""
    entered, left = ((values or {}).get(f"{path}_entered_at") for values in (row.change.before, row.change.after))
    if not entered or not left:
        return ""
    since, until = parse_datetime(entered), parse_datetime(left)
    if since is None or until is None or until < since:
        return ""
    days = (until - since) // timedelta(days=1)
    if days == 0:
        return _("Less than a day in “%(stage)s”") % {"stage": stage}
    words = ngettext("%(days)d day in “%(stage)s”", "%(days)d days in “%(stage)s”", days)
    return words % {"days": days, "stage": stage}


def _told_edit(act: ChangeSet, fields: list[FieldChange], parts: list[RowChange]) -> Told:
    icon, tone = ("arrow-back-up", "") if act.undoes_id else ("pencil", "accent")
    if len(fields) == 1 and not parts:
        return icon, tone, _one_field(act, fields[0]), []
    if fields and not parts:
        count = ngettext("<b>{who}</b> changed {count} field", "<b>{who}</b> changed {count} fields", len(fields))
        return icon, tone, _who(act, count, count=len(fields)), _lines(fields)
    if not fields and not parts:  # of fields the reader may not see
        return icon, tone, _who(act, _("<b>{who}</b> edited this")), []
    label = str(parts[0].table_label) if parts else ""
    sentence = _who(act, _("<b>{who}</b> changed <b>{what}</b>"), what=_inline(label))
    return icon, tone, sentence, (_lines(fields) + [_part_line(part) for part in parts])[:MOST_DETAILS]


def _one_field(act: ChangeSet, change: FieldChange) -> SafeString:
    values = {"field": change.label, "before": change.before, "after": change.after}
    if not change.before:
        return _who(act, _("<b>{who}</b> set <b>{field}</b> to {after}"), **values)
    if not change.after:
        return _who(act, _("<b>{who}</b> emptied <b>{field}</b> (was {before})"), **values)
    return _who(act, _("<b>{who}</b> changed <b>{field}</b> from {before} to {after}"), **values)


def _lines(fields: list[FieldChange]) -> list[Any]:
    lines = [
        format_html(
            '{}: <span class="before">{}</span><span class="arrow">→</span><span class="after">{}</span>',
            each.label, each.before or "–", each.after or "–",
        )
        for each in fields[:MOST_DETAILS]
    ]  # fmt: skip
    left = len(fields) - MOST_DETAILS
    return [*lines, _("and %(count)d more") % {"count": left}] if left > 0 else lines


def _part_line(part: RowChange) -> str:
    sign = {"I": "+", "D": "−"}.get(part.operation, "→")
    return f"{sign} {part.summary or part.table_label}"


def _who(act: ChangeSet, sentence: str, **values: Any) -> SafeString:
    return format_html(sentence, who=act.actor_label, **values)


def _inline(words: str) -> str:
    """A label inside an English sentence does not begin with a capital."""
    return words[:1].lower() + words[1:] if words[1:2].islower() else words


# Files


class FileEntries:
    name = "file"
    label = gettext_lazy("Files")

    def rows(self, actor: Actor, record: Any, before: Place | None, limit: int) -> list[tuple[Place, Any]]:
        if before is None:
            found = attachments.latest_of(record)[:limit]
        else:
            found = attachments.attachments_of(record).filter(earlier(before, self.name, at="attached_at"))[:limit]
        return [(Place(each.attached_at, self.name, each.pk), each) for each in found]

    def entries(self, actor: Actor, record: Any, attached: list[Any]) -> list[Entry]:
        return [self._entry(attachment) for attachment in attached]

    def _entry(self, attachment: Any) -> Entry:
        sentence = format_html(
            _('<b>{who}</b> attached <a class="link" href="/files/{id}/">{name}</a>'),
            who=attachment.attached_by or _("Zhike"), id=attachment.pk, name=attachment.name,
        )  # fmt: skip
        return Entry(attachment.attached_at, self.name, attachment.pk, "paperclip", sentence)


CHANGES, FILES = ChangeEntries(), FileEntries()
