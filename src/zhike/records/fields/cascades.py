"""A choice out of a tree: a node stands for itself and, in conditions, for everything below it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.records import values
from zhike.records.fields.base import Context, Invalid
from zhike.records.fields.choices import Choice, own_label
from zhike.records.fields.text import as_list

BETWEEN = " / "


@dataclass(frozen=True)
class Node:
    value: str
    label: str
    label_en: str
    level: int
    above: tuple[str, ...]
    """The values on the way to it, the topmost first."""
    retired: bool
    """By itself, or with one above it."""


def nodes_of(stored: list[dict[str, Any]]) -> list[Node]:
    """The nodes of a tree that is kept as a list, each with its level, what stands below a node right behind it."""
    found: list[Node] = []
    path: list[Node] = []
    for each in stored:
        del path[min(int(each.get("level") or 0), len(path)) :]
        above = path[-1] if path else None
        names = (each["label"], each.get("label_en") or each["label"])
        if above is not None:
            names = (f"{above.label}{BETWEEN}{names[0]}", f"{above.label_en}{BETWEEN}{names[1]}")
        retired = bool(each.get("retired")) or (above is not None and above.retired)
        found.append(Node(each["value"], *names, len(path), tuple(node.value for node in path), retired))
        path.append(found[-1])
    return found


class Cascade(Choice):
    kind = "cascade"
    width = 180

    @cached_property
    def nodes(self) -> list[Node]:
        return nodes_of(self.options.get("choices", []))

    def own_choices(self) -> list[dict[str, Any]]:
        """Every node by its whole path."""
        return [
            {"value": node.value, "label": node.label, "label_en": node.label_en, "retired": node.retired}
            for node in self.nodes
        ]

    def below(self, value: str) -> list[str]:
        """The node itself and all under it."""
        return [node.value for node in self.nodes if value == node.value or value in node.above]

    def order(self, prefix: str = "") -> Any:
        places = models.Value([node.value for node in self.nodes], ArrayField(models.TextField()))
        return models.Func(
            places, self.expression(prefix), function="array_position", output_field=models.IntegerField()
        )

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        if operator not in ("in", "not_in"):
            return super().condition(operator, value, context, prefix)
        wanted = [each for one in as_list(value) for each in self.below(self._wanted(one))]
        if not wanted:
            raise Invalid(_("Say a value to compare with."))
        found = self.compare("in", wanted, prefix)
        return ~found if operator == "not_in" else found

    def choice_index(self) -> values.Choices:
        """By the whole path, and by a name that only one node has."""
        paths = [(node.value, label) for node in self.nodes for label in (node.label, node.label_en)]
        last = {(value, label.rsplit(BETWEEN, 1)[-1]) for value, label in paths}
        counted = Counter(label for _value, label in last)
        names = sorted(pair for pair in last if counted[pair[1]] == 1)
        return values.index_choices([*paths, *names])

    def offered(self, chosen: str) -> list[tuple[str, str, int]]:
        """What a form offers: value, name and level of every node in use, and of the chosen one with those above."""
        kept = {chosen, *(above for node in self.nodes if node.value == chosen for above in node.above)}
        labels = {each["value"]: own_label(each) for each in self.own_choices()}
        return [
            (node.value, labels[node.value].rsplit(BETWEEN, 1)[-1], node.level)
            for node in self.nodes
            if not node.retired or node.value in kept
        ]
