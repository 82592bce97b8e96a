"""The tree of a cascading choice, as its editor posts it: nodes in their order, each with its level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from zhike.records.fields.base import Invalid

DEEPEST, MOST = 5, 1000


def levels_of(posted: list[Mapping[str, Any]]) -> list[int]:
    """The level of each node: never more than one below the node before it. Raises `Invalid`."""
    found: list[int] = []
    for each in posted:
        told = str(each.get("level") or 0)
        if not told.isdigit() or int(told[:3]) >= DEEPEST:
            raise Invalid(_("A tree has at most %(limit)d levels.") % {"limit": DEEPEST})
        found.append(min(int(told), found[-1] + 1 if found else 0))
    return found


def path_label(labels: list[str], levels: list[int]) -> str:
    """The last label with those above it: two nodes of one name are told apart by what they stand under."""
    path: list[str] = []
    for label, level in zip(labels, levels, strict=True):
        path[level:] = [label]
    return " / ".join(path)
