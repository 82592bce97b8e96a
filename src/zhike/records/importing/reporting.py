"""What a dry run found, in a form that pages and the shell can show."""

from __future__ import annotations

from typing import Any

from zhike.records.importing import guessing
from zhike.records.importing.engine import Engine
from zhike.records.importing.lookups import Lookup
from zhike.records.importing.reading import Table
from zhike.records.importing.tallies import Tally

MOST_KNOWN = 1000
MOST_SHOWN = 200


def values_report(engine: Engine) -> list[dict[str, Any]]:
    """Per column of references or choices: every value without a meaning, how many rows, what it may mean."""
    return [found for lookup in engine.reader.lookups if (found := _values_of(lookup, engine))]


def _values_of(lookup: Lookup, engine: Engine) -> dict[str, Any] | None:
    tally = engine.tally
    unknown = tally.unknown_values.get(lookup.name)
    if not unknown:
        return None
    known = lookup.finder.known_names(MOST_KNOWN)
    return {
        "field": lookup.name,
        "label": lookup.label,
        "heading": lookup.heading,
        "may_create": lookup.finder.may_create(lookup.actor),
        "known": known,
        "count": len(unknown),
        "rows": sum(unknown.values()),
        "values": [
            {"value": value, "rows": rows, "suggestion": guessing.suggest_value(value, known)}
            for value, rows in unknown.most_common(MOST_SHOWN)
        ],
    }


def warnings_report(tally: Tally, table: Table) -> list[dict[str, Any]]:
    found = [
        {"sentence": sentence, "count": tally.warning_counts[sentence], "lines": lines}
        for sentence, lines in tally.warnings.items()
    ]
    return [*found, *({"sentence": str(remark), "count": 0, "lines": []} for remark in table.warnings)]
