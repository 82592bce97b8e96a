"""The database of the tests: a template made once per schema, and a copy of it per test process.

Making the copy takes a fraction of a second; the template is made anew only when a migration, a model, the
triggers or the cast change.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

SOURCE = Path(__file__).parent.parent
SCHEMA = "test"
ADMINISTRATION = "postgres"


def fingerprint() -> str:
    """Changes whenever the template would come out differently."""
    digest = hashlib.sha256()
    made_by = ("beginning.py", "cast.py", "guarding.py", "installing.py")
    patterns = ("**/models.py", "**/models/*.py", "**/migrations/*.py", "**/*.sql", *(f"**/{name}" for name in made_by))
    for path in sorted({path for pattern in patterns for path in SOURCE.glob(pattern)}):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def use_copy(worker: str) -> str:
    """Points the default connection at a fresh copy of the template; returns the copy's name."""
    template = f"zhike_template_{fingerprint()}"
    name = f"zhike_test_{worker}_{os.getpid()}"
    with _one_at_a_time():
        if not _exists(template):
            _make_template(template)
    copy_database(template, name)
    point_at(name)
    return name


def copy_database(template: str, name: str) -> None:
    with _administration() as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))


def drop(name: str) -> None:
    connections.close_all()
    with _administration() as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def point_at(name: str) -> None:
    connections.close_all()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


def _make_template(template: str) -> None:
    """Built under another name and renamed when it is whole."""
    making = f"{template}_making"
    with _administration() as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(making)))
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(making)))
    point_at(making)
    _fill()
    connections.close_all()
    with _administration() as server:
        server.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(template))
        )


def _fill() -> None:
    from zhike.base import actors
    from zhike.base.workspaces import services
    from zhike.config import setup
    from zhike.domains.people import cast

    call_command("migrate_schemas", "--shared", verbosity=0)
    workspace = services.open_workspace(schema=SCHEMA, name=cast.COMPANY, hosts=("testserver", "localhost"))
    connection.set_tenant(workspace)  # type: ignore[attr-defined]
    actor = actors.system("tests")
    setup.begin_workspace(actor)
    cast.hire_cast(actor)
    connection.set_schema_to_public()  # type: ignore[attr-defined]


def _exists(name: str) -> bool:
    with _administration() as server:
        return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


@contextmanager
def _administration() -> Iterator[psycopg.Connection]:
    parameters = connection.get_connection_params()
    wanted = {key: parameters[key] for key in ("host", "port", "user", "password") if parameters.get(key)}
    with psycopg.connect(**wanted, dbname=ADMINISTRATION, autocommit=True) as server:
        yield server


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    path = Path(settings.DATA) / "template.lock"
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
