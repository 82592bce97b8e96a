"""`./zhike config` tells, shows, asks, applies, and says by its exit code what came of it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from zhike.base.changelog.models import ChangeSet
from zhike.config import command
from zhike.config.command import __main__ as door
from zhike.records.models import CustomField

FILE = "zhike_configuration: 1\nfields:\n  customers:\n    hu_xing: {label: 户型, kind: text}\n"


@pytest.fixture
def shell(workspace: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command in the test company; returns its exit code, what it said, and what it complained."""

    @contextmanager
    def inside() -> Iterator[Any]:
        yield workspace

    monkeypatch.setattr(command, "inside_workspace", inside)

    def run(*words: str, answer: str = "", language: str = "C") -> tuple[int, str, str]:
        monkeypatch.setenv("LANG", language)
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        code = door.main(["config", *words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "zhike.yaml"
    path.write_text(FILE, encoding="utf-8")
    return str(path)


def test_what_is_exported_is_there_already(shell: Any, tmp_path: Path) -> None:
    path = str(tmp_path / "out.yaml")

    assert shell("export", path)[0] == 0
    assert Path(path).read_text(encoding="utf-8") == shell("export")[1]
    assert shell("apply", path, "--yes")[1].splitlines()[-2].startswith("0 changes")


def test_a_dry_run_shows_and_changes_nothing(shell: Any, file: str) -> None:
    code, out, _err = shell("apply", file, "--dry-run")

    assert code == 3
    assert "Fields · customers › hu_xing (户型): new" in out
    assert not CustomField.objects.exists()


@pytest.mark.parametrize(("answer", "code"), [("n\n", 3), ("", 3), ("y\n", 0)])
def test_it_asks(shell: Any, file: str, answer: str, code: int) -> None:
    found, out, _err = shell("apply", file, answer=answer)

    assert found == code
    assert "[y/N]" in out
    assert CustomField.objects.exists() is (code == 0)


def test_it_says_the_change_set(shell: Any, file: str) -> None:
    code, out, _err = shell("apply", file, "--yes")

    told = json.loads(out.splitlines()[-1])
    change_set = ChangeSet.objects.get(pk=told["change_set"])
    assert (code, told["changes"], change_set.subject, change_set.door) == (0, 1, "zhike.yaml", "cli")
    assert shell("apply", file, "--yes")[1].splitlines()[-2].startswith("0 changes")


def test_a_fault_is_told_with_file_and_line(shell: Any, file: str) -> None:
    Path(file).write_text(FILE.replace("kind: text", "kind: txt"), encoding="utf-8")

    code, _out, err = shell("apply", file, "--yes")

    assert code == 1
    assert err.startswith(f"{file}:4: fields.customers.hu_xing.kind: This is one of: ")


def test_it_speaks_chinese(shell: Any, file: str) -> None:
    out = shell("apply", file, "--dry-run", language="zh_CN.UTF-8")[1]

    assert "字段 · customers › hu_xing（户型）：新增" in out


def test_only_an_administrator_may(shell: Any, file: str) -> None:
    code, _out, err = shell("apply", file, "--yes", "--actor", "wangfang@huacheng.example")

    assert code == 1
    assert "no administrator" in err
