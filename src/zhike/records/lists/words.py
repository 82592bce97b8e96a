"""How changes of lists read in the log of acts, and where the lists stand among the settings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.records import contributions
from zhike.records.contributions import Setting
from zhike.records.lists import configuration, tables


def install() -> None:
    configuration.install()
    for action, told in (
        ("add_option", _("added to a list")),
        ("revise_option", _("changed in a list")),
        ("order_options", _("put a list in order")),
        ("retire_option", _("retired from a list")),
        ("bring_back_option", _("brought back to a list")),
        ("remove_option", _("removed from a list")),
        ("merge_options", _("merged in a list")),
    ):
        contributions.name_act(action, told)
    note = _("Industries, sources, categories, units, tax rates: the values people choose from.")
    contributions.contribute_setting(Setting(_("Data"), _("Option lists"), note, tables.BASE, "list", 7))
