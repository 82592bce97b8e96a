from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from zhike.base.actors import Actor
from zhike.domains.opportunities.choices import Status
from zhike.domains.opportunities.models import Opportunity, Pipeline, Stage
from zhike.records import policies, registry
from zhike.records.currencies import converting


def get_default_pipeline() -> Pipeline:
    """The default pipeline, or the first one. Raises `ValidationError` when there is none."""
    found = Pipeline.objects.filter(is_active=True).order_by("-is_default", "position", "id").first()
    if found is None:
        raise ValidationError({"pipeline": [_("There is no pipeline yet; make one in the settings.")]})
    return found


def beginning_of_a_deal() -> dict[str, str]:
    """Where a new deal begins, as a form says it. Of several pipelines only the default one is said: a stage said
    with it would stay behind when somebody chooses another."""
    try:
        pipeline = get_default_pipeline()
        if Pipeline.objects.filter(is_active=True).count() > 1:
            return {"pipeline": str(pipeline.pk)}
        return {"pipeline": str(pipeline.pk), "stage": str(get_first_stage(pipeline).pk)}
    except ValidationError:
        return {}


def get_first_stage(pipeline: Pipeline) -> Stage:
    return get_stage_of(pipeline, Status.OPEN)


def get_stage_of(pipeline: Pipeline, outcome: str) -> Stage:
    """The first stage of a pipeline with an outcome. Raises `ValidationError` when it has none."""
    found = pipeline.stages.filter(outcome=outcome, is_active=True).order_by("position").first()
    if found is None:
        raise ValidationError({"stage": [_("The pipeline “%(name)s” has no such stage.") % {"name": pipeline}]})
    return found


def stages_of(pipeline: Pipeline) -> list[Stage]:
    return list(pipeline.stages.filter(is_active=True).order_by("position"))


AMOUNTS = """
SELECT status, currency, coalesce(sum(amount), 0) FROM opportunities_opportunity
WHERE customer_id = %s AND trashed_at IS NULL GROUP BY status, currency
"""


def amounts_of_customer(actor: Actor, customer: Any) -> dict[tuple[str, str], Decimal]:
    """The amounts of the opportunities, by status and currency, of a customer the actor sees: whoever sees one sees
    its opportunities."""
    if not registry.of(Opportunity).policy.may(actor, policies.SEE):
        return {}
    with connection.cursor() as cursor:
        cursor.execute(AMOUNTS, [customer.pk])
        return {(status, currency): total for status, currency, total in cursor.fetchall()}


def worth_of_customer(customer: Any, met: list[str]) -> converting.Converted | None:
    """The same by status in the company's own currency, where other currencies were met and each has a rate."""
    deals = Opportunity.objects.filter(customer=customer, trashed_at__isnull=True, status__in=("won", "open"))
    return converting.totals(deals, "currency", "amount", met, "status")
