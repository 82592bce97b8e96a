"""A handful of deals whose figures are easy to add up in one's head; for tests of reports and the home page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from zhike.base.actors import Actor
from zhike.domains.opportunities import queries, services
from zhike.domains.opportunities.models import LostReason, Opportunity

STAGES = {"talking": 0, "needs": 1, "won": -2, "lost": -1}


@dataclass(frozen=True)
class Deals:
    """`add(actor, name, stage, amount, closed_on=…, days=…)`: `days` is how long it took."""

    act: Callable[..., Any]

    def add(
        self, owner: Actor, name: str, stage: str, amount: int | None = None, *, closed_on: date | None = None,
        days: int = 10, **more: Any,
    ) -> Opportunity:  # fmt: skip
        found = queries.stages_of(queries.get_default_pipeline())[STAGES[stage]]
        changes: dict[str, Any] = {
            "name": name, "stage": found, "owner_id": owner.member_id, "closed_on": closed_on,
            "amount": None if amount is None else Decimal(amount),
            "opened_on": closed_on - timedelta(days=days) if closed_on else None, **more,
        }  # fmt: skip
        if stage == "lost":
            changes.setdefault("lost_reason", LostReason.objects.get(name="价格"))
        with self.act():
            return services.open_opportunity(actor=owner, **changes)
