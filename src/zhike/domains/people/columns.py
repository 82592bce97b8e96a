"""How departments are drawn in a list: as the tree they are, with how many work there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, F, Func, TextField
from django.db.models.functions import Coalesce
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.base.actors import Actor
from zhike.base.markup import format_html
from zhike.domains.people.models import Member
from zhike.records.columns import Column, Title
from zhike.records.declaration import RecordType
from zhike.records.fields.base import EMPTY
from zhike.records.fields.numbers import Number


class Branch(Title):
    """The name, indented by how deep it lies in the tree."""

    def html(self, record: Any) -> SafeString:
        depth = record.path.count("/") - 2
        link = super().html(record)
        return format_html('<span class="branch" style="--depth:{}"></span>{}', depth, link) if depth > 0 else link


class Headcount(Column):
    """How many active members work in a department and below it."""

    is_field = False

    def bind(self, record_type: RecordType) -> Column:
        self.record_type = record_type
        self.found: Counter[int] = Counter()
        self.field = Number(self.name, _("Members"), editable=False)
        self.field.options["summable"] = False
        return self

    def prepare(self, actor: Actor, records: Sequence[Any]) -> None:
        self.found = Counter()
        working = Member.objects.filter(is_active=True, trashed_at__isnull=True, department__isnull=False)
        for path, count in working.values_list("department__path").annotate(Count("pk")):
            for number in path.strip("/").split("/"):
                self.found[int(number)] += count

    @property
    def sort(self) -> str:
        return ""

    def html(self, record: Any) -> SafeString:
        count = self.found[record.pk]
        return format_html("{}", count) if count else EMPTY

    def text(self, record: Any) -> str:
        return str(self.found[record.pk])


class ByBranch(Func):
    """Orders a tree: the pinyin of every name from the root down to the department, each made unique by its id."""

    template = (
        "((SELECT string_agg(above.title_key || chr(1) || above.id, chr(2) ORDER BY length(above.path))"
        ' FROM people_department above WHERE starts_with(%(expressions)s, above.path)) COLLATE "C")'
    )
    output_field = TextField()


TREE_ORDER = Coalesce(ByBranch("path"), F("title_key"), output_field=TextField())
"""Each department before those below it; one not yet hung into the tree by its name."""
