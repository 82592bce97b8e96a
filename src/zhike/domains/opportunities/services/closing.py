"""Winning, losing and reopening."""

from __future__ import annotations

from datetime import date
from typing import Any

from zhike.base import clock
from zhike.base.actors import Actor
from zhike.domains.opportunities import queries
from zhike.domains.opportunities.choices import Status
from zhike.domains.opportunities.models import LostReason, Opportunity
from zhike.domains.opportunities.services.keeping import revise_opportunity


def win_opportunity(
    *, actor: Actor, opportunity: Opportunity, amount: Any = None, closed_on: date | None = None
) -> Opportunity:
    changes: dict[str, Any] = {"stage": _stage(opportunity, Status.WON), "closed_on": closed_on or clock.today()}
    if amount is not None:
        changes["amount"] = amount
    return revise_opportunity(actor=actor, opportunity=opportunity, **changes)


def lose_opportunity(
    *,
    actor: Actor,
    opportunity: Opportunity,
    lost_reason: LostReason,
    competitor: str = "",
    closed_on: date | None = None,
) -> Opportunity:
    changes = {
        "stage": _stage(opportunity, Status.LOST),
        "lost_reason": lost_reason,
        "competitor": competitor or opportunity.competitor,
        "closed_on": closed_on or clock.today(),
    }
    return revise_opportunity(actor=actor, opportunity=opportunity, **changes)


def reopen_opportunity(*, actor: Actor, opportunity: Opportunity) -> Opportunity:
    stage = _stage(opportunity, Status.OPEN)
    return revise_opportunity(actor=actor, opportunity=opportunity, stage=stage, closed_on=None)


def _stage(opportunity: Opportunity, outcome: str) -> Any:
    return queries.get_stage_of(opportunity.pipeline or queries.get_default_pipeline(), outcome)
