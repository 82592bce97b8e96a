"""A system that is told of things: a real HTTP server on the loopback."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """What came, and how it is answered."""

    url: str = ""
    status: int = 200
    answer: bytes = b"thanks"
    wait: float = 0.0
    drip: float = 0.0
    """Seconds between the single bytes of the answer."""
    location: str = ""
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        self.got.append((handler.path, dict(handler.headers), body))
        time.sleep(self.wait)
        handler.send_response(self.status)
        if self.location:
            handler.send_header("Location", self.location)
        handler.end_headers()
        pieces = [bytes([each]) for each in self.answer] if self.drip else [self.answer]
        for piece in pieces:
            handler.wfile.write(piece)
            handler.wfile.flush()
            time.sleep(self.drip)


@contextmanager
def receiving(port: int = 0, **how: Any) -> Iterator[Receiver]:
    """`with receiving(status=500) as receiver:` listens until the end of the block."""
    receiver = Receiver(**how)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            try:
                receiver.take(self)
            except OSError:
                pass  # the caller hung up

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/in"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
