"""On the clock: a week before a token ends, its member hears of it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.base import clock, jobs
from zhike.base.notices.services import notify
from zhike.base.workspaces import queries as workspaces
from zhike.domains.people import queries

AHEAD = timedelta(days=7)


@jobs.nightly(33, label=gettext_lazy("Tell of ending tokens"))
def tell_of_ending_tokens() -> None:
    """Once for each day a token was to end on: rotating it moves that day, and the next end is told again."""
    now = clock.now()
    for token in queries.tokens_ending(now, now + AHEAD):
        day = f"{timezone.localtime(token.expires_at):%Y-%m-%d}"
        with translation.override(token.member.language or workspaces.default_language()):
            text = _("Your token “%(name)s” ends on %(day)s. Rotate it in time, or the program stands still.") % {
                "name": token.name, "day": day,
            }  # fmt: skip
        key = f"token-ends:{token.pk}:{day}"
        notify(member_id=token.member_id, kind="token", text=text, url="/settings/tokens/", key=key)
