"""The real processes of the product over a database of the bench, on ports of their own."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from zhike.bench import ground
from zhike.config import environment, processes
from zhike.config.environment import Environment
from zhike.config.processes import Supervisor


@contextmanager
def running(data: Path) -> Iterator[tuple[Environment, Supervisor]]:
    """Pages, news and jobs, as `./zhike up` runs them; stopped at the end."""
    told = {"DATABASE_URL": ground.database_url(data), "ZHIKE_DATA": str(data)}
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    here = dataclasses.replace(environment.current(), port=free_port(), live_port=free_port())
    supervisor = Supervisor(here, processes.everything(here), to_files=True, record=False)
    supervisor.start()
    try:
        processes.wait_until_answering(here, lambda: False)
        yield here, supervisor
    finally:
        supervisor.stop()
        os.environ.update({name: value for name, value in before.items() if value is not None})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def largest_memory(pid: int) -> int:
    """Resident bytes of the largest process among this one and its children."""
    process = psutil.Process(pid)
    found = []
    for each in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            found.append(each.memory_info().rss)
    return max(found, default=0)
