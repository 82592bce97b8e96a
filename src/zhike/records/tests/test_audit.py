"""The pages of acts and exports for whoever answers for the company: everybody's, filtered, counted, as a file."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
import python_calamine
from django.apps import apps
from django.utils.functional import Promise

from zhike.base import clock
from zhike.base.actors import Actor, Door, Kind
from zhike.base.changelog.models import ChangeSet, Tracked
from zhike.records import auditing, contributions, gate, registry, undoing
from zhike.records.models import ExportLog

CUSTOMERS = registry.get("customers")
URL = "/change-sets/"


@pytest.fixture
def customer(owner: Actor) -> Any:
    return gate.create(owner, CUSTOMERS, {"name": "上海云杉"})


@pytest.fixture
def acts(owner: Actor, outsider: Actor, administrator: Actor, customer: Any) -> None:
    gate.edit(owner.through(Door.API), customer, {"short_name": "云杉"})
    with clock.telling(datetime(2024, 3, 31, 16, tzinfo=UTC)):
        gate.create(outsider, CUSTOMERS, {"name": "南方松柏"})
    gate.create(administrator, registry.get("departments"), {"name": "西区"})


def subjects(client: Any, query: str = "") -> set[str]:
    html = client.get(f"{URL}?{query}").content.decode()
    return {name for name in ("上海云杉", "南方松柏", "西区") if name in html}


def test_administrators_see_everybodys_acts_and_others_their_own(client_of: Any, acts: None) -> None:
    assert subjects(client_of("林晓")) == {"上海云杉", "南方松柏", "西区"}
    assert subjects(client_of("王芳")) == {"上海云杉"}
    assert subjects(client_of("刘洋")) == {"南方松柏"}
    assert subjects(client_of("陈强")) == set()


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("type=departments", {"西区"}),
        ("door=api", {"上海云杉"}),
        ("action=edit", {"上海云杉"}),
        ("action=trash", set()),
        ("q=松", {"南方松柏"}),
        ("q=%25", set()),
        ("since=2024-04-01&until=2024-04-01", {"南方松柏"}),
        ("until=2024-03-31", set()),
        ("since=2024-04-02&type=customers", {"上海云杉"}),
        ("kind=token", set()),
        ("state=undone", set()),
        ("state=kept&q=西区", {"西区"}),
        ("only=configuration", {"西区"}),
    ],
)
def test_the_list_is_filtered(client_of: Any, acts: None, query: str, wanted: set[str]) -> None:
    assert subjects(client_of("林晓"), query) == wanted


def test_one_person_and_one_program_can_be_picked_out(
    client_of: Any, acts: None, owner: Actor, outsider: Actor, customer: Any
) -> None:
    program = Actor(
        kind=Kind.TOKEN, label="王芳 · 脚本", door=Door.API, member_id=owner.member_id, roles=owner.roles,
        department_id=owner.department_id, department_path=owner.department_path,
    )  # fmt: skip
    gate.edit(program, customer, {"address": "人民路 1 号"})
    client = client_of("林晓")

    assert subjects(client, f"member={outsider.member_id}") == {"南方松柏"}
    html = client.get(f"{URL}?kind=token").content.decode()
    assert html.count('class="act-row"') == 1
    assert "王芳 · 脚本" in html


def test_what_was_undone_is_told_and_found(client_of: Any, administrator: Actor, acts: None) -> None:
    undoing.undo(administrator, ChangeSet.objects.get(action="edit", door="api"))
    client = client_of("林晓")

    undone = client.get(f"{URL}?state=undone").content.decode()

    assert undone.count('class="act-row undone"') == 1
    assert "上海云杉" in undone and "hx-post" not in undone.partition('class="card act-list"')[2]


def test_every_table_of_the_log_has_a_name_in_every_language() -> None:
    named = contributions.named_parts()
    tables = [model for model in apps.get_models() if issubclass(model, Tracked) and "tests" not in model.__module__]

    assert len(tables) > 20
    assert [
        model.__name__
        for model in tables
        if not isinstance(named.get(model._meta.db_table, model._meta.verbose_name), Promise)
    ] == []


def test_nonsense_is_refused(client_of: Any, acts: None) -> None:
    client = client_of("林晓")
    for nonsense in (
        "type=x", "door=x", "member=x", "since=2026-02-30", "until=x", "until=9999-12-31", "kind=x", "state=x",
        "only=x", "action=x;y", "q=%00",
    ):  # fmt: skip
        assert client.get(f"{URL}?{nonsense}").status_code == 400, nonsense
        assert client.get(f"{URL}export/?{nonsense}").status_code == 400, nonsense


def test_acts_are_counted_by_door_and_person_with_the_rows_they_wrote(
    client_of: Any, acts: None, monkeypatch: Any
) -> None:
    asked = auditing.read({"type": "customers"})
    counts = auditing.counts(auditing.found(Actor(Kind.SYSTEM, "x", Door.CLI, everything=True), asked))

    assert (counts.total, counts.is_whole) == (3, True)
    assert dict(counts.doors) == {"form": 2, "api": 1}
    assert [(label, count) for label, _member, count in counts.people] == [("王芳", 2), ("刘洋", 1)]
    html = client_of("林晓").get(f"{URL}?door=api").content.decode()
    assert "1 row<" in html
    assert f'href="{URL}?door=api&amp;member=' in html
    assert "By person" not in client_of("王芳").get(URL).content.decode()

    monkeypatch.setattr(auditing, "COUNTED", 2)
    monkeypatch.setattr(auditing, "COUNTED_ROWS", 1)
    assert not auditing.counts(ChangeSet.objects.all()).is_whole
    assert "1+ rows" in client_of("林晓").get(f"{URL}?door=api").content.decode().replace("1+ row<", "1+ rows<")


def test_the_list_goes_on_where_it_ended_with_the_same_filter(client_of: Any, acts: None, monkeypatch: Any) -> None:
    from zhike.records.pages import acts as pages

    monkeypatch.setattr(pages, "PAGE", 1)
    client = client_of("林晓")
    latest = ChangeSet.objects.filter(record_type="customers").latest("started_at", "pk").pk

    first = client.get(f"{URL}?type=customers").content.decode()
    address = f"{URL}?type=customers&amp;before={latest}"
    assert address in first
    following = client.get(address.replace("&amp;", "&"), headers={"HX-Request": "true"}).content.decode()

    assert following.count("<article") == 1
    assert f"/change-sets/{latest}/" not in following


def test_acts_stand_in_the_order_they_happened(acts: None, owner: Actor) -> None:
    for day, name in ((3, "三"), (1, "一"), (2, "二"), (2, "又二")):
        with clock.telling(datetime(2023, 5, day, tzinfo=UTC)):
            gate.create(owner, CUSTOMERS, {"name": name})
    found = list(auditing.latest_first(ChangeSet.objects.filter(action="create", started_at__year=2023)))
    assert [act.subject for act in found] == ["三", "又二", "二", "一"]

    pages, before = [], None
    while part := list(auditing.latest_first(ChangeSet.objects.all(), before)[:2]):
        pages += part
        before = part[-1].pk
    assert pages == sorted(ChangeSet.objects.all(), key=lambda act: (act.started_at, act.pk), reverse=True)


def test_the_list_costs_no_more_with_more_acts(
    client_of: Any, owner: Actor, acts: None, django_assert_max_num_queries: Any
) -> None:
    client = client_of("林晓")
    client.get(URL)
    for number in range(10):
        gate.create(owner, CUSTOMERS, {"name": f"甲{number}"})

    with django_assert_max_num_queries(14):
        assert client.get(URL).content.decode().count('class="act-row"') >= 13


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_the_filtered_list_leaves_as_a_file_with_a_trace(client_of: Any, acts: None, format: str) -> None:
    answer = client_of("林晓").get(f"{URL}export/?type=customers&door=form&format={format}")

    content = b"".join(answer.streaming_content)
    if format == "csv":
        rows: list[Any] = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        rows = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[0][:4] == ["Number", "When", "Who", "Done as"]
    assert [(row[2], row[4], row[5], row[7]) for row in rows[1:]] == [
        ("王芳", "form", "created", "上海云杉"), ("刘洋", "form", "created", "南方松柏"),
    ]  # fmt: skip
    assert [int(row[9]) >= 1 for row in rows[1:]] == [True, True]
    log = ExportLog.objects.get()
    assert (log.record_type, log.format, log.row_count, log.actor_label) == ("change_sets", format, 2, "林晓")
    page = client_of("林晓").get(f"{URL}exports/").content.decode()
    assert "Type: Customers; Door: form" in page


def test_only_who_sees_every_act_takes_the_list_out(client_of: Any, acts: None) -> None:
    for name in ("王芳", "陈强"):
        assert client_of(name).get(f"{URL}export/?format=csv").status_code == 404

    assert not ExportLog.objects.exists()


def test_a_file_too_long_is_refused_with_a_sentence(client_of: Any, acts: None, monkeypatch: Any) -> None:
    monkeypatch.setattr(auditing, "COUNTED", 2)

    answer = client_of("林晓").get(f"{URL}export/?format=csv")

    assert answer.status_code == 400
    assert "100,000" in answer.content.decode()


def test_exports_are_told_in_words(client_of: Any, customer: Any, owner: Actor) -> None:
    condition = '{"all":[{"field":"name","op":"contains","value":"云杉"}]}'
    answer = client_of("王芳").get(f"/customers/export/?format=csv&q=云杉&filter={condition}")
    assert answer.status_code == 200
    client_of("林晓").get("/departments/export/?format=csv")
    exports = f"{URL}exports/"

    everybody = client_of("林晓").get(exports).content.decode()
    own = client_of("王芳").get(exports).content.decode()

    assert "contains" in everybody and "words: 云杉" in everybody and "王芳" in everybody
    assert "Departments</td>" in everybody.replace(" <", "<") and "Departments</td>" not in own
    assert "words: 云杉" in own
    assert "words: 云杉" not in client_of("刘洋").get(exports).content.decode()
    assert "words: 云杉" not in client_of("林晓").get(f"{exports}?type=departments").content.decode()
    assert "words: 云杉" in client_of("林晓").get(f"{exports}?member={owner.member_id}").content.decode()
    assert client_of("林晓").get(f"{exports}?type=x").status_code == 400
    assert "/file/" not in everybody


def test_an_export_with_a_filter_that_means_nothing_any_more_is_still_told(client_of: Any, owner: Actor) -> None:
    ExportLog.objects.create(
        record_type="customers", member_id=owner.member_id, actor_label="王芳", door="form", format="csv",
        condition={"all": [{"field": "gone", "op": "is", "value": 1}]}, row_count=3,
    )  # fmt: skip

    assert "no longer there" in client_of("林晓").get(f"{URL}exports/").content.decode()


def test_configuration_is_what_says_how_the_company_works(workspace: Any) -> None:
    tables = auditing.configuration_tables()

    assert {"people_member", "people_department", "records_customfield"} <= set(tables)
    assert {"customers_industry", "opportunities_stage", "opportunities_pipeline"} <= set(tables)
    assert not {"customers_customer", "opportunities_line", "records_share", "records_savedview"} & set(tables)
