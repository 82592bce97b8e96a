"""Text with marks: kept clean, shown with its marks on a page and without them everywhere else."""

from __future__ import annotations

from typing import Any

import pytest

from zhike.records import gate, listing, registry
from zhike.records.fields.rich import plain
from zhike.records.search import finding, indexing
from zhike.records.tests.importing import counts, imported, table
from zhike.testing import custom as own
from zhike.testing.api import Program

HTMX = {"HX-Request": "true"}
MARKED = '<h3>要点</h3><ul><li>一 <b>粗</b></li><li><a href="https://example.com/a">链接</a></li></ul>'


def customers() -> Any:
    return registry.get("customers")


@pytest.fixture
def name(administrator: Any) -> str:
    return str(own.add(administrator, "customers", "rich_text", label="说明", label_en="Notes on it").name)


@pytest.mark.parametrize(
    "evil",
    [
        "<p>好</p><script>alert(1)</script>",
        '<p onclick="alert(1)" style="color:red">好</p>',
        '<p>好<img src=x onerror="alert(1)"></p>',
        '<p>好<a href="javascript:alert(1)"></a></p>',
        "<p>好</p><iframe src='https://example.com'></iframe><style>p{}</style>",
    ],
)
def test_what_runs_or_hides_is_taken_out(name: str, administrator: Any, evil: str) -> None:
    record = gate.create(administrator, customers(), {"name": "甲", name: evil})

    kept = record.custom[name]

    assert "好" in kept
    for word in ("script", "onclick", "style", "<img", "onerror", "javascript", "iframe"):
        assert word not in kept


def test_marks_stand_on_the_page_and_words_in_the_list(name: str, administrator: Any, client_of: Any) -> None:
    record = gate.create(administrator, customers(), {"name": "甲", name: MARKED})
    client = client_of("林晓")
    client.post("/customers/columns/", {"columns": ["name", name]})

    page = client.get(f"/customers/{record.pk}/").content.decode()
    row = client.get("/customers/").content.decode()

    assert "<li>一 <b>粗</b></li>" in page and 'rel="noopener noreferrer"' in page
    assert "<b>粗</b>" not in row and "一 粗" in row
    shown = Program(registry.get("members").queryset().get(name="林晓")).get(f"customers/{record.pk}/").json()
    assert "<b>粗</b>" in shown[name]


def test_conditions_and_search_know_the_words_only(name: str, administrator: Any) -> None:
    record = gate.create(administrator, customers(), {"name": "甲", name: "<p>琥珀 <b>A &amp; B</b></p>"})
    for words, found in (("琥珀 A & B", 1), ("<b>", 0), ("strong", 0)):
        condition = {"field": name, "op": "contains", "value": words}
        assert listing.base_query(administrator, customers(), condition=condition).count() == found, words
    indexing.index(customers(), [record.pk])
    assert {"record_id": record.pk} in finding.ids_matching(customers(), "琥珀")


def test_an_import_of_the_same_words_keeps_the_marks(name: str, administrator: Any) -> None:
    record = gate.create(administrator, customers(), {"name": "甲", name: MARKED})
    words = customers().field(name).cell(MARKED)
    assert words == "要点\n一 粗\n链接"

    same = imported(administrator, "customers", table(("客户名称", "说明"), ("甲", words)))
    record.refresh_from_db()
    assert counts(same)[2] == 1 and "<b>粗</b>" in record.custom[name]

    other = imported(administrator, "customers", table(("客户名称", "说明"), ("甲", "别的 <话>\n第二行")))
    record.refresh_from_db()
    assert counts(other)[1] == 1
    assert record.custom[name] == "<p>别的 &lt;话&gt;</p><p>第二行</p>"


def test_nothing_but_marks_is_nothing(name: str, administrator: Any) -> None:
    record = gate.create(administrator, customers(), {"name": "甲", name: "<p><br></p>"})
    assert record.custom[name] is None
    with pytest.raises(gate.Refused):
        gate.edit(administrator, record, {name: "字" * 20_001})
    assert plain("<p>甲</p><p>乙&lt;</p>") == "甲\n乙<"


def test_a_refused_form_gives_back_clean_marks(name: str, administrator: Any, client_of: Any) -> None:
    posted = {"name": "", "kind": "organisation", name: "<p>好<script>x</script></p>", "_fields": f"name,kind,{name}"}
    response = client_of("林晓").post("/customers/new/?_all=1", posted, headers=HTMX)
    assert response.status_code == 422
    assert "&lt;p&gt;好&lt;/p&gt;" in response.content.decode() and "script&gt;x" not in response.content.decode()
