"""`python -m zhike.config.command`, which `./zhike` runs inside `.venv`."""

import argparse
import contextlib
import importlib
import os
import pkgutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

from zhike.base import data_folder, embedded
from zhike.config import command, environment

KNOWN_ERRORS = (
    command.CommandFailed,
    data_folder.UnableToUseDataFolder,
    embedded.UnableToRunDatabase,
    environment.UnableToReadEnvironment,
)


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code. What it cannot do it says in one sentence on stderr."""
    names = command_names()
    wanted = next((word for word in _without_globals(arguments) if word in names), None)
    modules = {name: _load(names[name]) for name in names if wanted in (None, name)}
    if not arguments:
        build_parser(modules).print_help()
        return 2
    options = _parse(build_parser(modules), modules, arguments)
    _apply_globals(options)
    try:
        return int(modules[options.command].run(options))
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        _silence_stdout()
        return 141
    except Exception as error:
        sentence = explain(error)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)
        return 1


def _parse(
    parser: argparse.ArgumentParser,
    modules: Mapping[str, ModuleType],
    arguments: Sequence[str],
) -> argparse.Namespace:
    """A module with `PASSES_ON` gets what the parser does not know as `options.rest`."""
    options, rest = parser.parse_known_args(arguments)
    if rest and not getattr(modules[options.command], "PASSES_ON", False):
        parser.parse_args(arguments)  # ends with the usual complaint
    options.rest = rest
    return options


def command_names() -> dict[str, str]:
    """Each command and its module, in alphabetical order."""
    modules = (info.name for info in pkgutil.iter_modules(command.__path__) if not info.ispkg)
    return {name.rstrip("_").replace("_", "-"): name for name in sorted(modules) if not name.startswith("_")}


def _load(module: str) -> ModuleType:
    return importlib.import_module(f"{command.__name__}.{module}")


def _without_globals(arguments: Sequence[str]) -> Sequence[str]:
    """The words, less the values of options that may stand before the command."""
    words, skip = [], False
    for word in arguments:
        if not skip and not word.startswith("-"):
            words.append(word)
        skip = word in ("--workspace", "--data")
    return words[:1]


def build_parser(modules: Mapping[str, ModuleType]) -> argparse.ArgumentParser:
    """The parser of all `modules`, each with the options that every command has."""
    parser = argparse.ArgumentParser(
        prog="./zhike",
        description="Zhike 知客: a complete customer relationship system.",
    )
    _add_globals(parser, default=None)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, module in modules.items():
        sub = commands.add_parser(name, help=module.HELP, description=module.HELP, allow_abbrev=False)
        _add_globals(sub, default=argparse.SUPPRESS)
        module.add_arguments(sub)
    return parser


def _add_globals(parser: argparse.ArgumentParser, default: object) -> None:
    """Given before or after the command; a sub-parser that sees nothing must not overwrite what came before."""
    parser.add_argument(
        "--workspace",
        metavar="NAME",
        default=default,
        help="which workspace (default: the first)",
    )
    parser.add_argument(
        "--data",
        metavar="FOLDER",
        default=default,
        help="the data folder (default: var)",
    )


def _apply_globals(options: argparse.Namespace) -> None:
    if options.data:
        os.environ["ZHIKE_DATA"] = str(Path(options.data).expanduser().absolute())
    if options.workspace:
        os.environ["ZHIKE_WORKSPACE"] = options.workspace
    environment.current.cache_clear()


def explain(error: Exception) -> str | None:
    """The sentence for an error a person can act on; None for a defect of the product, which keeps its traceback."""
    if isinstance(error, KNOWN_ERRORS) or type(error).__name__.startswith("UnableTo"):
        return str(error)
    if type(error).__name__ == "WorkspaceNotFound":
        return f"There is no workspace {str(error) or 'yet'}; ./zhike status lists them, ./zhike up makes the first."
    if type(error).__name__ == "OperationalError":
        return f"The database cannot be reached or refused the work: {str(error).strip()}"
    if getattr(error.__cause__, "sqlstate", "") == "42P01":  # undefined table
        missing = str(error).split("\n", 1)[0]
        return f"The database lacks a table ({missing}); run ./zhike migrate, or ./zhike up the first time."
    if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError) and error.filename:
        return f"{error.filename}: {error.strerror}; check the name and its permissions."
    if isinstance(error, OSError) and error.errno == 28:
        return "The disk is full; make room and run the command again."
    return None


def _silence_stdout() -> None:
    """The reader of our output has gone; flushing at exit must not complain a second time."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
