"""The page of reports, its files, and the same figures through the API."""

import csv
import io
import json
from datetime import date
from urllib.parse import urlencode

import pytest
from python_calamine import CalamineWorkbook

from zhike.domains.people import services as people
from zhike.records.models import ExportLog
from zhike.records.reporting import offering
from zhike.shell.tests.test_home import text_of
from zhike.testing.deals import Deals


@pytest.fixture
def deals(act, owner, teammate, outsider):
    made = Deals(act)
    made.add(owner, "A", "won", 1000, closed_on=date(2026, 1, 15))
    made.add(owner, "C", "lost", 700, closed_on=date(2026, 3, 5))
    made.add(teammate, "F", "won", 3000, closed_on=date(2025, 1, 2))
    made.add(outsider, "G", "lost", 900, closed_on=date(2026, 2, 2))
    return made


def test_every_ready_report_opens(deals, client_of, administrator):
    client = client_of("林晓")
    for _reports, ready in offering.ready_for(administrator):
        assert client.get(f"/reports/?report={ready.name}").status_code == 200, ready.name
        for form in ("csv", "xlsx"):
            assert client.get(f"/reports/export/?format={form}&report={ready.name}").status_code == 200, ready.name


def test_ranking_of_salespeople(deals, client_of):
    text = text_of(client_of("林晓").get("/reports/?report=sellers"))

    assert "李娜 ¥ 3,000 1 100% 王芳 ¥ 1,000 1 50%" in text
    assert "Total ¥ 4,000 2 50%" in text


def test_matrix_of_two_groupings(deals, client_of):
    query = "type=opportunities&measure=won_amount&by=closed_on:year&then=owner&date=closed_on"
    text = text_of(client_of("林晓").get(f"/reports/?{query}"))

    assert "2025 ¥ 3,000 ¥ 3,000 2026 ¥ 1,000 ¥ 1,000 Total ¥ 3,000 ¥ 1,000 ¥ 4,000" in text


def test_condition_and_range_narrow(deals, client_of):
    wanted = {"field": "amount", "op": "lt", "value": "2000"}
    query = urlencode({"report": "sellers", "filter": json.dumps(wanted), "from": "2026-01-01"})
    text = text_of(client_of("林晓").get(f"/reports/?{query}"))

    assert "Total ¥ 1,000" in text and "李娜" not in text


def test_part_answers_htmx(deals, client_of):
    response = client_of("林晓").get("/reports/?report=sellers", headers={"HX-Request": "true"})

    assert response.content.decode().lstrip().startswith('<div class="reports" id="report">')


def test_outsider_sees_own_figures_only(deals, client_of):
    client = client_of("刘洋")

    text = text_of(client.get("/reports/?report=sellers"))
    assert "刘洋 ¥ 0 0 0%" in text and "1,000" not in text and "王芳" not in text
    assert "1000" not in client.get("/reports/export/?format=csv&report=sellers").content.decode()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("report=nothing", 404), ("type=nothing", 404), ("type=opportunities&measure=x", 400),
        ("type=opportunities&by=x", 400), ("type=opportunities&filter={", 400), ("report=sellers&from=yesterday", 400),
        ("report=sellers&filter=%5B%5D", 400),
        ('report=sellers&filter={"field":"name","op":"is","value":"%5Cu0000"}', 400),
    ],
)  # fmt: skip
def test_bad_questions_get_a_sentence(deals, client_of, query, status):
    client = client_of("林晓")

    assert client.get(f"/reports/?{query}").status_code == status
    assert client.get(f"/reports/export/?format=csv&{query}").status_code == status


def test_strangers_are_asked_to_sign_in(client, workspace):
    assert client.get("/reports/").status_code == 302


# Files


def test_csv_is_made_for_excel(deals, client_of):
    response = client_of("林晓").get("/reports/export/?format=csv&report=sellers")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))

    assert response.content.startswith(b"\xef\xbb\xbf")
    assert rows[0] == ["Owner", "Won amount", "Won", "Win rate"]
    assert rows[1] == ["李娜", "3000.00", "1", "100.0"]
    assert rows[-1] == ["Total", "4000.00", "2", "50.0"]


