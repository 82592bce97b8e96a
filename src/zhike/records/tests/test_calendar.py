"""A type as a calendar: which day a record stands on, by which field, for whom; and that moving it is an edit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from zhike.base import clock
from zhike.base.changelog import acts
from zhike.domains.opportunities.models import Opportunity
from zhike.records import calendars, gate, registry
from zhike.records.calendars import Window
from zhike.records.company import changing
from zhike.records.currencies import changing as changing_rates
from zhike.records.models import ListPreference, SavedView
from zhike.records.roles.rights import Access
from zhike.testing import access
from zhike.testing import custom as own_fields

NOON = datetime(2026, 11, 18, 12, tzinfo=timezone.get_default_timezone())
"""A Wednesday; what is said of the past and of what is due follows from it."""
CALENDAR = "/opportunities/calendar/"
HTMX = {"HX-Request": "true"}
MOST_QUERIES = 14
"""With what is asked anew after two seconds."""


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.telling(NOON):
        yield


def deals_on(actor: Any, *days: str, **raw: Any) -> list[Any]:
    with acts.act(actor, "test"):
        return [
            gate.create(
                actor,
                registry.get("opportunities"),
                {"name": f"商机{n}", "amount": "20000", "expected_close_on": day} | raw,
            )
            for n, day in enumerate(days)
        ]


def task(actor: Any, due: str, **raw: Any) -> Any:
    return gate.create(actor, registry.get("activities"), {"kind": "task", "subject": "回访", "due_at": due} | raw)


def html_of(client: Any, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()[:400]
    return str(answer.content.decode())


def day_in(html: str, day: str) -> str:
    """What is drawn of one day."""
    assert f'data-day="{day}"' in html
    return html.split(f'data-day="{day}"')[1].split("</li>")[0]


def entries_in(html: str) -> list[int]:
    return [int(each) for each in re.findall(r'id="entry-(\d+)"', html)]


# Where records stand


def test_a_month_shows_each_record_on_its_day_with_what_they_add_up_to(client_of: Any, owner: Any) -> None:
    deals = deals_on(owner, "2026-11-12", "2026-11-12", "2026-11-30", "2026-12-25")
    deals_on(owner, "2026-11-12", currency="USD", amount="500")

    html = html_of(client_of(owner), CALENDAR)

    assert len(entries_in(day_in(html, "2026-11-12"))) == 3 and "¥ 40K + $ 500" in day_in(html, "2026-11-12")
    assert entries_in(day_in(html, "2026-11-30")) == [deals[2].pk]
    assert 'data-day="2026-12-06"' in html and 'data-day="2026-12-07"' not in html
    assert "November 2026" in html and "4 records · ¥ 60K + $ 500" in html


def test_days_of_several_currencies_are_told_in_the_companys_own(
    client_of: Any, owner: Any, administrator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    deals_on(owner, "2026-11-12", "2026-11-13")
    deals_on(owner, "2026-11-12", currency="USD", amount="500")
    changing_rates.import_rates(administrator, "2026-01-01,USD,7")

    html = html_of(client_of(owner), CALENDAR)

    assert "≈ ¥ 23.5K" in day_in(html, "2026-11-12") and "≈ ¥ 43.5K" in html and "1 USD = 7" in html
    assert "≈" not in day_in(html, "2026-11-13"), "nothing was converted there"
    monkeypatch.setattr(calendars, "MOST_ENTRIES", 2)
    assert "≈ ¥ 23.5K" in day_in(html_of(client_of(owner), CALENDAR), "2026-11-12")


def test_weeks_begin_on_monday() -> None:
    assert Window("month", date(2026, 11, 18)).first == date(2026, 10, 26)
    assert Window("month", date(2026, 11, 18)).last == date(2026, 12, 6)
    assert Window("week", date(2026, 11, 22)).first == date(2026, 11, 16)
    assert len(Window("month", date(2027, 2, 1)).days) == 28, "February 2027 is four weeks"
    assert Window("day", date(2026, 11, 18)).days == [date(2026, 11, 18)]


def test_beside_the_earliest_and_the_latest_day_there_is_nothing() -> None:
    assert Window("month", calendars.EARLIEST).beside(-1) is None
    assert Window("week", calendars.LATEST).beside(1) is None
    assert Window("month", date(2026, 1, 31)).beside(1) == date(2026, 2, 28)


def test_a_moment_stands_on_the_day_it_is_here(client_of: Any, owner: Any) -> None:
    """Half past midnight in Shanghai is the day before in Greenwich."""
    early, late = task(owner, "2026-11-19T00:30"), task(owner, "2026-11-19T23:30")

    html = html_of(client_of(owner), "/activities/calendar/?view=all")

    assert entries_in(day_in(html, "2026-11-19")) == [early.pk, late.pk]
    assert "<time>00:30</time>" in day_in(html, "2026-11-19")
    assert not entries_in(day_in(html, "2026-11-18"))


def test_how_long_it_lasts_is_told_where_it_is_known(client_of: Any, owner: Any) -> None:
    task(owner, "2026-11-19T14:00", duration_minutes="45")

    assert '<time>14:00<span class="until">–14:45</span></time>' in html_of(client_of(owner), "/activities/calendar/")


def test_what_is_late_and_what_is_done_is_marked(client_of: Any, owner: Any) -> None:
    late, done, ahead = (
        task(owner, "2026-11-17T09:00"),
        task(owner, "2026-11-17T10:00"),
        task(owner, "2026-11-19T09:00"),
    )
    finish = registry.get("activities").action("finish")
    assert finish
    gate.perform(owner, done, finish, {})

    html = html_of(client_of(owner), "/activities/calendar/?view=all")

    marks = {number: classes for classes, number in re.findall(r'<article class="([^"]+)" id="entry-(\d+)"', html)}
    assert marks[str(late.pk)].endswith(" late") and marks[str(done.pk)].endswith(" done")
    assert marks[str(ahead.pk)] == "calendar-entry warn"


def test_a_full_day_shows_the_first_and_opens_on_all(client_of: Any, owner: Any) -> None:
    deals_on(owner, *["2026-11-12"] * 9, *["2026-11-13"] * 4)
    client = client_of(owner)

    month = html_of(client, CALENDAR)
    opened = re.search(r'class="day-more num" href="([^"]+)"', day_in(month, "2026-11-12"))
    assert opened
    day = html_of(client, opened[1].replace("&amp;", "&"))

    assert len(entries_in(day_in(month, "2026-11-12"))) == 3 and "+ 6 more" in day_in(month, "2026-11-12")
    assert len(entries_in(day_in(month, "2026-11-13"))) == 4, "one more needs no more room than to count it"
    assert len(entries_in(day)) == 9 and "9 records" in day


def test_more_than_can_be_drawn_is_counted_by_day(client_of: Any, owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendars, "MOST_ENTRIES", 5)
    monkeypatch.setitem(calendars.SHOWN, "day", 2)
    deals_on(owner, *["2026-11-12"] * 4, *["2026-11-13"] * 3, currency="CNY", amount="10000")
    for hour in (0, 8, 23):
        task(owner, f"2026-11-19T{hour:02}:30")
    client = client_of(owner)

    html = html_of(client, CALENDAR)
    assert entries_in(html) == []
    assert "4 records" in day_in(html, "2026-11-12") and "¥ 40K" in day_in(html, "2026-11-12")
    assert "7 records · ¥ 70K" in html

    monkeypatch.setattr(calendars, "MOST_ENTRIES", 2)
    assert "3 records" in day_in(html_of(client, "/activities/calendar/?view=all"), "2026-11-19")
    day = html_of(client, f"{CALENDAR}?view=all&span=day&on=2026-11-12")
    more = re.search(r'class="day-more num" href="([^"]+)"', day)
    assert len(entries_in(day)) == 2 and more and "2 more in the list" in day
    listed = html_of(client, more[1].replace("&amp;", "&"))
    assert len(re.findall(r'<tr data-id="', listed)) == 4


def test_a_calendar_asks_twice_however_much_it_shows(client_of: Any, owner: Any) -> None:
    client = client_of(owner)
    client.get(CALENDAR)
    deals_on(owner, *[f"2026-11-{day:02}" for day in range(1, 31)])

    many = counted_queries(client)

    asked = [sql for sql in many if 'FROM "opportunities_opportunity"' in sql]
    assert len(asked) == 2, "\n".join(asked)
    assert len(many) <= MOST_QUERIES, "\n".join(many)


def counted_queries(client: Any) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        client.get(CALENDAR)
    return [query["sql"] for query in queries]


# The same as the list


def test_the_calendar_obeys_the_same_conditions_and_words(client_of: Any, owner: Any) -> None:
    wanted = deals_on(owner, "2026-11-12", name="年会")
    deals_on(owner, "2026-11-12", "2026-11-12")
    condition = quote(json.dumps({"field": "name", "op": "is", "value": "年会"}))

    html = html_of(client_of(owner), f"{CALENDAR}?filter={condition}")

    assert entries_in(html) == [wanted[0].pk] and "1 record" in html
    assert f"filter={condition}" in html.replace("+", "%20"), "the months beside it are asked the same"


def test_an_outsider_sees_empty_days(client_of: Any, owner: Any, outsider: Any) -> None:
    deals_on(owner, "2026-11-12", "2026-11-13")

    html = html_of(client_of(outsider), CALENDAR)

    assert entries_in(html) == [] and "0 records" in html and "¥" not in html.split("calendar-body")[1]


@pytest.mark.parametrize("sent", ["span=year", "on=2026-02-30", "on=x", "on=0001-01-01", "on=2999-12-31", "filter={"])
def test_what_cannot_be_understood_is_refused(client_of: Any, owner: Any, sent: str) -> None:
    assert client_of(owner).get(f"{CALENDAR}?{sent}").status_code == 400


@pytest.mark.parametrize("by", ["name", "amount", "nothing", "password"])
def test_it_goes_by_days_alone(client_of: Any, owner: Any, by: str) -> None:
    assert client_of(owner).get(f"{CALENDAR}?by={by}").status_code == 404


def test_a_broken_view_shows_nothing_and_says_why(client_of: Any, owner: Any, act: Any) -> None:
    deals_on(owner, "2026-11-12")
    with act():
        view = SavedView.objects.create(
            record_type="opportunities", name="旧", owner_id=owner.member_id, condition={"field": "gone", "op": "empty"}
        )

    html = html_of(client_of(owner), f"{CALENDAR}?view={view.pk}")

    assert "cannot be understood any more" in html and "calendar-grid" not in html


# By which field


def test_the_usual_field_of_each_type(workspace: Any, administrator: Any) -> None:
    usual = {each.name: found.name for each in registry.all_types() if (found := calendars.usual_field(each))}

    assert usual["opportunities"] == "expected_close_on" and usual["activities"] == "due_at"
    assert usual["customers"] == usual["contacts"] == "next_activity_at"
    assert usual["departments"] == "created_at"


def test_a_chosen_field_and_span_are_kept_for_the_member_and_the_view(client_of: Any, owner: Any, manager: Any) -> None:
    deal = deals_on(owner, "2026-11-12", opened_on="2026-11-03")[0]
    client = client_of(owner)

    answer = client.post(f"{CALENDAR}choice/?view=all", {"by": "opened_on"}, headers=HTMX)
    assert answer.status_code == 200 and entries_in(day_in(answer.content.decode(), "2026-11-03")) == [deal.pk]
    assert answer.headers["HX-Push-Url"] == f"{CALENDAR}?view=all&by=opened_on"
    client.post(f"{CALENDAR}choice/?view=all", {"span": "week"}, headers=HTMX)

    again = html_of(client, f"{CALENDAR}?view=all&on=2026-11-03")
    assert entries_in(day_in(again, "2026-11-03")) == [deal.pk] and 'data-day="2026-11-09"' not in again
    other = html_of(client, f"{CALENDAR}?view=built-in-0&on=2026-11-03")
    assert entries_in(other) == [deal.pk], "what is kept for all holds for the views that are not saved"
    assert 'data-day="2026-11-12"' in html_of(client_of(manager), f"{CALENDAR}?view=all")


def test_what_cannot_be_chosen_is_not_kept(client_of: Any, owner: Any) -> None:
    client = client_of(owner)

    assert client.post(f"{CALENDAR}choice/?view=all", {"by": "amount"}).status_code == 404
    assert client.post(f"{CALENDAR}choice/?view=all", {"span": "year"}).status_code == 400

    assert not ListPreference.objects.exists()


def test_a_saved_view_holds_its_calendar(client_of: Any, owner: Any) -> None:
    client = client_of(owner)
    client.post(f"{CALENDAR}choice/?view=all", {"by": "opened_on"}, headers=HTMX)
    link = re.search(r'href="(/opportunities/views/new/[^"]+)"', html_of(client, CALENDAR))
    assert link
    form = html_of(client, link[1].replace("&amp;", "&"))
    assert '<option value="calendar" selected>' in form and '<option value="opened_on" selected>' in form

    said = {
        "name": "立项",
        "audience": "personal",
        "display": "calendar",
        "calendar_by": "opened_on",
        "condition": "{}",
    }
    answer = client.post("/opportunities/views/new/", said, headers=HTMX)

    view = SavedView.objects.get()
    assert answer.headers["HX-Redirect"] == f"/opportunities/calendar/?view={view.pk}"
    html = html_of(client, f"/opportunities/?view={view.pk}")
    assert f'href="/opportunities/calendar/?view={view.pk}"' in html
    assert "By opened on" in html_of(client, f"/opportunities/calendar/?view={view.pk}")
    refused = client.post("/opportunities/views/new/", said | {"calendar_by": "amount"}, headers=HTMX)
    assert refused.status_code == 422 and "cannot go by this field" in refused.content.decode()


def test_a_day_of_ones_own_is_a_calendar_too(client_of: Any, owner: Any, administrator: Any) -> None:
    day = own_fields.add(administrator, "products", "day")
    product = gate.create(administrator, registry.get("products"), {"name": "签证", day.name: "2026-11-20"})

    html = html_of(client_of("林晓"), "/products/calendar/?view=all")

    assert calendars.usual_field(registry.get("products")).name == day.name  # type: ignore[union-attr]
    assert entries_in(day_in(html, "2026-11-20")) == [product.pk]


@pytest.mark.parametrize("narrow", [Access.HIDDEN, Access.MASKED])
def test_no_calendar_goes_by_what_one_may_not_read(client_of: Any, owner: Any, narrow: Access) -> None:
    deal = deals_on(owner, "2026-11-12", opened_on="2026-11-05")[0]
    client = client_of(owner)
    client.post(f"{CALENDAR}choice/?view=all", {"by": "expected_close_on"}, headers=HTMX)
    assert entries_in(html_of(client, CALENDAR)) == [deal.pk], "without this the test could not fail"

    access.restrict("salesperson", registry.get("opportunities"), {"expected_close_on": narrow})

    assert client.get(f"{CALENDAR}?by=expected_close_on").status_code == 404
    html = html_of(client, CALENDAR)
    assert entries_in(day_in(html, "2026-11-12")) == [] and entries_in(day_in(html, "2026-11-05")) == [deal.pk]
    assert "expected_close_on" not in html


def test_amounts_one_may_not_read_are_not_added_up(client_of: Any, owner: Any) -> None:
    deals_on(owner, "2026-11-12")

    access.restrict("salesperson", registry.get("opportunities"), {"currency": Access.HIDDEN})

    assert "20K" not in html_of(client_of(owner), CALENDAR)


# Days


def test_holidays_and_the_companys_own_days_are_named(client_of: Any, administrator: Any, workspace: Any) -> None:
    own = json.dumps([{"day": "2026-10-15", "kind": "off", "note": "公司日"}])
    raw = {"fiscal_start": "1", "rest_days": ["5", "6"], "follows_holidays": "1", "own_days": own}
    changing.revise_company(administrator, raw)

    html = html_of(client_of("林晓"), f"{CALENDAR}?view=all&on=2026-10-01")

    shown = {day: day_in(html, f"2026-10-{day:02}") for day in (1, 10, 12, 15)}
    classes = {day: html.split(f' data-day="2026-10-{day:02}"')[0].rsplit('class="', 1)[1] for day in shown}
    assert "National Day" in shown[1] and "rest" in classes[1]
    assert "make-up working day" in shown[10] and "rest" not in classes[10], "a Saturday that is worked"
    assert "day-special" not in shown[12] and "rest" not in classes[12]
    assert "公司日" in shown[15] and "rest" in classes[15]


def test_a_free_day_offers_something_new_where_one_may(client_of: Any, owner: Any) -> None:
    html = html_of(client_of(owner), CALENDAR)
    link = re.search(r'class="day-add" href="([^"]+)"', day_in(html, "2026-11-12"))
    assert link and link[1] == "/opportunities/new/?expected_close_on=2026-11-12"
    assert 'value="2026-11-12"' in html_of(client_of(owner), link[1])
    assert "due_at=2026-11-12T09:00" in html_of(client_of(owner), "/activities/calendar/")

    assert "day-add" not in html_of(client_of(owner), f"{CALENDAR}?by=created_at"), "nobody sets that day"
    access.restrict("salesperson", registry.get("opportunities"), {}, create=[])
    assert "day-add" not in html_of(client_of(owner), CALENDAR)


# Moving


def move(client: Any, deal: Any, day: str, seen: str) -> Any:
    address = f"/opportunities/{deal.pk}/cells/expected_close_on/?as=day"
    return client.post(address, {"value": day, "from": seen}, headers=HTMX)


def test_a_record_is_moved_to_another_day_and_back(client_of: Any, owner: Any) -> None:
    deal = deals_on(owner, "2026-11-12")[0]
    client = client_of(owner)
    assert f'id="entry-{deal.pk}" data-id="{deal.pk}" data-value="2026-11-12"' in html_of(client, CALENDAR)

    answer = move(client, deal, "2026-11-20", "2026-11-12")

    told = json.loads(answer.headers["HX-Trigger"])
    assert answer.status_code == 200 and answer.headers["HX-Reswap"] == "none" and told["zhike:refresh"]
    assert entries_in(day_in(html_of(client, CALENDAR), "2026-11-20")) == [deal.pk]
    assert client.post(told["zhike:toast"]["undo"], headers=HTMX).status_code < 400
    assert Opportunity.objects.get(pk=deal.pk).expected_close_on == date(2026, 11, 12)


def test_who_saw_another_day_is_told_and_changes_nothing(client_of: Any, owner: Any) -> None:
    deal = deals_on(owner, "2026-11-12")[0]
    client = client_of(owner)
    move(client, deal, "2026-11-20", "2026-11-12")

    answer = move(client, deal, "2026-11-25", "2026-11-12")

    assert answer.status_code == 409 and json.loads(answer.headers["HX-Trigger"])["zhike:refresh"]
    assert Opportunity.objects.get(pk=deal.pk).expected_close_on == date(2026, 11, 20)


def test_a_refused_move_says_why(client_of: Any, owner: Any) -> None:
    deal = deals_on(owner, "2026-11-12")[0]

    answer = move(client_of(owner), deal, "2026-11-31", "2026-11-12")

    assert answer.status_code == 422 and json.loads(answer.headers["HX-Trigger"])["zhike:toast"]["kind"] == "bad"
    assert Opportunity.objects.get(pk=deal.pk).expected_close_on == date(2026, 11, 12)


def test_only_what_one_may_edit_can_be_carried(client_of: Any, owner: Any) -> None:
    deals_on(owner, "2026-11-12", "2026-11-13")
    client = client_of(owner)
    assert html_of(client, CALENDAR).count("data-value=") == 2
    assert "data-value=" not in html_of(client, f"{CALENDAR}?by=created_at").split("calendar-days")[1]

    access.restrict("salesperson", registry.get("opportunities"), {"expected_close_on": Access.READ_ONLY})
    assert "data-value=" not in html_of(client, CALENDAR).split("calendar-days")[1]
    access.restrict("salesperson", registry.get("opportunities"), {}, edit=[])
    assert "data-value=" not in html_of(client, CALENDAR).split("calendar-days")[1]


def test_a_moment_keeps_its_hour(client_of: Any, owner: Any) -> None:
    due = task(owner, "2026-11-19T14:30")
    client = client_of(owner)
    assert 'data-value="2026-11-19T14:30"' in html_of(client, "/activities/calendar/")

    answer = client.post(
        f"/activities/{due.pk}/cells/due_at/?as=day",
        {"value": "2026-11-20T14:30", "from": "2026-11-19T14:30"},
        headers=HTMX,
    )

    assert answer.status_code == 200
    due.refresh_from_db()
    assert timezone.localtime(due.due_at) == NOON.replace(day=20, hour=14, minute=30)
