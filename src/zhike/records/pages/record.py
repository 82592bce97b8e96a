"""The page of one record: who or what it is, what was done with it, what belongs to it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhike.records import attachments, conditional, contributions, gate, hanging, listing, policies, sharing
from zhike.records.columns import colour_of
from zhike.records.declaration import Action, Fact, RecordType, RelatedList
from zhike.records.fields.choices import Choice, Option
from zhike.records.fields.contacts import Emails, Phones
from zhike.records.models import Share
from zhike.records.pages import answering, rights, stages, timeline
from zhike.records.pages import related as related_lists
from zhike.records.pages.details import DetailRow, detail_row, value_html
from zhike.records.roles import sight
from zhike.records.search import visits


class RecordPage:
    """Everything the templates ask about one record; each part is looked up when it is first drawn."""

    def __init__(self, request: Any, record_type: RecordType, record: Any, tab: str = "overview") -> None:
        self.request, self.actor = request, request.actor
        self.record_type, self.record, self.tab = record_type, record, tab

    @property
    def url(self) -> str:
        return f"{self.record_type.url}{self.record.pk}/"

    @property
    def title(self) -> str:
        return self.record_type.title_of(self.record)

    @property
    def colour(self) -> str:
        return colour_of(self.title)

    @cached_property
    def rights(self) -> frozenset[str]:
        needs = [policies.doing(action.name) for action in self.record_type.actions]
        return rights.rights_on(self.actor, self.record, (*rights.RECORD_ACTIONS, *needs))

    @property
    def may_edit(self) -> bool:
        return policies.EDIT in self.rights and not self.record.is_trashed

    @property
    def may_trash(self) -> bool:
        return policies.TRASH in self.rights and not self.record.is_trashed

    @property
    def may_restore(self) -> bool:
        return policies.RESTORE in self.rights

    @property
    def may_share(self) -> bool:
        policy = self.record_type.policy
        return policies.SHARE in self.rights and policy.shared and self.record_type.has_owner()

    @property
    def may_transfer(self) -> bool:
        return self.record_type.has_owner() and {policies.EDIT, policies.TRANSFER} <= self.rights

    # The head

    @property
    def chips(self) -> list[Any]:
        """Choices that carry a meaning of their own: won, supporter, task."""
        found = []
        for field in self.record_type.fields().values():
            if isinstance(field, Choice) and not isinstance(field, Option) and field.has_colours:
                value = field.value_of(self.record)
                if value not in (None, "", []):
                    found.append(field.html(value))
        return found

    @cached_property
    def facts(self) -> list[tuple[Any, Any]]:
        shown = [fact for fact in self.record_type.facts if self._may_be_told(fact)]
        declared = [(fact.label, self._fact(fact.value)) for fact in shown]
        added = [
            pair
            for function in contributions.facts_of(self.record_type.name)
            for pair in function(self.actor, self.record)
        ]
        return [*declared[:1], *added, *declared[1:]]

    def _may_be_told(self, fact: Fact) -> bool:
        if isinstance(fact.value, str):
            return self.record_type.field(fact.value) is not None
        return sight.all_readable(self.record_type, fact.needs)

    def _fact(self, value: Any) -> Any:
        if callable(value):
            return value(self.record, self.actor)
        field = self.record_type.field(value)
        return value_html(field, self.record) if field else ""

    @cached_property
    def actions(self) -> list[Action]:
        if self.record.is_trashed:
            return []
        return [
            action
            for action in self.record_type.actions
            if policies.doing(action.name) in self.rights and (action.when is None or action.when(self.record))
        ]

    @property
    def buttons(self) -> list[tuple[Action, str]]:
        """Each action with its address."""
        return [(action, action.address(self.record)) for action in self.actions]

    @cached_property
    def steps(self) -> list[stages.Step]:
        return stages.steps_of(self.record_type, self.record)

    @property
    def phone(self) -> str:
        entries = self._first_entries(Phones)
        return str(entries[0]["number"]) if entries else ""

    @property
    def email(self) -> str:
        entries = self._first_entries(Emails)
        return str(entries[0]["address"]) if entries else ""

    def _first_entries(self, kind: type[Any]) -> list[Any]:
        lists = (f.value_of(self.record) for f in self.record_type.fields().values() if isinstance(f, kind))
        return next((entries for entries in lists if entries), [])

    # The columns

    @cached_property
    def sections(self) -> list[tuple[Any, list[DetailRow]]]:
        fields, (hidden, _required) = self.record_type.fields(), conditional.state_of(self.record_type, self.record)
        reveals = policies.REVEAL in self.rights
        found = []
        for section in self.record_type.sections(self.record):
            rows = [
                detail_row(self.record_type, self.record, fields[name], editable=self.may_edit, reveals=reveals)
                for name in section.fields
                if name in fields and name not in hidden
            ]
            rows = [row for row in rows if row.editable or not row.is_empty]
            if rows:
                found.append((section.label, rows))
        return found

    @cached_property
    def related(self) -> list[related_lists.RelatedCard]:
        return [
            related_lists.card_of(self, relation)
            for relation in self.record_type.related_as_laid_out()
            if self._is_seen(relation)
        ]

    def _is_seen(self, relation: RelatedList) -> bool:
        applies = relation.when is None or relation.when(self.record)
        return applies and related_lists.is_seen(self.actor, relation)

    @property
    def cards(self) -> list[related_lists.RelatedCard]:
        """The lists at the right; what hangs on any record stands in the timeline already."""
        return [card for card in self.related if not card.is_linked]

    @property
    def main_creation(self) -> related_lists.RelatedCard | None:
        """The next thing one makes from here: a deal for a customer."""
        if self.record.is_trashed:
            return None
        makeable = [card for card in self.cards if card.create_url and card.target.name != self.record_type.name]
        dealt = [card for card in makeable if card.target.board is not None]
        return next(iter(dealt or makeable), None)

    @cached_property
    def panels(self) -> list[Any]:
        found = (panel(self.request, self.record) for panel in contributions.panels_of(self.record_type.name))
        return [html for html in found if html]

    @cached_property
    def composers(self) -> list[Any]:
        if self.record.is_trashed:
            return []
        return [html for compose in contributions.composers() if (html := compose(self.request, self.record))]

    @cached_property
    def attachments(self) -> list[Any]:
        return attachments.latest_of(self.record)

    @cached_property
    def shares(self) -> list[Any]:
        if not self.record_type.policy.shared or not hanging.is_any(Share, self.record):
            return []
        return list(sharing.shares_of(self.record)[:50])

    @cached_property
    def timeline(self) -> timeline.TimelinePage:
        return timeline.timeline_page(self.request, self.record)


def with_references(record_type: RecordType, record: Any, names: Iterable[str] = ()) -> Any:
    """The record with everything it points at, in one query."""
    references = listing.references_among(record_type, list(record_type.built_in_fields))
    return record_type.queryset().select_related(*references, *names).get(pk=record.pk)


@require_GET
@answering.for_record(whole=True)
def show(request: Any, record_type: RecordType, record: Any) -> HttpResponse:
    page = RecordPage(request, record_type, record)
    visits.note_visit(request.actor, record)
    return render(request, "records/record_detail.html", {"page": page, "record_type": record_type})


@require_GET
@answering.for_type
def parts(request: Any, record_type: RecordType, record_id: int) -> HttpResponse:
    """Head, details, timeline and lists anew, each swapped to its place; where the record is gone, the list."""
    try:
        record = gate.get_record(request.actor, record_type, record_id)
    except gate.NotVisible:
        return HttpResponse(status=404, headers={"HX-Redirect": record_type.url})
    page = RecordPage(request, record_type, with_references(record_type, record))
    return render(request, "records/_record_parts.html", {"page": page, "record_type": record_type, "oob": True})


def touched_parts(request: Any, record_type: RecordType, record: Any) -> str:
    """Head and timeline as out-of-band parts, to send along with a changed detail."""
    from django.template.loader import render_to_string

    page = RecordPage(request, record_type, with_references(record_type, record))
    context = {"page": page, "record_type": record_type, "oob": True}
    head = render_to_string("records/_record_head.html", context, request)
    return head + render_to_string("records/_timeline.html", {**context, "timeline": page.timeline}, request)
