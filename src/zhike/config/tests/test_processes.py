"""Keeping processes alive: the dead are restarted, the stubborn are ended, leftovers are cleared."""

import dataclasses
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from zhike.base import data_folder
from zhike.config import environment, processes

PATIENT = (sys.executable, "-c", "import time; time.sleep(600)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)",
)


@pytest.fixture
def here(tmp_path: Path) -> environment.Environment:
    data = data_folder.claim(tmp_path / "var")
    return environment.Environment(data=data, secret_key="secret", database_url="postgresql://nobody@localhost/none")


@pytest.fixture
def supervise(here: environment.Environment) -> Iterator[Callable[..., processes.Supervisor]]:
    made = []

    def start(*programs: processes.Program) -> processes.Supervisor:
        supervisor = processes.Supervisor(here, programs, to_files=True)
        made.append(supervisor)
        supervisor.start()
        return supervisor

    yield start
    for supervisor in made:
        supervisor.stop()


def eventually(condition: Callable[[], object], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_a_killed_program_is_restarted(supervise: Callable[..., processes.Supervisor]) -> None:
    supervisor = supervise(processes.Program("sleeper", PATIENT))
    first = supervisor.children["sleeper"]

    first.kill()
    first.wait()

    def is_back() -> bool:
        supervisor.look_after()
        return "sleeper" in supervisor.children and supervisor.children["sleeper"].pid != first.pid

    assert eventually(is_back)
    assert supervisor.failures["sleeper"] == 1


def test_a_program_that_keeps_dying_is_restarted_ever_more_slowly(
    supervise: Callable[..., processes.Supervisor],
) -> None:
    supervisor = supervise(processes.Program("moth", (sys.executable, "-c", "raise SystemExit(3)")))
    waits = []

    for failures in (1, 2, 3):
        supervisor.not_before["moth"] = 0.0
        while supervisor.failures.get("moth", 0) < failures:
            time.sleep(0.02)
            supervisor.look_after()
        waits.append(supervisor.not_before["moth"] - time.monotonic())

    assert waits == sorted(waits)
    assert 1.0 < waits[-1] <= processes.LONGEST_BACK_OFF


def test_stopping_ends_even_the_deaf(
    supervise: Callable[..., processes.Supervisor], here: environment.Environment
) -> None:
    supervisor = supervise(processes.Program("deaf", STUBBORN, grace=0.3), processes.Program("sleeper", PATIENT))
    children = list(supervisor.children.values())
    assert eventually(lambda: "deaf" in (here.data / "log" / "deaf.log").read_text())

    supervisor.stop()

    assert [child.poll() for child in children] == [-signal.SIGKILL, -signal.SIGTERM]
    assert processes.read_record(here.data) == {}


def test_the_record_knows_a_process_from_a_later_one_with_its_number() -> None:
    child = subprocess.Popen(PATIENT)
    known = processes.identity(child.pid)

    assert processes.find_process(known) == psutil.Process(child.pid)
    assert processes.find_process({**known, "born": known["born"] - 60}) is None

    child.kill()
    child.wait()
    assert processes.find_process(known) is None


def test_what_a_killed_supervisor_left_is_ended_by_the_next(here: environment.Environment) -> None:
    orphan = subprocess.Popen(PATIENT, start_new_session=True)
    gone = {"pid": 2**22 - 1, "born": 1.0}
    known = {"supervisor": gone, "port": 1, "programs": {"web": processes.identity(orphan.pid)}}
    processes.write_record(here.data, known)

    processes.end_leftovers(here.data)

    assert orphan.wait(10) == -signal.SIGTERM
    assert processes.read_record(here.data) == {}


def test_a_living_supervisor_is_not_pushed_aside(here: environment.Environment) -> None:
    other = subprocess.Popen(PATIENT)
    processes.write_record(here.data, {"supervisor": processes.identity(other.pid), "programs": {}})

    with pytest.raises(processes.UnableToServe, match="already running"):
        processes.Supervisor(here, (), to_files=True).start()

    assert processes.stop_supervisor(here.data) is True
    assert other.poll() is not None
    assert processes.stop_supervisor(here.data) is False


def test_a_port_in_use_is_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(processes.UnableToServe, match=rf"Port {port} .* choose another with --port"):
            processes.require_free_port("127.0.0.1", port, "--port")

    processes.require_free_port("127.0.0.1", port, "--port")


def test_waiting_for_pages_gives_up_when_there_is_no_hope(here: environment.Environment) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    silent = dataclasses.replace(here, port=port)

    with pytest.raises(processes.UnableToServe, match=r"web\.log"):
        processes.wait_until_answering(silent, lambda: True)


def test_a_full_log_is_begun_anew_and_its_predecessor_kept(here: environment.Environment) -> None:
    with processes.open_log(here.data, "web") as log:
        log.truncate(processes.LOG_LIMIT + 1)

    with processes.open_log(here.data, "web") as log:
        log.write(b"fresh")

    assert (here.data / "log" / "web.log").read_bytes() == b"fresh"
    assert (here.data / "log" / "web.log.1").stat().st_size == processes.LOG_LIMIT + 1


def test_the_programs_listen_where_they_were_told(here: environment.Environment) -> None:
    told = dataclasses.replace(here, port=8123, live_port=8124, bind="127.0.0.1", web_workers=3, job_workers=2)

    names = [program.name for program in processes.everything(told)]
    web = " ".join(processes.web(told).command)

    assert names == ["live", "web", "worker-1", "worker-2"]
    assert "--port 8123 --workers 3" in web
    assert processes.child_environment(told)["ZHIKE_LIVE_PORT"] == "8124"
