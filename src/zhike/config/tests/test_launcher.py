"""Starting ./zhike: the lock decides whether anything is installed, and trouble is told in a sentence."""

import importlib.machinery
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from zhike.config import environment


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The launcher, believing that an empty folder is its checkout."""
    path = environment.CHECKOUT / "zhike"
    spec = importlib.util.spec_from_loader("launcher", importlib.machinery.SourceFileLoader("launcher", str(path)))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    venv = tmp_path / ".venv"
    for name, value in {"ROOT": tmp_path, "VENV": venv, "PYTHON": venv / "bin" / "python"}.items():
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(module, "STAMP", venv / "zhike-installed.json")
    (tmp_path / module.RUNTIME).write_text("one==1\n")
    (tmp_path / module.WITH_TOOLS).write_text("one==1\ntwo==2\n")
    return module


@pytest.fixture
def commands(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the launcher would have run, made true as far as the next step needs it."""
    run: list[list[str]] = []

    def note(command: list[object], complaint: str, environment: object = None) -> None:
        run.append([str(word) for word in command])
        if "venv" in run[-1]:
            launcher.PYTHON.parent.mkdir(parents=True)
            launcher.PYTHON.symlink_to(sys.executable)

    monkeypatch.setattr(launcher, "run", note)
    return run


def test_a_fresh_checkout_makes_its_venv_and_installs_once(launcher: ModuleType, commands: list[list[str]]) -> None:
    launcher.install(launcher.RUNTIME)

    assert [command[2] for command in commands] == ["venv", "pip"]
    assert "--require-hashes" in commands[1]
    assert launcher.is_installed(launcher.RUNTIME)
    assert not launcher.is_installed(launcher.WITH_TOOLS)


def test_the_lock_with_tools_holds_the_runtime_too(launcher: ModuleType, commands: list[list[str]]) -> None:
    launcher.install(launcher.WITH_TOOLS)

    assert launcher.is_installed(launcher.RUNTIME)


def test_a_changed_lock_is_installed_again(launcher: ModuleType, commands: list[list[str]], tmp_path: Path) -> None:
    launcher.install(launcher.RUNTIME)
    (tmp_path / launcher.RUNTIME).write_text("one==1.1\n")

    assert not launcher.is_installed(launcher.RUNTIME)


def test_a_broken_stamp_means_installing_again(launcher: ModuleType, commands: list[list[str]]) -> None:
    launcher.install(launcher.RUNTIME)
    launcher.STAMP.write_text(json.dumps({})[:-1])

    assert not launcher.is_installed(launcher.RUNTIME)


def test_what_pip_says_is_shown_when_it_fails(launcher: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="The packages could not be installed; the reason stands above"):
        launcher.run(
            [sys.executable, "-c", "print('no route to host'); exit(1)"], "The packages could not be installed"
        )

    assert "no route to host" in capsys.readouterr().err


def test_the_locks_pin_every_package_with_hashes_and_name_no_index() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (environment.CHECKOUT / name).read_text(encoding="utf-8")
        packages = [block for block in text.split("\n") if "==" in block and not block.startswith((" ", "#"))]

        assert len(packages) > 30
        assert text.count("--hash=sha256:") >= len(packages)
        assert "://" not in text and "--index" not in text and "--find-links" not in text


def test_the_launcher_runs_from_any_folder(tmp_path: Path) -> None:
    command = [sys.executable, str(environment.CHECKOUT / "zhike"), "--help"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False)

    assert done.returncode == 0, done.stderr
    assert "COMMAND" in done.stdout
