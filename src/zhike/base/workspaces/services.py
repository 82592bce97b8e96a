"""Opening a workspace makes its schema, its tables and its triggers."""

import re

from django.db import connection, transaction
from django_tenants.utils import schema_context

from zhike.base.workspaces import queries
from zhike.base.workspaces.models import Host, Workspace


class UnableToOpenWorkspace(Exception):
    """The schema name is not usable or taken."""


def open_workspace(*, schema: str, name: str, hosts: tuple[str, ...] = (), currency: str = "CNY") -> Workspace:
    """Creates the schema `schema` (letters, digits, underscores) with all tables.

    Raises `UnableToOpenWorkspace` when the schema name is malformed or exists already.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", schema) or schema == "public":
        raise UnableToOpenWorkspace(f"“{schema}” is not usable as a schema name: use letters, digits and _")
    with schema_context("public"):
        if Workspace.objects.filter(schema_name=schema).exists():
            raise UnableToOpenWorkspace(f"a workspace “{schema}” exists already")
        workspace = Workspace(schema_name=schema, name=name, currency=currency)
        workspace.save(verbosity=0)
        for position, host in enumerate(hosts):
            Host.objects.create(tenant=workspace, domain=host, is_primary=position == 0)
    queries.forget_kept()
    return workspace


def revise_workspace(**said: str) -> None:
    """Writes name, currency, language or time_zone of the workspace of the connection; inside the act that says so."""
    standing = queries.here()
    if standing is None:
        return
    Workspace.objects.filter(pk=standing.pk).update(**said)
    for name, value in said.items():
        setattr(standing, name, value)
    queries.forget_kept()
    transaction.on_commit(queries.forget_kept, using=connection.alias)
