"""Which currency an amount is in: those the company uses are offered, what is retired stays where it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zhike.records.fields.choices import Choice


class CurrencyChoice(Choice):
    def _pairs(self) -> Iterable[tuple[Any, Any]]:
        from zhike.records.currencies import keeping

        return [(code, keeping.name_of(code)) for code in keeping.known()]

    def retired(self) -> set[str]:
        from zhike.records.currencies import keeping

        return keeping.retired()

    def text(self, value: Any) -> str:
        from zhike.records.currencies import keeping

        return keeping.name_of(value) if value else ""
