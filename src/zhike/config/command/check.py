import argparse
import contextlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable

from zhike.config import browser, command, environment, messages

HELP = "lint, types, import contracts, declarations, migrations and translations"
Answer = tuple[bool, str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("only", nargs="*", metavar="CHECK", help=f"some of: {', '.join(CHECKS)}")


def run(options: argparse.Namespace) -> int:
    unknown = [name for name in options.only if name not in CHECKS]
    if unknown:
        raise command.CommandFailed(f"There is no check {unknown[0]!r}; there are {', '.join(CHECKS)}.")
    failed = [name for name in CHECKS if name in (options.only or CHECKS) and not _passes(name)]
    if failed:
        print(f"Not clean: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


def _passes(name: str) -> bool:
    passed, told = CHECKS[name]()
    print(f"{name:<13}{'ok' if passed else 'WRONG'}", flush=True)
    if not passed:
        print(told.rstrip(), flush=True)
    return passed


def _tool(*arguments: str) -> Answer:
    """Run a tool of the virtual environment in the checkout."""
    python, *rest = arguments
    folder = os.path.dirname(sys.executable)
    done = subprocess.run(
        [os.path.join(folder, python), *rest],
        check=False,
        cwd=environment.CHECKOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode == 0, done.stdout


def lint() -> Answer:
    """Ruff's rules."""
    return _tool("ruff", "check", "--quiet", ".")


def layout() -> Answer:
    """Ruff's formatter."""
    return _tool("ruff", "format", "--check", "--quiet", "--diff", ".")


def types() -> Answer:
    """mypy, as strict as pyproject.toml says for each part."""
    return _tool("mypy", "--no-error-summary", "src/zhike")


def imports() -> Answer:
    """The contract of floors, streets, rooms and doors."""
    return _tool("lint-imports", "--no-logo") if _has_option("lint-imports", "--no-logo") else _tool("lint-imports")


def _has_option(tool: str, option: str) -> bool:
    return option in _tool(tool, "--help")[1]


def declarations() -> Answer:
    """Django's system checks, among which are those of the record types."""
    return _django("check", fail_level="WARNING")


def migrations() -> Answer:
    """Is a model ahead of its migrations?"""
    return _django("makemigrations", check_changes=True, dry_run=True, interactive=False)


def _django(name: str, **arguments: object) -> Answer:
    command.with_django()
    from django.core.management import CommandError, call_command

    told = io.StringIO()
    try:
        with contextlib.redirect_stderr(told):
            call_command(name, stdout=told, stderr=told, **arguments)
    except CommandError as error:
        return False, f"{told.getvalue()}{error}"
    except SystemExit as end:
        return not end.code, told.getvalue()
    return True, told.getvalue()


def translations() -> Answer:
    """Does every text have its Chinese?"""
    if not shutil.which("xgettext"):
        browser.apt_install("gettext")
    try:
        found = messages.complaints()
    except messages.UnableToExtractMessages as error:
        return False, str(error)
    return not found, "\n".join(found)


CHECKS: dict[str, Callable[[], Answer]] = {
    "lint": lint,
    "layout": layout,
    "types": types,
    "imports": imports,
    "declarations": declarations,
    "migrations": migrations,
    "translations": translations,
}
