"""`./zhike token`: a token for a member from the shell."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from contextlib import nullcontext
from typing import Any

import pytest

from zhike.base.changelog.models import ChangeSet
from zhike.config import command
from zhike.config.command import token
from zhike.domains.people.models import Token
from zhike.testing.api import Program


@pytest.fixture(autouse=True)
def inside(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "inside_workspace", lambda: nullcontext(workspace))


def options(*words: str) -> Namespace:
    parser = ArgumentParser()
    token.add_arguments(parser)
    return parser.parse_args(words)


def test_the_last_line_is_a_secret_that_works(capsys: pytest.CaptureFixture[str]) -> None:
    assert token.run(options("WANGFANG@huacheng.example", "--name", "ERP", "--read-only", "--types", "customers")) == 0

    secret = capsys.readouterr().out.splitlines()[-1]
    made = Token.objects.get()
    assert (made.name, made.read_only, made.types) == ("ERP", True, ["customers"])
    assert Program(secret=secret).get("customers/").status_code == 200
    assert ChangeSet.objects.latest("id").door == "cli"


@pytest.mark.parametrize("words", [("nobody@huacheng.example",), ("wangfang@huacheng.example", "--types", "planets")])
def test_what_cannot_be_made_is_said(words: tuple[str, ...]) -> None:
    with pytest.raises(command.CommandFailed):
        token.run(options(*words))
    assert not Token.objects.exists()
