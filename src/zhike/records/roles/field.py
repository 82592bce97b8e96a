from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.models import Q

from zhike.base.actors import ADMINISTRATOR
from zhike.records.fields.choices import ManyChoices
from zhike.records.roles import holding, ready


class Roles(ManyChoices):
    """The roles of a member, by their keys."""

    colours: ClassVar = {ADMINISTRATOR: "v", ready.DIRECTOR: "a", ready.MANAGER: "a", ready.LEAD: "a"}

    def _pairs(self) -> Iterable[tuple[Any, Any]]:
        return [(role.key, role.name) for role in holding.roles()]

    @property
    def _colours(self) -> Any:
        return self.colours

    def _has(self, value: str, prefix: str) -> Q:
        return self.compare("contains", [value], prefix)

    def is_empty(self, prefix: str = "") -> Q:
        return self.compare("len", 0, prefix)
