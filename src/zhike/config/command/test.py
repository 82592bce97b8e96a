import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from zhike.base import data_folder, embedded
from zhike.config import browser, environment, frontend, messages, nginx

HELP = "install what the tests need, then run them all; further arguments go to pytest"
PASSES_ON = True
CAPACITY = ("-n", "2", "--dist", "loadfile")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-browser",
        action="store_true",
        help="leave out the stories told in Chromium",
    )


def run(options: argparse.Namespace) -> int:
    frontend.ensure_built()
    messages.ensure_compiled()
    if not options.no_browser:
        os.environ["ZHIKE_CHROMIUM"] = str(browser.ensure_chromium())
    here = environment.current()
    if found := nginx.ensure_nginx(data_folder.claim(here.data / "test") / "nginx"):
        os.environ[nginx.VARIABLE] = str(found)
    if not here.is_embedded:
        return _pytest(options)
    return _with_own_database(here.data / "test", options)


def _with_own_database(data: Path, options: argparse.Namespace) -> int:
    """The tests get a data folder and a fast server of their own; one run at a time uses them."""
    data = data_folder.claim(data)
    os.environ["ZHIKE_TEST_DATA"] = str(data)
    with data_folder.locked(data, "tests"):
        embedded.ensure_running(data, for_tests=True)
        try:
            return _pytest(options)
        finally:
            embedded.stop(data)


def _pytest(options: argparse.Namespace) -> int:
    rest = list(options.rest)
    if options.no_browser:
        rest += ["-m", "not journey"]
    wide = () if any(word.startswith(("-n", "--numprocesses", "-p")) for word in rest) else CAPACITY
    aside = () if any(word.startswith("--basetemp") for word in rest) else (f"--basetemp={_scratch()}",)
    command = [sys.executable, "-m", "pytest", *wide, *aside, *rest]
    width = str(shutil.get_terminal_size().columns)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
    done = subprocess.run(
        command,
        check=False,
        cwd=environment.CHECKOUT,
        env={"COLUMNS": width, **os.environ},
    )
    return done.returncode


def _scratch() -> Path:
    """A folder of this run's own: in the shared one, another run of pytest takes away the rights of this one's
    database server."""
    return environment.current().data / "test-files"
