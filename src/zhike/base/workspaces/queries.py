"""Which workspace is meant. Look-ups by host are kept for a few seconds: every request asks."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from django.utils import timezone
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


# The one somebody stands in


def here() -> Workspace | None:
    """The workspace of the connection; None in what all have in common."""
    standing = getattr(connection, "tenant", None)
    if isinstance(standing, Workspace):
        return standing
    schema = str(connection.schema_name)  # type: ignore[attr-defined]
    kept = _kept.get(f"schema:{schema}")
    if kept and time.monotonic() - kept[0] < KEEP_SECONDS:
        return kept[1]
    with schema_context("public"):
        found: Workspace | None = Workspace.objects.filter(schema_name=schema).first()
    _kept[f"schema:{schema}"] = (time.monotonic(), found)
    return found


def own_currency() -> str:
    """The currency the company counts in."""
    found = here()
    return found.currency if found else "CNY"


def default_language() -> str:
    """Of who has chosen none."""
    found = here()
    return (found.language if found else "") or str(settings.LANGUAGE_CODE)


@contextmanager
def at_home() -> Iterator[None]:
    """Inside, days begin where the company of the connection is."""
    found = here()
    with timezone.override(found.time_zone if found and found.time_zone else None):
        yield
