"""How rules read in the log of acts, and where they stand among the settings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.records import contributions
from zhike.records.contributions import Setting
from zhike.records.rules import configuration


def install() -> None:
    from zhike.records.rules import changing  # noqa: F401  (follows undoing)

    configuration.install()
    contributions.name_act("add_rule", _("made the rule"))
    contributions.name_act("revise_rule", _("changed the rule"))
    contributions.name_act("remove_rule", _("removed the rule"))
    note = _("What a record may not be: a condition, and the sentence told to whoever tries.")
    contributions.contribute_setting(Setting(_("Data"), _("Rules"), note, "/settings/rules/", "checks", 8))
