"""Opening and revising opportunities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.base import clock, events
from zhike.base.actors import Actor
from zhike.domains.opportunities import queries
from zhike.domains.opportunities.choices import Status
from zhike.domains.opportunities.events import OpportunityLost, OpportunityWon, StageChanged
from zhike.domains.opportunities.models import Line, Opportunity
from zhike.records import registry, services
from zhike.records.fields.base import Field


def complete_opportunity(opportunity: Opportunity) -> None:
    """Pipeline, stage, status, name and closing day follow from each other."""
    if opportunity.stage is None:
        pipeline = opportunity.pipeline or queries.get_default_pipeline()
        opportunity.pipeline, opportunity.stage = pipeline, queries.get_first_stage(pipeline)
    opportunity.pipeline_id = opportunity.stage.pipeline_id
    opportunity.status = opportunity.stage.outcome
    if opportunity.is_open:
        opportunity.closed_on = None
    elif opportunity.closed_on is None:
        opportunity.closed_on = clock.today()
    if opportunity._state.adding:
        opportunity.stage_entered_at = _entered(opportunity)
    if not opportunity.name:
        opportunity.name = _name_of(opportunity)


def _entered(opportunity: Opportunity) -> datetime:
    """A deal taken over from elsewhere has been in its stage since it closed or opened."""
    day = opportunity.closed_on or opportunity.opened_on
    return timezone.make_aware(datetime.combine(day, time())) if day else opportunity.created_at


def _name_of(opportunity: Opportunity) -> str:
    """Deals without a customer are told apart by their number elsewhere."""
    first = opportunity.customer or opportunity.product
    second = opportunity.product if opportunity.customer else opportunity.external_id
    return (" · ".join(str(part) for part in (first, second) if part) or str(_("Opportunity")))[:200]


def open_opportunity(*, actor: Actor, **changes: Any) -> Opportunity:
    opportunity: Opportunity = services.build(Opportunity, **changes)
    services.save_new(actor, opportunity)
    _announce_outcome(opportunity)
    return opportunity


def revise_opportunity(*, actor: Actor, opportunity: Opportunity, **changes: Any) -> Opportunity:
    """A changed stage starts a new time in stage and is announced; so are won and lost."""
    before, status = opportunity.stage_id, opportunity.status
    if "pipeline" in changes and "stage" not in changes and changes["pipeline"] != opportunity.pipeline:
        changes["stage"] = queries.get_first_stage(changes["pipeline"] or queries.get_default_pipeline())
    stage = changes.get("stage")
    if "stage" in changes and stage is None:
        del changes["stage"]
    if stage is not None and stage.pk != before:
        changes["stage_entered_at"] = clock.now()
        changes.setdefault("pipeline", stage.pipeline)
        if stage.outcome != Status.LOST:
            changes.setdefault("lost_reason", None)
    services.save_changes(opportunity, changes)
    if opportunity.stage_id != before:
        events.announce(StageChanged(opportunity.pk, before, opportunity.stage_id or 0))
    if opportunity.status != status:
        _announce_outcome(opportunity)
    return opportunity


def _announce_outcome(opportunity: Opportunity) -> None:
    if opportunity.closed_on is None:
        return
    if opportunity.status == Status.WON:
        events.announce(OpportunityWon(opportunity.pk, opportunity.closed_on))
    elif opportunity.status == Status.LOST:
        events.announce(OpportunityLost(opportunity.pk, opportunity.closed_on))


def missing_for(opportunity: Opportunity, changes: Mapping[str, Any]) -> list[str]:
    """What the stage about to be entered requires and the deal does not have yet."""
    stage = changes.get("stage")
    if stage is None or stage.pk == opportunity.stage_id:
        return []
    required = [*stage.required_fields]
    if stage.outcome == Status.LOST and "lost_reason" not in required:
        required.append("lost_reason")
    fields = registry.of(opportunity).fields()
    return [name for name in required if name in fields and _lacks(fields[name], opportunity, changes)]


def _lacks(field: Field, opportunity: Opportunity, changes: Mapping[str, Any]) -> bool:
    value = changes[field.name] if field.name in changes else field.value_of(opportunity)
    return value in (None, "", [], {})


def follow_stage(opportunity: Opportunity, before: Mapping[str, Any]) -> None:
    """A changed stage starts a new time in stage; only a lost deal keeps why it was lost."""
    if opportunity.stage_id is None or opportunity.stage_id == before["stage_id"]:
        return
    opportunity.stage_entered_at = clock.now()
    if opportunity.stage is not None and opportunity.stage.outcome != Status.LOST:
        opportunity.lost_reason = None


def replace_lines(*, actor: Actor, opportunity: Opportunity, lines: Iterable[Mapping[str, Any]]) -> Opportunity:
    """The deal's products anew: each with `product`, `quantity`, `unit_price`; the amount follows."""
    opportunity.lines.all().delete()
    made = [Line(opportunity=opportunity, position=position, **line) for position, line in enumerate(lines)]
    Line.objects.bulk_create(made)
    if made:
        total = sum((line.amount for line in made), Decimal())
        services.save_changes(opportunity, {"amount": total.quantize(Decimal("0.01")), "product": made[0].product})
    return opportunity
