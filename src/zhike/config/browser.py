"""A Chromium for the browser tests, by whichever way works on this machine, and letters for it to draw."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHINESE_FONTS = "fonts-noto-cjk"


class UnableToGetChromium(Exception):
    """There is no Chromium and none could be installed; the message says what was tried."""


def ensure_chromium() -> Path:
    """The path of a Chromium, installed if there is none. Looks at ZHIKE_CHROMIUM first."""
    found = _find() or _from_apt() or _from_playwright()
    if found is None:
        raise UnableToGetChromium(
            "There is no Chromium and neither apt nor Playwright could bring one; install it and set ZHIKE_CHROMIUM,"
            " or leave the browser stories out with --no-browser."
        )
    if not _draws_chinese() and _may_use_apt():
        _apt_install(CHINESE_FONTS)
    return found


def _find() -> Path | None:
    told = os.environ.get("ZHIKE_CHROMIUM")
    if told and Path(told).exists():
        return Path(told)
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(on_path) if on_path else _playwrights_own()


def _playwrights_own() -> Path | None:
    code = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    asked = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    path = Path(asked.stdout.strip() or "/nonexistent")
    return path if asked.returncode == 0 and path.is_file() else None


def _from_apt() -> Path | None:
    if not _may_use_apt():
        return None
    _say("Installing Chromium and Chinese fonts through apt …")
    _apt_install("chromium", CHINESE_FONTS)
    found = shutil.which("chromium")
    return Path(found) if found else None


def _from_playwright() -> Path | None:
    _say("Installing Chromium through Playwright …")
    done = subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"],
        check=False,
        stdout=sys.stderr,
    )
    return _playwrights_own() if done.returncode == 0 else None


def apt_install(*packages: str) -> bool:
    """Install Debian packages if this account may. Returns whether they are there now."""
    return _may_use_apt() and _apt_install(*packages)


def _may_use_apt() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _apt_install(*packages: str) -> bool:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    for command in (install, ["apt-get", "update", "-qq"], install):
        done = subprocess.run(
            command,
            check=False,
            env=quiet,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if command is install and done.returncode == 0:
            return True
    _say(done.stderr.strip())
    return False


def _draws_chinese() -> bool:
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh"], check=False, capture_output=True, text=True).stdout.strip())


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
