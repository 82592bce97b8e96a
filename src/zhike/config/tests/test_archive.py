"""Backing up and restoring: everything comes back, and a damaged archive changes nothing."""

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from zhike.base import data_folder, embedded
from zhike.config import archive, environment


def installation(folder: Path) -> environment.Environment:
    data = data_folder.claim(folder)
    return environment.Environment(data=data, secret_key="secret")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[environment.Environment]:
    place = installation(tmp_path / "var")
    embedded.ensure_running(place.data, for_tests=True)
    yield place
    embedded.stop(place.data)


def statement(here: environment.Environment, text: str) -> list[tuple[object, ...]]:
    with archive._connection(here, embedded.DATABASE) as connection:
        cursor = connection.execute(text.encode())
        return cursor.fetchall() if cursor.description else []


def repack(source: Path, target: Path, change: dict[str, bytes | None]) -> Path:
    """The same archive with members replaced, left out (None) or added."""
    with tarfile.open(source) as old, tarfile.open(target, "w:gz") as new:
        members = {member.name: old.extractfile(member).read() for member in old}  # type: ignore[union-attr]
        for name, content in {**members, **change}.items():
            if content is not None:
                member = tarfile.TarInfo(name)
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
    return target


@pytest.mark.slow
def test_what_was_backed_up_comes_back(here: environment.Environment, tmp_path: Path) -> None:
    statement(here, "CREATE TABLE customer AS SELECT '知客' AS name")
    (here.files / "ab").mkdir(parents=True)
    (here.files / "ab" / "cd").write_bytes(b"contract")
    (here.data / "secrets.toml").write_text('secret_key = "old"')
    backup = tmp_path / "backup.tar.gz"

    made = archive.back_up(here, backup)
    statement(here, "DROP TABLE customer; CREATE TABLE later (id int)")
    (here.files / "ab" / "cd").write_bytes(b"forged")
    (here.files / "ab" / "ef").write_bytes(b"later")
    with pytest.raises(archive.UnableToRestore, match="--replace"):
        archive.restore(here, backup, replace=False)
    seen: list[str] = []
    archive.restore(here, backup, replace=True, make_ready=seen.append)

    assert backup.stat().st_mode & 0o077 == 0
    assert made.files == 1
    assert statement(here, "SELECT name FROM customer") == [("知客",)]
    assert statement(here, "SELECT to_regclass('later')") == [(None,)]
    assert [path.read_bytes() for path in here.files.rglob("*") if path.is_file()] == [b"contract"]
    assert seen == [f"{embedded.DATABASE}_restoring"]
    assert sorted(path.name for path in here.data.glob("restore-*")) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"files/ab/cd": b"forged"}, "not as it was written"),
        ({"files/ab/cd": None}, "is missing"),
        ({"files/../../escape": b"x"}, "manifest does not allow"),
        ({archive.MANIFEST: b"{}"}, "no backup of Zhike"),
        ({archive.MANIFEST: b"not json"}, "damaged or no backup"),
    ],
)
def test_a_damaged_archive_changes_nothing(
    here: environment.Environment, tmp_path: Path, change: dict[str, bytes | None], complaint: str
) -> None:
    (here.files / "ab").mkdir(parents=True)
    (here.files / "ab" / "cd").write_bytes(b"contract")
    archive.back_up(here, tmp_path / "good.tar.gz")
    bad = repack(tmp_path / "good.tar.gz", tmp_path / "bad.tar.gz", change)
    statement(here, "CREATE TABLE kept (id int)")

    with pytest.raises(archive.UnableToRestore, match=complaint):
        archive.restore(here, bad, replace=True)

    assert statement(here, "SELECT to_regclass('kept')::text") == [("kept",)]
    assert (here.files / "ab" / "cd").read_bytes() == b"contract"
    assert not (tmp_path / "escape").exists()


@pytest.mark.slow
def test_a_restore_that_fails_half_way_leaves_the_database_as_it_was(
    here: environment.Environment, tmp_path: Path
) -> None:
    statement(here, "CREATE TABLE kept (id int)")
    archive.back_up(here, tmp_path / "good.tar.gz")

    def fail(database: str) -> None:
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        archive.restore(here, tmp_path / "good.tar.gz", replace=True, make_ready=fail)

    assert statement(here, "SELECT to_regclass('kept')::text") == [("kept",)]
    with archive._connection(here, "postgres") as connection:
        names = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
    assert names == {"postgres", "template0", "template1", embedded.DATABASE}


def test_an_archive_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    here = installation(tmp_path / "var")
    manifest = {"product": "zhike", "format": 99, "version": "9.0", "members": {archive.DUMP: {}}}
    source = tmp_path / "new.tar.gz"
    with tarfile.open(source, "w:gz") as made:
        archive._add(made, archive.MANIFEST, json.dumps(manifest).encode())

    with pytest.raises(archive.UnableToRestore, match=r"9\.0, which is newer"):
        archive.restore(here, source, replace=True)


@pytest.mark.parametrize("content", [b"", b"text", b"\x1f\x8b\x08\x00broken"])
def test_a_file_that_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    here = installation(tmp_path / "var")
    (tmp_path / "file").write_bytes(content)

    with pytest.raises(archive.UnableToRestore, match="no backup of Zhike"):
        archive.restore(here, tmp_path / "file", replace=True)


def test_a_failed_backup_leaves_the_older_one(tmp_path: Path) -> None:
    here = environment.Environment(
        data=data_folder.claim(tmp_path / "var"),
        secret_key="secret",
        database_url="postgresql://nobody@127.0.0.1:1/none",
    )
    (tmp_path / "backup.tar.gz").write_bytes(b"yesterday")

    with pytest.raises(archive.UnableToBackUp, match="pg_dump failed"):
        archive.back_up(here, tmp_path / "backup.tar.gz")

    assert (tmp_path / "backup.tar.gz").read_bytes() == b"yesterday"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar.gz", "var"]


def test_an_unreachable_database_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    here = environment.Environment(
        data=data_folder.claim(tmp_path / "var"), secret_key="s", database_url="postgresql://nobody@127.0.0.1:1/none"
    )

    with pytest.raises(psycopg.OperationalError):
        archive.is_empty(here)
