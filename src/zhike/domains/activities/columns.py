"""Columns of the list of activities that draw themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.base import clock
from zhike.base.actors import Actor
from zhike.base.markup import format_html
from zhike.domains.activities import queries
from zhike.records import registry
from zhike.records.columns import Column
from zhike.records.declaration import RecordType
from zhike.records.fields.base import EMPTY
from zhike.records.fields.text import Text


class About(Column):
    """The deal, customer or contact an activity is on; the deal before its customer."""

    is_field = False

    def bind(self, record_type: RecordType) -> Column:
        self.record_type = record_type
        self.found: dict[Any, Any] = {}
        self.field = Text(self.name, _("About"), editable=False)
        return self

    def prepare(self, actor: Actor, records: Sequence[Any]) -> None:
        self.found = queries.subjects(actor, records)

    @property
    def sort(self) -> str:
        return ""

    def html(self, record: Any) -> SafeString:
        about = self.found.get(record.pk)
        if about is None:
            return EMPTY
        return format_html('<a href="{}">{}</a>', about.get_absolute_url(), str(about))

    def text(self, record: Any) -> str:
        return str(self.found.get(record.pk, ""))


def due(activity: Any) -> Any:
    """When it is due, red once that has passed undone."""
    shown = registry.of(activity).fields()["due_at"].html(activity.due_at)
    return format_html('<span class="bad">{}</span>', shown) if activity.is_overdue(clock.now()) else shown
