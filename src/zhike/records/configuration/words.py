"""How applying a file reads in the log of acts, and where its page stands among the settings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.records import contributions
from zhike.records.configuration import applying, saved_views
from zhike.records.contributions import Setting


def install() -> None:
    saved_views.install()
    contributions.name_act(applying.ACTION, _("applied the configuration file"))
    note = _(
        "How this workspace is shaped, as one readable file; and applying such a file, the difference shown first."
    )
    contributions.contribute_setting(
        Setting(_("Operation"), _("Configuration file"), note, "/settings/configuration/", "file-text", 25)
    )
