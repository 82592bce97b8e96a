"""The system account that PostgreSQL runs under, since it refuses to run as root."""

import contextlib
import dataclasses
import logging
import os
import pwd
import stat
import subprocess
from pathlib import Path

NAME = "zhike-db"
log = logging.getLogger("zhike.database")


class UnableToLendAccount(Exception):
    """Root has no account to run PostgreSQL under; the message says what to do instead."""


@dataclasses.dataclass(frozen=True)
class Account:
    """The system account the server runs under; None in both fields means: whoever we are."""

    uid: int | None = None
    gid: int | None = None


def current() -> Account:
    """PostgreSQL refuses to run as root, so root lends it an account that owns nothing else."""
    if os.geteuid() != 0:
        return Account()
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        entry = _make_account()
    return Account(entry.pw_uid, entry.pw_gid)


def _make_account() -> pwd.struct_passwd:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    command += ["--shell", "/usr/sbin/nologin", NAME]
    with contextlib.suppress(OSError):  # two data folders may come up at once; whoever was first made the account
        subprocess.run(command, check=False, capture_output=True)
    try:
        return pwd.getpwnam(NAME)
    except KeyError as error:
        raise UnableToLendAccount(
            f"PostgreSQL does not run as root and the account {NAME} could not be made; run Zhike as an ordinary"
            " user, or set DATABASE_URL."
        ) from error


def open_the_way(account: Account, files: Path, programs: Path) -> None:
    """Let the lent account pass (not list) the folders above its files, and read the programs."""
    if account.uid is None:
        return
    for place in (files, programs):
        for folder in place.parents:
            if _allow(folder, stat.S_IXOTH):
                log.warning("%s may now be passed (not listed) by all: %s must get through.", folder, NAME)
    for path in (programs.parent, *programs.parent.rglob("*")):
        if not path.is_symlink():
            _allow(path, stat.S_IROTH | (stat.S_IXOTH if path.is_dir() or path.parent == programs else 0))


def _allow(path: Path, bits: int) -> bool:
    """Add permissions; returns whether they were lacking."""
    mode = path.stat().st_mode
    if mode & bits == bits:
        return False
    path.chmod(stat.S_IMODE(mode) | bits)
    return True


def give(path: Path, account: Account) -> None:
    if account.uid is not None and account.gid is not None:
        os.chown(path, account.uid, account.gid)
