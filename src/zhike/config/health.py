"""What `./zhike doctor` looks at. A check answers with findings; a new one is appended to `CHECKS`.

Checks of `GROUND` need neither database nor Django; those of `CHECKS` run, in order, once both answer.
"""

import dataclasses
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterable

from zhike.base import embedded
from zhike.config import environment, processes

LITTLE_SPACE = 2 * 1024**3


@dataclasses.dataclass(frozen=True)
class Finding:
    """One sentence; `ok` False means something must be done, which the sentence says.

    Without what `is_vital` the checks that need the database are not worth trying.
    """

    ok: bool
    sentence: str
    is_vital: bool = False


Check = Callable[[environment.Environment], Iterable[Finding]]


def python(here: environment.Environment) -> Iterable[Finding]:
    """Is this Python one we run on?"""
    running = ".".join(map(str, sys.version_info[:3]))
    yield Finding(sys.version_info >= (3, 11), f"Python is {running}; 3.11 or later is needed.")


def disk(here: environment.Environment) -> Iterable[Finding]:
    """Is there room, and are the secrets secret?"""
    free = shutil.disk_usage(here.data).free
    gigabytes = f"{free / 1024**3:.1f} GB"
    if free < LITTLE_SPACE:
        yield Finding(False, f"Only {gigabytes} are free under {here.data}; make room before PostgreSQL stops.")
    else:
        yield Finding(True, f"{gigabytes} are free under {here.data}.")
    secrets = here.data / "secrets.toml"
    if secrets.exists() and stat.S_IMODE(secrets.stat().st_mode) & 0o077:
        yield Finding(False, f"{secrets} can be read by others; run chmod 600 on it.")
    if not os.access(here.data, os.W_OK):
        yield Finding(False, f"{here.data} cannot be written by this account; run Zhike as its owner.")


def database(here: environment.Environment) -> Iterable[Finding]:
    """Does the database answer?"""
    if here.is_embedded:
        running = embedded.is_running(here.data)
        word = "runs" if running else "does not run; ./zhike up starts it"
        yield Finding(running, f"The embedded PostgreSQL {word}.", is_vital=True)
        return
    import psycopg

    try:
        psycopg.connect(here.database_url or "", connect_timeout=5).close()
        yield Finding(True, "The database of DATABASE_URL answers.")
    except psycopg.Error as error:
        yield Finding(False, f"The database of DATABASE_URL does not answer: {str(error).strip()}", is_vital=True)


def running(here: environment.Environment) -> Iterable[Finding]:
    """Which processes run under `./zhike up`?"""
    record = processes.read_record(here.data)
    if processes.find_supervisor(here.data) is None:
        if any(processes.find_process(known) for known in record.get("programs", {}).values()):
            yield Finding(False, "The supervisor was killed and its programs run on; ./zhike up takes over.")
        else:
            yield Finding(True, "./zhike up is not running with this data folder.")
        return
    for name, known in record["programs"].items():
        alive = processes.find_process(known) is not None
        yield Finding(alive, f"{name} runs." if alive else f"{name} has died; its log is {here.data}/log/{name}.log.")


def server_version(here: environment.Environment) -> Iterable[Finding]:
    """Is the PostgreSQL new enough, and does it speak UTF-8?"""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('server_encoding')")
        version, encoding = cursor.fetchone()
    good = int(version.split(".")[0]) >= 15 and encoding == "UTF8"
    yield Finding(good, f"PostgreSQL is {version} with {encoding}; 15 or later with UTF8 is needed.")


def migrations(here: environment.Environment) -> Iterable[Finding]:
    """Is every workspace at the state this code expects?"""
    from zhike.config import schema

    waiting = schema.unapplied()
    if waiting:
        places = ", ".join(f"{place} ({count})" for place, count in waiting.items())
        yield Finding(False, f"Migrations wait in {places}; run ./zhike migrate.")
    else:
        yield Finding(True, "All migrations are applied.")


