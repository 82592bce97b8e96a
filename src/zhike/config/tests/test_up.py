"""One command to start: `./zhike up` on an empty data folder, again, through kill -9, and down."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from zhike.base import embedded
from zhike.config import environment, processes

pytestmark = pytest.mark.slow


def free_port() -> int:
    """A port with a free neighbour, for the live process takes the next one."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            port = int(first.getsockname()[1])
            try:
                socket.create_server(("127.0.0.1", port + 1)).close()
            except OSError:
                continue
        return port


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Callable[..., str]]:
    data, port = tmp_path / "var", free_port()

    def zhike(*words: str) -> str:
        told = {name: value for name, value in os.environ.items() if not name.startswith(("ZHIKE_", "DATABASE_URL"))}
        command = [sys.executable, "-P", "-m", "zhike.config.command", *words, "--data", str(data)]
        command += ["--port", str(port)] if words[0] == "up" else []
        told["PYTHONPATH"] = str(environment.CHECKOUT / "src")
        done = subprocess.run(command, env=told, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    zhike.data, zhike.port = data, port  # type: ignore[attr-defined]
    yield zhike
    if processes.stop_supervisor(data) or data.exists():
        embedded.stop(data)


def sign_in_page(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=20) as answer:
        return int(answer.status)


def comes_back(port: int, seconds: float = 40) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if sign_in_page(port) == 200:
                return True
        except OSError:
            time.sleep(0.2)
    return False


def test_up_twice_through_kills_and_down(installation: Callable[..., str]) -> None:
    data, port = installation.data, installation.port  # type: ignore[attr-defined]

    lines = installation("up", "--empty", "--detach").rstrip().split("\n")[-3:]
    assert [line.split()[0] for line in lines] == ["URL", "LOGIN", "PASSWORD"]
    assert lines[0] == f"URL http://localhost:{port}"
    assert sign_in_page(port) == 200

    again = installation("up", "--empty", "--detach").rstrip().split("\n")[-3:]
    assert again[:2] == lines[:2]

    programs = json.loads((data / "run" / "up.json").read_text())["programs"]
    os.kill(int(programs["web"]["pid"]), signal.SIGKILL)
    time.sleep(0.5)
    assert comes_back(port)

    os.kill(int((embedded.cluster_folder(data) / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    time.sleep(0.5)
    assert comes_back(port)

    installation("down")
    assert not embedded.is_running(data)
    with pytest.raises(OSError):
        sign_in_page(port)
