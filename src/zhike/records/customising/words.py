"""How configuration reads in the log of acts, and where it stands among the settings."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.records import contributions, registry
from zhike.records.customising import configuration
from zhike.records.fields.base import Field
from zhike.records.fields.numbers import YesNo
from zhike.records.fields.text import Text
from zhike.records.models import ChoiceList, CustomField


class Written(Field):
    """What stands in JSON, as text."""

    def text(self, value: Any) -> str:
        return ", ".join(str(each) for each in value) if isinstance(value, list) else str(value or "")


class Choices(Field):
    """A list of choices by their labels."""

    def text(self, value: Any) -> str:
        return ", ".join(self._one(each) for each in value or [])

    def _one(self, choice: dict[str, Any]) -> str:
        names = " / ".join(filter(None, (choice["label"], choice.get("label_en"))))
        return gettext("%(label)s (retired)") % {"label": names} if choice.get("retired") else names


class ListName(Field):
    """A shared list by its name."""

    def text(self, value: Any) -> str:
        return ChoiceList.objects.filter(pk=value).values_list("name", flat=True).first() or "" if value else ""


class TypeName(Field):
    """A record type by its label."""

    def text(self, value: Any) -> str:
        found = registry.find(str(value or ""))
        return str(found.plural) if found else str(value or "")


class Condition(Field):
    """A condition as it is written down: here nobody knows of which records it speaks."""

    def text(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False) if value else ""


def install() -> None:
    configuration.install()
    contributions.name_part(CustomField._meta.db_table, _("Custom field"))
    for action, told in (
        ("add_field", _("added the field")),
        ("revise_field", _("changed the field")),
        ("remove_field", _("removed the field")),
        ("restore_field", _("brought back the field")),
        ("order_fields", _("put the fields in order")),
        ("add_choice_list", _("made the shared list")),
        ("revise_choice_list", _("changed the shared list")),
        ("remove_choice_list", _("removed the shared list")),
    ):
        contributions.name_act(action, told)
    inside: tuple[Field, ...] = (
        Text("help", _("Help text")),
        Text("help_en", _("English help text")),
        Written("default", _("Default")),
        YesNo("unique", _("Unique")),
        YesNo("indexed", _("Indexed")),
        Text("section", _("Section")),
        Text("minimum", _("Smallest")),
        Text("maximum", _("Largest")),
        Text("min_length", _("Shortest")),
        Text("max_length", _("Longest")),
        Choices("choices", _("Choices")),
        ListName("list", _("Shared list")),
        Text("pattern", _("Pattern")),
        Text("begun_at", _("Next number set")),
        Text("places", _("Decimal places")),
        Text("earliest", _("Earliest")),
        Text("latest", _("Latest")),
        Text("most", _("Most files")),
        Text("largest", _("Largest file in MB")),
        Written("endings", _("Endings")),
        Condition("shown_when", _("Shown when")),
        Condition("required_when", _("Required when")),
        TypeName("target", _("Points at")),
        Text("list_label", _("Title of the list")),
        Text("list_label_en", _("English title of the list")),
    )
    contributions.describe_inside(CustomField._meta.db_table, "options", {each.name: each for each in inside})
    contributions.contribute_setting(
        contributions.Setting(
            _("Data"),
            _("Fields"),
            _("What each record type asks and shows, with fields of your own."),
            "/settings/fields/",
            "columns-3",
            5,
        )
    )
