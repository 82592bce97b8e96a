"""Roles narrowed for a test, and a value of every field that would be recognised anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from zhike.base import actors, identifiers
from zhike.base.changelog import acts
from zhike.records.declaration import RecordType
from zhike.records.fields.base import Field
from zhike.records.roles import holding
from zhike.records.roles.models import Role
from zhike.records.roles.rights import ACTIONS, Access

NOISE = re.compile(r"[\s,，\-()]|&nbsp;|&#x27;")
"""How figures and phones are set apart for the eye."""


def restrict(
    role: str, record_type: RecordType, fields: Mapping[str, Access], *, everything: bool = True, **rights: Any
) -> None:
    """What the role may see of the fields of a type; with `everything` it does everything else with it."""
    with acts.act(actors.system("tests"), "test"):
        known = Role.objects.filter(key=role).first() or Role(key=role, template=role)
        given = {action: ["everything"] for action in ACTIONS} if everything else {}
        Role.objects.filter(key=role).delete()
        Role.objects.create(
            key=role,
            template=role,
            fields={**known.fields, record_type.name: {name: access.word for name, access in fields.items()}},
            rights={**known.rights, record_type.name: {**given, **rights}},
        )
    holding.kept.forget()
    holding.roles()


SECRETS: dict[str, tuple[Any, str]] = {
    "text": ("绝密文字甲乙丙丁戊己庚辛", "绝密文字甲乙丙丁戊己庚辛"),
    "long_text": ("绝密长文子丑寅卯辰巳午未", "绝密长文子丑寅卯辰巳午未"),
    "link": ("https://juemi.example.com/x", "juemi.example.com"),
    "tags": (["绝密标签"], "绝密标签"),
    "region": ("江苏省/苏州市", "苏州市"),
    "integer": (918273, "918273"),
    "decimal": ("5172.63", "5172.63"),
    "percent": ("37.29", "37.29"),
    "money": ("8163574.21", "8163574"),
    "day": ("1987-06-05", "1987"),
    "moment": ("1986-03-05T14:30", "1986"),
    "phones": ([{"number": "13876549876"}], "13876549876"),
    "emails": ([{"kind": "work", "address": "juemidizhi@example.com"}], "juemidizhi"),
    "phone": ("13976549876", "13976549876"),
    "email": ("juemixinxiang@example.com", "juemixinxiang"),
}
"""By kind: a raw value, and the part of it that must not be found."""
BY_NAME: dict[str, tuple[Any, str]] = {
    "founded_year": (1893, "1893"),
    "credit_code": (identifiers.make_credit_code(7788), identifiers.make_credit_code(7788)[4:16]),
    "wechat": ("juemiweixin998877", "juemiweixin"),
    "external_id": ("JUEMI-7788-XYZ-0042", "JUEMI7788XYZ"),
    "code": ("JUEMI-CODE-99", "JUEMICODE"),
}


def secret_for(field: Field) -> tuple[Any, str] | None:
    """A value only this field would have; None where there is none (choices, references)."""
    if field.name in BY_NAME:
        return BY_NAME[field.name]
    return None if field.choices() else SECRETS.get(field.kind)


def plain(answer: Any) -> str:
    """An answer without what is put between digits."""
    content = answer.getvalue() if answer.streaming else answer.content
    return NOISE.sub("", content.decode("utf-8", "replace"))
