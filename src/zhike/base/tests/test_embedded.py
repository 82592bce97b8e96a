"""The embedded PostgreSQL: found again, started once, proof against kill -9, and shy of other people's data."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from zhike.base import data_folder, embedded, system_account


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    folder = data_folder.claim(tmp_path / "var")
    yield folder
    embedded.stop(folder)


def query(data: Path, statement: str) -> str:
    place = str(embedded.socket_folder(data))
    with psycopg.connect(
        host=place, port=embedded.PORT, user=embedded.SUPERUSER, dbname=embedded.DATABASE, autocommit=True
    ) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return str(row[0]) if row else ""


def postmaster(data: Path) -> int:
    return int((embedded.cluster_folder(data) / "postmaster.pid").read_text().split("\n")[0])


@pytest.mark.slow
def test_life_of_a_server(data: Path) -> None:
    embedded.ensure_running(data)
    first = postmaster(data)
    query(data, "CREATE TABLE kept AS SELECT 'still here' AS word")

    embedded.ensure_running(data)
    assert postmaster(data) == first

    os.kill(first, signal.SIGKILL)
    embedded.ensure_running(data)
    assert postmaster(data) != first
    assert query(data, "SELECT word FROM kept") == "still here"

    assert embedded.stop(data) is True
    assert embedded.is_running(data) is False
    assert embedded.stop(data) is False


@pytest.mark.slow
def test_real_data_is_kept_durable_and_chinese_is_stored_as_utf8(data: Path) -> None:
    embedded.ensure_running(data)

    assert query(data, "SHOW fsync") == "on"
    assert query(data, "SHOW full_page_writes") == "on"
    assert query(data, "SHOW listen_addresses") == ""
    assert query(data, "SELECT '客户'::bytea = convert_to('客户', 'UTF8')") == "True"
    assert query(data, "SELECT datlocale FROM pg_database WHERE datname = current_database()") == "C.UTF-8"


@pytest.mark.slow
def test_many_processes_starting_at_once_make_one_server(data: Path) -> None:
    code = "import sys, pathlib\nfrom zhike.base import embedded\nembedded.ensure_running(pathlib.Path(sys.argv[1]))"
    command = [sys.executable, "-c", code, str(data)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    starters = [subprocess.Popen(command, env=environment) for _ in range(4)]

    assert [starter.wait(120) for starter in starters] == [0, 0, 0, 0]
    working = embedded._processes_in(embedded.cluster_folder(data))
    assert sum(map(embedded._is_postmaster, working)) == 1


@pytest.mark.slow
def test_a_server_is_stopped_although_a_folder_above_was_closed(data: Path) -> None:
    """As another run of pytest does with the folder that all runs share."""
    embedded.ensure_running(data, for_tests=True)
    data.parent.chmod(0o700)

    assert embedded.stop(data) is True
    assert embedded.is_running(data) is False


@pytest.mark.slow
def test_a_pid_file_whose_number_was_used_again_does_not_stop_the_start(data: Path) -> None:
    embedded.ensure_running(data, for_tests=True)
    embedded.stop(data)
    account = system_account.current()
    bystander = subprocess.Popen(["sleep", "60"], user=account.uid, group=account.gid)
    lock = embedded.cluster_folder(data) / "postmaster.pid"
    lock.write_text(f"{bystander.pid}\n{embedded.cluster_folder(data)}\n1\n{embedded.PORT}\n\n\n\n")
    system_account.give(lock, account)

    embedded.ensure_running(data, for_tests=True)

    assert bystander.poll() is None
    assert embedded.is_running(data)
    bystander.kill()
    bystander.wait()


def test_a_cluster_without_our_mark_is_left_alone(data: Path) -> None:
    (data / "postgres").mkdir()
    (data / "postgres" / "PG_VERSION").write_text("18\n")

    with pytest.raises(embedded.UnableToRunDatabase, match="not made by Zhike"):
        embedded.ensure_running(data)

    assert [path.name for path in (data / "postgres").iterdir()] == ["PG_VERSION"]


def test_a_cluster_of_another_postgresql_is_refused_with_both_versions(data: Path) -> None:
    (data / "postgres").mkdir()
    (data / "postgres" / embedded.MARKER).write_text("16\n")
    (data / "postgres" / "PG_VERSION").write_text("16\n")

    with pytest.raises(embedded.UnableToRunDatabase, match=r"PostgreSQL 16 and this Zhike brings 18"):
        embedded.ensure_running(data)


def test_a_deep_data_folder_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 60) / ("b" * 60)

    place = embedded.socket_folder(deep)

    assert len(str(place / f".s.PGSQL.{embedded.PORT}")) <= embedded.LONGEST_SOCKET_PATH
    assert place != embedded.socket_folder(deep / "other")


def test_a_socket_folder_of_somebody_else_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = data / "trap"
    trap.symlink_to("/tmp")
    monkeypatch.setattr(embedded, "socket_folder", lambda _: trap)

    with pytest.raises(embedded.UnableToRunDatabase, match="belongs to someone else"):
        embedded._make_socket_folder(data, system_account.current())
