"""The server and the databases of the benchmarks: under `bench/` in the data folder, made once, made anew when the
code that shapes them has changed."""

from __future__ import annotations

import hashlib
import os
import sys
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from zhike.base import embedded

SOURCE = Path(__file__).parent.parent
SCHEMA = "bench"
SHAPES_DATA = (
    "**/models.py", "**/models/*.py", "**/migrations/*.py", "**/*.sql", "**/beginning.py", "**/cast.py",
    "base/chinese/*.py", "records/search/indexing.py", "records/search/marks.py", "bench/data/*.py",
)  # fmt: skip


@dataclass(frozen=True)
class Size:
    """How much of everything a database holds; `open_deals` of the opportunities are open."""

    customers: int
    contacts: int
    opportunities: int
    open_deals: int
    activities: int

    @property
    def name(self) -> str:
        return f"bench_{self.customers}"

    @property
    def members(self) -> int:
        """So many that each has some three thousand customers, as in a company that uses such a system."""
        return max(3, self.customers // 3300)

    @property
    def told(self) -> str:
        return (
            f"{self.customers:,} customers, {self.contacts:,} contacts, {self.opportunities:,} opportunities"
            f" ({self.open_deals:,} open), {self.activities:,} activities"
        )


SMALL = Size(10_000, 10_000, 1_000, 100, 2_000)
QUICK = Size(100_000, 100_000, 20_000, 10_000, 20_000)
FULL = Size(1_000_000, 1_000_000, 100_000, 10_000, 200_000)


def start(data: Path) -> None:
    """Brings the server up and Django with it, pointed at no workspace yet."""
    embedded.ensure_running(data)
    os.environ["ZHIKE_DATA"] = str(data)
    os.environ["DATABASE_URL"] = url_of(data, embedded.DATABASE)


def url_of(data: Path, name: str) -> str:
    place = urllib.parse.urlencode({"host": str(embedded.socket_folder(data)), "port": embedded.PORT})
    return f"postgresql://{embedded.SUPERUSER}@/{name}?{place}"


def stop(data: Path) -> None:
    from django.db import connections

    connections.close_all()
    embedded.stop(data)


def enter(size: Size) -> None:
    """From here on this process works in the database of that size."""
    from django.db import connection

    if connection.settings_dict["NAME"] != size.name:
        _point_at(size.name)
    enter_schema()


def enter_schema() -> None:
    from django.db import connection

    from zhike.base.workspaces import queries

    queries.forget_kept()
    connection.set_tenant(queries.get_workspace(SCHEMA))  # type: ignore[attr-defined]


def ensure(size: Size, *, keep: bool = False) -> None:
    """Makes the database of that size unless it is there and fits the code (or merely is there, with `keep`)."""
    wanted = fingerprint()
    found = _marker(size.name)
    if found == wanted or (keep and found):
        return
    begun = time.monotonic()
    say(f"Making {size.told} …")
    _make(size, wanted)
    say(f"… made in {time.monotonic() - begun:.0f} s.")


@contextmanager
def scratch(size: Size) -> Iterator[None]:
    """Works in a copy of the database, for measurements that write; the copy is thrown away."""
    name = f"{size.name}_scratch"
    _drop_and_make(name, template=size.name)
    _point_at(name)
    enter_schema()
    try:
        yield
    finally:
        _close()
        with _administration() as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        enter(size)


def database_url(data: Path) -> str:
    """The address of the database this process works in, for a process beside it."""
    from django.db import connection

    return url_of(data, str(connection.settings_dict["NAME"]))


def child_environment(data: Path) -> dict[str, str]:
    """For a process that works in the database this one works in."""
    return {**os.environ, "DATABASE_URL": database_url(data), "ZHIKE_DATA": str(data)}


def _drop_and_make(name: str, template: str = "template1") -> None:
    _close()
    made, source = sql.Identifier(name), sql.Identifier(template)
    with _administration() as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(made))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(made, source))


def fingerprint() -> str:
    """Changes whenever the data would come out differently."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in SHAPES_DATA for path in SOURCE.glob(pattern)}):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _make(size: Size, mark: str) -> None:
    """Built under another name and renamed when it is whole."""
    from zhike.bench.data import filling

    making = f"{size.name}_making"
    _drop_and_make(making)
    _point_at(making)
    filling.fill(size, SCHEMA)
    _close()
    with _administration() as server:
        made, final = sql.Identifier(making), sql.Identifier(size.name)
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(final))
        server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(made, final))
        server.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(final, sql.Literal(mark)))


def _marker(name: str) -> str:
    with _administration() as server:
        query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        row = server.execute(query, [name]).fetchone()
    return str(row[0] or "") if row else ""


def _point_at(name: str) -> None:
    from django.conf import settings
    from django.db import connection

    _close()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


def _close() -> None:
    from django.db import connection, connections

    connection.set_schema_to_public()  # type: ignore[attr-defined]
    connections.close_all()


@contextmanager
def _administration() -> Iterator[psycopg.Connection]:
    from django.db import connection

    known = connection.get_connection_params()
    place = {name: known[name] for name in ("host", "port", "user") if known.get(name)}
    with psycopg.connect(**place, dbname="postgres", autocommit=True) as server:
        yield server


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
