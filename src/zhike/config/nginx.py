"""A nginx for the test of the page on operations: Debian's program, unpacked into the tests' folder.

Unpacked rather than installed: Debian starts what it installs, and nobody asked for a web server on port 80.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

VARIABLE = "ZHIKE_NGINX"


def ensure_nginx(folder: Path) -> Path | None:
    """The path of an nginx: the one named in ZHIKE_NGINX, the machine's, or Debian's unpacked into `folder`.

    None where there is none and no Debian to bring one; the test is skipped then.
    """
    unpacked = folder / "usr" / "sbin" / "nginx"
    found = find_nginx() or (unpacked if unpacked.exists() else None)
    if found or not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return found
    print("Fetching nginx from Debian …", file=sys.stderr, flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    return unpacked if _download(folder) and _unpack(folder) and unpacked.exists() else None


def find_nginx() -> Path | None:
    """The nginx named in ZHIKE_NGINX, or the machine's own."""
    places = (os.environ.get(VARIABLE), shutil.which("nginx"), "/usr/sbin/nginx")
    return next((Path(place) for place in places if place and Path(place).exists()), None)


def _download(folder: Path) -> bool:
    download = ("apt-get", "download", "-qq", "nginx")
    return _run(folder, *download) or (_run(folder, "apt-get", "update", "-qq") and _run(folder, *download))


def _unpack(folder: Path) -> bool:
    packages = sorted(folder.glob("nginx_*.deb"))
    return bool(packages) and _run(folder, "dpkg-deb", "-x", str(packages[-1]), str(folder))


def _run(folder: Path, *command: str) -> bool:
    done = subprocess.run(command, check=False, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        print(done.stderr.strip(), file=sys.stderr, flush=True)
    return done.returncode == 0
