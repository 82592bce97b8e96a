"""The bell: who is told what, and that each hears only of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from zhike.base import clock
from zhike.base.actors import Actor
from zhike.base.changelog import acts, undoing
from zhike.base.changelog.models import ChangeSet
from zhike.base.notices.models import Notice
from zhike.base.notices.services import notify
from zhike.records import gate, registry, sharing
from zhike.records.models import Share
from zhike.shell import telling
from zhike.testing import log


def texts(actor: Actor) -> list[str]:
    return list(Notice.objects.filter(member_id=actor.member_id).order_by("pk").values_list("text", flat=True))


@pytest.fixture
def customer(owner: Actor) -> Any:
    return gate.create(owner, registry.get("customers"), {"name": "云杉"})


def test_whom_a_record_is_handed_to_is_told_once(customer: Any, administrator: Actor, teammate: Actor) -> None:
    gate.edit(administrator, customer, {"owner": teammate.member_id})

    telling.tell_of_changes(log.rows_after())
    telling.tell_of_changes(log.rows_after())

    (notice,) = Notice.objects.filter(member_id=teammate.member_id)
    assert notice.kind == "handover"
    assert "林晓" in notice.text
    assert "云杉" in notice.text
    assert notice.url == f"/customers/{customer.pk}/"
    assert texts(administrator) == []


def test_many_records_make_one_notice(
    administrator: Actor, teammate: Actor, owner: Actor, act: Callable[..., Any]
) -> None:
    made = [gate.create(owner, registry.get("customers"), {"name": f"客户{number}"}) for number in range(3)]
    with act(administrator, "bulk_transfer"):
        for customer in made:
            customer.owner_id = teammate.member_id
            customer.save(update_fields=["owner"])

    telling.tell_of_changes(log.rows_after())

    (text,) = texts(teammate)
    assert "3" in text
    assert "/customers/?" in Notice.objects.get(member_id=teammate.member_id).url


def test_what_one_keeps_or_takes_oneself_is_no_news(customer: Any, owner: Actor, manager: Actor) -> None:
    gate.edit(manager, customer, {"owner": manager.member_id})

    telling.tell_of_changes(log.rows_after())

    assert texts(owner) == texts(manager) == []


def test_a_new_record_for_somebody_else_is_told(administrator: Actor, owner: Actor) -> None:
    gate.create(administrator, registry.get("customers"), {"name": "新客户", "owner": owner.member_id})

    telling.tell_of_changes(log.rows_after())

    assert len(texts(owner)) == 1


def test_old_acts_are_no_news(customer: Any, administrator: Actor, teammate: Actor) -> None:
    with clock.telling(datetime(2020, 1, 1, tzinfo=UTC)):
        gate.edit(administrator, customer, {"owner": teammate.member_id})

    telling.tell_of_changes(log.rows_after())

    assert texts(teammate) == []


def test_whom_a_record_is_shared_with_is_told(
    customer: Any, owner: Actor, outsider: Actor, act: Callable[..., Any]
) -> None:
    with act(owner, "share"):
        Share.objects.create(record_type="customers", record_id=customer.pk, member_id=outsider.member_id)

    telling.tell_of_changes(log.rows_after())

    (text,) = texts(outsider)
    assert "王芳" in text
    assert "云杉" in text


def test_of_one_share_one_is_told_once(customer: Any, owner: Actor, outsider: Actor) -> None:
    sharing.share_record(owner, customer, member=outsider.member_id)

    telling.tell_of_changes(log.rows_after())

    assert len(texts(outsider)) == 1


def test_a_share_that_goes_on_is_no_news(customer: Any, owner: Actor, outsider: Actor) -> None:
    for writable, day in ((False, clock.today()), (True, None), (False, clock.today())):
        sharing.share_record(owner, customer, member=outsider.member_id, writable=writable, last_day=day)

    telling.tell_of_changes(log.rows_after())
    telling.tell_of_changes(log.rows_after())

    assert len(texts(outsider)) == 1


def test_a_share_that_was_over_is_told_anew(customer: Any, owner: Actor, outsider: Actor) -> None:
    """One that ended by its day, and one that was taken back."""
    past = clock.now() - timedelta(days=5)
    with clock.telling(past):
        sharing.share_record(owner, customer, member=outsider.member_id, last_day=past.date())
    telling.tell_of_changes(log.rows_after())
    assert texts(outsider) == [], "five days ago is no news"

    share = sharing.share_record(owner, customer, member=outsider.member_id, last_day=clock.today())
    telling.tell_of_changes(log.rows_after())
    assert len(texts(outsider)) == 1

    sharing.unshare_record(owner, customer, share_id=share.pk)
    sharing.share_record(owner, customer, member=outsider.member_id)
    telling.tell_of_changes(log.rows_after())
    assert len(texts(outsider)) == 2


def test_the_words_are_in_the_members_language(customer: Any, administrator: Actor, teammate: Actor) -> None:
    Member = get_user_model()
    with acts.act(administrator, "test"):
        Member._default_manager.filter(pk=teammate.member_id).update(language="en")
    gate.edit(administrator, customer, {"owner": teammate.member_id})

    telling.tell_of_changes(log.rows_after())

    (text,) = texts(teammate)
    assert "handed over to you" in text
    assert "Customer" in text


def test_an_undone_transfer_hands_back(customer: Any, administrator: Actor, owner: Actor, teammate: Actor) -> None:
    gate.edit(administrator, customer, {"owner": teammate.member_id})
    undoing.undo(administrator, ChangeSet.objects.filter(action="edit").latest("pk"))

    telling.tell_of_changes(log.rows_after())

    assert len(texts(owner)) == 1


# The pages


@pytest.fixture
def notices(owner: Actor) -> list[Notice]:
    for number in range(3):
        notify(member_id=owner.member_id, kind="reminder", text=f"第{number}条", url="/customers/")  # type: ignore[arg-type]
    return list(Notice.objects.filter(member_id=owner.member_id).order_by("pk"))


def test_a_key_sends_once(owner: Actor) -> None:
    assert notify(member_id=owner.member_id, kind="x", text="a", key="k")  # type: ignore[arg-type]
    assert not notify(member_id=owner.member_id, kind="x", text="b", key="k")  # type: ignore[arg-type]
    assert texts(owner) == ["a"]


def test_the_panel_shows_unread_first(notices: list[Notice], client_of: Callable[..., Client]) -> None:
    client = client_of("王芳")
    client.get(f"/notices/{notices[2].pk}/")

    html = client.get("/notices/panel/", headers={"HX-Request": "true"}).content.decode()

    assert html.index("第1条") < html.index("第0条") < html.index("第2条")
    assert 'data-count="2"' in html


def test_opening_one_marks_it_and_leads_on(notices: list[Notice], client_of: Callable[..., Client]) -> None:
    answer = client_of("王芳").get(f"/notices/{notices[0].pk}/")

    assert answer["Location"] == "/customers/"
    notices[0].refresh_from_db()
    assert notices[0].read_at is not None


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_a_notice_leads_nowhere_else(owner: Actor, client_of: Callable[..., Client], url: str) -> None:
    notify(member_id=owner.member_id, kind="x", text="x", url=url)  # type: ignore[arg-type]

    assert client_of("王芳").get(f"/notices/{Notice.objects.get().pk}/")["Location"] == "/notices/"


def test_all_are_read_at_once(notices: list[Notice], client_of: Callable[..., Client]) -> None:
    html = client_of("王芳").post(
        "/notices/read/", headers={"HX-Request": "true", "HX-Target": "notices-list"}
    ).content.decode()  # fmt: skip

    assert 'data-count="0"' in html
    assert not Notice.objects.filter(read_at__isnull=True).exists()


def test_nobody_sees_or_reads_anothers(notices: list[Notice], client_of: Callable[..., Client]) -> None:
    stranger = client_of("李娜")

    assert "第0条" not in stranger.get("/notices/").content.decode()
    assert stranger.get(f"/notices/{notices[0].pk}/").status_code == 404
    stranger.post("/notices/read/", {"id": notices[0].pk})
    stranger.post("/notices/read/")
    assert Notice.objects.filter(read_at__isnull=True).count() == 3


@pytest.mark.parametrize("raw", ["x", "-1", "9" * 30, "１２", "²"])
def test_strange_numbers_get_an_answer(notices: list[Notice], client_of: Callable[..., Client], raw: str) -> None:
    client = client_of("王芳")

    assert client.get("/notices/", {"before": raw}).status_code == 200
    assert client.post("/notices/read/", {"id": raw}).status_code == 302
    assert Notice.objects.filter(read_at__isnull=True).count() == 3


def test_a_number_in_wide_digits_is_no_number(notices: list[Notice], client_of: Callable[..., Client]) -> None:
    wide = str(notices[0].pk).translate({ord("0") + digit: ord("０") + digit for digit in range(10)})

    client_of("王芳").post("/notices/read/", {"id": wide})
    assert Notice.objects.filter(read_at__isnull=True).count() == 3
