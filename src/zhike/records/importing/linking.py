"""Tying references between rows of one file, once every row is in; circles are refused here a last time."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhike.base.sentences import shortened
from zhike.records import copying
from zhike.records.importing.drafts import Draft
from zhike.records.importing.engine import Engine
from zhike.records.importing.lookups import EMPTY, Candidates, Lookup, Problem
from zhike.records.models import ImportLink, ImportReject, ImportRun

BATCH = 2000
DEEPEST = 60


def tie_some(run: ImportRun, engine: Engine) -> bool:
    """Ties a batch of waiting references inside the open act; says whether there were any."""
    links = list(ImportLink.objects.filter(run=run)[:BATCH])
    if not links:
        return False
    for name in {link.field for link in links}:
        lookup = next(found for found in engine.reader.lookups if found.name == name)
        _tie([link for link in links if link.field == name], lookup, engine)
    ImportLink.objects.filter(pk__in=[link.pk for link in links]).delete()
    return True


def _tie(links: list[ImportLink], lookup: Lookup, engine: Engine) -> None:
    lookup.siblings = None
    lookup.known.clear()
    vars(lookup.finder).pop("index", None)
    drafts = [Draft(link.line, []) for link in links]
    for draft, link in zip(drafts, links, strict=True):
        draft.keys[lookup.name] = link.key
    lookup.load(drafts)
    found = engine.record_type.queryset().select_for_update(of=("self",)).order_by("pk")
    records = {record.pk: record for record in found.filter(pk__in=[link.record_id for link in links])}
    circles = Circles(engine.record_type.model, f"{lookup.name}_id")
    circles.load(records, [_id_of(lookup.known[link.key]) for link in links])
    changed = {}
    for link in links:
        record, target = records.get(link.record_id), lookup.known[link.key]
        if record is None:
            continue
        if trouble := _trouble(target, record, circles, link):
            _report(link, lookup, trouble)
        else:
            setattr(record, f"{lookup.name}_id", target.pk)
            circles.move(record.pk, target.pk)
            changed[record.pk] = record
    copying.update(list(changed.values()), {f"{lookup.name}_id"})
    after = type(engine.record_type).after_import
    if after is not None and changed:
        after(engine.actor, list(changed.values()))


def _id_of(target: Any) -> int | None:
    return getattr(target, "pk", None)


def _trouble(target: Any, record: Any, circles: Circles, link: ImportLink) -> str:
    if isinstance(target, Problem):
        return target.sentence
    if target is EMPTY or isinstance(target, Candidates):
        return _("“%(value)s” names no record.") % {"value": shortened(link.key)}
    if circles.would_close(record.pk, target.pk):
        return _("“%(value)s” stands below this record itself.") % {"value": shortened(link.key)}
    return ""


def _report(link: ImportLink, lookup: Lookup, sentence: str) -> None:
    """The row is in, only the reference is not; it is listed with the rejected rows, to be mended."""
    said = _("The row was taken without this reference. %(reason)s") % {"reason": sentence}
    reason = {"field": lookup.label, "heading": lookup.heading, "sentence": said}
    waiting = ImportReject.objects.filter(run_id=link.run_id, line=link.line).first()
    if waiting is None:
        ImportReject.objects.create(run_id=link.run_id, line=link.line, cells=link.cells, reasons=[reason])
    else:
        waiting.reasons = [*waiting.reasons, reason]
        waiting.save(update_fields=["reasons"])
    lookup.tally.warn(f"{lookup.label}: {said}", link.line)


class Circles:
    """Who stands below whom, as far as the records in question are concerned."""

    def __init__(self, model: Any, attname: str) -> None:
        self.model = model
        self.attname = attname
        self.above: dict[int, int | None] = {}

    def load(self, records: dict[int, Any], targets: list[int | None]) -> None:
        self.above = {pk: getattr(record, self.attname) for pk, record in records.items()}
        frontier = {pk for pk in (*self.above.values(), *targets) if pk is not None} - set(self.above)
        for _level in range(DEEPEST):
            if not frontier:
                return
            rows = dict(self.model._default_manager.filter(pk__in=frontier).values_list("pk", self.attname))
            self.above.update(rows)
            frontier = {pk for pk in rows.values() if pk is not None} - set(self.above)

    def move(self, pk: int, above: int) -> None:
        self.above[pk] = above

    def would_close(self, pk: int, above: int) -> bool:
        node: int | None = above
        for _level in range(DEEPEST * 10):
            if node is None:
                return False
            if node == pk:
                return True
            node = self.above.get(node)
        return True
