"""How changes of numbering read in the log of acts, and where its page stands among the settings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.records import contributions
from zhike.records.contributions import Setting


def install() -> None:
    contributions.name_act("revise_numbering", _("changed the numbering of"))
    contributions.name_act("set_next_number", _("set the next number of"))
    # The counter may have gone on since: whoever wants another next number sets it.
    contributions.make_final("set_next_number")
    note = _("By which pattern records are numbered, and which number is next.")
    contributions.contribute_setting(
        Setting(_("Data"), _("Numbering"), note, "/settings/numbering/", "list-numbers", 6)
    )
