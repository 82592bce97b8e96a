"""A deputy acts for who is away; an administrator sees what another sees and changes nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from zhike.base import clock
from zhike.base.actors import Door
from zhike.base.changelog.models import ChangeSet
from zhike.base.notices.models import Notice
from zhike.domains.people import standing
from zhike.domains.people.models import Deputy, Member, Token
from zhike.domains.people.queries import actor_of
from zhike.records import gate, registry
from zhike.records.search.models import Visit

HTMX = {"HX-Request": "true"}


@pytest.fixture
def customer(owner: Any) -> Any:
    return gate.create(owner, registry.get("customers"), {"name": "上海云杉"})


@pytest.fixture
def deputy(member: Any, owner: Any) -> Deputy:
    """刘洋 of South stands in for 王芳 of East, from today for a week."""
    today = clock.today()
    return standing.name_deputy(
        actor=owner, member=member("王芳"), deputy=member("刘洋"), first_day=today, last_day=today + timedelta(days=7)
    )


# Looking


def test_an_administrator_sees_what_the_member_sees(client_of: Any, customer: Any, member: Any) -> None:
    client = client_of("林晓")
    assert client.get(f"/customers/{customer.pk}/").status_code == 200

    assert client.post(f"/members/{member('刘洋').pk}/look/").status_code == 302

    assert client.get(f"/customers/{customer.pk}/").status_code == 404
    page = client.get("/").content.decode()
    assert "You see what 刘洋 sees; nothing can be changed." in page
    act = ChangeSet.objects.latest("pk")
    assert (act.action, act.subject, act.actor_label) == ("look_as", "刘洋", "林晓")
    client.post("/me/oneself/")
    assert client.get(f"/customers/{customer.pk}/").status_code == 200


def test_nothing_can_be_changed_while_looking(client_of: Any, customer: Any, member: Any) -> None:
    client, count = client_of("林晓"), ChangeSet.objects.count()
    client.post(f"/members/{member('王芳').pk}/look/")

    for answer in (
        client.post(f"/customers/{customer.pk}/edit/", {"name": "改名"}),
        client.post("/customers/new/", {"name": "新"}),
        client.delete(f"/customers/{customer.pk}/trash/"),
        client.post("/customers/bulk/trash/", {"all": "1"}),
        client.post("/customers/columns/", {"columns": "name"}),
        client.post("/notices/read/"),
        client.post("/settings/tokens/", {"name": "后门"}),
        client.get("/settings/tokens/"),
        client.get("/customers/export/?format=csv"),
        client.post(f"/members/{member('陈强').pk}/look/"),
    ):
        assert answer.status_code == 403
    customer.refresh_from_db()
    assert customer.name == "上海云杉"
    assert ChangeSet.objects.count() == count + 1, "only that somebody looked"
    notice = Notice.objects.create(member_id=member("王芳").pk, kind="share", text="x", url="/me/", key="x")
    assert client.get(f"/notices/{notice.pk}/").status_code == 302
    notice.refresh_from_db()
    assert notice.read_at is None, "nor what the member has read"
    client.get(f"/customers/{customer.pk}/")
    assert not Visit.objects.filter(member_id=member("王芳").pk, record_id=customer.pk).exists()


@pytest.mark.parametrize("who", ["陈强", "王芳"])
def test_only_administrators_look(client_of: Any, member: Any, who: str) -> None:
    client = client_of(who)

    assert client.get(f"/members/{member('刘洋').pk}/look/").status_code == 403
    assert client.post(f"/members/{member('刘洋').pk}/look/").status_code == 403
    assert standing.PLACE not in client.session


def test_who_is_no_administrator_any_more_is_oneself_again(
    client_of: Any, member: Any, act: Any, customer: Any
) -> None:
    client = client_of("林晓")
    client.post(f"/members/{member('王芳').pk}/look/")
    with act():
        Member.objects.filter(name="林晓").update(roles=["salesperson"])

    assert client.get(f"/customers/{customer.pk}/").status_code == 404
    assert standing.PLACE not in client.session


# Deputies


def test_a_deputy_is_told_and_acts_under_both_names(client_of: Any, customer: Any, deputy: Deputy, member: Any) -> None:
    client = client_of("刘洋")
    assert "王芳" in Notice.objects.get(kind="deputy", member_id=member("刘洋").pk).text
    assert client.get(f"/customers/{customer.pk}/").status_code == 404
    assert "Act for 王芳" in client.get("/me/").content.decode()

    client.post(f"/members/{member('王芳').pk}/act-for/")
    assert "You act for 王芳." in client.get("/").content.decode()
    answer = client.post(f"/customers/{customer.pk}/cells/short_name/", {"value": "云杉"}, headers=HTMX)

    assert answer.status_code == 200
    change_set = ChangeSet.objects.latest("pk")
    assert change_set.actor_id == member("刘洋").pk, "who did it"
    assert "刘洋" in change_set.actor_label and "王芳" in change_set.actor_label
    assert client.get("/settings/tokens/").status_code == 403
    assert client.post("/settings/tokens/", {"name": "后门"}).status_code == 403
    assert not Token.objects.exists()


def test_a_deputyship_ends_with_its_last_day(
    client_of: Any, customer: Any, deputy: Deputy, member: Any, monkeypatch: Any
) -> None:
    client = client_of("刘洋")
    client.post(f"/members/{member('王芳').pk}/act-for/")
    assert client.get(f"/customers/{customer.pk}/").status_code == 200
    later = clock.now() + timedelta(days=9)
    monkeypatch.setattr(clock, "now", lambda: later)
    monkeypatch.setattr(clock, "today", later.date)

    assert client.get(f"/customers/{customer.pk}/").status_code == 404
    assert client.post(f"/members/{member('王芳').pk}/act-for/").status_code == 403


def test_nobody_acts_for_whom_they_do_not_stand_in(client_of: Any, deputy: Deputy, member: Any) -> None:
    assert client_of("周倩").post(f"/members/{member('王芳').pk}/act-for/").status_code == 403
    assert client_of("刘洋").post(f"/members/{member('陈强').pk}/act-for/").status_code == 403


def test_a_deputy_does_not_administer(client_of: Any, member: Any, administrator: Any) -> None:
    today = clock.today()
    standing.name_deputy(
        actor=administrator, member=member("林晓"), deputy=member("刘洋"), first_day=today, last_day=today
    )
    client = client_of("刘洋")
    client.post(f"/members/{member('林晓').pk}/act-for/")

    assert client.get("/settings/roles/").status_code == 403
    mine = actor_of(member("刘洋"), Door.FORM)
    assert not standing.acting_for(mine, member("林晓")).is_administrator


def test_a_deputy_names_no_deputy(client_of: Any, deputy: Deputy, member: Any) -> None:
    client = client_of("刘洋")
    client.post(f"/members/{member('王芳').pk}/act-for/")
    today = clock.today().isoformat()

    answer = client.post("/me/deputies/", {"deputy": member("周倩").pk, "first_day": today, "last_day": today})

    assert answer.status_code == 403
    assert Deputy.objects.count() == 1


def test_the_page_names_and_ends_a_deputy(client_of: Any, member: Any) -> None:
    client, today = client_of("王芳"), clock.today().isoformat()
    posted = {"deputy": member("李娜").pk, "first_day": today, "last_day": today}

    assert client.post("/me/deputies/", posted).status_code == 302
    assert "stands in for you" in client.get("/me/").content.decode()
    found = Deputy.objects.get()
    assert client_of("李娜").delete(f"/me/deputies/{found.pk}/", headers=HTMX).status_code == 403
    assert client.delete(f"/me/deputies/{found.pk}/", headers=HTMX).status_code == 200
    assert not Deputy.objects.exists()


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"deputy": ""}, "deputy"),
        ({"deputy": "self"}, "deputy"),
        ({"last_day": "2020-01-01"}, "last_day"),
        ({"last_day": "soon"}, "last_day"),
        ({"first_day": ""}, "first_day"),
    ],
)
def test_a_deputy_that_cannot_be_is_refused(client_of: Any, member: Any, raw: dict[str, str], field: str) -> None:
    today = clock.today().isoformat()
    posted = {"deputy": member("李娜").pk, "first_day": today, "last_day": today, **raw}
    if raw.get("deputy") == "self":
        posted["deputy"] = member("王芳").pk

    answer = client_of("王芳").post("/me/deputies/", posted)

    assert answer.status_code == 422
    assert f'id="deputy-{field.partition("_")[0]}' in answer.content.decode()
    assert not Deputy.objects.exists()


def test_only_oneself_or_an_administrator_names_a_deputy(member: Any, teammate: Any) -> None:
    today = clock.today()
    with pytest.raises(gate.NotAllowed):
        standing.name_deputy(
            actor=teammate, member=member("王芳"), deputy=member("刘洋"), first_day=today, last_day=today
        )
    with pytest.raises(ValidationError):
        standing.name_deputy(
            actor=actor_of(member("王芳"), Door.FORM), member=member("王芳"), deputy=member("王芳"),
            first_day=today, last_day=today,
        )  # fmt: skip
