"""The demo company: each domain tells its chapter, lowest street first, through its services."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.db import connection

from zhike.base import clock
from zhike.base.actors import Actor, Door
from zhike.base.story import Story
from zhike.domains.people import cast
from zhike.domains.people.queries import actor_of
from zhike.records.roles.ready import SALESPERSON

LAST = ("zhike.domains.activities.demo",)
"""Activities happen on the records of every other chapter."""


def tell(actor: Actor, *, password: str) -> None:
    """Everybody signs in with `password`. Runs inside the caller's transaction."""
    members = cast.hire_cast(actor, password=password)
    sellers = tuple(part.name for part in cast.CAST if part.role == SALESPERSON and part.department.endswith("销售部"))
    actors = {name: actor_of(member, Door.FORM) for name, member in members.items()}
    story = Story(clock.today(), actors, sellers)
    chapters = [name for domain in settings.DOMAINS if find_spec(name := f"{domain}.demo")]
    for name in sorted(chapters, key=lambda name: name in LAST):
        import_module(name).tell(story)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
