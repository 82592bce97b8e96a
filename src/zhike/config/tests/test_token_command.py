"""`./zhike token`: a token for a member from the shell."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest

from zhike.base import clock
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
    assert (made.name, made.rights) == ("ERP", {"customers": "read"})
    assert abs(made.expires_at - clock.now() - timedelta(days=90)) < timedelta(minutes=1)
    assert Program(secret=secret).get("customers/").status_code == 200
    assert ChangeSet.objects.latest("id").door == "cli"


def test_each_type_has_its_right_and_addresses_count(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--types", "customers,products:read", "--from", "10.20.0.0/16 2001:db8::/32", "--days", "0")

    assert token.run(options("wangfang@huacheng.example", *words)) == 0

    made = Token.objects.get()
    assert made.rights == {"customers": "write", "products": "read"}
    assert (made.networks, made.expires_at) == (["10.20.0.0/16", "2001:db8::/32"], None)
    assert Program(secret=capsys.readouterr().out.splitlines()[-1]).get("me").status_code == 403


@pytest.mark.parametrize(
    "words",
    [
        ("nobody@huacheng.example",),
        ("wangfang@huacheng.example", "--types", "planets"),
        ("wangfang@huacheng.example", "--types", "customers:rule"),
        ("wangfang@huacheng.example", "--from", "the office"),
        ("wangfang@huacheng.example", "--days", "-1"),
    ],
)
def test_what_cannot_be_made_is_said(words: tuple[str, ...]) -> None:
    with pytest.raises(command.CommandFailed):
        token.run(options(*words))
    assert not Token.objects.exists()
