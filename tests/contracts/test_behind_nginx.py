"""nginx in front, as docs/operations.md prints it: only its ports, its certificate and its folder are this test's."""

from __future__ import annotations

import http.client
import json
import re
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import translation
from django_tenants.utils import schema_context

from zhike.base.actors import Door
from zhike.base.notices.services import notify
from zhike.base.workspaces.models import Host
from zhike.config import environment, nginx
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of
from zhike.records import gate, registry
from zhike.testing import servers
from zhike.testing.browser import BACKEND

pytestmark = pytest.mark.slow

HOST = "crm.example.cn"
PAGE = (environment.CHECKOUT / "docs" / "operations.md").read_text(encoding="utf-8")
MAIN = """\
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
{user}
events {{}}
http {{
    types {{ text/css css; text/javascript js; image/svg+xml svg; }}
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""
MEGABYTE = 1024 * 1024


def printed_site(running: servers.Installation, folder: Path, port: int) -> str:
    """The site of the page; each thing replaced must be there exactly once."""
    (site,) = re.findall(r"```nginx\n(.*?)```", PAGE, re.DOTALL)
    for printed, ours in (
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{port} ssl http2;"),
        (f"/etc/ssl/{HOST}.pem", f"{folder}/site.pem"),
        (f"/etc/ssl/{HOST}.key", f"{folder}/site.key"),
        ("/srv/zhike/static/", f"{running.here.data}/static/"),
        ("http://127.0.0.1:8000;", f"http://127.0.0.1:{running.here.port};"),
        ("http://127.0.0.1:8001;", f"http://127.0.0.1:{running.here.live_port};"),
    ):
        assert site.count(printed) == 1, printed
        site = site.replace(printed, ours)
    return site


@dataclass
class Front:
    """Requests from outside: over TLS, under the public name, from any address of this machine."""

    port: int

    def request(
        self, method: str, path: str, *, body: Any = None, come_from: str = "127.0.0.1", **headers: str
    ) -> http.client.HTTPResponse:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        caller = http.client.HTTPSConnection(
            "127.0.0.1", self.port, context=context, timeout=60, source_address=(come_from, 0)
        )
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        caller.request(method, path, body=body, headers={"Host": HOST, "Accept-Language": "en"} | named)
        return caller.getresponse()

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        return self.request("GET", path, **headers)

    def sign_in(self, login: str, password: str, **more: Any) -> http.client.HTTPResponse:
        """As the form of the sign-in page sends it."""
        shown = self.get("/accounts/login/")
        token = re.search(r"csrftoken=(\w+)", " ".join(shown.headers.get_all("Set-Cookie") or []))
        assert token
        form = urlencode({"login": login, "password": password, "csrfmiddlewaretoken": token[1]})
        own = {"Origin": f"https://{HOST}", "Content_Type": "application/x-www-form-urlencoded"}
        return self.request("POST", "/accounts/login/", body=form, Cookie=token[0], **own | more)


@pytest.fixture(scope="module")
def company(committed_database: Any) -> Any:
    """The only workspace, as `./zhike up` makes it: it answers to every host name."""
    with schema_context("public"):
        Host.objects.all().delete()
    with translation.override("en"):
        yield committed_database


@pytest.fixture(autouse=True)
def _inside(company: Any) -> None:
    connection.set_tenant(company)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def installation(company: Any) -> Iterator[servers.Installation]:
    public = {"ZHIKE_URL": f"https://{HOST}", "ZHIKE_LIVE_URL": f"https://{HOST}/live/"}
    with servers.installation("web", "live", **public) as running:
        yield running


@pytest.fixture(scope="module")
def front(installation: servers.Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    program = nginx.find_nginx()
    if program is None:
        pytest.skip("There is no nginx; ./zhike test fetches Debian's, or name one in ZHIKE_NGINX.")
    folder, port = tmp_path_factory.mktemp("nginx"), servers.free_ports()
    make_certificate(folder)
    site = printed_site(installation, folder, port)
    user = "user root;" if folder.owner() == "root" else ""  # the folders of tests are closed to everybody else
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, site=site, user=user), encoding="utf-8")
    with (folder / "said.log").open("wb") as said:
        child = subprocess.Popen(
            [program, "-p", folder, "-c", folder / "nginx.conf"], stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
    try:
        wait_for(Front(port), child, folder / "said.log")
        yield Front(port)
    finally:
        child.terminate()
        child.wait(20)


def make_certificate(folder: Path) -> None:
    options = ("-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}")
    files = ("-keyout", folder / "site.key", "-out", folder / "site.pem")
    subprocess.run(["openssl", "req", *options, *files], check=True, capture_output=True)


def wait_for(front: Front, child: subprocess.Popen[bytes], log: Path) -> None:
    for _attempt in range(100):
        assert child.poll() is None, log.read_text()
        try:
            front.get("/accounts/login/").close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"nginx does not answer: {log.read_text()}")


@pytest.fixture(scope="module")
def cookie(company: Any) -> str:
    client = Client()
    client.force_login(Member.objects.get(name="王芳"), backend=BACKEND)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return f"{settings.SESSION_COOKIE_NAME}={session}; {settings.LANGUAGE_COOKIE_NAME}=en"


@pytest.fixture(scope="module")
def customer(company: Any) -> int:
    owner = actor_of(Member.objects.select_related("department").get(name="王芳"), Door.FORM)
    return int(gate.create(owner, registry.get("customers"), {"name": "云杉科技"}).pk)


def test_the_sign_in_page_and_its_files(front: Front) -> None:
    page = front.get("/accounts/login/")
    html = page.read().decode()
    assert page.status == 200
    assert "<form" in html

    sheet = re.search(r'href="(/static/[^"]+\.css)"', html)
    assert sheet
    plain = front.get(sheet[1])
    packed = front.get(sheet[1], Accept_Encoding="gzip")
    assert (plain.status, packed.status) == (200, 200)
    assert plain.headers["Server"].startswith("nginx")
    assert "max-age=315360000" in plain.headers["Cache-Control"]
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.read()) < len(plain.read())


def test_whoever_nginx_runs_as_may_read_the_static_files(installation: servers.Installation) -> None:
    folder = (installation.here.data / "static").resolve()

    closed = [path for path in folder.rglob("*") if not path.stat().st_mode & 0o004]
    assert closed == []
    assert folder.stat().st_mode & 0o005 == 0o005


def test_a_list_is_shown_to_a_member_only(front: Front, cookie: str, customer: int) -> None:
    stranger = front.get("/customers/")
    assert (stranger.status, stranger.headers["Location"]) == (302, "/accounts/login/?next=/customers/")

    page = front.get("/customers/?view=all", Cookie=cookie)
    assert page.status == 200
    html = page.read().decode()
    assert "云杉科技" in html
    assert f'data-url="https://{HOST}/live/"' in html


def test_events_are_not_held_back(front: Front, cookie: str) -> None:
    stream = front.get("/live/", Cookie=cookie, Accept="text/event-stream", Origin=f"https://{HOST}")
    assert (stream.status, stream.headers["Content-Type"]) == (200, "text/event-stream")
    assert next_event(stream) == ("notice", {"unread": 0})

    begun = time.monotonic()
    notify(member_id=Member.objects.get(name="王芳").pk, kind="reminder", text="回访", url="/customers/")
    while next_event(stream) != ("notice", {"unread": 1}):
        assert time.monotonic() - begun < 5
    assert time.monotonic() - begun < 5
    assert front.get("/live/").status == 403


def next_event(stream: http.client.HTTPResponse) -> tuple[str, Any]:
    """The next event, past the comments that only show that the stream lives."""
    name = ""
    while line := stream.readline().decode():
        word, _colon, value = line.strip("\n").partition(":")
        if word == "event":
            name = value.strip()
        if word == "data":
            return name, json.loads(value)
    raise AssertionError("the stream ended")


def test_tls_counts_although_it_ends_at_nginx(front: Front, company: Any) -> None:
    """Django asks a form that came over TLS where it came from, and marks the cookies."""
    shown = front.get("/accounts/login/")
    assert all("Secure" in each for each in shown.headers.get_all("Set-Cookie") or [])

    assert front.sign_in("nobody@huacheng.example", "wrong", Origin="https://evil.example").status == 403
    assert front.sign_in("nobody@huacheng.example", "wrong").status == 200


def test_a_lock_out_is_for_one_address_and_cannot_be_talked_away(front: Front, company: Any) -> None:
    login = Member.objects.get(name="李娜").email
    for _attempt in range(settings.AXES_FAILURE_LIMIT):
        answer = front.sign_in(login, "wrong")

    assert answer.status in (403, 429)
    assert front.sign_in(login, "wrong", X_Forwarded_For="203.0.113.7").status == answer.status
    assert front.sign_in(login, "wrong", come_from="127.0.0.2").status == 200


def attach(front: Front, cookie: str, customer: int, size: int) -> http.client.HTTPResponse:
    edge = "edge"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="plan.bin"\r\n\r\n'.encode()
    page = front.get(f"/customers/{customer}/", Cookie=cookie)
    token = re.search(r"csrftoken=(\w+)", " ".join(page.headers.get_all("Set-Cookie") or []))
    assert token
    return front.request(
        "POST", f"/customers/{customer}/files/", body=head + bytes(size) + f"\r\n--{edge}--\r\n".encode(),
        Cookie=f"{cookie}; {token[0]}", X_CSRFToken=token[1], Origin=f"https://{HOST}",
        Content_Type=f"multipart/form-data; boundary={edge}",
    )  # fmt: skip


def test_a_file_of_the_largest_size_passes_and_a_larger_one_is_told_why(
    front: Front, cookie: str, customer: int
) -> None:
    assert attach(front, cookie, customer, settings.FILE_SIZE_LIMIT).status == 200

    refused = attach(front, cookie, customer, settings.FILE_SIZE_LIMIT + 1)
    assert refused.status == 422
    assert "larger than 50 MB, the most a file may have" in refused.read().decode()


def test_nginx_lets_through_what_an_import_may_be_and_no_more(front: Front, cookie: str) -> None:
    (megabytes,) = re.findall(r"client_max_body_size (\d+)m;", PAGE)
    limit = int(megabytes) * MEGABYTE

    assert limit > settings.IMPORT_SIZE_LIMIT + MEGABYTE  # a form around the file takes room as well
    announced = {"Cookie": cookie, "Content_Length": str(limit + 1)}
    assert front.request("POST", "/imports/new/?type=customers", **announced).status == 413
