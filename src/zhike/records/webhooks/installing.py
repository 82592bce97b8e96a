"""What webhooks add to the rest of the engine: a page of the settings, the reader of the log, words for acts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.records import contributions
from zhike.records.contributions import Setting


def install() -> None:
    from zhike.records.webhooks import feeding  # noqa: F401

    note = _("Other systems that are told at once what happens here, and whether they listened.")
    contributions.contribute_setting(
        Setting(_("Programs"), _("Webhooks"), note, "/settings/webhooks/", "webhook", position=15)
    )
    contributions.name_act("create_webhook", _("set up the webhook"))
    contributions.name_act("edit_webhook", _("changed the webhook"))
    contributions.name_act("delete_webhook", _("deleted the webhook"))
    contributions.name_act("renew_webhook_secret", _("made a new secret for the webhook"))
