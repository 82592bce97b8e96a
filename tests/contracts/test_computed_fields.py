"""Computed fields behave as the other fields of a type on every road that reads, and on none that writes."""

import csv
import io
import json

import pytest

from tests.contracts import test_conditions as conditions_contract
from zhike.base.changelog.models import ChangeSet
from zhike.base.changelog.undoing import undo
from zhike.records import bulk, gate, listing, registry
from zhike.records.customising import changing
from zhike.records.exporting import writing
from zhike.records.exporting.taking import Export
from zhike.records.formulas import rollups
from zhike.testing import samples
from zhike.testing.api import Program

HTMX = {"HX-Request": "true"}
FORMULAS = {
    "decimal": ("LEN({%s}) / 4", "decimal"), "integer": ("LEN({%s})", "integer"), "percent": ("50 / 4", "percent"),
    "money": ("LEN({%s}) * 100", "money"), "text": ('"=" & {%s}', "text"), "yes_no": ("LEN({%s}) > 2", "yes_no"),
    "day": ('ADD_DAYS(DATE("2026-01-30"), LEN({%s}))', "day"), "moment": ("{created_at}", "moment"),
}  # fmt: skip
"""By the kind of the result: a formula over the title, or over nothing at all."""


@pytest.fixture
def furnished(record_type, administrator):
    """The type with one formula of every result, one roll-up where something points at it, and two records."""
    rows = {}
    for kind, (formula, result) in FORMULAS.items():
        raw = {"kind": "formula", "label": f"算{kind}", "label_en": f"Computed {kind}", "result": result}
        raw["formula"] = formula.replace("%s", record_type.title)
        rows[kind] = changing.add_field(administrator, record_type, raw)
    for child, pointer in rollups.pointers_to(record_type)[:1]:
        raw = {"kind": "roll_up", "label": "数", "label_en": "Counted", "over": f"{child.name}.{pointer.name}"}
        rows["roll_up"] = changing.add_field(administrator, record_type, raw | {"function": "count"})
    for title in ("一", "一二三四"):
        samples.record_of(administrator, record_type, **{record_type.title: title})
    return rows


@pytest.fixture
def record(record_type, furnished):
    return record_type.queryset().latest("pk")


def test_values_are_there_at_once(record_type, record, furnished):
    title = record_type.title_of(record)
    found = {kind: record.custom.get(row.name) for kind, row in furnished.items()}

    assert found["integer"] == len(title) and found["text"] == f"={title}" and found["yes_no"] is (len(title) > 2)
    assert found["money"] == f"{len(title) * 100}.00" and found["percent"] == "12.50"
    assert found["day"] and found["moment"] and found.get("roll_up", 0) == 0


def test_every_operator_runs(record_type, record, administrator):
    conditions_contract.test_every_operator_of_every_field_runs(record_type, record, administrator)


def test_empty_and_not_empty_divide(record_type, record, administrator):
    conditions_contract.test_empty_and_not_empty_divide_the_records(record_type, record, administrator)


def test_lists_sort_by_each(record_type, record, furnished, administrator):
    for row in furnished.values():
        for sort in (row.name, f"-{row.name}"):
            order = listing.order_of(record_type, sort)
            found = listing.page(listing.base_query(administrator, record_type), order, size=5)
            assert found.records


def test_pages_and_the_api_show_them_and_forms_do_not(record_type, record, furnished, client_of, member):
    client = client_of("林晓")
    page = client.get(f"{record_type.url}{record.pk}/").content.decode()
    form = client.get(f"{record_type.url}{record.pk}/edit/").content.decode()
    columns = client.get(f"{record_type.url}columns/", headers=HTMX).content.decode()
    shown = Program(member("林晓")).get(f"{record_type.name}/{record.pk}/").json()

    for kind, row in furnished.items():
        assert row.label_en in page and row.label_en in columns and row.label_en not in form, kind
        assert row.name in shown
    assert shown[furnished["text"].name] == f"={record_type.title_of(record)}"


def test_no_road_writes_them(record_type, record, furnished, administrator, client_of, member):
    name = furnished["text"].name
    before = record_type.queryset().get(pk=record.pk).custom

    answer = Program(member("林晓")).patch(f"{record_type.name}/{record.pk}/", {name: "x"})
    cell = client_of("林晓").post(f"{record_type.url}{record.pk}/cells/{name}/", {"value": "x"}, headers=HTMX)

    assert answer.status_code in (403, 422) and cell.status_code in (403, 404, 422)
    assert name not in {each.name for each in bulk.editable_fields(record_type)}
    with pytest.raises((gate.Refused, gate.NotAllowed)):
        gate.edit(administrator, record, {name: "x"})
    assert record_type.queryset().get(pk=record.pk).custom == before


def test_an_export_holds_them(record_type, record, furnished, administrator, tmp_path):
    names = ["id", *(row.name for row in furnished.values())]
    path = tmp_path / "out.csv"
    writing.write(Export(record_type, administrator, columns=names), "csv", path)

    lines = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))

    assert any(f"={record_type.title_of(record)}" in cell for line in lines for cell in line)


def test_undoing_the_definition_takes_its_values_along(record_type, furnished, administrator):
    samples.record_of(administrator, record_type, **{record_type.title: "二"})
    undo(administrator, ChangeSet.objects.filter(action="add_field").latest("pk"))

    last = list(furnished.values())[-1]
    assert record_type.field(last.name) is None
    assert json.dumps(registry.get(record_type.name).custom_fields().get(last.name)) == "null"
