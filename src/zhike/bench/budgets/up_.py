"""From a fresh checkout to a sign-in page, with the packages in the caches of this machine; and starting again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from zhike.bench import processes
from zhike.bench.budgets.bench import Bench
from zhike.bench.results import Result
from zhike.config import environment

FIRST, SECOND = 60, 8


class UnableToStart(Exception):
    """`./zhike` in the fresh checkout ended with an error."""


def measure(bench: Bench) -> Iterator[Result]:
    folder = bench.data / "checkout"
    shutil.rmtree(folder, ignore_errors=True)
    _run(["git", "clone", "-q", "--local", str(environment.CHECKOUT), str(folder)], bench.data, {})
    told = _environment()
    port = str(processes.free_port())
    try:
        first = _up(folder, port, told)
        _run([sys.executable, "zhike", "down"], folder, told)
        second = _up(folder, port, told)
    finally:
        _run([sys.executable, "zhike", "down"], folder, told)
    yield Result("up, first start with warm caches", "fresh clone, demo company", first, FIRST, " s")
    yield Result("up, second start", "everything stopped before", second, SECOND, " s")
    shutil.rmtree(folder)


def _environment() -> dict[str, str]:
    """Of this one only what has nothing to do with the installation that measures."""
    own = {*environment.VARIABLES.values(), "PYTHONPATH", "VIRTUAL_ENV", "DJANGO_SETTINGS_MODULE"}
    told = {name: value for name, value in os.environ.items() if name not in own}
    return told | {"ZHIKE_LIVE_PORT": str(processes.free_port())}


def _up(folder: Path, port: str, told: dict[str, str]) -> float:
    begun = time.perf_counter()
    _run([sys.executable, "zhike", "up", "--detach", "--port", port], folder, told)
    return time.perf_counter() - begun


def _run(command: list[str], folder: Path, told: dict[str, str]) -> None:
    """Through a file: a pipe would be kept open by what is left running."""
    with (folder / "bench.log").open("ab") as out:
        done = subprocess.run(command, check=False, cwd=folder, env=told or None, stdout=out, stderr=out)
    if done.returncode:
        raise UnableToStart(f"{' '.join(command)}: {(folder / 'bench.log').read_text(errors='replace')[-800:]}")
