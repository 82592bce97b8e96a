"""Real processes for stories and faults: web, live and worker as an installation runs them, on free ports.

    with servers.installation("web", "live", "worker", database=name) as running:
        running.url, running.kill("worker"), running.start("worker")

Each has a data folder of its own; the database is named by the caller, usually a copy of the template.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connection

from zhike.base import data_folder
from zhike.config import environment, processes

LOG_SHOWN = 3000
COLLECT = """
from zhike.config import assets, command, environment
command.set_up_django()
assets.ensure_collected(environment.current())
"""


class UnableToStart(Exception):
    """A process did not come up; the message ends with what it said."""


@dataclass
class Installation:
    """Programs of one data folder; `running` holds those started and not killed."""

    here: environment.Environment
    variables: dict[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.here.port}"

    def start(self, *names: str) -> None:
        """Starts `web`, `live`, `worker`; waits until the pages answer, and the stream of news, where they are among
        them."""
        for name in names:
            program = self._program(name)
            with processes.open_log(self.here.data, name) as log:
                self.running[name] = subprocess.Popen(
                    program.command, env=self.variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    start_new_session=True,
                )  # fmt: skip
        if "web" in names:
            self._wait_for_pages()
        if "live" in names:
            self._wait_for_news()

    def kill(self, name: str) -> None:
        """SIGKILL to the program and all it started, as a power cut would."""
        child = self.running.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def stop(self) -> None:
        for name in list(self.running):
            child = self.running.pop(name)
            processes.end_group(child, self._program(name).grace)

    def log_of(self, name: str) -> str:
        path = self.here.data / "log" / f"{name}.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def command(self, *words: str, seconds: float = 120) -> subprocess.CompletedProcess[str]:
        """`./zhike WORDS` against this installation."""
        return subprocess.run(
            [sys.executable, "-P", "-m", "zhike.config.command", *words], env=self.variables, capture_output=True,
            text=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def _program(self, name: str) -> processes.Program:
        if name == "worker":
            return processes.workers(self.here)[0]
        return {"web": processes.web, "live": processes.live}[name](self.here)

    def _wait_for_pages(self) -> None:
        web = self.running["web"]
        try:
            processes.wait_until_answering(self.here, lambda: web.poll() is not None, seconds=60)
        except processes.UnableToServe as error:
            raise UnableToStart(f"{error}\n{self.log_of('web')[-LOG_SHOWN:]}") from error

    def _wait_for_news(self) -> None:
        live, until = self.running["live"], time.monotonic() + 60
        while live.poll() is None and time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.here.live_port), timeout=1):
                return
            time.sleep(0.05)
        raise UnableToStart(f"The process of news does not answer.\n{self.log_of('live')[-LOG_SHOWN:]}")


@contextlib.contextmanager
def installation(*names: str, database: str | None = None, **more: str) -> Iterator[Installation]:
    """An installation of its own with `names` running; all is ended and removed afterwards.

    `database` is the name of a database of the test server (default: the one the tests are connected to now);
    `more` are further environment variables. What the test stores meanwhile lies where the processes look for it.
    """
    folder = Path(tempfile.mkdtemp(prefix="zhike-"))
    data = data_folder.claim(folder / "var")
    (data / "static").symlink_to(collected_static_files(), target_is_directory=True)
    variables = _variables(data, database or str(connection.settings_dict["NAME"])) | more
    made = Installation(environment.read(variables), variables)
    own_files, settings.FILES = settings.FILES, made.here.files
    try:
        made.start(*names)
        yield made
    finally:
        made.stop()
        settings.FILES = own_files
        shutil.rmtree(folder, ignore_errors=True)


def collected_static_files() -> Path:
    """The folder of the collected static files, shared by every installation of the tests."""
    data = Path(settings.DATA)
    variables = _clean() | {"ZHIKE_DATA": str(data), "DATABASE_URL": database_url("postgres")}
    done = subprocess.run(
        [sys.executable, "-P", "-c", COLLECT], env=variables, capture_output=True, text=True, check=False, timeout=300
    )
    if done.returncode:
        raise UnableToStart(f"Static files could not be collected: {done.stderr[-LOG_SHOWN:]}")
    return data / "static"


def database_url(name: str) -> str:
    """The URL of a database on the server the tests use."""
    known = connection.get_connection_params()
    user, password = (urllib.parse.quote(str(known.get(key) or ""), safe="") for key in ("user", "password"))
    query = urllib.parse.urlencode({key: known[key] for key in ("host", "port") if known.get(key)})
    return f"postgresql://{user}{':' + password if password else ''}@/{name}?{query}"


def _variables(data: Path, database: str) -> dict[str, str]:
    port = free_ports()
    return _clean() | {
        "ZHIKE_DATA": str(data),
        "DATABASE_URL": database_url(database),
        "ZHIKE_SECRET_KEY": settings.SECRET_KEY,
        "ZHIKE_PORT": str(port),
        "ZHIKE_LIVE_PORT": str(port + 1),
        "ZHIKE_WEB_WORKERS": "1",
    }


def _clean() -> dict[str, str]:
    """The caller's variables without those that configure an installation."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZHIKE_")}
    kept.pop("DATABASE_URL", None)
    kept["PYTHONPATH"] = str(environment.CHECKOUT / "src")
    return kept


def free_ports() -> int:
    """A free port whose neighbour is free as well."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            port = int(first.getsockname()[1])
            with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port + 1)):
                return port
