"""The hall's own pages, for the palette."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.records.search.places import Place, offers
from zhike.shell import settings


@offers
def pages(actor: Actor) -> Iterable[Place]:
    yield Place(lambda: _("Home"), "/", "home", is_main=True)
    yield Place(lambda: _("Notifications"), "/notices/", "bell")
    yield Place(lambda: _("Imports"), "/imports/", "upload")
    yield Place(lambda: _("My changes"), "/change-sets/", "history")
    yield Place(lambda: _("Settings"), "/settings/", "settings")
    for setting in settings.shown_to(actor):
        if setting.url.startswith("/settings/"):
            yield Place(functools.partial(str, setting.label), setting.url, setting.icon)
