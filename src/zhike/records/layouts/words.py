"""How layouts read in the log of acts, and where they stand among the settings."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.records import contributions
from zhike.records.contributions import Setting
from zhike.records.fields.base import Field
from zhike.records.layouts import configuration
from zhike.records.models import Layout


class Sections(Field):
    def text(self, value: Any) -> str:
        return "; ".join(f"{part.get('label', '')}: {', '.join(part['names'])}" for part in value or [])


class Names(Field):
    def text(self, value: Any) -> str:
        return ", ".join(value or [])


def install() -> None:
    from zhike.records.layouts import changing  # noqa: F401  (follows undoing)

    configuration.install()
    contributions.name_act("lay_out", _("laid out"))
    contributions.name_act("reset_layout", _("took back the layout of"))
    inside: tuple[Field, ...] = (
        Sections("sections", _("Sections")), Names("names", _("Shown")), Names("hidden", _("Not shown")),
        Field("key", _("View")),
    )  # fmt: skip
    contributions.describe_inside(Layout._meta.db_table, "body", {each.name: each for each in inside})
    note = _("Sections, columns, cards, related lists and the menu, for everybody or for a role.")
    contributions.contribute_setting(
        Setting(_("Data"), _("Layouts"), note, "/settings/layouts/", "layout-dashboard", 9)
    )
