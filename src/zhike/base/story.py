"""What the demo company's tellers share: the same dice each time, a day called today, and a cast of actors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from zhike.base import clock
from zhike.base.actors import Actor
from zhike.base.changelog import acts


@dataclass
class Story:
    """`actors` by member name; `props` hold what earlier chapters made, by name of the chapter."""

    today: date
    actors: dict[str, Actor]
    sellers: tuple[str, ...]
    dice: Random = field(default_factory=lambda: Random(20180214))
    props: dict[str, list[Any]] = field(default_factory=dict)

    def moment(self, days_ago: float, *, hour: int | None = None) -> datetime:
        """A working moment `days_ago`; never in the future."""
        day = self.today - timedelta(days=int(days_ago))
        if day.weekday() > 4 and days_ago > 2:
            day -= timedelta(days=day.weekday() - 4)
        at = time(hour if hour is not None else self.dice.randint(9, 18), self.dice.randint(0, 59))
        return min(timezone.make_aware(datetime.combine(day, at)), timezone.now() - timedelta(minutes=5))

    @contextmanager
    def act(self, actor: Actor, action: str, at: datetime, **about: Any) -> Iterator[None]:
        """An act of the past."""
        with clock.telling(at), acts.act(actor, action, **about):
            yield
