"""Using ./zhike: commands are found, options reach them, and what fails says so in one sentence."""

import argparse
import os
from pathlib import Path

import pytest

from zhike.config import command, environment
from zhike.config.command import __main__ as door


@pytest.fixture(autouse=True)
def own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIKE_DATA", str(tmp_path / "var"))
    monkeypatch.setenv("ZHIKE_WORKSPACE", "")


def fail_with(error: Exception, monkeypatch: pytest.MonkeyPatch) -> int:
    def run(options: argparse.Namespace) -> int:
        raise error

    monkeypatch.setattr(door._load("status"), "run", run)
    return door.main(["status"])


def test_every_module_is_a_command_with_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        door.main(["--help"])

    shown = capsys.readouterr().out
    assert end.value.code == 0
    assert {"up", "down", "serve", "worker", "test", "check", "backup", "restore", "doctor"} <= set(
        door.command_names()
    )
    assert all(f"    {name}" in shown for name in door.command_names())


@pytest.mark.parametrize("name", sorted(door.command_names()))
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        door.main([name, "--help"])

    shown = capsys.readouterr().out
    assert end.value.code == 0
    assert "--workspace" in shown and "--data" in shown


@pytest.mark.parametrize("words", [["--data", "{}", "status"], ["status", "--data", "{}"]])
def test_the_data_folder_may_be_given_before_or_after(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "elsewhere"

    assert door.main([word.format(folder) for word in words]) == 0

    assert str(folder) in capsys.readouterr().out
    assert environment.current().data == folder


def test_the_workspace_reaches_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(door._load("status"), "run", lambda options: seen.append(os.environ["ZHIKE_WORKSPACE"]) or 0)

    door.main(["--workspace", "north", "status"])
    door.main(["status", "--workspace", "south"])

    assert seen == ["north", "south"]


@pytest.mark.parametrize(
    "error",
    [
        command.CommandFailed("The moon is not full; wait."),
        environment.UnableToReadEnvironment("The moon is not full; wait."),
        type("UnableToHowl", (Exception,), {})("The moon is not full; wait."),
    ],
)
def test_a_known_failure_is_one_sentence(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fail_with(error, monkeypatch) == 1

    assert capsys.readouterr() == ("", "The moon is not full; wait.\n")


def test_a_missing_file_and_a_full_disk_are_known_failures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fail_with(FileNotFoundError(2, "No such file or directory", "customers.csv"), monkeypatch) == 1
    assert fail_with(OSError(28, "No space left on device"), monkeypatch) == 1

    told = capsys.readouterr().err
    assert "customers.csv" in told and "disk is full" in told


def test_a_defect_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_with(ZeroDivisionError(), monkeypatch)


def test_ctrl_c_ends_quietly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(door._load("status"), "run", lambda options: (_ for _ in ()).throw(KeyboardInterrupt()))

    assert door.main(["status"]) == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_only_a_command_that_passes_arguments_on_takes_unknown_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(door._load("test"), "run", lambda options: seen.extend(options.rest) or 0)

    assert door.main(["test", "src/zhike/base", "-k", "socket", "-x"]) == 0
    with pytest.raises(SystemExit):
        door.main(["status", "-k", "socket"])

    assert seen == ["src/zhike/base", "-k", "socket", "-x"]


def test_a_backup_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert door.main(["restore", str(tmp_path / "missing.tar.gz"), "--data", "/proc/nowhere"]) == 1

    assert "cannot be written" in capsys.readouterr().err
