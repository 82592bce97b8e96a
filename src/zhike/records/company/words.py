"""How changes of the company read in the log of acts, and where its page stands among the settings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.records import contributions
from zhike.records.company import configuration
from zhike.records.contributions import Setting


def install() -> None:
    from zhike.records.company import changing  # noqa: F401  (follows undoing)

    configuration.install()
    contributions.name_act("revise_company", _("changed the settings of"))
    note = _("Its name, currency, language and time zone; its fiscal year and days of work.")
    contributions.contribute_setting(Setting(_("Data"), _("Company"), note, "/settings/company/", "building", 1))
