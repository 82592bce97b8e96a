"""What this installation was told: environment variables before `zhike.toml` before defaults. Knows no Django."""

import dataclasses
import functools
import ipaddress
import os
import secrets
import tomllib
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zhike import __version__
from zhike.base import data_folder, embedded

CHECKOUT = Path(__file__).resolve().parents[3]
NEARBY = ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
"""This machine and networks that are not routed on the Internet."""
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


class UnableToReadEnvironment(Exception):
    """A setting makes no sense; the message names it and says what would."""


@dataclasses.dataclass(frozen=True)
class Environment:
    """The settings of one installation. Each field's `variable` is its environment variable.

    In `zhike.toml` the same setting is the field's name: `port = 8000`, `hosts = ["crm.example.cn"]`.
    """

    data: Path
    secret_key: str
    database_url: str | None = None
    port: int = 8000
    live_port: int = 8001
    bind: str = "127.0.0.1"
    url: str | None = None
    live_url: str | None = None
    hosts: tuple[str, ...] = ("localhost", ".localhost", "127.0.0.1", "[::1]")
    debug: bool = False
    language: str = "zh-hans"
    time_zone: str = "Asia/Shanghai"
    workspace: str | None = None
    web_workers: int = 2
    web_threads: int = 4
    job_workers: int = 1
    email_url: str | None = None
    email_from: str = "zhike@localhost"
    proxies: tuple[str, ...] = NEARBY
    webhook_networks: tuple[str, ...] = ()

    @property
    def public_url(self) -> str:
        """The address members type, without a slash at the end."""
        return (self.url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def https(self) -> bool:
        """Do members reach this installation over TLS?"""
        return self.public_url.startswith("https://")

    @property
    def trusted_origins(self) -> tuple[str, ...]:
        """Origins whose forms are accepted although the request arrives from a proxy under another name."""
        return (self.public_url,) if self.url else ()

    @property
    def live_origins(self) -> tuple[str, ...]:
        """Where browsers reach the server-sent events, when that is not the origin of the page itself."""
        if self.live_url:
            parts = urllib.parse.urlsplit(self.live_url)
            return (f"{parts.scheme}://{parts.netloc}",) if parts.netloc else ()
        hosts = ("*" + host if host.startswith(".") else host for host in self.hosts if host != "*")
        return tuple(f"http://{host}:{self.live_port}" for host in hosts if not host.startswith("["))

    @property
    def email_backend(self) -> str:
        """Django's mail backend: SMTP once `email_url` is set, else mails are written to the log."""
        return f"django.core.mail.backends.{'smtp' if self.email_url else 'console'}.EmailBackend"

    @property
    def files(self) -> Path:
        """Where attachments are kept."""
        return self.data / "files"

    @property
    def is_embedded(self) -> bool:
        """Is the database the embedded one?"""
        return self.database_url is None


VARIABLES: Mapping[str, str] = {
    "data": "ZHIKE_DATA",
    "secret_key": "ZHIKE_SECRET_KEY",
    "database_url": "DATABASE_URL",
    "port": "ZHIKE_PORT",
    "live_port": "ZHIKE_LIVE_PORT",
    "bind": "ZHIKE_BIND",
    "url": "ZHIKE_URL",
    "live_url": "ZHIKE_LIVE_URL",
    "hosts": "ZHIKE_HOSTS",
    "debug": "ZHIKE_DEBUG",
    "language": "ZHIKE_LANGUAGE",
    "time_zone": "ZHIKE_TIME_ZONE",
    "workspace": "ZHIKE_WORKSPACE",
    "web_workers": "ZHIKE_WEB_WORKERS",
    "web_threads": "ZHIKE_WEB_THREADS",
    "job_workers": "ZHIKE_JOB_WORKERS",
    "email_url": "ZHIKE_EMAIL_URL",
    "email_from": "ZHIKE_EMAIL_FROM",
    "proxies": "ZHIKE_PROXIES",
    "webhook_networks": "ZHIKE_WEBHOOK_NETWORKS",
}


@functools.cache
def current() -> Environment:
    """The environment of this process, read once. `current.cache_clear()` reads it again."""
    return read(os.environ)


def version() -> str:
    """The version of the product."""
    return __version__


def read(variables: Mapping[str, str]) -> Environment:
    """Build the environment from `variables` and the `zhike.toml` they lead to, claiming the data folder.

    Raises UnableToReadEnvironment or UnableToUseDataFolder.
    """
    told = _from_file(variables)
    for field in dataclasses.fields(Environment):
        given = variables.get(VARIABLES[field.name], "")
        if given.strip():
            told[field.name] = given.strip()
    data = data_folder.claim(Path(told.pop("data", None) or CHECKOUT / "var"))
    values = {name: _convert(name, value) for name, value in told.items()}
    values.setdefault("live_port", values.get("port", 8000) + 1)
    values.setdefault("secret_key", _secrets(data)["secret_key"])
    return Environment(data=data, **_with_own_host(values))


def _from_file(variables: Mapping[str, str]) -> dict[str, Any]:
    path = Path(variables.get("ZHIKE_CONFIG") or CHECKOUT / "zhike.toml")
    if not path.exists():
        return {}
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnableToReadEnvironment(f"{path} cannot be read: {error}.") from error
    if unknown := sorted(set(told) - set(VARIABLES)):
        raise UnableToReadEnvironment(f"{path} has the unknown setting {unknown[0]}; known are {', '.join(VARIABLES)}.")
    return told


def _convert(name: str, value: Any) -> Any:
    kind = {field.name: field.type for field in dataclasses.fields(Environment)}[name]
    if kind is int:
        return _number(name, value)
    if kind is bool:
        return _truth(name, value)
    if name in ("hosts", "proxies", "webhook_networks"):
        words = tuple(value.replace(",", " ").split()) if isinstance(value, str) else tuple(map(str, value))
        return words if name == "hosts" else _networks(name, words)
    return str(value)


def _networks(name: str, words: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(str(ipaddress.ip_network(word)) for word in words)
    except ValueError as error:
        raise UnableToReadEnvironment(f"{VARIABLES[name]} must name networks like 10.0.0.0/8: {error}.") from error


def _number(name: str, value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError) as error:
        raise UnableToReadEnvironment(f"{VARIABLES[name]} must be a whole number, not {value!r}.") from error
    highest = 65535 if name.endswith("port") else 256
    if not 1 <= number <= highest:
        raise UnableToReadEnvironment(f"{VARIABLES[name]} must lie between 1 and {highest}, not {number}.")
    return number


def _truth(name: str, value: Any) -> bool:
    word = str(value).strip().lower()
    if word not in TRUE | FALSE:
        raise UnableToReadEnvironment(f"{VARIABLES[name]} must be true or false, not {value!r}.")
    return word in TRUE


def _with_own_host(values: dict[str, Any]) -> dict[str, Any]:
    """The host of the public URL is always served, so that one setting is enough behind a proxy."""
    host = urllib.parse.urlsplit(values.get("url") or "").hostname
    hosts = values.get("hosts", Environment.hosts)
    if values.get("url") and not host:
        raise UnableToReadEnvironment(f"ZHIKE_URL must look like https://crm.example.cn, not {values['url']!r}.")
    return {**values, "hosts": hosts if not host or host in hosts else (*hosts, host)}


def _secrets(data: Path) -> dict[str, str]:
    """The secrets of this installation, made on first use and readable by its owner only."""
    path = data / "secrets.toml"
    with data_folder.locked(data, "secrets"):
        if not path.exists():
            draft = data / "secrets.toml.new"
            draft.unlink(missing_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
                handle.write(f'secret_key = "{secrets.token_urlsafe(48)}"\n')
                handle.flush()
                os.fsync(handle.fileno())
            draft.replace(path)
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        return {"secret_key": str(found["secret_key"])}
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise UnableToReadEnvironment(f"{path} cannot be read; restore it from a backup.") from error


def database_settings(environment: Environment) -> dict[str, Any]:
    """Django's DATABASES["default"] for this installation. Starts nothing."""
    place = _server(environment.database_url) if environment.database_url else _embedded(environment.data)
    return {
        "ENGINE": "django_tenants.postgresql_backend",
        **place,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }


def _embedded(data: Path) -> dict[str, Any]:
    return {
        "NAME": embedded.DATABASE,
        "USER": embedded.SUPERUSER,
        "PASSWORD": "",
        "HOST": str(embedded.socket_folder(data)),
        "PORT": str(embedded.PORT),
        "OPTIONS": {"application_name": "zhike"},
    }


def email_settings(environment: Environment) -> dict[str, Any]:
    """Django's EMAIL_* settings from `smtp://user:password@host:587` (STARTTLS) or `smtps://…:465` (TLS)."""
    if not environment.email_url:
        return {}
    parts = urllib.parse.urlsplit(environment.email_url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise UnableToReadEnvironment("ZHIKE_EMAIL_URL must look like smtp://user:password@mail.example.cn:587.")
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": urllib.parse.unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": urllib.parse.unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and bool(parts.username),
        "EMAIL_TIMEOUT": 20,
    }


def _server(url: str) -> dict[str, Any]:
    """Read `postgresql://user:password@host:port/name?sslmode=require`; the host may be a socket's folder."""
    parts = urllib.parse.urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise UnableToReadEnvironment("The port in DATABASE_URL is not a number.") from error
    name = urllib.parse.unquote(parts.path.lstrip("/"))
    if parts.scheme not in ("postgres", "postgresql") or not name:
        raise UnableToReadEnvironment("DATABASE_URL must look like postgresql://user:password@host:5432/name.")
    options = dict(urllib.parse.parse_qsl(parts.query))
    host = options.pop("host", None) or urllib.parse.unquote(parts.hostname or "")
    return {
        "NAME": name,
        "USER": urllib.parse.unquote(parts.username or ""),
        "PASSWORD": urllib.parse.unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port or options.pop("port", "")),
        "OPTIONS": {"application_name": "zhike", **options},
    }
