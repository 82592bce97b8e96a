"""Whoever looks for somebody finds them, by whatever they remember; nobody finds what they may not see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from zhike.base.actors import Actor
from zhike.base.changelog import undoing
from zhike.base.changelog.models import ChangeSet
from zhike.records import gate, listing, registry
from zhike.records.models import SearchEntry, Share
from zhike.records.roles import sight
from zhike.records.roles.rights import Access
from zhike.records.search import finding, indexing, marks
from zhike.testing import access, log
from zhike.testing.api import Program

CUSTOMERS, CONTACTS = "customers", "contacts"
FIRM = "上海云杉医疗科技有限公司"
STRANGE = (
    "", "   ", "!!!", "'); --", "\\", "%", "%%", "_", "' | 'a'", "张\0伟", "😀", "\u202e", "&|!():*", "x" * 9000,
)  # fmt: skip


def index_log() -> None:
    indexing.index_changes(log.rows_after())


@pytest.fixture
def people(owner: Actor) -> dict[str, Any]:
    """A customer of 王芳 and three people there."""
    customer = gate.create(
        owner, registry.get(CUSTOMERS),
        {"name": "上海云杉医疗科技有限公司", "short_name": "云杉", "phones": "021-68880000", "external_id": "C-00417"},
    )  # fmt: skip
    found = {"云杉": customer}
    for name, phone, email in (
        ("张伟", "13800138000", "zhang.wei@example.com"),
        ("张伟民", "13912345678", ""),
        ("曾柔", "13700001111", ""),
    ):
        values = {"name": name, "customer": customer.pk, "phones": phone, "emails": email}
        found[name] = gate.create(owner, registry.get(CONTACTS), values)
    index_log()
    return found


def titles(groups: list[finding.Group]) -> list[str]:
    return [str(hit.record) for group in groups for hit in group.hits]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("张伟", "张伟"), ("张伟民", "张伟民"), ("zhangwei", "张伟"), ("zw", "张伟"), ("zwm", "张伟民"),
        ("zeng", "曾柔"), ("ZENGROU", "曾柔"), ("8000", "张伟"), ("5678", "张伟民"), ("张 8000", "张伟"),
        ("138 0013 8000", "张伟"), ("+86 138-0013-8000", "张伟"), ("zhang.wei@example.com", "张伟"),
        ("云杉", FIRM), ("yunshan", FIRM), ("ysyl", FIRM), ("C-00417", FIRM), ("68880000", FIRM), ("上海 科技", FIRM),
    ],
)  # fmt: skip
def test_the_right_one_comes_first(people: dict[str, Any], owner: Actor, typed: str, first: str) -> None:
    assert titles(finding.search(owner, typed))[0] == first


def test_exact_titles_stand_before_beginnings_and_the_latest_before_the_older(
    people: dict[str, Any], owner: Actor
) -> None:
    newer = gate.create(owner, registry.get(CONTACTS), {"name": "张伟"})
    index_log()

    (group,) = finding.search(owner, "张伟", types=[CONTACTS])

    assert [hit.record.pk for hit in group.hits] == [newer.pk, people["张伟"].pk, people["张伟民"].pk]
    assert [hit.rank for hit in group.hits] == [finding.EXACT, finding.EXACT, finding.BEGINS]


@pytest.mark.parametrize("typed", STRANGE)
def test_nothing_typed_is_an_error(people: dict[str, Any], owner: Actor, typed: str) -> None:
    assert "曾柔" not in titles(finding.search(owner, typed))


def test_an_outsider_finds_nothing(people: dict[str, Any], outsider: Actor) -> None:
    for typed in ("张伟", "zw", "8000", "云杉", "zhang.wei@example.com", "C-00417"):
        assert finding.search(outsider, typed, types=(CUSTOMERS, CONTACTS)) == []
    contacts = registry.get(CONTACTS)
    matching = listing.matching_words(listing.base_query(outsider, contacts), contacts, "zw")
    assert not matching.exists()


def test_what_is_shared_is_found(people: dict[str, Any], outsider: Actor, act: Callable[..., Any]) -> None:
    with act():
        Share.objects.create(record_type=CUSTOMERS, record_id=people["云杉"].pk, member_id=outsider.member_id)

    assert titles(finding.search(outsider, "云杉")) == ["上海云杉医疗科技有限公司"]
    assert "张伟" in titles(finding.search(outsider, "zw")), "a contact follows its customer"


def test_a_manager_finds_what_is_the_teams(people: dict[str, Any], manager: Actor, teammate: Actor) -> None:
    assert titles(finding.search(manager, "zw"))[0] == "张伟"
    assert finding.search(teammate, "zw", types=(CUSTOMERS, CONTACTS)) == []


def test_others_records_never_hide_ones_own(
    people: dict[str, Any], outsider: Actor, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "CANDIDATES", 3)
    monkeypatch.setattr(finding, "MANY_CANDIDATES", 3)
    mine = gate.create(outsider, registry.get(CONTACTS), {"name": "张伟", "phones": "13511118000"})
    for number in range(6):
        gate.create(owner, registry.get(CONTACTS), {"name": "张伟", "phones": f"1360000800{number}"})
        gate.create(owner, registry.get(CONTACTS), {"name": f"张伟{'甲乙丙丁戊己'[number]}"})
    index_log()

    for typed in ("张伟", "zw", "zhangwei", "z", "张", "8000", "138"):
        groups = finding.search(outsider, typed, types=[CONTACTS])
        found = [hit.record.pk for group in groups for hit in group.hits]
        assert found == ([] if typed == "138" else [mine.pk]), typed


@pytest.mark.parametrize("scope", [["own"], ["department"], {"field": "size", "op": "in", "value": ["1000+"]}])
@pytest.mark.parametrize("narrow", [Access.HIDDEN, Access.MASKED])
def test_nor_where_the_index_knows_more_than_one_may_read(
    outsider: Actor, owner: Actor, member: Any, monkeypatch: pytest.MonkeyPatch, narrow: Access, scope: Any
) -> None:
    """The latest matches are others'; one's own old record is found all the same, listed and counted."""
    monkeypatch.setattr(finding, "CANDIDATES", 3)
    monkeypatch.setattr(finding, "MANY_CANDIDATES", 3)
    customers = registry.get(CUSTOMERS)
    mine = gate.create(outsider, customers, {"name": "甲公司", "external_id": "YS-01", "size": "1000+"})
    for number in range(8):
        gate.create(owner, customers, {"name": f"公司{number}", "short_name": "YS-01"})
    index_log()
    reach = scope if isinstance(scope, list) else [{"condition": scope}]
    access.restrict("salesperson", customers, {"short_name": narrow}, everything=False, see=reach)
    program = Program(member("刘洋"))

    with sight.seen_by(outsider):
        (group,) = finding.search(outsider, "YS-01", types=[CUSTOMERS])
        finding.count_all(outsider, group, "YS-01")

    assert ([hit.record.pk for hit in group.hits], group.count) == ([mine.pk], 1)
    assert [each["id"] for each in program.get("customers/?q=YS-01").json()["items"]] == [mine.pk]


def test_a_match_by_what_is_hidden_hides_none_by_what_is_seen(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "AT_ONCE", 3)
    customers = registry.get(CUSTOMERS)
    mine = gate.create(owner, customers, {"name": "甲公司", "external_id": "YS-01"})
    for number in range(8):
        gate.create(owner, customers, {"name": f"公司{number}", "short_name": "YS-01"})
    index_log()
    access.restrict("salesperson", customers, {"short_name": Access.HIDDEN})

    with sight.seen_by(owner):
        (group,) = finding.search(owner, "YS-01", types=[CUSTOMERS])
        finding.count_all(owner, group, "YS-01")

    assert ([hit.record.pk for hit in group.hits], group.count) == ([mine.pk], 1)


def test_the_index_follows_every_change(people: dict[str, Any], owner: Actor) -> None:
    renamed = gate.edit(owner, people["张伟"], {"name": "李雷"})
    index_log()
    assert "张伟" not in titles(finding.search(owner, "张伟"))
    assert titles(finding.search(owner, "lilei")) == ["李雷"]

    gate.trash(owner, renamed)
    index_log()
    assert finding.search(owner, "lilei") == []
    assert not SearchEntry.objects.filter(record_type=CONTACTS, record_id=renamed.pk).exists()

    undoing.undo(owner, ChangeSet.objects.filter(action="trash").latest("pk"))
    index_log()
    assert titles(finding.search(owner, "lilei")) == ["李雷"]


def test_a_trashed_record_is_not_shown_even_before_the_index_knows(people: dict[str, Any], owner: Actor) -> None:
    gate.trash(owner, people["曾柔"])

    assert finding.search(owner, "曾柔") == []


def test_reading_twice_or_anew_comes_to_the_same(people: dict[str, Any]) -> None:
    def held() -> list[Any]:
        return list(SearchEntry.objects.order_by("record_type", "record_id").values_list())

    before = held()
    ids = [people["张伟"].pk, people["张伟民"].pk, people["曾柔"].pk]
    indexing.index(registry.get(CONTACTS), ids)
    assert held() == before

    SearchEntry.objects.filter(record_type=CONTACTS).delete()
    indexing._write(registry.get(CONTACTS), [(987654321, "gone", "gone", "g", "xxgone", people["张伟"].updated_at)])
    assert indexing.rebuild(registry.get(CONTACTS)) == 3
    assert held() == before


def test_marks_are_two_letters_and_differ_between_the_types() -> None:
    found = [marks.mark_of(record_type.name) for record_type in registry.all_types()]

    assert all(len(mark) == 2 and mark.isalnum() for mark in found)
    assert len(set(found)) == len(found)
