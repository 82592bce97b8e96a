"""Ten types of a company's own cost the palette no more questions than the hits it shows."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhike.base import recent
from zhike.records import gate, registry
from zhike.records.search import finding, indexing
from zhike.records.types import defining
from zhike.testing import access, log

WHO = "王芳"
TYPES = 10
ASKED = 4
"""The session, the member, and the two halves of the index."""


@pytest.fixture
def types(administrator: Any, monkeypatch: Any) -> list[Any]:
    """Ten types; what is read anew every two seconds is not counted."""
    monkeypatch.setattr(recent, "KEEP_SECONDS", 600)
    made = []
    for number in range(TYPES):
        defining.add_type(
            administrator,
            {"label": f"楼盘{number}", "plural": f"楼盘{number}", "key": f"estates_{number}", "icon": "building"},
        )
        made.append(registry.get(f"estates_{number}"))
    return made


def fill(types: list[Any], owner: Any, name: str = "云杉") -> None:
    for each in types:
        gate.create(owner, each, {"name": f"{name}{each.name}"})
    indexing.index_changes(log.rows_after())


def queries_of(client: Any, words: str) -> list[str]:
    client.get(f"/search/palette/?q={quote(words)}")
    with CaptureQueriesContext(connection) as caught:
        assert client.get(f"/search/palette/?q={quote(words)}").status_code == 200
    return [each["sql"] for each in caught.captured_queries]


def test_types_without_hits_cost_nothing(types: Any, client_of: Any) -> None:
    assert len(queries_of(client_of(WHO), "云杉")) == ASKED


def test_types_with_hits_cost_the_reading_of_what_is_shown(types: Any, owner: Any, client_of: Any) -> None:
    """Who may see what is asked of all types at once; then each type that shows something is read once."""
    client = client_of(WHO)
    fill(types[:2], owner)
    few = len(queries_of(client, "云杉"))
    fill(types[2:], owner)

    assert len(queries_of(client, "云杉")) == few + TYPES - 2 <= ASKED + 1 + TYPES


def test_what_titles_have_shown_is_not_asked_again(types: Any, owner: Any, client_of: Any) -> None:
    """Words inside a title come from the other half of the index."""
    fill(types, owner)

    assert len(queries_of(client_of(WHO), "杉estates")) <= ASKED + 1 + TYPES
    assert len(queries_of(client_of(WHO), "云杉")) <= ASKED + 1 + TYPES


def test_each_type_shows_what_its_own_policy_lets_through(
    types: Any, owner: Any, outsider: Any, administrator: Any
) -> None:
    """One query asks several policies; none answers for another."""
    fill(types, owner)
    fill(types[:3], outsider)
    access.restrict("salesperson", types[5], {})
    access.restrict("salesperson", types[6], {}, everything=False, see="deny")

    def found(actor: Any) -> dict[str, int]:
        return {each.record_type.name: len(each.hits) for each in finding.search(actor, "云杉")}

    theirs = {each.name: 1 for each in types[:3]} | {types[5].name: 1}
    assert found(outsider) == theirs
    assert found(owner) == {each.name: 1 for number, each in enumerate(types) if number != 6}
    assert found(administrator) == {each.name: 2 if number < 3 else 1 for number, each in enumerate(types)}
