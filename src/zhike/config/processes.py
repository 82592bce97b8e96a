"""The processes of an installation, and the supervisor that keeps them alive.

Each program runs in a session of its own, so that Ctrl-C reaches only the supervisor, which then ends them in order.
PostgreSQL is none of them: it outlives everybody until `./zhike down`.
"""

import contextlib
import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import psutil

from zhike.base import embedded
from zhike.config import environment

LONGEST_BACK_OFF = 30.0
HEALTHY_SECONDS = 60.0
DATABASE_SECONDS = 2.0
PATIENCE_WITH_ERRORS = 5.0
LOG_LIMIT = 10 * 1024 * 1024


class UnableToServe(Exception):
    """The processes cannot run; the message says why and what to do."""


@dataclasses.dataclass(frozen=True)
class Program:
    """One process to keep running. `grace` is how many seconds it gets to finish its work."""

    name: str
    command: tuple[str, ...]
    grace: float = 10.0


def web(here: environment.Environment) -> Program:
    """The pages and the API."""
    sizes = ("--workers", str(here.web_workers), "--blocking-threads", str(here.web_threads))
    options = ("--interface", "wsgi", "--port", str(here.port), *sizes, "--workers-kill-timeout", "10")
    return Program("web", _granian(here, *options, "zhike.config.wsgi:application"), grace=15)


def live(here: environment.Environment) -> Program:
    """Server-sent events: many idle connections, one small process."""
    options = ("--interface", "asginl", "--port", str(here.live_port), "--workers", "1", "--workers-kill-timeout", "3")
    return Program("live", _granian(here, *options, "zhike.config.live:application"), grace=5)


def workers(here: environment.Environment) -> tuple[Program, ...]:
    """The processes that run jobs and follow the change log."""
    command = (sys.executable, "-P", "-m", "zhike.config.command", "worker")
    return tuple(Program(f"worker-{number}", command, grace=25) for number in range(1, here.job_workers + 1))


def everything(here: environment.Environment) -> tuple[Program, ...]:
    """All programs of one installation, in the order in which they are stopped."""
    return (live(here), web(here), *workers(here))


def _granian(here: environment.Environment, *options: str) -> tuple[str, ...]:
    base = (sys.executable, "-P", "-m", "granian", "--host", here.bind, "--no-ws", "--http", "1")
    return (*base, "--log-level", "warning", "--respawn-failed-workers", "--respawn-interval", "1", *options)


