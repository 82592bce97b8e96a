"""The worker's ear on the log: woken by NOTIFY, it lets every reader catch up."""

from __future__ import annotations

import asyncio
import contextlib
import logging

import psycopg
from django.db import close_old_connections, connection
from django_tenants.utils import schema_context

from zhike.base.changelog import reading
from zhike.base.workspaces import queries

log = logging.getLogger("zhike.following")
WAKE_SECONDS = 5.0


async def follow_log() -> None:
    """Runs until the database goes away; then the worker ends and is started again."""
    await asyncio.to_thread(_catch_up_everywhere, None)
    parameters = connection.get_connection_params()
    wanted = {key: parameters[key] for key in ("host", "port", "dbname", "user", "password") if parameters.get(key)}
    async with await psycopg.AsyncConnection.connect(**wanted, autocommit=True) as listener:
        await listener.execute("LISTEN zhike_change")
        while True:
            heard: set[str] = set()
            with contextlib.suppress(asyncio.TimeoutError):
                async for notice in listener.notifies(timeout=WAKE_SECONDS, stop_after=1):
                    heard.add(notice.payload.split(" ")[0])
            await asyncio.to_thread(_catch_up_everywhere, heard or None)


def _catch_up_everywhere(schemas: set[str] | None) -> None:
    close_old_connections()
    for workspace in queries.all_workspaces():
        if schemas is None or workspace.schema_name in schemas:
            with schema_context(workspace.schema_name), queries.at_home():
                try:
                    reading.catch_up()
                except Exception:
                    log.exception("a reader of the log failed in %s", workspace.schema_name)
