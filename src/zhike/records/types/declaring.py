"""The declaration of a company's own type: what the engine asks of every record type, told by its definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import lookups
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from zhike.records import policies, registry, services
from zhike.records.columns import Column, Title
from zhike.records.declaration import Board, Fact, Import, RecordType, RelatedList, Search, Section
from zhike.records.fields.base import Field
from zhike.records.fields.choices import Choice, own_label
from zhike.records.models import CustomType
from zhike.records.types import tables

OWN_POSITION = 70
"""Where the heading of types that stand under no other comes in the menu."""
COLUMNS, FACE = 6, 3
"""How many of a company's own fields a list, and the card of a board or the head of a page, show at first."""
LONG = frozenset({"long_text", "rich_text", "file", "image", "references", "many_choices", "tags", "address"})
"""Kinds that take more room than there is on a card or in a head."""
UNSHOWN = frozenset({"long_text", "rich_text", "file", "image"})
OWNERS = ("owner", "负责人", "跟进人", "销售", "业务员")
_in_language = lazy(own_label, str)


class StageChoice(Choice):
    """The stage of a record: a column, with choices the company defined."""

    def _pairs(self) -> Any:
        return ((choice["value"], own_label(choice)) for choice in self.own_choices())

    def retired(self) -> set[str]:
        return {choice["value"] for choice in self.own_choices() if choice.get("retired")}

    def order(self, prefix: str = "") -> Any:
        places = [
            models.When(lookups.Exact(self.expression(prefix), models.Value(choice["value"])), then=models.Value(place))
            for place, choice in enumerate(self.own_choices())
        ]
        return models.Case(*places, output_field=models.IntegerField())


class CustomRecordType(RecordType):
    """What all of them have in common; `row` is the definition."""

    row: ClassVar[CustomType]
    avatar = "square"
    filters = ("owner", "last_activity_at")
    field_options: ClassVar[Mapping[str, Mapping[str, Any]]] = {"next_activity_at": {"due": True}}
    related = (RelatedList("activities", follows=True),)
    reacts_to = ()
    rest_in = "name"

    @cached_property
    def built_in_fields(self) -> dict[str, Field]:
        found = dict(RecordType.built_in_fields.func(self))  # type: ignore[attr-defined]
        if self.row.title_label:
            found["name"].label = told(self.row.title_label, self.row.title_label_en)
        if "stage" in found:
            stored = found["stage"].model_field
            found["stage"] = StageChoice(
                "stage", _("Stage"), model_field=stored, options={"choices": list(self.row.stages)}
            )
        return found

    @property
    def columns(self) -> Sequence[str | Column]:  # type: ignore[override]
        stage = ("stage",) if self.row.stages else ()
        return (Title("name", width=220), *stage, *self._first_fields(COLUMNS, UNSHOWN), "last_activity_at", "owner")

    @property
    def create_fields(self) -> tuple[str, ...]:  # type: ignore[override]
        stage = ("stage",) if self.row.stages else ()
        own = tuple(name for name, field in self.custom_fields().items() if field.editable)
        return ("name", *stage, *own, "owner")

    @property
    def board(self) -> Board | None:  # type: ignore[override]
        if not self.row.stages:
            return None
        return Board(lanes="stage", card=(*self._first_fields(FACE, LONG), "owner"))

    @property
    def facts(self) -> tuple[Fact, ...]:  # type: ignore[override]
        own = self.custom_fields()
        first = (Fact(own[name].label, name) for name in self._first_fields(FACE, LONG))
        last, coming = Fact(_("Last activity"), "last_activity_at"), Fact(_("Next activity"), "next_activity_at")
        return (Fact(_("Owner"), "owner"), *first, last, coming)

    def _first_fields(self, count: int, without: frozenset[str]) -> tuple[str, ...]:
        return tuple(name for name, field in self.custom_fields().items() if field.kind not in without)[:count]


def declared(row: CustomType) -> RecordType:
    """The declaration of a definition."""
    model = tables.model_of(row.pk)
    stage = ("stage",) if row.stages else ()
    policy = policies.Policy(policies.OWNER_RIGHTS)
    policy.record_type_name = row.key
    group, group_position = menu_place(row.group)
    singular = told(row.label, row.label_en)
    body: dict[str, Any] = {
        "__module__": __name__, "row": row, "model": model, "name": row.key, "icon": row.icon, "policy": policy,
        "label": (singular, told(row.label, row.plural_en or row.label_en)),
        "group": group, "group_position": group_position, "position": 100 + row.position,
        "hidden_fields": () if row.stages else ("stage",), "path": "stage" if row.stages else "",
        "layout": (Section(singular, "name", *stage), Section(_("Care"), "owner", "external_id")),
        "filters": ("owner", *stage, "last_activity_at"), "search": Search("name", "external_id", note=stage),
        "create": staticmethod(services.creating(model)), "update": staticmethod(services.updating(model)),
        "complete": staticmethod(_completing(row)), "imports": _imports(row),
    }  # fmt: skip
    found: RecordType = type(f"Custom{row.pk}Record", (CustomRecordType,), body)()
    return found


def told(label: str, label_en: str) -> Any:
    """The company's own words in the language of the reader."""
    return _in_language({"label": label, "label_en": label_en}) if label_en else label


def _completing(row: CustomType) -> Any:
    begins = next((stage["value"] for stage in row.stages if not stage.get("retired")), "")

    def complete(record: Any) -> None:
        """A new record begins in the first stage."""
        if begins and not record.stage:
            record.stage = begins

    return complete


def _imports(row: CustomType) -> Import:
    names = tuple(filter(None, (row.label, row.label_en, row.title_label, row.title_label_en, f"{row.label}名称")))
    return Import(
        match_on=("external_id", "name"),
        relations={"owner": ("email", "name", "external_id")},
        synonyms={"name": (*names, "名称", "name"), "stage": ("阶段", "状态", "stage", "status"), "owner": OWNERS},
    )


# The menu


def headings() -> list[tuple[str, Any]]:
    """Where a type may stand in the menu: (the name kept, the heading), the last of them its own."""
    found: dict[str, tuple[str, Any]] = {}
    people = registry.of(get_user_model()).group
    for each in registry.declared_types():
        if each.in_menu and each.group != people:
            found.setdefault(str(each.group), (each.name, each.group))
    return [*found.values(), ("", _("More"))]


def menu_place(name: str) -> tuple[Any, int]:
    """The heading of a menu place and where it comes."""
    beside = next((each for each in registry.declared_types() if name and each.name == name), None)
    return (beside.group, beside.group_position) if beside is not None else (_("More"), OWN_POSITION)
