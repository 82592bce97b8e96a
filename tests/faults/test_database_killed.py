"""kill -9 of PostgreSQL while several processes write: what was told to be saved is there, and so is its trace."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from zhike.base import data_folder, embedded
from zhike.domains.customers.models import Customer
from zhike.testing import servers

from . import bookkeeping

WRITERS, KILLS = 3, 2
SECONDS_OF_WRITING = 1.5
WRITER = """
import os, sys
from zhike.config import command
command.set_up_django()
from django.db import connection
from zhike.base import actors
from zhike.base.workspaces import queries
from zhike.records import gate, registry
from zhike.testing import database

connection.set_tenant(queries.get_workspace(database.SCHEMA))
actor, customers = actors.system("writer"), registry.get("customers")
with open(sys.argv[1], "a", buffering=1) as told:
    for number in range(100_000):
        record = gate.create(actor, customers, {"name": f"{sys.argv[2]}-{number}"})
        print("made", record.pk, file=told)
        gate.edit(actor, record, {"description": f"{number}"})
        print("edited", record.pk, number, file=told)
"""


@pytest.fixture
def private_data(company: Any) -> Iterator[Path]:
    """A data folder with a PostgreSQL of its own that keeps its promises (fsync), holding the test company."""
    folder = Path(tempfile.mkdtemp(prefix="zhike-"))
    data = data_folder.claim(folder / "var")
    embedded.ensure_running(data)
    _copy_company(data)
    yield data
    embedded.stop(data)
    shutil.rmtree(folder, ignore_errors=True)


def _copy_company(data: Path) -> None:
    source = servers.database_url(str(connection.settings_dict["NAME"]))
    dump = data / "company.dump"
    subprocess.run([embedded.binary("pg_dump"), "-Fc", "-Z0", "-f", dump, source], check=True, cwd="/")
    subprocess.run([embedded.binary("pg_restore"), "--no-owner", "-d", url_of(data), dump], check=True, cwd="/")
    dump.unlink()


def url_of(data: Path) -> str:
    return (
        f"postgresql://{embedded.SUPERUSER}@/{embedded.DATABASE}?host={embedded.socket_folder(data)}"
        f"&port={embedded.PORT}"
    )


@pytest.fixture
def connected(private_data: Path, company: Any) -> Iterator[None]:
    """This process asks the private server too."""
    known = connection.settings_dict
    before = {name: known[name] for name in ("NAME", "HOST", "PORT", "USER")}
    connections.close_all()
    known |= {"NAME": embedded.DATABASE, "HOST": str(embedded.socket_folder(private_data)), "PORT": str(embedded.PORT)}
    connection.set_tenant(company)  # type: ignore[attr-defined]
    yield
    connections.close_all()
    known |= before


def start_writer(data: Path, told: Path, name: str) -> subprocess.Popen[bytes]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.Popen(
        [sys.executable, "-P", "-c", WRITER, str(told), name], env=kept | {"ZHIKE_DATA": str(data)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def kill_postmaster(data: Path) -> None:
    pid = int((embedded.cluster_folder(data) / "postmaster.pid").read_text(encoding="ascii").split()[0])
    os.kill(pid, signal.SIGKILL)


def test_nothing_saved_is_lost(private_data: Path, connected: None, tmp_path: Path) -> None:
    made: set[int] = set()
    edited: dict[int, str] = {}
    for turn in range(KILLS):
        told = [tmp_path / f"{turn}-{number}" for number in range(WRITERS)]
        writers = [start_writer(private_data, path, path.name) for path in told]
        try:
            bookkeeping.wait_for(lambda told=told: all(map(has_begun, told)), "the first record", seconds=60)
            time.sleep(SECONDS_OF_WRITING)
            kill_postmaster(private_data)
            for writer in writers:
                assert writer.wait(60) != 0  # it lost its database and said so
        finally:
            for writer in writers:
                if writer.poll() is None:
                    writer.kill()
        embedded.ensure_running(private_data)
        connections.close_all()
        for path in told:
            read_promises(path, made, edited)

    there = dict(Customer.objects.values_list("pk", "description"))
    assert made and edited
    assert made <= there.keys()
    assert {record: there[record] for record in edited} == edited
    assert bookkeeping.inserts(Customer) == len(there)
    bookkeeping.check(Customer)


def has_begun(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def read_promises(path: Path, made: set[int], edited: dict[int, str]) -> None:
    for line in path.read_text().splitlines():
        word, record, *value = line.split()
        if word == "made":
            made.add(int(record))
        else:
            edited[int(record)] = value[0]
