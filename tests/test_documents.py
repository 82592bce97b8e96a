"""What the documents name exists: commands and their options, settings, addresses, files, links, words, pictures."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import polib
import pytest
from django.urls import Resolver404, resolve

from zhike.bench import __main__ as bench
from zhike.config import environment, messages
from zhike.config.command import __main__ as door
from zhike.records import registry
from zhike.records.api.nowhere import nowhere
from zhike.records.importing import plans

ROOT = environment.CHECKOUT
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("src/zhike/**/README.md"), ROOT / "frontend/README.md"]
)
PICTURES = ROOT / "docs" / "pictures"
EXAMPLES = sorted((ROOT / "examples").glob("*/*.json"))
TYPE_OF_EXAMPLE = {"accounts": "customers", "sales_teams": "members", "sales_pipeline": "opportunities"}
PASSES_ON_TO = {"test": "pytest"}
"""Commands whose further options belong to another program."""
ALSO_A_ROLE = {"manager"}
"""In the glossary whom one reports to; as a role it has a word of its own."""
LIVE = "/live/"
"""Served by a process of its own, which knows this one address."""
MEANT = {
    "<type plural>": "opportunities", "<type>": "opportunities", "<id>": "1", "<field>": "name",
    "<key>": "activities", "<action>": "win", "<name>": "summary",
}  # fmt: skip


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def code_in(text: str) -> list[str]:
    """Lines of code blocks, and what stands in backticks."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()] + re.findall(r"`([^`\n]+)`", prose)


def each_page(*, but: tuple[str, ...] = ()) -> Any:
    pages = [page for page in PAGES if page.name not in but]
    return pytest.mark.parametrize("page", pages, ids=[str(page.relative_to(ROOT)) for page in pages])


@each_page()
def test_links_lead_to_files_that_exist(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", text_of(page))
    inner = [target.partition("#")[0] for target in targets if not re.match(r"[a-z]+:", target)]

    assert [target for target in inner if target and not (page.parent / target).exists()] == []


@each_page()
def test_commands_and_their_options_exist(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for line in code_in(text_of(page)):
        for command, words in re.findall(r"(?:\./|/opt/zhike/)zhike ([a-z][a-z-]*)\b([^#;&|]*)", line):
            assert command in door.command_names(), line
            if command not in PASSES_ON_TO:
                assert set(re.findall(r"(?<!\S)--[a-z-]+", words)) <= options_of(command, capsys), line


def options_of(command: str, capsys: pytest.CaptureFixture[str]) -> set[str]:
    told = ""
    for asked in [lambda: door.main([command, "--help"]), *([lambda: bench.main(["--help"])] * (command == "bench"))]:
        with pytest.raises(SystemExit):
            asked()
        told += capsys.readouterr().out
    return set(re.findall(r"--[a-z-]+", told))


@each_page()
def test_settings_are_read_by_the_code(page: Path) -> None:
    named = set(re.findall(r"\b(?:ZHIKE_[A-Z_]+|DATABASE_URL)\b", text_of(page)))

    assert named - set(environment.VARIABLES.values()) <= read_elsewhere()


def read_elsewhere() -> set[str]:
    """Variables that are not settings of an installation: where its settings lie, what tests are told."""
    sources = [ROOT / "conftest.py", *(ROOT / "src").rglob("*.py")]
    asked = r"""(?:environ\.get\(|environ\[|variables\.get\(|getenv\()["'](ZHIKE_[A-Z_]+)["']"""
    return {name for source in sources for name in re.findall(asked, source.read_text(encoding="utf-8"))}


@each_page()
def test_addresses_are_served(page: Path) -> None:
    fixed = "<type>|api|imports|change-sets|files|search|notices|reports|settings|me"
    known = rf"/(?:{fixed}|{types()})/[^\s`]*"
    addresses = [span for span in code_in(text_of(page)) if re.fullmatch(known, span)]

    assert [address for address in addresses if not is_served(address)] == []


