"""The door of server-sent events: `granian --interface asginl zhike.config.live:application`.

One small process holds all open pages. It listens to the database's notifications, asks what each page may be told
(see `zhike.shell.live`) on two threads, and passes it on.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import urllib.parse
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any, TypeVar

import django
import django.db

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
django.setup()

import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import close_old_connections, connection  # noqa: E402
from django.http.request import split_domain_port, validate_host  # noqa: E402

from zhike.base.changelog.models import ReaderPosition  # noqa: E402
from zhike.shell import live  # noqa: E402

log = logging.getLogger("zhike.live")
PING_SECONDS = 20.0
GATHER_SECONDS = 0.3
BACKLOG = 200
T = TypeVar("T")
Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]


@dataclass(eq=False)
class Page:
    """An open page and what it is still to be told; a page that does not listen loses the oldest."""

    listener: live.Listener
    waiting: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(BACKLOG))

    def tell(self, event: str, told: live.Told) -> None:
        if self.waiting.full():
            self.waiting.get_nowait()
        self.waiting.put_nowait(f"event: {event}\ndata: {json.dumps(told, ensure_ascii=False)}\n\n".encode())


class Hub:
    """All open pages of this process, and the one ear on the database."""

    def __init__(self) -> None:
        self.pages: set[Page] = set()
        self.positions: dict[str, ReaderPosition] = {}
        self.threads = ThreadPoolExecutor(2, "live")
        self.ear: asyncio.Task[None] | None = None

    async def ask(self, question: Callable[..., T], *arguments: Any) -> T:
        """Ask the database, on a thread with a connection of its own."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, _asked, question, *arguments)

    @contextlib.asynccontextmanager
    async def opened(self, listener: live.Listener) -> AsyncIterator[Page]:
        """A page for as long as it stands open."""
        if self.ear is None or self.ear.done():
            self.ear = asyncio.create_task(self.listen())
        page = Page(listener)
        self.pages.add(page)
        try:
            if listener.workspace not in self.positions:
                begin = await self.ask(live.start_of_reading, listener.workspace)
                self.positions.setdefault(listener.workspace, begin)
            yield page
        finally:
            self.pages.discard(page)

    async def listen(self) -> None:
        """Hear notifications for as long as this process lives."""
        while True:
            try:
                await self._listen()
            except (psycopg.Error, django.db.Error, OSError) as error:
                log.warning("lost the database: %s", type(error).__name__)
                await asyncio.sleep(1)

    async def _listen(self) -> None:
        place = await self.ask(_place)
        async with await psycopg.AsyncConnection.connect(**place, autocommit=True) as ear:
            await ear.execute("LISTEN zhike_change")
            await ear.execute("LISTEN zhike_notice")
            await self._catch_up()
            while True:
                heard = [notice async for notice in ear.notifies(timeout=PING_SECONDS, stop_after=1)]
                heard += [notice async for notice in ear.notifies(timeout=GATHER_SECONDS)] if heard else []
                await self._pass_on(heard)

    async def _catch_up(self) -> None:
        """What was said before this ear was there: while the first page came, or while the database was away."""
        for member in {(page.listener.workspace, page.listener.actor.member_id or 0) for page in self.pages}:
            await self._tell_unread(member)
        for workspace in list(self.positions):
            await self._tell_changes(workspace)

    async def _pass_on(self, heard: list[psycopg.Notify]) -> None:
        changed = {notice.payload.split(" ")[0] for notice in heard if notice.channel == "zhike_change"}
        told = [json.loads(notice.payload) for notice in heard if notice.channel == "zhike_notice"]
        for member in {(one["schema"], one["member"]) for one in told}:
            await self._tell_unread(member)
        for workspace in changed & self.positions.keys():
            await self._tell_changes(workspace)

    async def _tell_unread(self, member: tuple[str, int]) -> None:
        pages = [page for page in self.pages if (page.listener.workspace, page.listener.actor.member_id) == member]
        if pages:
            told = await self.ask(live.unread, pages[0].listener)
            for page in pages:
                page.tell("notice", told)

    async def _tell_changes(self, workspace: str) -> None:
        """Batch after batch, until there is nothing new or nobody to tell; who comes later begins at that moment."""
        while pages := [page for page in self.pages if page.listener.workspace == workspace]:
            listeners = {page.listener for page in pages}
            reached, told = await self.ask(live.tell, workspace, self.positions[workspace], listeners)
            if reached is self.positions[workspace]:
                return
            self.positions[workspace] = reached
            for page in pages:
                for one in told.get(page.listener, ()):
                    page.tell("changed", one)
        del self.positions[workspace]


def _asked(question: Callable[..., T], *arguments: Any) -> T:
    close_old_connections()  # here nothing else says when a unit of work begins
    return question(*arguments)


def _place() -> dict[str, Any]:
    known = connection.get_connection_params()
    wanted = ("host", "port", "dbname", "user", "password", "sslmode", "sslrootcert")
    return {name: known[name] for name in wanted if known.get(name)}


hub = Hub()


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """One request of a page for its stream; anything else is refused."""
    if scope["type"] != "http":
        return
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    hostname, _port = split_domain_port(headers.get("host", ""))
    if scope["method"] != "GET" or not validate_host(hostname, settings.ALLOWED_HOSTS):
        return await _refuse(send, 400)
    if not _is_own_page(headers.get("origin"), hostname):
        return await _refuse(send, 403)
    session = _session_key(headers.get("cookie", ""))
    listener = await hub.ask(live.admit, hostname, session) if session else None
    if listener is None:
        return await _refuse(send, 403)
    await _stream(listener, (hostname, session), headers.get("origin"), receive, send)


def _is_own_page(origin: str | None, hostname: str) -> bool:
    """Pages come from another port of the same host, or from the address behind the proxy."""
    if origin is None or origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    return split_domain_port(urllib.parse.urlsplit(origin).netloc)[0] == hostname


def _session_key(cookies: str) -> str:
    try:
        found = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return found.value if found else ""


async def _refuse(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"cache-control", b"no-store")]})
    await send({"type": "http.response.body", "body": b""})


async def _stream(
    listener: live.Listener, credentials: tuple[str, str], origin: str | None, receive: Receive, send: Send
) -> None:
    headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
    if origin:
        allowed = (b"access-control-allow-origin", origin.encode("latin-1"))
        headers += [allowed, (b"access-control-allow-credentials", b"true"), (b"vary", b"Origin")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    async with hub.opened(listener) as page:
        page.tell("notice", await hub.ask(live.unread, listener))
        gone = asyncio.create_task(_disconnected(receive))
        try:
            while not gone.done() and (told := await _next_word(page, gone, credentials)):
                await send({"type": "http.response.body", "body": told, "more_body": True})
        finally:
            gone.cancel()
    await send({"type": "http.response.body", "body": b""})


async def _next_word(page: Page, gone: asyncio.Task[None], credentials: tuple[str, str]) -> bytes:
    """The next event; a comment when nothing happens, which shows that both ends are there; empty at the end.

    A member who signed out or left is noticed with the comment.
    """
    word = asyncio.create_task(page.waiting.get())
    done, _ = await asyncio.wait({word, gone}, timeout=PING_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if word in done:
        return word.result()
    word.cancel()
    if gone in done or await hub.ask(live.admit, *credentials) is None:
        return b""
    return b": still here\n\n"


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
