"""A company's own fields behave as built-in ones: every kind, on every type, on every road."""

import csv
import io
import json
from urllib.parse import quote

import pytest

from tests.contracts import test_conditions as conditions_contract
from zhike.base.changelog import acts, undoing
from zhike.base.changelog.models import ChangeSet
from zhike.records import gate, history, listing, registry
from zhike.records.customising import kinds
from zhike.records.exporting import writing
from zhike.records.exporting.taking import Export
from zhike.records.search import finding, indexing
from zhike.records.tests.importing import counts, imported, reasons
from zhike.testing import custom as own
from zhike.testing import samples
from zhike.testing.api import Program

HTMX = {"HX-Request": "true"}


@pytest.fixture
def furnished(record_type, administrator):
    """The type with one field of every kind, and a record with and one without values."""
    rows = own.add_all(administrator, record_type.name)
    sample_of(record_type, administrator, {})
    sample_of(
        record_type,
        administrator,
        {row.name: own.values_of(administrator, kind)[0] for kind, row in rows.items() if kind in own.WRITABLE},
    )
    return rows


def sample_of(record_type, actor, values):
    return samples.record_of(actor, record_type, **values)


@pytest.fixture
def record(record_type, furnished):
    return record_type.queryset().latest("pk")


def test_every_operator_runs(record_type, record, administrator):
    conditions_contract.test_every_operator_of_every_field_runs(record_type, record, administrator)


def test_empty_and_not_empty_divide(record_type, record, administrator):
    conditions_contract.test_empty_and_not_empty_divide_the_records(record_type, record, administrator)


def test_negation_is_the_complement(record_type, record, administrator):
    conditions_contract.test_negation_is_the_complement(record_type, record, administrator)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_condition_has_words(record_type, record, language):
    conditions_contract.test_every_condition_has_words(record_type, record, language)


def test_pages_forms_and_the_api_show_them(record_type, record, furnished, administrator, client_of, member):
    client = client_of("林晓")
    labels = [row.label_en for kind, row in furnished.items() if kind in own.WRITABLE]
    given = [row.label_en for kind, row in furnished.items() if kind in kinds.READ_ONLY]

    page = client.get(f"{record_type.url}{record.pk}/").content.decode()
    form = client.get(f"{record_type.url}{record.pk}/edit/").content.decode()
    columns = client.get(f"{record_type.url}columns/", headers=HTMX).content.decode()
    shown = Program(member("林晓")).get(f"{record_type.name}/{record.pk}/").json()

    for label in labels:
        assert label in page and label in form and label in columns, label
    for label in given:
        assert label in page and label not in form and label in columns, label
    assert {kind: shown[furnished[kind].name] for kind in own.WRITABLE} == {
        kind: own.values_of(administrator, kind)[0] for kind in own.WRITABLE
    }


# Every road of one kind, on customers


SEARCHED = ("text", "long_text", "phone", "email", "link")
"""The kinds that hold words to search for."""


@pytest.fixture(params=own.WRITABLE)
def field(request, administrator):
    row = own.add(administrator, "customers", request.param, required=False)
    return customers().field(row.name)


def customers():
    return registry.get("customers")


def low_and_high(field, actor):
    """Three customers: the smaller value, the larger one, none."""
    low, high = own.values_of(actor, field.kind)
    return [
        gate.create(actor, customers(), {"name": name} | values)
        for name, values in (("低", {field.name: low}), ("高", {field.name: high}), ("无", {}))
    ]


def test_a_form_gives_and_changes_it(field, administrator, client_of):
    client, (low, high) = client_of("林晓"), own.values_of(administrator, field.kind)
    posted = {
        "name": "新客户",
        "kind": "organisation",
        field.name: own.as_posted(low),
        "_fields": f"name,kind,{field.name}",
    }

    response = client.post("/customers/new/", posted, headers=HTMX)

    assert response.status_code == 204, response.content.decode()
    record = customers().queryset().get(name="新客户")
    assert field.json(field.value_of(record)) == low
    edited = client.post(
        f"/customers/{record.pk}/edit/", {field.name: own.as_posted(high), "_fields": field.name}, headers=HTMX
    )
    assert edited.status_code == 200, edited.content.decode()
    record.refresh_from_db()
    assert field.json(field.value_of(record)) == high


def test_it_is_edited_where_it_stands(field, administrator, client_of):
    record, *_others = low_and_high(field, administrator)
    client, (low, high) = client_of("林晓"), own.values_of(administrator, field.kind)
    url = f"/customers/{record.pk}/cells/{field.name}/"
    assert client.get(url, headers=HTMX).status_code == 200

    response = client.post(url, {"value": own.as_posted(high), "seen": json.dumps({field.name: low})}, headers=HTMX)

    assert response.status_code == 200, response.content.decode()
    record.refresh_from_db()
    assert field.json(field.value_of(record)) == high
    emptied = client.post(url, {"value": ""}, headers=HTMX)
    record.refresh_from_db()
    assert emptied.status_code == 200 and field.value_of(record) in (None, [], "")


