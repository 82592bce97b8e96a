"""Which workspace is meant. Look-ups by host are kept for a few seconds: every request asks."""

import time

from django.db import connection
from django_tenants.utils import schema_context

from zhike.base.workspaces.models import Host, Workspace

KEEP_SECONDS = 5.0
_kept: dict[str, tuple[float, Workspace | None]] = {}


class WorkspaceNotFound(Exception):
    """No workspace has that name."""


def forget_kept() -> None:
    _kept.clear()


def find_by_host(hostname: str) -> Workspace | None:
    """The workspace of a host name; the one workspace without host names of its own answers to every other."""
    kept = _kept.get(hostname)
    if kept and time.monotonic() - kept[0] < KEEP_SECONDS:
        return kept[1]
    with schema_context("public"):
        host = Host.objects.select_related("tenant").filter(domain=hostname).first()
        workspace: Workspace | None = host.tenant if host else _for_every_other_host()
    _kept[hostname] = (time.monotonic(), workspace)
    return workspace


def _for_every_other_host() -> Workspace | None:
    found = list(Workspace.objects.filter(domains__isnull=True)[:2])
    return found[0] if len(found) == 1 else None


def get_workspace(name: str | None) -> Workspace:
    """By schema or display name; without a name the first one. Raises `WorkspaceNotFound`."""
    with schema_context("public"):
        found = Workspace.objects.all()
        if name:
            found = found.filter(schema_name=name) | found.filter(name=name)
        workspace = found.order_by("id").first()
    if workspace is None:
        raise WorkspaceNotFound(name or "")
    return workspace


def all_workspaces() -> list[Workspace]:
    with schema_context("public"):
        return list(Workspace.objects.order_by("id"))


def own_currency() -> str:
    """The currency the company of the connection counts in."""
    told = getattr(getattr(connection, "tenant", None), "currency", "")
    return str(told) or _currency_of(str(connection.schema_name))  # type: ignore[attr-defined]


def _currency_of(schema: str) -> str:
    """Where somebody stepped into a schema by its name alone."""
    with schema_context("public"):
        found = Workspace.objects.filter(schema_name=schema).values_list("currency", flat=True).first()
    return str(found or "CNY")
