"""Pages travel packed to whoever can unpack them."""

import gzip
from collections.abc import Callable

from django.test import Client


def test_a_page_is_packed_for_a_browser_that_says_so(client_of: Callable[..., Client]) -> None:
    client = client_of("王芳")
    plain = client.get("/customers/")

    packed = client.get("/customers/", headers={"Accept-Encoding": "gzip, br"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert int(packed.headers["Content-Length"]) == len(packed.content) < len(plain.content) / 2
    assert b"</html>" in gzip.decompress(packed.content)


def test_whoever_does_not_ask_gets_it_plain(client_of: Callable[..., Client]) -> None:
    page = client_of("王芳").get("/customers/")

    assert "Content-Encoding" not in page.headers
    assert "Accept-Encoding" in page.headers["Vary"]
    assert b"</html>" in page.content


def test_the_length_of_a_packed_page_tells_nothing_exact(client_of: Callable[..., Client]) -> None:
    client = client_of("王芳")

    lengths = {len(client.get("/customers/", headers={"Accept-Encoding": "gzip"}).content) for _ in range(12)}

    assert len(lengths) > 1
