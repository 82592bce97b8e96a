"""Every page of every type opens, in both languages, within its budget of queries; a file comes back as it left."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhike.base.changelog.models import Change
from zhike.records import calendars, registry
from zhike.records.tests.importing import counts, imported, reasons
from zhike.testing import samples

LIST_QUERIES, CALENDAR_QUERIES, RECORD_QUERIES = 12, 14, 30


def pages(record_type, record):
    base = f"/{record_type.name}/"
    yield base
    yield f"{base}new/"
    yield f"{base}trash/"
    yield f"{base}{record.pk}/"
    yield f"{base}{record.pk}/edit/"
    yield f"{base}{record.pk}/history/"
    yield f"{base}{record.pk}/timeline/"
    if record_type.board:
        yield f"{base}board/"
    if calendars.fields_of(record_type):
        yield from (f"{base}calendar/?span={span}" for span in calendars.SPANS)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens(record_type, record, client_of, language):
    browser = client_of("林晓", language=language)

    for page in pages(record_type, record):
        answer = browser.get(page)
        assert answer.status_code == 200, page
        assert answer.headers["Content-Language"] == language


def test_list_stays_within_its_queries(record_type, record, client_of):
    browser = client_of("王芳")
    browser.get(f"/{record_type.name}/")

    with CaptureQueriesContext(connection) as queries:
        assert browser.get(f"/{record_type.name}/").status_code == 200

    assert len(queries) <= LIST_QUERIES, [query["sql"][:120] for query in queries]


def test_calendar_stays_within_its_queries(record_type, record, client_of):
    browser, page = client_of("王芳"), f"/{record_type.name}/calendar/?by=created_at&span=day"
    browser.get(page)

    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(page)

    assert f'id="entry-{record.pk}"' in answer.content.decode()
    assert len(queries) <= CALENDAR_QUERIES, [query["sql"][:120] for query in queries]


def test_record_page_stays_within_its_queries(record_type, record, client_of):
    browser = client_of("王芳")
    browser.get(record.get_absolute_url())

    with CaptureQueriesContext(connection) as queries:
        assert browser.get(record.get_absolute_url()).status_code == 200

    assert len(queries) <= RECORD_QUERIES, [query["sql"][:120] for query in queries]


def test_api_shows_every_field_of_the_layout(record_type, record, client_of):
    answer = client_of("林晓").get(f"/api/v1/{record_type.name}/{record.pk}/")

    shown = set(answer.json())
    laid_out = {name for section in record_type.layout for name in section.fields}
    assert laid_out | {"id", "version", "created_at", "updated_at"} <= shown


def test_api_lists_what_the_list_shows(record_type, record, client_of):
    browser = client_of("王芳")

    listed = browser.get(f"/api/v1/{record_type.name}/?limit=200").json()

    assert record.pk in {item["id"] for item in listed["items"]}
    assert listed["count"] == len(listed["items"])


def exported(client, name):
    answer = client.get(f"/{name}/export/?format=csv&view=all")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_export_comes_back_without_changing_anything(record_type, administrator, client_of):
    for number in range(3):
        unique = {"email": f"sample{number}@example.com"} if "email" in record_type.fields() else {}
        title = {record_type.title: f"往返{number}", "external_id": f"R-{number}"}
        samples.record_of(administrator, record_type, **title, **unique)
    content = exported(client_of("林晓"), record_type.name)
    rows = content.decode("utf-8-sig").splitlines()
    before = Change.objects.count()

    outcome = imported(administrator, record_type.name, content)

    assert counts(outcome) == (0, 0, len(rows) - 1, 0), reasons(outcome)
    assert Change.objects.count() == before


def test_empty_workspace_has_words_for_it(record_type, client_of, workspace):
    answer = client_of("王芳").get(f"/{record_type.name}/")

    assert answer.status_code == 200
    assert json.dumps(str(registry.get(record_type.name).plural))[1:-1] in answer.content.decode()


def test_an_empty_calendar_has_words_for_it(record_type, client_of, workspace):
    answer = client_of("王芳").get(f"/{record_type.name}/calendar/?on=2031-05-05")

    assert answer.status_code == 200
    assert "calendar-none" in answer.content.decode() and "calendar-entry" not in answer.content.decode()
