"""The hall's own pages, for the palette."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.records import policies
from zhike.records.search.places import Place, offers


@offers
def pages(actor: Actor) -> Iterable[Place]:
    yield Place(lambda: _("Home"), "/", "home", is_main=True)
    yield Place(lambda: _("Notifications"), "/notices/", "bell")
    yield Place(lambda: _("Imports"), "/imports/", "upload")
    yield Place(lambda: _("My changes"), "/change-sets/", "history")
    if actor.role == policies.ADMINISTRATOR:
        yield Place(lambda: _("Jobs"), "/settings/jobs/", "activity")
