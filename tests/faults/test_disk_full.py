"""A full disk: a sentence says so, no half file stays, no row speaks of a file that is not there."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from zhike.base.actors import Actor
from zhike.base.files.models import StoredFile
from zhike.domains.customers.models import Customer
from zhike.domains.people.models import Member
from zhike.records import gate, registry
from zhike.records.exporting import running as exporting
from zhike.records.exporting.taking import Export
from zhike.records.models import Attachment, ExportLog, JobState
from zhike.testing import servers

from .test_web_killed import Sender

ROOM = 256 * 1024
TOO_MUCH = os.urandom(1024 * 1024)
CUSTOMERS = 1500


@contextlib.contextmanager
def little_room(folder: Path, pids: list[int]) -> Iterator[None]:
    """`folder` is a disk of 256 KB; where nothing may be mounted, `pids` may write files of that size only."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)]
    may_mount = os.geteuid() == 0 and shutil.which("mount") is not None
    is_mounted = may_mount and subprocess.run(mount, check=False, capture_output=True).returncode == 0
    try:
        with contextlib.nullcontext() if is_mounted else _small_files(pids):
            yield
    finally:
        if is_mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


@contextlib.contextmanager
def _small_files(pids: list[int]) -> Iterator[None]:
    before = {pid: psutil.Process(pid).rlimit(psutil.RLIMIT_FSIZE) for pid in pids}
    for pid, (_soft, hard) in before.items():
        psutil.Process(pid).rlimit(psutil.RLIMIT_FSIZE, (ROOM, hard))
    try:
        yield
    finally:
        for pid, limits in before.items():
            psutil.Process(pid).rlimit(psutil.RLIMIT_FSIZE, limits)


@pytest.fixture
def customers(company: Any, acting: Callable[[str], Actor]) -> list[int]:
    """Enough of them that a table of all does not fit."""
    from zhike.base.changelog import acts
    from zhike.records import services

    owner = acting("林晓")
    made = [
        services.build(Customer, name=f"客户 {number}", description=os.urandom(400).hex(), owner_id=owner.member_id)
        for number in range(CUSTOMERS)
    ]
    with acts.act(owner, "create"):
        Customer.objects.bulk_create(made)
    return [customer.pk for customer in made]


def upload(sender: Sender, customer: int, name: str, content: bytes) -> tuple[int, str]:
    """(status, page) of attaching a file as a browser does it."""
    import urllib.error
    import urllib.request

    mark = uuid.uuid4().hex
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    body = head + content + f"\r\n--{mark}--\r\n".encode()
    headers = sender.headers | {"Content-Type": f"multipart/form-data; boundary={mark}"}
    request = urllib.request.Request(f"{sender.url}/customers/{customer}/files/", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def family(pid: int) -> list[int]:
    return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]


def test_an_attachment_is_kept_whole_or_refused(company: Any, acting: Callable[[str], Actor]) -> None:
    customer = gate.create(acting("王芳"), registry.get("customers"), {"name": "云杉"}).pk
    with servers.installation("web") as running:
        sender = Sender(running, Member.objects.get(name="王芳"))
        with little_room(running.here.files, family(running.running["web"].pid)):
            status, page = upload(sender, customer, "合同.bin", TOO_MUCH)

            assert status == 422
            assert "合同.bin" in page
            assert "could not be stored" in page
            assert files_in(running.here.files) == []
            assert not Attachment.objects.exists()
            assert not StoredFile.objects.exists()

        assert upload(sender, customer, "合同.bin", TOO_MUCH)[0] == 200
        kept = files_in(running.here.files)
    assert Attachment.objects.get().record_id == customer
    assert len(kept) == 1


@pytest.mark.parametrize("format", ["csv", "xlsx", "parquet"])
def test_an_export_from_the_shell_leaves_no_half_file(company: Any, customers: list[int], format: str) -> None:
    with servers.installation() as shell:
        folder = shell.here.data / "out"
        with little_room(folder, [os.getpid()]):
            done = shell.command("export", "customers", "-o", str(folder / f"customers.{format}"))

            assert done.returncode == 1, done.stdout + done.stderr
            assert done.stderr.startswith("The file could not be written"), done.stderr
            assert files_in(folder) == []


@pytest.mark.parametrize("format", ["csv", "xlsx", "parquet"])
def test_a_large_export_says_why_there_is_no_file(
    company: Any, customers: list[int], acting: Callable[[str], Actor], format: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    log = exporting.begin(Export(registry.get("customers"), acting("林晓")), format, CUSTOMERS)
    folder = tmp_path / "small"
    with little_room(folder, [os.getpid()]):
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
        exporting.make(log.pk)

        assert files_in(folder) == []
    ended = ExportLog.objects.get(pk=log.pk)
    assert ended.state == JobState.FAILED
    assert ended.failure
    assert ended.file is None
    assert not StoredFile.objects.exists()
