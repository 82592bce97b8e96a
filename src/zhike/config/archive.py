"""Backup and restore: the whole installation (every workspace, every file, the secrets) in one `.tar.gz`.

The archive begins with `manifest.json`, which names every other member with its size and SHA-256. A restore checks
all of them before it touches anything, loads the database under another name, and only then changes names.
"""

import contextlib
import dataclasses
import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from zhike.base import embedded
from zhike.config import environment

FORMAT = 1
MANIFEST, DUMP, SECRETS = "manifest.json", "database.dump", "secrets.toml"
FILES = "files/"
BLOCK = 1024 * 1024


class UnableToBackUp(Exception):
    """The backup was not made; the message says why and what to do."""


class UnableToRestore(Exception):
    """Nothing was restored; the message says why and what to do."""


@dataclasses.dataclass(frozen=True)
class Summary:
    """What an archive holds."""

    created_at: str
    files: int
    bytes: int


def back_up(here: environment.Environment, target: Path) -> Summary:
    """Write the installation to `target`, readable by its owner only. An existing file is replaced once done."""
    with tempfile.TemporaryDirectory(dir=here.data, prefix="backup-") as folder:
        dump = Path(folder) / DUMP
        _postgres(
            here,
            "pg_dump",
            "--format=custom",
            "--compress=6",
            "--no-owner",
            "--no-acl",
            f"--file={dump}",
        )
        members = dict(_members(here, dump))
        manifest = {
            "product": "zhike",
            "format": FORMAT,
            "version": environment.version(),
            "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "members": {name: _fingerprint(path) for name, path in members.items()},
        }
        draft = target.with_name(target.name + ".partial")
        try:
            _write_archive(draft, manifest, members)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    return _summary(manifest)


def _members(here: environment.Environment, dump: Path) -> Iterator[tuple[str, Path]]:
    yield DUMP, dump
    if (here.data / SECRETS).exists():
        yield SECRETS, here.data / SECRETS
    for path in sorted(here.files.rglob("*")):
        if path.is_file() and not path.is_symlink():
            name = path.relative_to(here.files)
            yield FILES + name.as_posix(), _held(path, dump.parent / FILES / name)


def _held(path: Path, link: Path) -> Path:
    """A second name of the file, so that it stays until it is packed though Zhike may sweep it away meanwhile."""
    link.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, link)
    except OSError:  # files on another disk
        return path
    return link


def _fingerprint(path: Path) -> dict[str, Any]:
    with path.open("rb") as handle:
        return {
            "size": path.stat().st_size,
            "sha256": hashlib.file_digest(handle, "sha256").hexdigest(),
        }


def _write_archive(draft: Path, manifest: dict[str, Any], members: dict[str, Path]) -> None:
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as plain:
        with tarfile.open(fileobj=plain, mode="w:gz", compresslevel=1, format=tarfile.PAX_FORMAT) as archive:
            _add(archive, MANIFEST, json.dumps(manifest, indent=1).encode())
            for name, path in members.items():
                archive.add(path, arcname=name, recursive=False)
        plain.flush()
        os.fsync(plain.fileno())


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    archive.addfile(member, io.BytesIO(content))


def _summary(manifest: dict[str, Any]) -> Summary:
    members = manifest["members"]
    files = sum(name.startswith(FILES) for name in members)
    return Summary(
        manifest["created_at"],
        files,
        sum(member["size"] for member in members.values()),
    )


def restore(
    here: environment.Environment, source: Path, *, replace: bool, make_ready: Callable[[str], None] = lambda name: None
) -> Summary:
    """Put the archive `source` in place of this installation, which must be empty unless `replace`.

    `make_ready` gets the name of the loaded database before anybody uses it. Raises UnableToRestore, with
    nothing changed, when the archive is damaged or cannot be loaded.
    """
    if not replace and not is_empty(here):
        raise UnableToRestore("This installation holds data already; give --replace to put the backup in its place.")
    with tempfile.TemporaryDirectory(dir=here.data, prefix="restore-") as folder:
        unpacked = Path(folder)
        manifest = _unpack(source, unpacked)
        _load_database(here, unpacked / DUMP, make_ready)
        _put_files(here, unpacked / "files")
        if (unpacked / SECRETS).exists():
            (unpacked / SECRETS).chmod(0o600)
            (unpacked / SECRETS).replace(here.data / SECRETS)
    return _summary(manifest)


def is_empty(here: environment.Environment) -> bool:
    """Has the database no table yet, in any schema? A database that does not exist is empty."""
    query = "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    try:
        with _connection(here, _name(here)) as connection:
            row = connection.execute(query).fetchone()
    except psycopg.errors.InvalidCatalogName:
        return True
    return row is None or row[0] == 0


