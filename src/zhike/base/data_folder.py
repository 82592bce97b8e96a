"""The data folder: everything one installation keeps on disk, and the mark that says it is ours."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path

MARKER = "zhike-data.json"
FORMAT = 1


class UnableToUseDataFolder(Exception):
    """The folder cannot be the data folder; the message says why and what to do."""


def claim(data: Path) -> Path:
    """Make `data` the data folder of this installation, or confirm that it is one.

    Returns the resolved path. Raises UnableToUseDataFolder when the folder belongs to something else, is from a
    newer version, or cannot be written.
    """
    data = data.expanduser().resolve()
    if (data / MARKER).exists():
        _refuse_newer_format(data)
        return data
    try:
        data.mkdir(mode=0o711, parents=True, exist_ok=True)
        _refuse_foreign(data)
        _write_marker(data)
    except OSError as error:
        raise UnableToUseDataFolder(
            f"The data folder {data} cannot be written ({error.strerror}); give another with --data or ZHIKE_DATA."
        ) from error
    return data


def _refuse_foreign(data: Path) -> None:
    with os.scandir(data) as entries:
        foreign = sorted(entry.name for entry in entries if not _is_own(entry.name))
    if foreign and not (data / MARKER).exists():
        raise UnableToUseDataFolder(
            f"The folder {data} was not made by Zhike (it holds {foreign[0]}); give an empty or new one with --data."
        )


def _is_own(name: str) -> bool:
    """Folders inside may have been made first, and a second process may be claiming the folder at this moment."""
    return name in ("zhike.toml", "test", "bench") or name.startswith(MARKER) or name.endswith(".lock")


def _write_marker(data: Path) -> None:
    draft = data / f"{MARKER}.{os.getpid()}"
    draft.write_text(json.dumps({"product": "zhike", "format": FORMAT}) + "\n", encoding="utf-8")
    draft.replace(data / MARKER)


def _refuse_newer_format(data: Path) -> None:
    try:
        mark = json.loads((data / MARKER).read_text(encoding="utf-8"))
        product, made_by = mark["product"], int(mark["format"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnableToUseDataFolder(f"The mark {data / MARKER} cannot be read; restore it from a backup.") from error
    if product != "zhike" or made_by > FORMAT:
        raise UnableToUseDataFolder(
            f"The data folder {data} was made by a newer Zhike (format {made_by}, not {FORMAT}); upgrade first."
        )


@contextlib.contextmanager
def locked(data: Path, name: str) -> Iterator[None]:
    """Let one process at a time, of all on this machine, do what `name` stands for."""
    with (data / f"{name}.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)
