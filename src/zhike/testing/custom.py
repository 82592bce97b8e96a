"""A company's own field of every kind, with two values of each as a program would send them."""

from __future__ import annotations

import json
from typing import Any

from zhike.base.actors import Actor
from zhike.records import registry
from zhike.records.customising import changing, kinds
from zhike.records.models import CustomField
from zhike.testing import samples

CHOICES = [
    {"label": "住宅", "label_en": "Housing", "colour": "g"}, {"label": "商铺", "label_en": "Shop"}, {"label": "写字楼"},
]  # fmt: skip
TREE = [
    {"value": "shu_ma", "label": "数码", "label_en": "Digital"},
    {"value": "shou_ji", "label": "手机", "label_en": "Phones", "level": 1},
    {"value": "jia_dian", "label": "家电"},
    {"value": "dian_shi", "label": "电视", "level": 1},
]
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
    "cascade": ("shou_ji", "dian_shi"),
    "rich_text": ("<p>第一段</p><p>两行</p>", "<p>另一段</p>"),
    "address": (
        {"region": "江苏省/苏州市", "detail": "前进路1号"},
        {"region": "浙江省/杭州市", "detail": "文三路 90号"},
    ),
}
"""By kind: a smaller and a larger value, as the API shows them; of kinds whose values are not made for the test."""
TARGET = "products"
"""What references of a test point at."""
PATTERN = "HT-{yyyy}{mm}-{0000}"
WRITABLE = tuple(kind for kind in kinds.OFFERED if kind not in kinds.READ_ONLY | kinds.FILES)
"""Kinds whose values anybody may write down; files are stored first."""


def values_of(actor: Actor, kind: str) -> tuple[Any, Any]:
    """A smaller and a larger value of any kind; the records references point at are there then."""
    if kind in VALUES:
        return VALUES[kind]
    made = {"member": _members, "department": _departments}.get(kind, _products)
    first, second, third = [{"id": row.pk, "name": str(row)} for row in made(actor)]
    return ([first], [second, third]) if kind == "references" else (first, second)


def as_posted(value: Any) -> Any:
    """A value of the API as a form sends it."""
    if isinstance(value, dict):
        return value["id"] if "id" in value else list(value.values())
    if isinstance(value, list):
        return [as_posted(each) for each in value]
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else value


def _products(actor: Actor) -> list[Any]:
    return [_there(actor, TARGET, name) for name in ("艾草香皂", "白茶", "草莓酱")]


def _departments(actor: Actor) -> list[Any]:
    return [_there(actor, "departments", name) for name in ("华北样区", "华东样区", "华南样区")]


def _members(actor: Actor) -> list[Any]:
    rows = registry.get("members").queryset().filter(is_active=True)
    return list(rows.order_by("title_key", "pk")[:3])


def _there(actor: Actor, type_name: str, name: str) -> Any:
    record_type = registry.get(type_name)
    found = record_type.queryset().filter(**{record_type.title: name}).first()
    return found or samples.record_of(actor, record_type, **{record_type.title: name})


def add(actor: Actor, type_name: str, kind: str, **more: Any) -> CustomField:
    """A field of the kind, through the service an administrator's page uses."""
    raw: dict[str, Any] = {"kind": kind}
    if "label" not in more:
        raw |= {"label": f"自定{kind}", "label_en": f"Own {kind}"}
    if kind in kinds.CHOICES:
        raw["choices"] = json.dumps(CHOICES)
    if kind in kinds.TREES:
        raw["choices"] = json.dumps(TREE)
    if kind in kinds.POINTING:
        raw["target"] = TARGET
    if kind == kinds.Kind.SERIAL:
        raw["pattern"] = PATTERN
    return changing.add_field(actor, registry.get(type_name), raw | more)


def add_all(actor: Actor, type_name: str) -> dict[str, CustomField]:
    """One field of every kind."""
    return {str(kind): add(actor, type_name, kind) for kind in kinds.OFFERED}
