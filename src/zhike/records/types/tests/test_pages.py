"""The settings of record types in the browser, and what a type of the company's own gets by itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from zhike.base.changelog.models import ChangeSet
from zhike.records import custom, gate, registry
from zhike.records.models import CustomType
from zhike.records.search import indexing
from zhike.records.types import icons
from zhike.testing import custom as own_fields
from zhike.testing import types as own_types

TYPES = "/settings/types/"
HTMX = {"HX-Request": "true"}


def test_only_administrators_see_them(client_of: Any, administrator: Any) -> None:
    row = own_types.add(administrator)
    for path in (TYPES, f"{TYPES}new/", f"{TYPES}{row.pk}/", f"{TYPES}{row.pk}/removal/"):
        assert client_of("林晓").get(path).status_code == 200
        assert client_of("陈强").get(path).status_code == 403
        assert client_of("王芳").post(path).status_code in (403, 405)
    assert client_of("林晓").get(f"{TYPES}{row.pk + 1}/").status_code == 404


def test_whoever_makes_a_type_is_led_to_its_fields(client_of: Any) -> None:
    client = client_of("林晓")

    answer = client.post(f"{TYPES}new/", own_types.SAID | {"group": "customers"}, headers=HTMX)

    assert answer.headers["HX-Redirect"] == "/settings/fields/buildings/"
    assert "The type “楼盘” was made" in client.get("/settings/fields/buildings/").content.decode()
    field = {"kind": "integer", "label": "套数", "label_en": "Units"}
    assert client.post("/settings/fields/buildings/new/", field, headers=HTMX).status_code == 200
    assert [row.name for row in custom.custom_fields_of("buildings")] == ["tao_shu"]
    assert client.post("/buildings/new/", {"name": "梧桐里", "tao_shu": "120"}, headers=HTMX).status_code < 400
    listed = client.get("/buildings/").content.decode()
    assert "Buildings" in listed and "Units" in listed and "120" in listed and "#building-community" in listed
    assert 'name="tao_shu"' in client.get("/buildings/new/", headers=HTMX).content.decode()


def test_a_refused_form_says_why_and_keeps_what_was_written(client_of: Any) -> None:
    answer = client_of("林晓").post(f"{TYPES}new/", own_types.SAID | {"key": "customers"}, headers=HTMX)

    assert answer.status_code == 422
    assert "is taken; choose another key" in answer.content.decode() and "楼盘名称" in answer.content.decode()
    assert not CustomType.objects.exists() and not ChangeSet.objects.filter(action="add_type").exists()


def test_a_type_is_changed_moved_removed_and_brought_back(client_of: Any, administrator: Any) -> None:
    row, client = own_types.add(administrator), client_of("林晓")
    other = own_types.add(administrator, label="会员卡", key="cards", label_en="", plural_en="")
    drawn = client.get(f"{TYPES}{row.pk}/", headers=HTMX).content.decode()
    assert "楼盘" in drawn and "dai_li_zhong" in drawn and 'name="key"' not in drawn

    client.post(f"{TYPES}{row.pk}/", own_types.SAID | {"label": "项目"}, headers=HTMX)
    client.post(f"{TYPES}{other.pk}/place/", {"by": "up"}, headers=HTMX)
    assert [each.label for each in CustomType.objects.all()] == ["会员卡", "项目"]
    assert client.post(f"{TYPES}{row.pk}/removal/", {"typed": "楼盘"}, headers=HTMX).status_code == 422
    client.post(f"{TYPES}{row.pk}/removal/", {"typed": "项目"}, headers=HTMX)
    assert client.get("/buildings/").status_code == 404
    assert "30 more days" in client.get(TYPES).content.decode() or "29 more days" in client.get(TYPES).content.decode()
    client.post(f"{TYPES}{row.pk}/restoration/", headers=HTMX)
    assert client.get("/buildings/").status_code == 200


def test_every_icon_that_can_be_chosen_is_in_the_sprite() -> None:
    named = (Path(__file__).parents[5] / "frontend" / "icons.txt").read_text().split()
    assert set(icons.ICONS) <= {name.split(":")[0] for name in named}


def test_the_configuration_tab_tells_of_it_in_words(client_of: Any, administrator: Any) -> None:
    own_types.add(administrator)
    page = client_of("林晓").get("/change-sets/?only=configuration").content.decode()
    assert "made the record type" in page and "楼盘" in page

    act = ChangeSet.objects.filter(action="add_type").latest("pk")
    told = client_of("林晓").get(f"/change-sets/{act.pk}/").content.decode()
    assert "English plural" in told and "Buildings" in told and "In talks" in told


def test_the_board_moves_a_record_along_its_stages(client_of: Any, administrator: Any, owner: Any) -> None:
    kind = own_types.buildings(administrator)
    record = gate.create(owner, kind, {"name": "梧桐里"})
    client = client_of(owner)
    board = client.get("/buildings/board/").content.decode()
    assert "In talks" in board and "Sold out" in board and "梧桐里" in board
    page = client.get(f"/buildings/{record.pk}/").content.decode()
    assert 'aria-current="step">In talks' in page

    sent = {"value": "shou_qing", "seen": json.dumps({"stage": "zai_tan"})}
    assert client.post(f"/buildings/{record.pk}/cells/stage/?as=path", sent, headers=HTMX).status_code == 200
    record.refresh_from_db()
    assert record.stage == "shou_qing"
    assert 'aria-current="step">Sold out' in client.get(f"/buildings/{record.pk}/").content.decode()


def test_search_finds_its_words(client_of: Any, administrator: Any, owner: Any) -> None:
    kind = own_types.buildings(administrator)
    own_fields.add(administrator, "buildings", "text", label="地址")
    record = gate.create(owner, kind, {"name": "梧桐里", "di_zhi": "衡山路九号"})
    indexing.index(kind, [record.pk])

    assert "梧桐里" in client_of(owner).get("/search/?q=衡山路").content.decode()
    assert "梧桐里" in client_of(owner).get("/search/palette/?q=wtl").content.decode()
    assert "New building" in client_of(owner).get("/search/palette/?q=building").content.decode()
    assert "梧桐里" not in client_of("刘洋").get("/search/?q=衡山路").content.decode()


def test_activities_stand_on_it_and_say_when_it_was_last_dealt_with(
    client_of: Any, administrator: Any, owner: Any
) -> None:
    kind = own_types.buildings(administrator)
    record = gate.create(owner, kind, {"name": "梧桐里"})
    posted = {"kind": "note", "body": "看过样板间", "on": f"buildings:{record.pk}"}

    assert client_of(owner).post("/activities/compose/", posted, headers=HTMX).status_code == 200

    record.refresh_from_db()
    assert record.last_activity_at is not None
    assert "看过样板间" in client_of(owner).get(f"/buildings/{record.pk}/").content.decode()
    assert "看过样板间" not in client_of("刘洋").get("/activities/").content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_menu_names_it_in_the_language_of_the_reader(client_of: Any, administrator: Any, language: str) -> None:
    own_types.add(administrator, group="customers")

    page = client_of("王芳", language=language).get("/customers/").content.decode()

    assert ("Buildings" if language == "en" else "楼盘") in page


def test_the_api_describes_lists_and_makes_it(client_of: Any, administrator: Any, member: Any, act: Any) -> None:
    from django.test import Client

    from zhike.domains.people import services as people

    own_types.buildings(administrator)
    with act():
        _token, secret = people.issue_token(actor=None, member=member("王芳"), name="test")
    program = Client(headers={"Authorization": f"Bearer {secret}"})

    document = program.get("/api/v1/openapi.json").json()
    assert "/api/v1/buildings/{id}/" in document["paths"]
    made = program.post("/api/v1/buildings/", json.dumps({"name": "梧桐里"}), content_type="application/json")
    assert made.status_code == 201 and made.json()["stage"] == "zai_tan"
    assert program.get("/api/v1/buildings/?sort=stage").json()["count"] == 1
    row = CustomType.objects.get()
    from zhike.records.types import defining

    defining.remove_type(administrator, row, "楼盘")
    assert program.get("/api/v1/buildings/").status_code == 404
    assert "buildings" not in json.dumps(program.get("/api/v1/openapi.json").json())
    assert registry.find("buildings") is None
