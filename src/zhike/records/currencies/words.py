"""How changes of currencies and rates read in the log of acts, and where their page stands among the settings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.records import contributions
from zhike.records.contributions import Setting
from zhike.records.currencies import configuration


def install() -> None:
    from zhike.records.currencies import changing  # noqa: F401  (follows undoing)

    configuration.install()
    for action, told in (
        ("add_currency", _("took into use the currency")),
        ("retire_currency", _("retired the currency")),
        ("bring_back_currency", _("brought back the currency")),
        ("add_rate", _("gave the exchange rate")),
        ("revise_rate", _("changed the exchange rate")),
        ("remove_rate", _("removed the exchange rate")),
        ("import_rates", _("brought in exchange rates:")),
    ):
        contributions.name_act(action, told)
    note = _("Which currencies amounts may be in, and what they are worth day by day.")
    contributions.contribute_setting(Setting(_("Data"), _("Currencies"), note, "/settings/currencies/", "coins", 2))
