"""Translating: what has no Chinese is found, a lost placeholder too."""

import os
import shutil
from pathlib import Path

import polib
import pytest

from zhike.config import messages


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(messages, "PACKAGE", tmp_path)
    monkeypatch.setattr(messages, "LOCALES", tmp_path / "locale")
    path = tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    return path


def write(path: Path, *entries: polib.POEntry) -> None:
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=utf-8", "Plural-Forms": "nplurals=1; plural=0;"}
    catalogue.extend(entries)
    catalogue.save(str(path))


def test_a_newer_catalogue_is_compiled_once(catalogue: Path) -> None:
    write(catalogue, polib.POEntry(msgid="customer", msgstr="客户"))

    assert messages.ensure_compiled() == [catalogue]
    assert messages.ensure_compiled() == []
    os.utime(catalogue, (2**31, 2**31))
    assert messages.ensure_compiled() == [catalogue]

    compiled = polib.mofile(str(catalogue.with_suffix(".mo")))
    assert [(entry.msgid, entry.msgstr) for entry in compiled] == [("customer", "客户")]


@pytest.mark.skipif(not shutil.which("xgettext"), reason="GNU gettext is not installed; ./zhike check installs it")
def test_what_lacks_chinese_is_named(catalogue: Path, tmp_path: Path) -> None:
    (tmp_path / "pages.py").write_text(
        'from django.utils.translation import gettext as _\n_("won"), _("lost"), _("%(count)s deals"), _("brand new")\n'
    )
    (tmp_path / "page.html").write_text('{% load i18n %}{% translate "doubtful" %}')
    write(
        catalogue,
        polib.POEntry(msgid="won", msgstr="赢单"),
        polib.POEntry(msgid="lost", msgstr=""),
        polib.POEntry(msgid="%(count)s deals", msgstr="%(count)s 笔商机"),
        polib.POEntry(msgid="doubtful", msgstr="可疑", flags=["fuzzy"]),
        polib.POEntry(msgid="said no more", msgstr=""),
    )
    before = catalogue.read_bytes()

    found = sorted(messages.complaints())

    assert found == [
        "zh_Hans: doubtful translation of “doubtful”",
        "zh_Hans: no translation of “brand new”",
        "zh_Hans: no translation of “lost”",
    ]
    assert catalogue.read_bytes() == before


@pytest.mark.parametrize("translation", ["笔商机", "%(number)s 笔商机", "%(count)s 笔 %s"])
def test_a_translation_keeps_its_placeholders(
    catalogue: Path, monkeypatch: pytest.MonkeyPatch, translation: str
) -> None:
    write(catalogue, polib.POEntry(msgid="%(count)s deals", msgstr=translation))
    monkeypatch.setattr(messages, "_extract", lambda language: catalogue.read_text(encoding="utf-8"))

    assert messages.complaints() == ["zh_Hans: the translation of “%(count)s deals” loses or invents a placeholder"]


def test_a_catalogue_with_everything_is_clean(catalogue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(catalogue, polib.POEntry(msgid="won", msgstr="赢单"))
    monkeypatch.setattr(messages, "_extract", lambda language: catalogue.read_text(encoding="utf-8"))

    assert messages.complaints() == []
