"""Translations: compiling them for use, and finding what has none."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

PACKAGE = Path(__file__).resolve().parent.parent
LOCALES = PACKAGE / "locale"
LANGUAGES = ("zh_Hans",)
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")


class UnableToExtractMessages(Exception):
    """The texts of the program cannot be collected; the message says why and what to do."""


def ensure_compiled() -> list[Path]:
    """Compile each `.po` that is newer than its `.mo`. Returns the ones compiled."""
    compiled = []
    for source in sorted(LOCALES.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            draft = target.with_suffix(f".{os.getpid()}")
            polib.pofile(str(source)).save_as_mofile(str(draft))
            draft.replace(target)
            compiled.append(source)
    return compiled


def complaints() -> list[str]:
    """What is missing, doubtful or empty in each language, one line a text. Needs GNU gettext."""
    return [f"{language}: {complaint}" for language in LANGUAGES for complaint in _complaints_of(language)]


def _complaints_of(language: str) -> list[str]:
    found = []
    for entry in polib.pofile(_extract(language)):
        if entry.obsolete:
            continue
        text = " ".join(entry.msgid.split())[:90]
        translated = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        if entry.fuzzy:
            found.append(f"doubtful translation of “{text}”")
        elif not all(translated):
            found.append(f"no translation of “{text}”")
        elif any(_lost_placeholders(entry, one) for one in translated):
            found.append(f"the translation of “{text}” loses or invents a placeholder")
    return found


def _lost_placeholders(entry: polib.POEntry, translation: str) -> bool:
    """A plural may leave out its number in one form; anything else must come through."""
    wanted = set(PLACEHOLDER.findall(entry.msgid)) | set(PLACEHOLDER.findall(entry.msgid_plural or ""))
    given = set(PLACEHOLDER.findall(translation))
    return not given <= wanted or (not entry.msgid_plural and given != wanted)


def _extract(language: str) -> str:
    """Django's own extraction, run on a copy: the checkout is only read. Returns the text of the merged catalogue."""
    if not shutil.which("xgettext"):
        raise UnableToExtractMessages(
            "GNU gettext is missing; install it (Debian and Ubuntu: sudo apt install gettext)."
        )
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "zhike"
        shutil.copytree(PACKAGE, copy, ignore=_skip)
        (copy / "locale").mkdir(exist_ok=True)
        command = [sys.executable, "-P", "-m", "django", "makemessages", "-l", language, "--no-obsolete"]
        clean = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        done = subprocess.run(command, check=False, cwd=copy, env=clean, capture_output=True, text=True)
        if done.returncode:
            raise UnableToExtractMessages(f"The texts could not be collected: {done.stderr.strip()}")
        return (copy / "locale" / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")


def _skip(folder: str, names: list[str]) -> set[str]:
    """Only code, templates and catalogues are looked at; tests speak to nobody."""
    unwanted = {name for name in names if name in ("tests", "__pycache__", "static", "node_modules", "migrations")}
    plain = {name for name in names if (Path(folder) / name).is_file()}
    return unwanted | {name for name in plain if not name.endswith((".py", ".html", ".txt", ".po"))}
