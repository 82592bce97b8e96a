"""The home page: figures that are right, permitted and lead somewhere; tasks that can be ticked off."""

import html
import json
import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import translation

from zhike.base import clock
from zhike.base.changelog.models import ChangeSet
from zhike.domains.activities import services as activities
from zhike.domains.activities.models import Activity
from zhike.domains.customers import services as customers
from zhike.domains.opportunities import attention
from zhike.records import listing, registry
from zhike.shell.home import asking, days, pages
from zhike.testing.deals import Deals

TODAY = date(2026, 5, 20)
NOON = datetime(2026, 5, 20, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def may_20():
    with clock.telling(NOON):
        yield


@pytest.fixture
def deals(act, owner, teammate):
    made = Deals(act)
    made.add(owner, "春茗", "won", 12000, closed_on=date(2026, 4, 3), days=20)
    made.add(owner, "年会", "lost", 8000, closed_on=date(2026, 5, 1))
    made.add(owner, "去年", "won", 4000, closed_on=date(2025, 4, 3))
    made.add(owner, "上季", "won", 10000, closed_on=date(2026, 2, 3))
    made.add(owner, "进行中", "needs", 50000, expected_close_on=date(2026, 5, 10))
    made.add(teammate, "同事的", "talking", 100)
    return made


def text_of(response, card=""):
    """The page's words, without markup; or those of one card, named by its id."""
    page = response.content.decode()
    if card:
        page = re.search(rf'<section[^>]*id="{card}".*?</section>', page, re.S)[0]
    plain = re.sub(r"<[^>]+>", " ", page)
    return re.sub(r"\s+", " ", html.unescape(plain))


def links_of(response):
    found = re.findall(r'href="([^"]*filter=[^"]*)"[^>]*>(?:<[^>]+>)*([^<]*)', response.content.decode())
    return [(html.unescape(url), label.strip()) for url, label in found]


def behind(actor, url):
    parts = urlsplit(url)
    condition = json.loads(parse_qs(parts.query)["filter"][0])
    return listing.base_query(actor, registry.get(parts.path.strip("/")), condition=condition)


def test_says_how_sales_stand(deals, client_of):
    text = text_of(client_of("林晓").get("/?range=this_quarter"))

    assert "Won · This quarter ¥ 12,000" in text
    assert "▲ 20% on the period before" in text
    assert "Win rate · This quarter 50%" in text
    assert "¥ 15,010" in text and "¥ 50,100" in text
    assert "2026 against the year before" in text


def test_each_count_is_the_number_of_records_its_link_shows(deals, client_of, administrator):
    response = client_of("林晓").get("/?range=this_year")
    counts = [(url, label) for url, label in links_of(response) if label.isdigit()]

    assert len(counts) >= 5
    for url, label in counts:
        assert behind(administrator, url).count() == int(label), url


def test_links_open_the_list(deals, client_of):
    client = client_of("林晓")
    for url, _label in links_of(client.get("/?range=this_year")):
        assert client.get(url).status_code == 200


def test_salesperson_sees_own_figures_only(deals, client_of):
    text = text_of(client_of("李娜").get("/?range=all"))

    assert "Won · All time ¥ 0" in text
    assert "¥ 100" in text and "12,000" not in text and "50,000" not in text


def test_outsider_sees_nothing(deals, client_of):
    client = client_of("刘洋")
    for path in ("/?range=all", *(f"/home/parts/{name}/?range=all" for name in pages.PARTS)):
        text = text_of(client.get(path))
        assert not any(told in text for told in ("12,000", "50,000", "进行中", "春茗", "王芳", "同事的")), path


def test_scope_narrows_to_me(deals, client_of):
    client = client_of("陈强")

    assert "¥ 26,000" in text_of(client.get("/?range=all&scope=team"))
    assert "Won · All time ¥ 0" in text_of(client.get("/?range=all&scope=me"))


def test_page_is_cheap(deals, client_of, django_assert_max_num_queries):
    client = client_of("王芳")
    client.get("/")
    with django_assert_max_num_queries(25):
        client.get("/")


def test_strangers_are_asked_to_sign_in(client, workspace):
    assert client.get("/").status_code == 302
    assert client.get("/home/parts/tasks/", headers={"HX-Request": "true"}).status_code == 401


# Ranges


def test_without_recent_closings_an_older_range_is_shown_and_told(act, owner, client_of):
    Deals(act).add(owner, "旧", "won", 900, closed_on=date(2017, 12, 31))

    text = text_of(client_of("林晓").get("/"))

    assert "Won · All time ¥ 900" in text
    assert "No deal was closed this quarter; shown is: All time" in text
    assert "2017 against the year before" in text


@pytest.mark.parametrize(
    ("last", "name"),
    [
        (None, "this_quarter"), (date(2026, 4, 1), "this_quarter"), (date(2026, 3, 31), "this_year"),
        (date(2025, 6, 1), "last_year"), (date(2024, 12, 31), "all"),
    ],
)  # fmt: skip
def test_default_range_holds_the_last_closing(last, name):
    assert asking.default_range(last, TODAY).name == name


def test_range_that_means_nothing_is_told_and_the_page_still_stands(deals, client_of):
    response = client_of("林晓").get("/?range=custom&from=2026-05-09&to=2026-01-01")

    assert response.status_code == 200
    assert "The range ends before it begins." in text_of(response)


# Deals that need attention


def test_reasons_are_the_same_in_words_and_as_a_condition(deals, administrator, act, owner):
    with clock.telling(NOON - timedelta(days=60)):
        old = deals.add(owner, "很久没动", "talking", 1)
    quiet = deals.add(owner, "刚刚开始", "talking", 1)
    with act():
        activities.log_activity(actor=owner, on=[quiet], kind="task", subject="x", due_at=NOON + timedelta(days=3))
    found = attention.reasons(TODAY)
    record_type = registry.get("opportunities")
    needing = listing.base_query(administrator, record_type, condition=attention.needing_attention(found))

    for deal in record_type.queryset().filter(status="open"):
        assert bool(attention.words(deal, TODAY)) == (deal in needing), deal.name
    assert attention.words(old, TODAY) == ["in “初步接洽” for 60 days", "no activity yet", "no next step"]
    assert quiet not in needing


def test_part_says_why_and_offers_to_plan(deals, client_of):
    text = text_of(client_of("王芳").get("/home/parts/attention/"))

    assert "进行中 ¥ 50,000 expected close was 10 days ago" in text
    assert "Plan" in text


def test_planning_a_task_gives_the_deal_a_next_step(deals, client_of):
    deal = registry.get("opportunities").queryset().get(name="进行中")
    client = client_of("王芳")

    shown = client.get(f"/home/plan/{deal.pk}/", headers={"HX-Request": "true"})
    posted = client.post(
        f"/home/plan/{deal.pk}/", {"subject": "发送报价", "due_at": "2026-05-21T09:00"}, headers={"HX-Request": "true"}
    )

    assert "2026-05-21T09:00" in shown.content.decode()
    assert "zhike:toast" in posted.headers["HX-Trigger"]
    deal.refresh_from_db()
    assert deal.next_activity_at is not None


def test_planning_asks_for_what_is_missing(deals, client_of):
    deal = registry.get("opportunities").queryset().get(name="进行中")
    sent = {"subject": "", "due_at": "soon"}
    response = client_of("王芳").post(f"/home/plan/{deal.pk}/", sent, headers={"HX-Request": "true"})

    assert response.status_code == 422
    assert not Activity.objects.exists()


def test_outsider_cannot_plan_on_it(deals, client_of):
    deal = registry.get("opportunities").queryset().get(name="进行中")
    client = client_of("刘洋")

    assert client.get(f"/home/plan/{deal.pk}/").status_code == 404
    assert client.post(f"/home/plan/{deal.pk}/", {"subject": "x", "due_at": "2026-05-21T09:00"}).status_code == 404
    assert not Activity.objects.exists()


# Tasks


@pytest.fixture
def task(act, owner, deals):
    with act():
        return activities.log_activity(
            actor=owner, on=[registry.get("opportunities").queryset().get(name="进行中")], kind="task",
            subject="打电话给孙总", due_at=NOON - timedelta(days=2),
        )  # fmt: skip


def test_task_stands_on_its_owners_page_with_what_it_is_about(task, client_of):
    text = text_of(client_of("王芳").get("/home/parts/tasks/"))

    assert "Overdue 1" in text and "打电话给孙总 进行中" in text
    assert "打电话给孙总" not in text_of(client_of("陈强").get("/home/parts/tasks/"))


def test_tasks_by_urgency(act, owner, client_of):
    with act():
        for subject, due in (("早上", NOON - timedelta(hours=2)), ("后天", NOON + timedelta(days=2)),
                             ("下月", NOON + timedelta(days=30))):  # fmt: skip
            activities.log_activity(actor=owner, kind="task", subject=subject, due_at=due)
    text = text_of(client_of("王芳").get("/home/parts/tasks/"))

    assert "Today 1" in text and "Next 7 days 1" in text and "Overdue" not in text and "下月" not in text


def test_ticking_a_task_off_can_be_undone(task, client_of):
    client = client_of("王芳")

    response = client.post(f"/activities/{task.pk}/actions/finish/", headers={"HX-Request": "true"})

    told = json.loads(response.headers["HX-Trigger"])
    assert told["zhike:toast"]["undo"] and "zhike:refresh" in told
    task.refresh_from_db()
    assert task.is_done
    assert "打电话给孙总" not in text_of(client.get("/home/parts/tasks/"))
    assert ChangeSet.objects.latest("pk").action == "finish"


def test_todays_visits_and_meetings(act, owner, teammate, member, client_of):
    with act():
        activities.log_activity(actor=owner, kind="visit", subject="拜访云杉", due_at=NOON, location="上海")
        activities.log_activity(actor=owner, kind="visit", subject="明天的", due_at=NOON + timedelta(days=1))
        activities.log_activity(
            actor=owner, kind="meeting", subject="周会", due_at=NOON + timedelta(hours=3), participants=[member("李娜")]
        )
    mine = text_of(client_of("王芳").get("/"), "home_appointments")
    hers = text_of(client_of("李娜").get("/"), "home_appointments")

    assert "12:00 拜访云杉 Visit · 上海" in mine and "明天的" not in mine
    assert "15:00 周会" in hers and "拜访云杉" not in hers


def test_the_calendar_of_ones_own_activities_is_a_click_away(act, owner, client_of):
    with act():
        own = activities.log_activity(actor=owner, kind="visit", subject="拜访云杉", due_at=NOON)
    client = client_of("王芳")

    link = re.search(r'href="(/activities/calendar/[^"]+)"', client.get("/").content.decode())
    shown = client.get(html.unescape(link[1])).content.decode()

    assert f'id="entry-{own.pk}"' in shown


def test_recent_records_are_what_one_changed(owner, client_of):
    from zhike.records import gate

    gate.create(owner, registry.get("customers"), {"name": "云杉医疗"})

    assert "云杉医疗" in text_of(client_of("王芳").get("/"), "home_recent")
    assert "云杉医疗" not in text_of(client_of("林晓").get("/"), "home_recent")


def test_rankings(deals, client_of):
    client = client_of("林晓")
    sellers = text_of(client.get("/home/parts/sellers/?range=all"))
    regions = text_of(client.get("/home/parts/regions/?range=all"))

    assert "王芳 ¥ 26,000 3 75%" in sellers
    assert "华东销售部 ¥ 26,000 3 75%" in regions


def test_unknown_part_is_not_found(deals, client_of):
    assert client_of("林晓").get("/home/parts/nothing/").status_code == 404


# The first page of an empty workspace


def test_empty_workspace_says_what_to_do_first(workspace, client_of):
    text = text_of(client_of("林晓").get("/"))

    assert "Bring in a spreadsheet" in text and "Add a customer" in text and "Invite your people" in text
    assert "Invite your people" not in text_of(client_of("王芳").get("/"))


def test_every_first_step_leads_somewhere(workspace, client_of):
    client = client_of("林晓")

    steps = client.get("/").context["steps"]

    assert {"/imports/new/", "/customers/new/"} <= {step["url"] for step in steps}
    for step in steps:
        assert client.get(step["url"]).status_code == 200, step["url"]


def test_it_goes_with_the_first_customer(act, owner, client_of):
    with act():
        customers.add_customer(actor=owner, name="云杉", owner_id=owner.member_id)

    assert "Bring in a spreadsheet" not in text_of(client_of("王芳").get("/"))


# The day


@pytest.mark.parametrize(
    ("day", "chinese", "english"),
    [
        (date(2026, 2, 14), "调休上班", "make-up working day"),
        (date(2025, 10, 1), "国庆节", "National Day"),
        (date(2026, 5, 20), "", ""),
        (date(2099, 1, 1), "", ""),
    ],
)
def test_days_china_works_or_rests(day, chinese, english):
    with translation.override("en"):
        assert days.special_text(day) == english
    with translation.override("zh-hans"):
        assert (days.special_text(day) != "") == (chinese != "")


def test_greeting_follows_the_hour():
    with translation.override("en"):
        assert days.greeting(NOON, "王芳") == "Good afternoon, 王芳"
        assert days.greeting(NOON - timedelta(hours=4), "王芳") == "Good morning, 王芳"
        assert days.greeting(NOON + timedelta(hours=7), "王芳") == "Good evening, 王芳"


def test_months_against_the_year_before(deals, client_of):
    response = client_of("林晓").get("/home/parts/months/?range=this_year")
    chart = json.loads(html.unescape(re.search(r"<pre[^>]*>(.*?)</pre>", response.content.decode()).group(1)))

    assert [series["name"] for series in chart["series"]] == ["2025", "2026"]
    assert [point["value"] for point in chart["series"][1]["data"]][:5] == [0, 10000, 0, 12000, 0]
    assert chart["series"][0]["data"][3]["value"] == 4000
    assert "%22closed_on%22" in chart["series"][1]["data"][3]["url"]
