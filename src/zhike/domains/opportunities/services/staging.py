"""Stages that come with a file of deals: where they stand in the pipeline, and how likely a deal is won there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db.models import F

from zhike.base.actors import Actor
from zhike.domains.opportunities import queries
from zhike.domains.opportunities.choices import Status
from zhike.domains.opportunities.models import Pipeline, Stage

USUAL: dict[int, tuple[str, ...]] = {
    10: ("prospect", "lead", "new", "discover", "initial", "线索", "初步", "接洽", "潜在", "意向"),
    20: ("engag", "contact", "qualif", "validat", "验证", "资格", "跟进", "联系", "立项"),
    30: ("need", "require", "analysis", "需求", "调研", "诊断"),
    40: ("demo", "present", "trial", "poc", "solution", "演示", "试用", "交流"),
    50: ("propos", "quot", "pric", "value", "方案", "报价"),
    60: ("perception", "decision", "bid", "tender", "评估", "决策", "投标", "招标"),
    75: ("negotiat", "review", "谈判", "议价"),
    90: ("contract", "commit", "verbal", "sign", "合同", "签约", "签订"),
}
"""Percent won, by what stages of that kind are called in other systems, whole words or their beginnings."""


def add_stage(actor: Actor, name: str, beside: Mapping[str, Any]) -> Stage:
    """A new open stage of the pipeline an import names, by default the default one. It stands where a stage of its
    name usually does; one of an unknown name comes last before those that close a deal."""
    pipeline = beside.get("pipeline") or queries.get_default_pipeline()
    probability = usual_probability(name)
    if probability is None:
        last = pipeline.stages.filter(outcome=Status.OPEN).order_by("-position").first()
        probability = last.probability if last else 10
    return Stage.objects.create(
        pipeline=pipeline,
        name=name,
        position=_room_for(pipeline, probability),
        probability=probability,
        colour="a",
    )


def usual_probability(name: str) -> int | None:
    """How many of a hundred deals in a stage of this name are won by rule of thumb; None where the name says
    nothing. The latest kind that a name mentions counts: “方案谈判” is a negotiation."""
    text = name.casefold()
    found = [percent for percent, words in USUAL.items() if any(_mentions(text, word) for word in words)]
    return max(found, default=None)


def _mentions(text: str, word: str) -> bool:
    return bool(re.search(rf"\b{word}", text)) if word.isascii() else word in text


def _room_for(pipeline: Pipeline, probability: int) -> int:
    """The position after the open stages that are no likelier won; those behind it make room where it is taken."""
    stages = list(pipeline.stages.order_by("position", "id"))
    before = [stage for stage in stages if stage.outcome == Status.OPEN and stage.probability <= probability]
    position = before[-1].position + 1 if before else 0
    behind = stages[stages.index(before[-1]) + 1 :] if before else stages
    if behind and behind[0].position <= position:
        Stage.objects.filter(pk__in=[stage.pk for stage in behind]).update(position=F("position") + 10)
    return position