def test_the_list_filters_and_sorts_by_it(field, administrator, client_of):
    low, high, none = low_and_high(field, administrator)
    own_names = {"name": {"field": "name", "op": "in", "value": ["低", "高", "无"]}}
    empty = {"all": [own_names["name"], {"field": field.name, "op": "empty"}]}
    found = listing.base_query(administrator, customers(), condition=empty)
    assert [each.pk for each in found] == [none.pk]
    client = client_of("林晓")
    if not field.sortable:
        assert client.get(f"/customers/?sort={field.name}").status_code == 400
        return
    chosen = listing.base_query(administrator, customers(), condition=own_names["name"])
    for sort, expected in ((field.name, [low, high, none]), (f"-{field.name}", [high, low, none])):
        order, cursor, seen = listing.order_of(customers(), sort), "", []
        while cursor is not None:
            page = listing.page(chosen, order, cursor=cursor, size=1)
            seen += [each.pk for each in page.records]
            cursor = page.next
        assert seen == [each.pk for each in expected], sort
        shown = client.get(f"/customers/?sort={sort}&filter={quote(json.dumps(own_names['name']))}")
        assert shown.status_code == 200


def test_many_are_given_it_at_once_and_it_is_undone(field, administrator, client_of):
    records = low_and_high(field, administrator)
    client, high = client_of("林晓"), own.values_of(administrator, field.kind)[1]
    ids = [each.pk for each in records]
    assert client.get(f"/customers/bulk/input/?field={field.name}", headers=HTMX).status_code == 200

    response = client.post(
        "/customers/bulk/edit/",
        {"ids": ids, "fields": field.name, f"set-{field.name}": own.as_posted(high)},
        headers=HTMX,
    )

    assert response.status_code in (200, 204), response.content.decode()
    shown = [field.json(field.value_of(each)) for each in customers().queryset().filter(pk__in=ids)]
    assert shown == [high] * 3
    undoing.undo(administrator, ChangeSet.objects.filter(action="bulk_edit").latest("pk"))
    back = customers().queryset().filter(pk__in=ids).order_by("pk")
    assert [field.json(field.value_of(each)) for each in back] == [
        *own.values_of(administrator, field.kind),
        field.json(field.clean(None)),
    ]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_an_export_comes_back(field, administrator, tmp_path, format, language):
    from django.utils import translation

    records = low_and_high(field, administrator)
    with translation.override(language):
        path = tmp_path / f"out.{format}"
        writing.write(Export(customers(), administrator, columns=["id", "name", field.name]), format, path)
        content = path.read_bytes()
        unchanged = imported(administrator, "customers", content, name=path.name)
        assert counts(unchanged)[3] == 0 and counts(unchanged)[1] == 0, reasons(unchanged)
    with acts.act(administrator, "test"):
        for record in records:
            record.delete()
    if format == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        out = io.StringIO()
        csv.writer(out).writerows(row[1:] for row in rows if row[1] in ("低", "高", rows[0][1]))
        run = imported(administrator, "customers", out.getvalue().encode())
        assert counts(run)[:1] == (2,), reasons(run)
        back = {each.name: field.json(field.value_of(each)) for each in customers().queryset().filter(name__in="低高")}
        assert back == dict(zip("低高", own.values_of(administrator, field.kind), strict=True))


def test_an_import_knows_it_by_either_label(field, administrator):
    low = field.cell(field.clean(own.values_of(administrator, field.kind)[0]))
    for name, label in (("中文", f"自定{field.kind}"), ("英文", f"Own {field.kind}")):
        out = io.StringIO()
        csv.writer(out).writerows([("客户名称", label), (name, low)])
        run = imported(administrator, "customers", out.getvalue().encode())
        assert counts(run)[0] == 1, reasons(run)
        record = customers().queryset().get(name=name)
        assert field.json(field.value_of(record)) == own.values_of(administrator, field.kind)[0], label


def test_programs_write_read_filter_and_see_it_described(field, administrator, member):
    program, (low, high) = Program(member("林晓")), own.values_of(administrator, field.kind)

    made = program.post("customers/", {"name": "程序", field.name: low})
    assert made.status_code == 201, made.content.decode()
    changed = program.patch(f"customers/{made.json()['id']}/", {field.name: high})

    assert changed.status_code == 200 and changed.json()[field.name] == high
    wrong = program.patch(f"customers/{made.json()['id']}/", {field.name: {"no": "value"}})
    assert wrong.status_code == 422 and field.name in wrong.content.decode()
    listed = program.get(f"customers/?fields={field.name}&filter=" + quote(
        json.dumps({"all": [{"field": field.name, "op": "not_empty"}, {"field": "name", "op": "is", "value": "程序"}]})
    ))  # fmt: skip
    assert [each[field.name] for each in listed.json()["items"]] == [high]
    described = program.get("openapi.json").json()["components"]["schemas"]
    assert any(field.name in schema.get("properties", {}) for schema in described.values())


def test_history_tells_of_it_in_words_and_an_edit_is_undone(field, administrator, client_of):
    record, *_others = low_and_high(field, administrator)
    low, high = own.values_of(administrator, field.kind)
    gate.edit(administrator, record, {field.name: high})

    told = history.described(history.changes_of(record)[0])[0].fields
    assert [(str(each.label), each.before, each.after) for each in told] == [
        (f"Own {field.kind}", field.text(field.clean(low)), field.text(field.clean(high)))
    ]
    assert f"Own {field.kind}" in client_of("林晓").get(f"/customers/{record.pk}/history/").content.decode()
    undoing.undo(administrator, ChangeSet.objects.filter(action="edit").latest("pk"))
    record.refresh_from_db()
    assert field.json(field.value_of(record)) == low


@pytest.mark.parametrize("field", SEARCHED, indirect=True)
def test_words_are_found_by_search(field, administrator):
    record, *_others = low_and_high(field, administrator)
    indexing.index(customers(), [record.pk])

    words = {"phone": "13800138000", "email": "first@example.com", "link": "a.example.com"}
    query = words.get(field.kind, str(own.values_of(administrator, field.kind)[0])[:3])
    assert {"record_id": record.pk} in finding.ids_matching(customers(), query)
