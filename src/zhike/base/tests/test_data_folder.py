"""Choosing a data folder: an empty one becomes ours, anything else is refused with a reason."""

import json
import multiprocessing
import time
from pathlib import Path

import pytest

from zhike.base import data_folder


def test_a_new_folder_is_claimed_and_known_again(tmp_path: Path) -> None:
    data = data_folder.claim(tmp_path / "deep" / "var")

    assert data.is_dir()
    (data / "anything").write_text("of ours")
    assert data_folder.claim(tmp_path / "deep" / "var") == data


def test_a_folder_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("three years of work")

    with pytest.raises(data_folder.UnableToUseDataFolder, match=r"thesis\.docx"):
        data_folder.claim(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_folder_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / data_folder.MARKER).write_text(json.dumps({"product": "zhike", "format": data_folder.FORMAT + 1}))

    with pytest.raises(data_folder.UnableToUseDataFolder, match="newer Zhike"):
        data_folder.claim(tmp_path)


@pytest.mark.parametrize("mark", ["", "[]", "{}", '{"product": "zhike", "format": "new"}', "\0"])
def test_a_broken_mark_is_not_overwritten(tmp_path: Path, mark: str) -> None:
    (tmp_path / data_folder.MARKER).write_text(mark)

    with pytest.raises(data_folder.UnableToUseDataFolder, match="cannot be read"):
        data_folder.claim(tmp_path)

    assert (tmp_path / data_folder.MARKER).read_text() == mark


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")

    with pytest.raises(data_folder.UnableToUseDataFolder, match="cannot be written"):
        data_folder.claim(tmp_path / "var")


def _note_turns(data: Path, number: int) -> None:
    with data_folder.locked(data, "turn"):
        with (data / "turns").open("a") as turns:
            turns.write(f"{number} in\n")
        time.sleep(0.05)
        with (data / "turns").open("a") as turns:
            turns.write(f"{number} out\n")


def test_a_lock_lets_one_process_in_at_a_time(tmp_path: Path) -> None:
    data = data_folder.claim(tmp_path)
    context = multiprocessing.get_context("spawn")
    visitors = [context.Process(target=_note_turns, args=(data, number)) for number in range(3)]

    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join(30)

    turns = (data / "turns").read_text().split("\n")[:-1]
    assert len(turns) == 6
    assert all(turns[at].split()[0] == turns[at + 1].split()[0] for at in (0, 2, 4))


def test_a_folder_whose_inner_folders_were_made_first_is_ours(tmp_path: Path) -> None:
    data_folder.claim(tmp_path / "var" / "test")

    assert data_folder.claim(tmp_path / "var") == tmp_path / "var"