def triggers(here: environment.Environment) -> Iterable[Finding]:
    """Does every tracked table of every workspace write to the change log?"""
    from django_tenants.utils import schema_context

    from zhike.base.changelog import installing
    from zhike.base.workspaces import queries

    for workspace in queries.all_workspaces():
        with schema_context(workspace.schema_name):
            silent = installing.untracked_tables()
        where = f"in workspace {workspace.schema_name}"
        if silent:
            yield Finding(False, f"These tables write no history {where}: {', '.join(silent)}; run ./zhike migrate.")
        else:
            yield Finding(True, f"Every record table writes to the change log {where}.")


def partitions(here: environment.Environment) -> Iterable[Finding]:
    """Has the change log a partition for today and the weeks to come?"""
    from django.db import connection
    from django_tenants.utils import schema_context

    from zhike.base import clock
    from zhike.base.workspaces import queries

    today = clock.today()
    months = [(today.year, today.month), divmod(today.year * 12 + today.month, 12)]
    wanted = [
        f"base_change_y{year:04}m{month if number == 0 else month + 1:02}"
        for number, (year, month) in enumerate(months)
    ]
    for workspace in queries.all_workspaces():
        with schema_context(workspace.schema_name), connection.cursor() as cursor:
            cursor.execute("SELECT name FROM unnest(%s::text[]) name WHERE to_regclass(name) IS NULL", [wanted])
            missing = [name for (name,) in cursor.fetchall()]
        if missing:
            yield Finding(False, f"{workspace.schema_name} lacks {', '.join(missing)}; run ./zhike migrate.")
        else:
            yield Finding(
                True, f"The change log of {workspace.schema_name} has its partitions for this month and the next."
            )


def seals(here: environment.Environment) -> Iterable[Finding]:
    """Does the database refuse to alter the change log, and is every month what was sealed?"""
    from django_tenants.utils import schema_context

    from zhike.base.changelog import guarding, sealing
    from zhike.base.changelog.seals import LogSeal
    from zhike.base.workspaces import queries

    for workspace in queries.all_workspaces():
        where = f"in workspace {workspace.schema_name}"
        with schema_context(workspace.schema_name):
            open_tables = guarding.missing()
            faults = list(sealing.faults())
            latest = LogSeal.objects.order_by("-month").first()
        if open_tables:
            yield Finding(
                False, f"These tables could be altered {where}: {', '.join(open_tables)}; run ./zhike migrate."
            )
        yield from (Finding(False, f"{fault.sentence} ({workspace.schema_name})") for fault in faults)
        if not open_tables and not faults:
            told = f"sealed to {latest.month:%Y-%m} ({latest.sha256})" if latest else "no month is sealed yet"
            yield Finding(True, f"The change log is append-only and whole {where}; {told}.")


def jobs(here: environment.Environment) -> Iterable[Finding]:
    """Is a worker alive, and does the queue move?"""
    from django.db import connection
    from django_tenants.utils import schema_context

    with schema_context("public"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '60 s'")
        (alive,) = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'failed')"
            " FROM procrastinate_jobs"
        )
        waiting, failed = cursor.fetchone()
    if not alive:
        yield Finding(False, f"No worker is alive and {waiting} jobs wait; start ./zhike up or ./zhike worker.")
    else:
        yield Finding(True, f"Workers alive: {alive}; jobs waiting: {waiting}.")
    if failed:
        yield Finding(
            False, f"{failed} jobs failed for good; the page Settings > Jobs shows them and can run them again."
        )


def readers(here: environment.Environment) -> Iterable[Finding]:
    """Has every reader of the change log (the search index among them) come to its end?"""
    from django_tenants.utils import schema_context

    from zhike.base.changelog import reading
    from zhike.base.workspaces import queries

    for workspace in queries.all_workspaces():
        with schema_context(workspace.schema_name):
            behind = {name: reading.backlog(name) for name in reading.readers()}
        where = f"in workspace {workspace.schema_name}"
        late = [f"{name} is {count} changes behind" for name, count in behind.items() if count]
        if late:
            yield Finding(False, f"Readers of the change log {where}: {', '.join(late)}; is a worker running?")
        else:
            yield Finding(True, f"Search and the other readers have read the whole change log {where}.")


GROUND: list[Check] = [python, disk, database, running]
CHECKS: list[Check] = [server_version, migrations, triggers, partitions, seals, jobs, readers]