def test_names_that_look_like_formulas_are_harmless(deals, act, administrator, owner, client_of, member):
    with act():
        people.revise_member(actor=administrator, member=member("王芳"), name="=cmd|'/c calc'!A1")
    client = client_of("林晓")
    text = client.get("/reports/export/?format=csv&report=sellers").content.decode("utf-8-sig")
    book = client.get("/reports/export/?format=xlsx&report=sellers").content

    assert "'=cmd|" in text and "\n=cmd" not in text
    assert CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()[2][0].startswith("=cmd|")


def test_xlsx_holds_numbers(deals, client_of):
    book = client_of("林晓").get("/reports/export/?format=xlsx&report=sellers").content
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()

    assert rows[1] == ["李娜", 3000.0, 1.0, 100.0]


def test_other_currencies_have_columns_of_their_own(deals, owner, client_of):
    deals.add(owner, "USD", "won", 5, closed_on=date(2026, 1, 1), currency="USD")
    response = client_of("林晓").get("/reports/export/?format=csv&report=sellers")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))

    assert rows[0] == ["Owner", "Won amount", "Won amount (USD)", "Won", "Win rate"]
    assert rows[-1] == ["Total", "4000.00", "5.00", "3", "60.0"]


def test_no_such_format(deals, client_of):
    assert client_of("林晓").get("/reports/export/?format=pdf&report=sellers").status_code == 404


# The API


def test_api_says_the_same(deals, client_of):
    client = client_of("林晓")
    found = client.get("/api/v1/reports/summary/").json()

    figures = found["total"]["figures"]
    assert figures["won_amount"]["value"] == "4000.00" and figures["won_amount"]["currency"] == "CNY"
    assert [figures[name]["value"] for name in ("won_count", "lost_count", "win_rate")] == [2, 2, "50.0"]
    listed = client.get("/api/v1/opportunities/", {"filter": json.dumps(figures["won_count"]["filter"])}).json()
    assert listed["count"] == 2


def test_api_takes_a_range_and_a_grouping(deals, client_of):
    found = client_of("林晓").get("/api/v1/reports/sellers/?from=2026-01-01&to=2026-12-31").json()

    assert (found["from"], found["to"], found["by"][0]["name"]) == ("2026-01-01", "2026-12-31", "owner")
    won = {row["groups"][0]["label"]: row["figures"]["won_amount"]["value"] for row in found["rows"]}
    assert won == {"王芳": "1000.00", "刘洋": "0.00"}


def test_api_lists_reports(deals, client_of):
    items = client_of("林晓").get("/api/v1/reports/").json()["items"]

    assert {"summary", "funnel", "sellers", "regions"} <= {item["name"] for item in items}


def test_api_shows_an_outsider_nothing(deals, client_of):
    figures = client_of("李娜").get("/api/v1/reports/summary/").json()["total"]["figures"]
    none = client_of("郑洁").get("/api/v1/reports/sellers/").json()

    assert figures["won_amount"]["value"] == "3000.00"
    assert none["rows"] == [] and none["total"]["figures"]["won_count"]["value"] == 0


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nothing/", 404), ("sellers/?range=x", 400), ("sellers/?from=x", 400), ("sellers/?nothing=1", 400),
        ("sellers/?by=password", 400), ("sellers/?filter=[]", 400), ("sellers/?scope=x", 400),
    ],
)  # fmt: skip
def test_api_refuses_with_a_problem(deals, client_of, path, status):
    response = client_of("林晓").get(f"/api/v1/reports/{path}")

    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"


def test_figures_that_leave_have_a_trace(deals, client_of, manager):
    wanted = {"field": "amount", "op": "lt", "value": "2000"}
    query = urlencode({"report": "sellers", "filter": json.dumps(wanted), "format": "csv"})

    rows = list(csv.reader(io.StringIO(client_of("陈强").get(f"/reports/export/?{query}").content.decode("utf-8-sig"))))

    log = ExportLog.objects.get()
    assert (log.member_id, log.actor_label) == (manager.member_id, "陈强")
    assert (log.record_type, log.format, log.state) == ("opportunities", "csv", "done")
    assert log.row_count == len(rows) - 2 > 0, "the heading and the totals are no rows"
    assert "report=sellers" in log.columns
    assert log.condition == wanted


def test_a_report_that_is_refused_leaves_no_trace(deals, client_of):
    assert client_of("陈强").get("/reports/export/?format=csv&report=sellers&filter={").status_code == 400
    assert client_of("陈强").get("/reports/export/?format=pdf&report=sellers").status_code == 404
    assert not ExportLog.objects.exists()
