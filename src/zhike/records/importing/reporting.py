"""What a dry run found, in a form that pages and the shell can show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zhike.records.importing import guessing, words
from zhike.records.importing.engine import Engine
from zhike.records.importing.lookups import Lookup
from zhike.records.importing.reading import Table
from zhike.records.importing.tallies import Tally

MOST_KNOWN = 1000
MOST_SHOWN = 200


def values_report(engine: Engine) -> list[dict[str, Any]]:
    """Per column of references or choices: every value without a meaning, how many rows, what it may mean."""
    looked_up = [found for lookup in engine.reader.lookups if (found := _values_of(lookup, engine))]
    return [*looked_up, *(found for name in engine.tally.plain_values if (found := _misspelt(name, engine)))]


def _misspelt(name: str, engine: Engine) -> dict[str, Any] | None:
    """Values of a plain column (a country) that look like a usual word misspelt."""
    usual = words.BY_KIND[engine.reader.fields[name].kind]
    settled = engine.plan.values.get(name, {})
    found = [
        {"value": value, "rows": rows, "suggestion": suggestion}
        for value, rows in engine.tally.plain_values[name].most_common()
        if value not in settled and (suggestion := _respelt(value, usual))
    ][:MOST_SHOWN]
    if not found:
        return None
    return {
        "field": name, "label": engine.labels[name], "heading": engine.reader.headings.get(name, ""),
        "may_create": False, "may_keep": True, "known": list(usual), "count": len(found),
        "rows": sum(each["rows"] for each in found), "values": found,
    }  # fmt: skip


def _respelt(value: str, usual: Sequence[str]) -> str | None:
    """The usual word a value is nearly, None if it is one."""
    folded = {word.casefold() for word in usual}
    return None if value.casefold() in folded else guessing.suggest_value(value, usual)


def _values_of(lookup: Lookup, engine: Engine) -> dict[str, Any] | None:
    tally = engine.tally
    unknown = tally.unknown_values.get(lookup.name)
    if not unknown:
        return None
    known = lookup.finder.known_names(MOST_KNOWN)
    may_create = lookup.maker is not None
    usual = words.BY_FIELD.get(lookup.name, ()) if may_create else ()
    return {
        "field": lookup.name,
        "label": lookup.label,
        "heading": lookup.heading,
        "may_create": may_create,
        "may_keep": False,
        "known": known,
        "count": len(unknown),
        "rows": sum(unknown.values()),
        "values": [_suggested(value, rows, known, usual) for value, rows in unknown.most_common(MOST_SHOWN)],
    }


def _suggested(value: str, rows: int, known: Sequence[str], usual: Sequence[str]) -> dict[str, Any]:
    """What a value may mean: something that is there, else a usual word to create it by."""
    meant = guessing.suggest_value(value, known)
    respelt = None if meant else _respelt(value, usual)
    return {"value": value, "rows": rows, "suggestion": meant or respelt, "is_new": bool(respelt)}


def warnings_report(tally: Tally, table: Table) -> list[dict[str, Any]]:
    found = [
        {"sentence": sentence, "count": tally.warning_counts[sentence], "lines": lines}
        for sentence, lines in tally.warnings.items()
    ]
    return [*found, *({"sentence": str(remark), "count": 0, "lines": []} for remark in table.warnings)]
