"""How applying a file reads in the log of acts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.records import contributions
from zhike.records.configuration import applying, saved_views


def install() -> None:
    saved_views.install()
    contributions.name_act(applying.ACTION, _("applied the configuration file"))