class Supervisor:
    """Starts programs, restarts the ones that die, and stops all in order."""

    def __init__(
        self, here: environment.Environment, programs: Sequence[Program], *, to_files: bool, record: bool = True
    ) -> None:
        self.here, self.programs, self.to_files, self.record = here, programs, to_files, record
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.failures: dict[str, int] = {}
        self.started: dict[str, float] = {}
        self.not_before: dict[str, float] = {}
        self.stopping = threading.Event()
        self.database_seen = time.monotonic()

    def start(self) -> None:
        """Start every program, ending first what a killed supervisor left behind."""
        if self.record:
            end_leftovers(self.here.data)
        for program in self.programs:
            self._launch(program)

    def watch(self) -> None:
        """Keep the programs running until SIGTERM or SIGINT, then stop them."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        try:
            while not self.stopping.wait(0.3):
                self.look_after()
        finally:
            self.stop()

    def look_after(self) -> None:
        """One round: note who died, restart whose back-off is over, and see that the database is there."""
        now = time.monotonic()
        self._look_after_database(now)
        for program in self.programs:
            child = self.children.get(program.name)
            if child is not None and child.poll() is not None:
                self._note_death(program, child, now)
            if program.name not in self.children and now >= self.not_before[program.name]:
                self._launch(program)

    def _look_after_database(self, now: float) -> None:
        if not self.here.is_embedded or now - self.database_seen < DATABASE_SECONDS:
            return
        self.database_seen = now
        try:
            embedded.ensure_running(self.here.data)
        except embedded.UnableToRunDatabase as error:
            print(error, file=sys.stderr, flush=True)

    def _note_death(self, program: Program, child: subprocess.Popen[bytes], now: float) -> None:
        _signal_group(child.pid, signal.SIGKILL)  # workers of a killed master still hold the port
        lived = now - self.started[program.name]
        failures = 0 if lived > HEALTHY_SECONDS else self.failures.get(program.name, 0)
        self.failures[program.name] = failures + 1
        self.not_before[program.name] = now + min(LONGEST_BACK_OFF, 0.5 * 2**failures)
        del self.children[program.name]
        print(
            f"{program.name} ended with code {child.returncode} after {lived:.0f} s; restarting.",
            file=sys.stderr,
            flush=True,
        )

    def _launch(self, program: Program) -> None:
        with self._output(program) as output:
            self.children[program.name] = subprocess.Popen(
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env=child_environment(self.here),
            )
        self.started[program.name] = time.monotonic()
        self._record()

    def _output(self, program: Program) -> contextlib.AbstractContextManager[IO[bytes] | None]:
        if not self.to_files:
            return contextlib.nullcontext()
        return open_log(self.here.data, program.name)

    def _record(self) -> None:
        if not self.record:
            return
        running = [*self.children.items()]
        pids = {name: identity(child.pid) for name, child in running}
        write_record(self.here.data, {"supervisor": identity(os.getpid()), "port": self.here.port, "programs": pids})

    def stop(self) -> None:
        """Ask each program to finish, one after another, and end the ones that do not."""
        for program in self.programs:
            child = self.children.pop(program.name, None)
            if child is not None:
                end_group(child, program.grace)
        if self.record:
            forget_record(self.here.data)


def child_environment(here: environment.Environment) -> dict[str, str]:
    """What the programs are told, so that options given to one command hold for all of them."""
    told = {"ZHIKE_DATA": str(here.data), "ZHIKE_PORT": str(here.port), "ZHIKE_LIVE_PORT": str(here.live_port)}
    return {**os.environ, **told, "ZHIKE_BIND": here.bind}


def open_log(data: Path, name: str) -> IO[bytes]:
    """The log file of a program, begun anew past 10 MB with one predecessor kept."""
    folder = data / "log"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{name}.log"
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def end_group(child: subprocess.Popen[bytes], grace: float) -> None:
    """SIGTERM to the program, SIGKILL to all it started when `grace` seconds were not enough."""
    with contextlib.suppress(ProcessLookupError):
        child.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(grace)
    _signal_group(child.pid, signal.SIGKILL)
    child.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


# The record of who runs: a process is known by its number and its birth, for numbers are used again.


def identity(pid: int) -> dict[str, float]:
    """What tells this process from a later one with the same number."""
    try:
        return {"pid": pid, "born": psutil.Process(pid).create_time()}
    except psutil.Error:
        return {"pid": pid, "born": 0.0}


def find_process(known: dict[str, float] | None) -> psutil.Process | None:
    """The process of an `identity`, if it still lives."""
    if not known:
        return None
    try:
        process = psutil.Process(int(known["pid"]))
        alive = process.status() != psutil.STATUS_ZOMBIE and abs(process.create_time() - known["born"]) < 0.05
        return process if alive else None
    except psutil.Error:
        return None


def _record_path(data: Path) -> Path:
    return data / "run" / "up.json"


def write_record(data: Path, record: dict[str, Any]) -> None:
    """Note who runs, at once or not at all."""
    path = _record_path(data)
    path.parent.mkdir(mode=0o711, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(record), encoding="utf-8")
    draft.replace(path)


def read_record(data: Path) -> dict[str, Any]:
    """Who runs, as last noted; empty when nobody was."""
    try:
        found = json.loads(_record_path(data).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def forget_record(data: Path) -> None:
    """Nobody runs any more."""
    _record_path(data).unlink(missing_ok=True)


def find_supervisor(data: Path) -> psutil.Process | None:
    """The supervisor that looks after this data folder now, if any."""
    return find_process(read_record(data).get("supervisor"))


def stop_supervisor(data: Path, seconds: float = 90) -> bool:
    """Stop what looks after `data` and all its programs. Returns False when nothing ran."""
    supervisor = find_supervisor(data)
    if supervisor is None:
        left = any(find_process(known) for known in read_record(data).get("programs", {}).values())
        end_leftovers(data)
        return left
    with contextlib.suppress(psutil.NoSuchProcess):
        supervisor.terminate()
        try:
            supervisor.wait(seconds)
        except psutil.TimeoutExpired:
            supervisor.kill()
            supervisor.wait(5)
    end_leftovers(data)
    return True


def end_leftovers(data: Path) -> None:
    """End the programs of a supervisor that was killed: they hold the ports and nobody looks after them."""
    if find_supervisor(data) not in (None, psutil.Process()):
        raise UnableToServe(f"Zhike is already running with {data}; ./zhike down stops it.")
    known = read_record(data).get("programs", {}).values()
    left = [process for process in map(find_process, known) if process]
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.terminate()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and any(map(find_process, known)):
        time.sleep(0.05)
    for process in left:
        _signal_group(process.pid, signal.SIGKILL)
    forget_record(data)


# Ports and readiness.


def require_free_port(host: str, port: int, option: str) -> None:
    """Raise UnableToServe with a sentence when something else listens on the port, or we may not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise UnableToServe(f"Port {port} needs more rights; choose one above 1023 with {option}.") from error
        except OSError as error:
            raise UnableToServe(f"Port {port} on {host} is in use or unknown; choose another with {option}.") from error


def wait_until_answering(here: environment.Environment, is_hopeless: Callable[[], bool], seconds: float = 90) -> None:
    """Wait until the pages answer. Raises UnableToServe after `seconds`, or as soon as `is_hopeless()`."""
    host = "127.0.0.1" if here.bind in ("0.0.0.0", "::") else here.bind
    url = f"http://{'[' + host + ']' if ':' in host else host}:{here.port}/"
    deadline = time.monotonic() + seconds
    while (status := _answer(url)) is None or status >= 500:
        if status is not None:
            deadline = min(deadline, time.monotonic() + PATIENCE_WITH_ERRORS)
        if is_hopeless() or time.monotonic() > deadline:
            word = "does not answer" if status is None else f"answers with error {status}"
            raise UnableToServe(f"The web process {word}; its log is {here.data / 'log' / 'web.log'}.")
        time.sleep(0.1)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _answer(url: str) -> int | None:
    """The status of the page; below 500 all is well: a redirect to the sign-in page is the usual one."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
    try:
        with opener.open(url, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None
