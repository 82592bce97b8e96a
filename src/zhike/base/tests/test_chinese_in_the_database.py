"""PostgreSQL understands the queries, and finds by them what they say."""

from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhike.base import chinese

TOKENS = [*chinese.search_tokens("上海知客科技有限公司 O'Neil"), *chinese.phone_tokens("+8613800138000")]


def _found(query: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_to_tsvector(%s::text[]) @@ %s::tsquery", [TOKENS, chinese.to_tsquery_string(query)]
        )
        row = cursor.fetchone()
    assert row is not None
    return bool(row[0])


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("知客", True), ("zkkj", True), ("zhike", True), ("shanghaizhi", True), ("8000", True), ("138 0013", True),
        ("o'neil", True), ("知客 zhike 8000", True), ("客知", False), ("0013", False), ("知客 beijing", False),
        ("", False), ("\ud800知客", True),
    ],
)  # fmt: skip
def test_the_database_finds_what_was_typed(db: Any, query: str, is_found: bool) -> None:
    assert _found(query) is is_found


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40) | st.text(alphabet="'\\:*&|!()<-> a张", max_size=20))
def test_nothing_typed_breaks_the_query(db: Any, query: str) -> None:
    _found(query)