def _unpack(source: Path, folder: Path) -> dict[str, Any]:
    """Unpack and check every member against the manifest; returns the manifest."""
    try:
        with tarfile.open(source, "r:gz") as archive:
            first = archive.next()
            if first is None or first.name != MANIFEST:
                raise UnableToRestore(f"{source} is no backup of Zhike.")
            manifest = _checked_manifest(source, archive.extractfile(first))
            missing = dict(manifest["members"])
            for member in archive:
                if member.name != MANIFEST:
                    _unpack_member(source, archive, member, missing.pop(member.name, None), folder)
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, ValueError) as error:
        raise UnableToRestore(f"{source} is damaged or no backup of Zhike ({error}); take another copy.") from error
    if missing:
        raise UnableToRestore(f"{source} is damaged: {next(iter(missing))} is missing; take another copy.")
    return manifest


def _checked_manifest(source: Path, handle: Any) -> dict[str, Any]:
    manifest = json.loads(handle.read())
    if not isinstance(manifest, dict) or manifest.get("product") != "zhike" or DUMP not in manifest.get("members", {}):
        raise UnableToRestore(f"{source} is no backup of Zhike.")
    if manifest["format"] > FORMAT:
        raise UnableToRestore(f"{source} was made by Zhike {manifest['version']}, which is newer; upgrade first.")
    return manifest


def _unpack_member(
    source: Path,
    archive: tarfile.TarFile,
    member: tarfile.TarInfo,
    expected: dict[str, Any] | None,
    folder: Path,
) -> None:
    """Only what the manifest names is written, and only inside `folder`."""
    target = (folder / member.name).resolve()
    if expected is None or not member.isfile() or not target.is_relative_to(folder.resolve()):
        raise UnableToRestore(f"{source} holds {member.name!r}, which its manifest does not allow; take another copy.")
    target.parent.mkdir(parents=True, exist_ok=True)
    reader = archive.extractfile(member)
    assert reader is not None
    with reader, target.open("wb") as writer:
        shutil.copyfileobj(reader, writer, BLOCK)
    if _fingerprint(target) != expected:
        raise UnableToRestore(f"{source} is damaged: {member.name} is not as it was written; take another copy.")


def _load_database(here: environment.Environment, dump: Path, make_ready: Callable[[str], None]) -> None:
    """Load beside the present database and change names at the end, so a failure leaves everything as it was."""
    name = _name(here)
    draft, old = f"{name}_restoring", f"{name}_replaced"
    with _connection(here, "postgres") as connection:
        for leftover in (draft, old):
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(leftover)))
        try:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(draft)))
        except psycopg.errors.InsufficientPrivilege as error:
            raise UnableToRestore("The database account may not create databases; grant it CREATEDB.") from error
    try:
        _postgres(
            here,
            "pg_restore",
            "--exit-on-error",
            "--no-owner",
            "--no-acl",
            f"--dbname={draft}",
            str(dump),
        )
        make_ready(draft)
        _change_names(here, name, draft, old)
    except BaseException:
        with (
            contextlib.suppress(psycopg.Error),
            _connection(here, "postgres") as connection,
        ):
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(draft)))
        raise


def _change_names(here: environment.Environment, name: str, draft: str, old: str) -> None:
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with _connection(here, "postgres") as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = ANY(%s) AND pid <> pg_backend_pid()",
            [[name, draft]],
        )
        with connection.transaction():
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(rename.format(sql.Identifier(name), sql.Identifier(old)))
            connection.execute(rename.format(sql.Identifier(draft), sql.Identifier(name)))
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(old)))


def _put_files(here: environment.Environment, unpacked: Path) -> None:
    replaced = here.data / "files.replaced"
    shutil.rmtree(replaced, ignore_errors=True)
    if here.files.exists():
        here.files.rename(replaced)
    if unpacked.exists():
        unpacked.rename(here.files)
    shutil.rmtree(replaced, ignore_errors=True)


def _name(here: environment.Environment) -> str:
    return str(environment.database_settings(here)["NAME"])


def _connection_options(here: environment.Environment, database: str) -> dict[str, str]:
    settings = environment.database_settings(here)
    known = {
        "host": settings["HOST"],
        "port": settings["PORT"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
    }
    return {name: value for name, value in {**known, **settings["OPTIONS"], "dbname": database}.items() if value}


def _connection(here: environment.Environment, database: str) -> psycopg.Connection:
    return psycopg.connect(**_connection_options(here, database), autocommit=True)  # type: ignore[arg-type]


def _postgres(here: environment.Environment, program: str, *arguments: str) -> None:
    """Run `pg_dump` or `pg_restore`; the connection goes by the environment, so no password is on a command line."""
    known = _connection_options(here, _name(here))
    names = {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "dbname": "PGDATABASE",
    }
    names |= {
        "sslmode": "PGSSLMODE",
        "sslrootcert": "PGSSLROOTCERT",
        "sslcert": "PGSSLCERT",
        "sslkey": "PGSSLKEY",
    }
    told = {names[name]: value for name, value in known.items() if name in names}
    command = [str(embedded.binary(program)), *arguments]
    done = subprocess.run(command, check=False, env={**os.environ, **told}, capture_output=True, text=True)
    if done.returncode:
        problem = UnableToBackUp if program == "pg_dump" else UnableToRestore
        raise problem(f"{program} failed: {' '.join(done.stderr.split())[-600:]}")
