"""What a transaction has changed is known to itself at once, and to nobody else before it is committed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from zhike.base.recent import Recent


@pytest.fixture
def told(committed_workspace: Any) -> list[str]:
    return ["before"]


def elsewhere(recent: Recent[str], workspace: Any) -> str:
    """What another thread of the process reads."""

    def read() -> str:
        connection.set_tenant(workspace)  # type: ignore[attr-defined]
        try:
            return recent.now()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(read).result()


def test_others_hear_of_it_when_it_is_committed(committed_workspace: Any, told: list[str]) -> None:
    recent = Recent(lambda: told[0])
    assert recent.now() == "before"

    with transaction.atomic():
        told[0] = "after"
        recent.forget()
        inside = recent.now(), elsewhere(recent, committed_workspace)

    assert inside == ("after", "before")
    assert elsewhere(recent, committed_workspace) == recent.now() == "after"


def test_what_was_taken_back_was_never_heard_of(committed_workspace: Any, told: list[str]) -> None:
    recent = Recent(lambda: told[0])
    recent.now()

    with transaction.atomic():
        told[0] = "after"
        recent.forget()
        assert recent.now() == "after"
        told[0] = "before"
        transaction.set_rollback(True)

    assert recent.now() == elsewhere(recent, committed_workspace) == "before"
