"""Reading docs/operations.md: what it says exists, and what exists it says."""

import dataclasses
import re

import pytest

from zhike.config import environment
from zhike.config.command import __main__ as door

PAGE = (environment.CHECKOUT / "docs" / "operations.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([A-Z_]+)` \| `(\w+)` \|", PAGE, re.MULTILINE))


def test_every_setting_is_in_the_table_under_its_two_names() -> None:
    assert {variable: name for name, variable in environment.VARIABLES.items()} == ROWS
    assert set(environment.VARIABLES) == {field.name for field in dataclasses.fields(environment.Environment)}


def test_every_command_on_the_page_exists() -> None:
    named = set(re.findall(r"(?:\./|/opt/zhike/)zhike ([a-z]+)", PAGE))

    assert named >= {"up", "down", "serve", "worker", "backup", "restore", "doctor", "check", "test"}
    assert named <= {*door.command_names(), "bench"}


@pytest.mark.parametrize("name", ["up", "down", "restore", "backup", "migrate"])
def test_every_option_on_the_page_exists(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        door.main([name, "--help"])
    known = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))

    for words in re.findall(rf"\./zhike {name}\b([^\n`#&;]*)", PAGE):
        assert set(re.findall(r"--[a-z-]+", words)) <= known
