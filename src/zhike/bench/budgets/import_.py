"""An import of 100,000 customers against a raw COPY of the rows it made into the same table, and its undo."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection

from zhike.base.actors import Actor, Door
from zhike.base.changelog import undoing
from zhike.bench import ground
from zhike.bench.budgets.bench import ADMINISTRATOR, Bench
from zhike.bench.data import names
from zhike.bench.results import Result
from zhike.domains.customers.models import Customer
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of
from zhike.records import registry
from zhike.records.importing import starting
from zhike.records.models import ImportRun, JobState

ROWS = 100_000
SPEED, MEMORY = 10, 400
TABLE = Customer._meta.db_table
HEADINGS = [
    "客户编号",
    "客户名称",
    "简称",
    "所属行业",
    "员工数",
    "电话",
    "邮箱",
    "所在地",
    "地址",
    "来源",
    "负责人",
    "标签",
]


def measure(bench: Bench) -> Iterator[Result]:
    with ground.scratch(bench.size):
        run, child = _import(bench)
        rows = bench.data / "rows.copy"
        last = bench.size.customers
        count = _copy_out(rows, last)
        undone, undo_seconds = _undo(run)
        floor_seconds = _copy_in(rows)
        rows.unlink()
    seconds = child["seconds"]
    told = f"{count:,} rows in {seconds:.1f} s ({child['search']:.1f} s of it search) against {floor_seconds:.1f} s"
    yield Result("import, of a raw COPY's speed", told, 100 * floor_seconds / seconds, SPEED, " %", at_least=True)
    yield Result("import, memory at most", f"{count:,} rows", child["peak"] / 1024**2, MEMORY, " MB")
    told = f"{undo_seconds:.1f} s for {undone:,} rows against {seconds:.1f} s"
    yield Result("undo of that import", told, undo_seconds / seconds, 1, " ×")


def _import(bench: Bench) -> tuple[ImportRun, dict[str, Any]]:
    """The job and the search index, in a process of their own as a worker has; returns what that one measured."""
    actor = _actor()
    run = starting.begin(actor, registry.get("customers"), [_file(bench)], "customers.csv")
    ImportRun.objects.filter(pk=run.pk).update(state=JobState.WAITING)
    told = ground.child_environment(bench.data)
    command = [sys.executable, "-P", "-m", "zhike.bench.importing", str(run.pk)]
    done = subprocess.run(command, check=True, env=told, stdout=subprocess.PIPE, text=True)
    return ImportRun.objects.get(pk=run.pk), json.loads(done.stdout.splitlines()[-1])


def _actor() -> Actor:
    member = Member.objects.select_related("department").get(email=ADMINISTRATOR)
    return actor_of(member, Door.IMPORT)


def _file(bench: Bench) -> bytes:
    """As people keep them: blanks, full-width digits, phones in every spelling, owners by address."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    emails = list(Member.objects.filter(email__startswith="seller").order_by("pk").values_list("email", flat=True))
    trades = [name for name, _ in names.INDUSTRIES]
    for number in range(ROWS):
        place, region, area = names.PLACES[number % len(names.PLACES)]
        first, second = names.FIRST[number % len(names.FIRST)], names.SECOND[number // 7 % len(names.SECOND)]
        name = f"{place}{first}{second}{number}实业有限公司"
        mobile = f"192{number:08d}"
        phone = (f"{area}-{number + 20000000}", f" {mobile[:3]} {mobile[3:]}", f"+86 {mobile}", f"１９２{mobile[3:]}")
        writer.writerow(
            (
                f"IMP-{number}", f" {name}" if number % 5 == 0 else name, f"{first}{second}实业",
                trades[number % len(trades)], f"{number % 5000:,}", phone[number % 4], f"Info{number}@Example.COM",
                region.split("/")[number % 2], f"{place}中山路{number % 900}号", "展会", emails[number % len(emails)],
                "重点客户" if number % 3 == 0 else "",
            )
        )  # fmt: skip
    return out.getvalue().encode("utf-8-sig")


def _copy_out(path: Path, last: int) -> int:
    """Writes the rows the import made to a file, as COPY wants them. Returns how many."""
    rows = f"SELECT * FROM {TABLE} WHERE external_id LIKE 'IMP-%' AND id > {last}"
    with connection.cursor() as cursor, path.open("wb") as out:
        with cursor.copy(f"COPY ({rows}) TO STDOUT") as copy:
            for block in copy:
                out.write(block)
        return int(cursor.rowcount)


def _undo(run: ImportRun) -> tuple[int, float]:
    assert run.change_set is not None
    begun = time.perf_counter()
    undone = undoing.undo(_actor(), run.change_set)
    return undone.restored, time.perf_counter() - begun


def _copy_in(path: Path) -> float:
    """The floor: the same rows into the same table with its indexes, without triggers."""
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM {TABLE}")
        cursor.execute("CHECKPOINT")
        cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER")  # the table is thrown away with its database
        begun = time.perf_counter()
        with path.open("rb") as rows, cursor.copy(f"COPY {TABLE} FROM STDIN") as copy:
            while block := rows.read(1 << 16):
                copy.write(block)
        return time.perf_counter() - begun
