"""Bringing the database to the state this code expects, in every workspace. Needs Django to be set up."""

import contextlib
from collections.abc import Iterator

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django_tenants.utils import get_tenant_model, schema_context

ADVISORY_LOCK = 7_234_911_002  # any number, as long as it stays the same


def migrate(*, force: bool = False) -> bool:
    """Apply what waits, one process at a time in the whole installation. Returns whether there was something to do.

    With `force` the work that follows each migration (triggers, partitions) is done again even if nothing waits.
    """
    with _alone():
        if not force and not unapplied():
            return False
        call_command("migrate_schemas", interactive=False, verbosity=0)
        return True


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """A session-level lock on a connection of its own: migrations change schemas and end transactions."""
    with connection.copy().cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
            cursor.connection.close()


def unapplied() -> dict[str, int]:
    """How many migrations wait in each schema that lacks any; `public` holds what workspaces share."""
    waiting = {"public": _unapplied_in("public")}
    if not waiting["public"]:
        for name in get_tenant_model().objects.order_by("id").values_list("schema_name", flat=True):
            waiting[name] = _unapplied_in(name)
    return {name: count for name, count in waiting.items() if count}


def _unapplied_in(schema: str) -> int:
    """Every app is recorded in every schema; the router decides which tables that means."""
    with schema_context(schema):
        executor = MigrationExecutor(connection)
        return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
