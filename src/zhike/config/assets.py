"""Collecting static files into the data folder, compressed and named by their content. Needs Django to be set up."""

import hashlib

from django.contrib.staticfiles import finders
from django.core.management import call_command

from zhike.base import data_folder
from zhike.config import environment


def ensure_collected(here: environment.Environment) -> bool:
    """Collect unless the collection is up to date. Returns whether there was something to do."""
    with data_folder.locked(here.data, "static"):
        stamp = here.data / "static" / ".collected-from"
        sources = _fingerprint()
        if stamp.exists() and stamp.read_text(encoding="ascii") == sources:
            return False
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(sources, encoding="ascii")
        return True


def _fingerprint() -> str:
    """By name, size and time of every source: quick, and a rebuilt front end changes it."""
    digest = hashlib.sha256()
    for finder in finders.get_finders():
        for path, storage in sorted(finder.list(["CVS", ".*", "*~"]), key=lambda found: str(found[0])):
            if not path.rsplit("/", 1)[-1].startswith("."):
                found = storage.path(path)
                digest.update(f"{path}\0{storage.size(path)}\0{storage.get_modified_time(path)}\0{found}\0".encode())
    return digest.hexdigest()
