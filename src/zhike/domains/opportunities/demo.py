"""400 deals of the last 18 months: opened, moved from stage to stage, won, lost, or still being worked."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from zhike.base.story import Story
from zhike.domains.opportunities import queries, services
from zhike.domains.opportunities.models import LostReason, Opportunity

OPPORTUNITY_COUNT = 400
RIVALS = ("途远会奖", "云游国际", "青橙商旅", "")
SEASON = {1: 1.3, 2: 0.6, 3: 1.0, 4: 1.0, 5: 1.1, 6: 1.0, 7: 1.2, 8: 1.0, 9: 0.9, 10: 1.1, 11: 1.3, 12: 1.5}


def tell(story: Story) -> None:
    stages = queries.stages_of(queries.get_default_pipeline())
    reasons = list(LostReason.objects.all())
    contacts_of: dict[int, list[Any]] = {}
    for contact in story.props["contacts"]:
        contacts_of.setdefault(contact.customer_id, []).append(contact)
    story.props["opportunities"] = [
        _deal(story, number, stages, reasons, contacts_of) for number in range(OPPORTUNITY_COUNT)
    ]


def _deal(
    story: Story, number: int, stages: list[Any], reasons: list[Any], contacts_of: dict[int, list[Any]]
) -> Opportunity:
    opened = story.moment(540 - number * 1.34)
    known = [customer for customer in story.props["customers"] if customer.created_at < opened]
    customer = story.dice.choice(known or story.props["customers"][:1])
    actor = next(actor for actor in story.actors.values() if actor.member_id == customer.owner_id)
    product = story.dice.choice(story.props["products"])
    name = f"{customer.short_name or customer.name} · {product.name}"
    changes = {
        "name": name,
        "customer": customer,
        "contact": story.dice.choice(contacts_of.get(customer.pk, [None])),
        "product": product,
        "amount": _amount(story, product, opened),
        "opened_on": timezone.localdate(opened),
        "expected_close_on": timezone.localdate(opened) + timedelta(days=story.dice.randint(75, 140)),
        "owner_id": actor.member_id,
        "tags": ["重点"] if story.dice.random() < 0.1 else [],
    }
    with story.act(actor, "create", opened, record_type="opportunities", subject=name):
        deal = services.open_opportunity(actor=actor, **changes)
    _work(story, actor, deal, opened, stages, reasons)
    return deal


def _amount(story: Story, product: Any, opened: datetime) -> Decimal:
    people = {"人": story.dice.randint(15, 120), "场": 1, "年": story.dice.randint(1, 4)}[str(product.unit)]
    swing = story.dice.uniform(0.75, 1.25) * SEASON[opened.month]
    return Decimal(round(float(product.list_price) * people * swing, -3) or 3000)


def _work(story: Story, actor: Any, deal: Opportunity, opened: datetime, stages: list[Any], reasons: list[Any]) -> None:
    """Moves the deal on until today, or until it is won or lost."""
    at, now = opened, timezone.now()
    for stage in stages[1:4]:
        at += timedelta(days=story.dice.randint(8, 32), hours=story.dice.randint(-2, 2))
        if at > now - timedelta(hours=2):
            return
        if story.dice.random() < 0.1:
            _lose(story, actor, deal, at, reasons)
            return
        if story.dice.random() < 0.04:
            _let_lie(story, actor, deal, at, reasons)
            return
        with story.act(actor, "edit", at, record_type="opportunities", subject=deal.name):
            services.revise_opportunity(actor=actor, opportunity=deal, stage=stage)
    at += timedelta(days=story.dice.randint(5, 30))
    if at > now - timedelta(hours=2):
        return
    if story.dice.random() < 0.78:
        with story.act(actor, "win", at, record_type="opportunities", subject=deal.name):
            services.win_opportunity(actor=actor, opportunity=deal)
    else:
        _lose(story, actor, deal, at, reasons)


def _let_lie(story: Story, actor: Any, deal: Opportunity, at: datetime, reasons: list[Any]) -> None:
    """Nothing moves any more: given up after a season; before that some are put off, some are forgotten."""
    ends = at + timedelta(days=story.dice.randint(70, 100))
    if ends < timezone.now():
        _lose(story, actor, deal, ends, reasons)


def _lose(story: Story, actor: Any, deal: Opportunity, at: datetime, reasons: list[Any]) -> None:
    with story.act(actor, "lose", at, record_type="opportunities", subject=deal.name):
        services.lose_opportunity(
            actor=actor, opportunity=deal, lost_reason=story.dice.choice(reasons), competitor=story.dice.choice(RIVALS)
        )
