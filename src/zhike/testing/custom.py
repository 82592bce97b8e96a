"""A company's own field of every kind, with two values of each as a program would send them."""

from __future__ import annotations

import json
from typing import Any

from zhike.base.actors import Actor
from zhike.records import registry
from zhike.records.customising import changing, kinds
from zhike.records.models import CustomField

CHOICES = [
    {"label": "住宅", "label_en": "Housing", "colour": "g"}, {"label": "商铺", "label_en": "Shop"}, {"label": "写字楼"},
]  # fmt: skip
VALUES: dict[str, tuple[Any, Any]] = {
    "text": ("梧桐里", "银杏苑"),
    "long_text": ("第一行\n第二行", "另一段"),
    "integer": (9, 120),
    "decimal": ("9.50", "120.25"),
    "percent": ("5.00", "12.50"),
    "money": ("900.00", "12000.50"),
    "day": ("2026-03-05", "2026-11-21"),
    "moment": ("2026-03-05T14:30:00+08:00", "2026-11-21T09:00:00+08:00"),
    "yes_no": (False, True),
    "choice": ("zhu_zhai", "shang_pu"),
    "many_choices": (["zhu_zhai"], ["shang_pu", "xie_zi_lou"]),
    "rating": (2, 5),
    "phone": ("+8613800138000", "+862168880000转801"),
    "email": ("first@example.com", "second@example.com"),
    "link": ("https://a.example.com/x", "https://b.example.com"),
    "tags": (["甲"], ["乙", "丙"]),
    "region": ("江苏省/苏州市", "浙江省/杭州市"),
}
"""By kind: a smaller and a larger value, as the API shows them."""


def add(actor: Actor, type_name: str, kind: str, **more: Any) -> CustomField:
    """A field of the kind, through the service an administrator's page uses."""
    raw: dict[str, Any] = {"kind": kind}
    if "label" not in more:
        raw |= {"label": f"自定{kind}", "label_en": f"Own {kind}"}
    if kind in kinds.CHOICES:
        raw["choices"] = json.dumps(CHOICES)
    return changing.add_field(actor, registry.get(type_name), raw | more)


def add_all(actor: Actor, type_name: str) -> dict[str, CustomField]:
    """One field of every kind."""
    return {str(kind): add(actor, type_name, kind) for kind in kinds.OFFERED}
