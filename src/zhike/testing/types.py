"""A record type of a company's own, as an administrator's page makes it: buildings with stages and fields."""

from __future__ import annotations

import json
from typing import Any

from zhike.base.actors import Actor
from zhike.records import registry
from zhike.records.declaration import RecordType
from zhike.records.models import CustomType
from zhike.records.types import defining

KEY = "buildings"
STAGES = [
    {"label": "在谈", "label_en": "In talks", "colour": "a"}, {"label": "代理中", "label_en": "Represented"},
    {"label": "售罄", "label_en": "Sold out", "colour": "g"},
]  # fmt: skip
SAID: dict[str, Any] = {
    "label": "楼盘", "label_en": "Building", "plural_en": "Buildings", "icon": "building-community",
    "title_label": "楼盘名称", "title_label_en": "Building name", "stages": json.dumps(STAGES),
}  # fmt: skip


def add(actor: Actor, **more: Any) -> CustomType:
    """Through the service an administrator's page uses."""
    return defining.add_type(actor, SAID | more)


def buildings(actor: Actor) -> RecordType:
    add(actor)
    return registry.get(KEY)
