"""The main job without a browser: four files, the exact figures, the same file again, undo, and once more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys import figures
from zhike.domains.people.models import Member
from zhike.records import registry
from zhike.testing import servers
from zhike.testing.api import Program

pytestmark = figures.needs_files


@pytest.fixture(scope="module")
def shell(company: Any) -> Iterator[servers.Installation]:
    with servers.installation() as installed:
        yield installed


def run(shell: servers.Installation, *words: str) -> dict[str, Any]:
    done = shell.command(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def bring_in(shell: servers.Installation, type_name: str, name: str) -> dict[str, Any]:
    return run(shell, "import", type_name, str(figures.file_of(name)), "--map", str(figures.mapping_of(name)))


def test_the_main_job(shell: servers.Installation, company: Any) -> None:
    program = Program(Member.objects.get(name="林晓"))

    for type_name, name in figures.STEPS:
        summary = bring_in(shell, type_name, name)
        assert (summary["rows"], summary["rejected"]) == (figures.ROWS[name], 0), summary
    figures.check_api(program)
    pipeline = summary["change_set"]
    assert without_customer() == 1425
    assert products_called("GTX Pro") == 1480
    assert subsidiaries() == 15

    again = bring_in(shell, "opportunities", "sales_pipeline")
    assert (again["created"], again["updated"], again["rejected"]) == (0, 0, 0)
    figures.check_api(program)

    undone = run(shell, "undo", str(pipeline))
    assert undone["conflicts"] == 0
    figures.check_nothing_left(program)
    assert registry.get("opportunities").queryset().count() == 0

    assert bring_in(shell, "opportunities", "sales_pipeline")["created"] == 8800
    figures.check_api(program)


def without_customer() -> int:
    return int(registry.get("opportunities").queryset().filter(customer__isnull=True).count())


def products_called(name: str) -> int:
    return int(registry.get("opportunities").queryset().filter(product__name=name).count())


def subsidiaries() -> int:
    return int(registry.get("customers").queryset().filter(parent__isnull=False).count())
