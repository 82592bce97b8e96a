"""What somebody asks of a list: the view, the condition, the words, the order; the same for its board, its bulk
acts and its exports."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _

from zhike.records import conditions, listing, saved_views
from zhike.records.columns import Column, available_columns, columns_of
from zhike.records.conditions import ConditionError
from zhike.records.declaration import RecordType
from zhike.records.models import ListPreference, SavedView

CARRIED = ("view", "filter", "q", "sort", "lane_of", "by", "span", "on")
LONGEST_WORDS = 200


class Asked:
    """Read from the query of an address. `filter` replaces the condition of the view; a condition or order that
    was sent and means nothing raises, one that was *stored* and means nothing any more is told in `broken`, and
    then nothing is shown: a list is never wider than what was asked."""

    def __init__(
        self, request: HttpRequest, record_type: RecordType, *, trashed: bool = False, place: str = ""
    ) -> None:
        self.request = request
        self.actor = request.actor  # type: ignore[attr-defined]
        self.record_type = record_type
        self.trashed = trashed
        self.place = place or f"{record_type.url}{'trash/' if trashed else ''}"
        """The address of the page that asks: the list, the trash, the board or the calendar."""
        self.sent = _sent(request)
        self.words = self.sent.get("q", "").replace("\x00", "")[:LONGEST_WORDS].strip()
        self.broken = ""
        self.queryset = self._read()

    # What is shown

    @cached_property
    def views(self) -> list[saved_views.View]:
        return [] if self.trashed else saved_views.views_of(self.actor, self.record_type)

    @cached_property
    def view(self) -> saved_views.View:
        if self.trashed:
            return saved_views.View(saved_views.ALL, "")
        key = self.sent.get("view", "")
        found = saved_views.find(self.views, key) if key else self._default_view
        if found is None:
            raise listing.ListError(_("This view is gone, or it is not shared with you."))
        return found

    @property
    def _default_view(self) -> saved_views.View:
        return saved_views.default_of(self.actor, self.record_type, self.views)

    @cached_property
    def condition(self) -> Any:
        if "filter" not in self.sent:
            return self.view.condition
        try:
            return json.loads(self.sent["filter"] or "{}")
        except (ValueError, RecursionError):
            raise ConditionError(_("A condition is an object.")) from None

    @property
    def is_changed(self) -> bool:
        """Whether what is shown differs from the view as it was saved."""
        sort = self.sent.get("sort", "")
        return self.condition != self.view.condition or bool(sort and sort != self._stored_sort)

    def _read(self) -> Any:
        try:
            queryset = listing.base_query(self.actor, self.record_type, condition=self.condition, trashed=self.trashed)
        except ConditionError as error:
            if "filter" in self.sent:
                raise
            self.broken = str(error.message)
            return self.record_type.queryset().none()
        return listing.matching_words(queryset, self.record_type, self.words)

    # In which order

    @cached_property
    def order(self) -> listing.Order:
        if self.sent.get("sort"):
            return listing.order_of(self.record_type, self.sent["sort"])
        try:
            return listing.order_of(self.record_type, self._stored_sort)
        except listing.ListError:
            return listing.usual_order(self.record_type)

    @property
    def _stored_sort(self) -> str:
        return self.view.sort or self.record_type.sort

    # In which columns

    @cached_property
    def preference(self) -> ListPreference | None:
        return ListPreference.objects.filter(
            member_id=self.actor.member_id, record_type=self.record_type.name, view=self.view.saved
        ).first()

    @cached_property
    def columns(self) -> list[Column]:
        """The member's own choice for this view, else the view's, else the declared ones."""
        chosen = self.preference.columns if self.preference else []
        columns = columns_of(self.record_type, list(chosen or self.view.columns))
        return _with_title_first(self.record_type, columns)

    def width_of(self, column: Column) -> int:
        widths = self.preference.widths if self.preference else {}
        return int(widths.get(column.name) or column.width)

    def available_columns(self) -> list[tuple[Column, bool]]:
        """Every column with whether it is shown; the shown ones first, in their order."""
        shown = [column.name for column in self.columns]
        others = [column for column in available_columns(self.record_type) if column.name not in shown]
        return [(column, True) for column in self.columns] + [(column, False) for column in others]

    # Where it leads

    def query(self, **changes: Any) -> str:
        """The same list as a query string, with changes; `None` drops a part."""
        parts = {name: self.sent[name] for name in CARRIED if name in self.sent}
        if not self.trashed:
            parts["view"] = self.view.key
        parts |= changes
        found = urlencode({name: value for name, value in parts.items() if value is not None})
        return f"?{found}" if found else ""

    def link(self, **changes: Any) -> str:
        return f"{self.place}{self.query(**changes)}"

    def chips(self) -> list[dict[str, str]]:
        """The parts of the condition in words, each with where the list goes without it."""
        if self.broken or not self.condition:
            return []
        parts = self.condition["all"] if list(self.condition) == ["all"] else [self.condition]
        described = conditions.chips(self.condition, self.record_type, self.actor)
        return [
            chip | {"without": self.link(filter=json.dumps({"all": rest} if rest else {}, ensure_ascii=False))}
            for place, chip in enumerate(described)
            for rest in [parts[:place] + parts[place + 1 :]]
        ]

    @property
    def display(self) -> str:
        """What a view saved here opens as."""
        shown = self.place.removeprefix(self.record_type.url).strip("/")
        return shown if shown in SavedView.Display.values else SavedView.Display.LIST

    @property
    def query_to_save(self) -> str:
        """What the form of a new view is told of the page that is saved."""
        return self.query(display=None if self.display == SavedView.Display.LIST else self.display)

    @property
    def here(self) -> str:
        """The very page that is shown, for a part that fetches itself again."""
        return str(self.request.get_full_path())

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What a search within the list keeps: everything but the words."""
        kept = {name: self.sent[name] for name in CARRIED if name in self.sent and name != "q"}
        return list(({} if self.trashed else {"view": self.view.key} | kept).items())

    @property
    def carried_beside_filter(self) -> list[tuple[str, str]]:
        return [*((n, v) for n, v in self.carried if n != "filter"), *([("q", self.words)] if self.words else [])]

    @property
    def condition_json(self) -> str:
        return json.dumps(self.condition, ensure_ascii=False)


def _with_title_first(record_type: RecordType, columns: list[Column]) -> list[Column]:
    titles = [column for column in columns if column.name == record_type.title]
    others = [column for column in columns if column.name != record_type.title]
    return (
        [*(titles or columns_of(record_type, [record_type.title])[:1]), *others]
        if record_type.title in {column.name for column in columns_of(record_type)}
        else columns
    )


def _sent(request: HttpRequest) -> Any:
    """The query of the address, and what a form posts above it."""
    if request.method != "POST":
        return request.GET
    sent = request.GET.copy()
    for name in CARRIED:
        if name in request.POST:
            sent[name] = request.POST[name]
    return sent