def types() -> str:
    return "|".join(sorted(each.name for each in registry.all_types()))


def is_served(address: str) -> bool:
    """`<type>` stands for any record type and `<id>` for a number; “…” for whatever follows."""
    path = address.partition("?")[0]
    for word, example in MEANT.items():
        path = path.replace(word, example)
    return path == LIVE or any(leads_somewhere(path.replace("…", more)) for more in ("", "opportunities/"))


def leads_somewhere(path: str) -> bool:
    try:
        found = resolve(path)
    except Resolver404:
        return False
    return found.func is not nowhere and found.kwargs.get("type_name", "members") in types().split("|")


@each_page(but=("CHANGELOG.md",))
def test_source_files_exist(page: Path) -> None:
    words = {"models.py", "records.py", "policies.py", "apps.py"}
    spans = [span for span in code_in(text_of(page)) if re.fullmatch(r"[\w/]+\.(?:py|mjs)", span)]
    sources = [str(file) for folder in ("src", "frontend", "tools") for file in (ROOT / folder).rglob("*.*")]

    for span in set(spans) - words:
        assert any(source.endswith("/" + span) for source in sources), span


def rows_of_context() -> list[tuple[list[str], list[str]]]:
    """The English and Chinese words of each row, without what stands in brackets."""
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", text_of(ROOT / "CONTEXT.md"), re.MULTILINE)
    bare = [[re.sub(r"[(（].*?[)）]", "", cell).strip() for cell in row] for row in rows]
    return [(english.split(", "), re.split("[、,，] ?", chinese)) for english, chinese in bare[1:]]


@pytest.mark.parametrize("language", [0, 1], ids=["English", "Chinese"])
def test_a_word_means_one_thing(language: int) -> None:
    words = [word for row in rows_of_context() for word in row[language]]

    assert len(words) > 50
    assert sorted({word for word in words if words.count(word) > 1}) == []


def test_the_product_speaks_the_words_of_the_glossary() -> None:
    entries = polib.pofile(str(messages.LOCALES / "zh_Hans" / "LC_MESSAGES" / "django.po"))
    spoken = {entry.msgid: entry.msgstr for entry in entries if not entry.msgctxt and not entry.msgid_plural}
    pairs = [
        (word, chinese[min(place, len(chinese) - 1)])
        for english, chinese in rows_of_context()
        for place, word in enumerate(english)
    ]
    said = {word: spoken.get(word.capitalize(), spoken.get(word)) for word, _chinese in pairs}
    heard = {word: (said[word], chinese) for word, chinese in pairs if said[word] and word not in ALSO_A_ROLE}

    assert len(heard) > 25
    assert {word: told for word, told in heard.items() if told[1] not in told[0]} == {}


def test_both_readmes_name_the_same_commands_and_mapping_files() -> None:
    english, chinese = (code_in(text_of(ROOT / name)) for name in ("README.md", "README.zh-CN.md"))

    assert {line for line in english if "./zhike" in line} == {line for line in chinese if "./zhike" in line}


def test_pictures_are_shown_and_small() -> None:
    shown = text_of(ROOT / "README.md") + text_of(ROOT / "README.zh-CN.md")
    named = set(re.findall(r"docs/pictures/([\w-]+\.png)", shown))
    sizes = {file.name: file.stat().st_size for file in PICTURES.iterdir()}

    assert set(sizes) == named
    assert max(sizes.values()) <= 150 * 1024
    assert sum(sizes.values()) <= 1_500 * 1024


@pytest.mark.parametrize("file", EXAMPLES, ids=[file.stem for file in EXAMPLES])
@pytest.mark.usefixtures("workspace")
def test_mapping_files_name_fields_that_exist(file: Path) -> None:
    record_type = registry.get(TYPE_OF_EXAMPLE.get(file.stem, file.stem))

    plan = plans.plan_of(json.loads(text_of(file)), record_type)

    assert plan.columns and plan.match
