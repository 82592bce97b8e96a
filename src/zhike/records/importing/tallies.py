"""What is counted while rows go by: outcomes, unknown values, what would be made, warnings, the first problems."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from zhike.records.importing.drafts import CREATED, REJECTED, SKIPPED, UPDATED, Draft

MOST_PROBLEMS = 100
MOST_VALUES = 500
MOST_LINES = 10


@dataclass
class Tally:
    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    unknown_values: dict[str, Counter[str]] = field(default_factory=dict)
    to_create: dict[str, dict[str, int]] = field(default_factory=dict)
    plain_values: dict[str, Counter[str]] = field(default_factory=dict)
    emptied_values: dict[str, Counter[str]] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)
    warnings: dict[str, list[int]] = field(default_factory=dict)
    warning_counts: Counter[str] = field(default_factory=Counter)

    def unknown(self, name: str, text: str) -> None:
        _count(self.unknown_values, name, text)

    def plain(self, name: str, text: str) -> None:
        _count(self.plain_values, name, text)

    def emptied(self, name: str, text: str) -> None:
        _count(self.emptied_values, name, text)

    def creates(self, name: str, text: str) -> None:
        names = self.to_create.setdefault(name, {})
        if len(names) < MOST_VALUES or text in names:
            names[text] = names.get(text, 0) + 1

    def warn(self, sentence: str, line: int) -> None:
        if len(self.warnings) < MOST_PROBLEMS or sentence in self.warnings:
            self.warning_counts[sentence] += 1
            lines = self.warnings.setdefault(sentence, [])
            if len(lines) < MOST_LINES:
                lines.append(line)

    def add(self, draft: Draft, labels: dict[str, str]) -> None:
        self.rows += 1
        self.outcomes[draft.outcome] += 1
        if draft.outcome == REJECTED and len(self.problems) < MOST_PROBLEMS:
            self.problems += [
                {"line": draft.line, "field": labels.get(name, name), "heading": heading, "sentence": sentence}
                for name, heading, sentence in draft.errors
            ][: MOST_PROBLEMS - len(self.problems)]

    def counts(self) -> dict[str, int]:
        return {name: self.outcomes[name] for name in (CREATED, UPDATED, SKIPPED, REJECTED)}


def _count(table: dict[str, Counter[str]], name: str, text: str) -> None:
    counted = table.setdefault(name, Counter())
    if len(counted) < MOST_VALUES or text in counted:
        counted[text[:200]] += 1
