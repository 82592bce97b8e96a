from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from zhike.domains.opportunities.choices import Status
from zhike.domains.opportunities.models import Pipeline, Stage


def get_default_pipeline() -> Pipeline:
    """The default pipeline, or the first one. Raises `ValidationError` when there is none."""
    found = Pipeline.objects.filter(is_active=True).order_by("-is_default", "position", "id").first()
    if found is None:
        raise ValidationError({"pipeline": [_("There is no pipeline yet; make one in the settings.")]})
    return found


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
