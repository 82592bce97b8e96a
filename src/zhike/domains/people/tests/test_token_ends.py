"""How a token ends: by time, by another secret, by hand, with its member; and nothing brings it back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from zhike.base import clock
from zhike.base.changelog import acts, undoing
from zhike.base.changelog.models import Change, ChangeSet
from zhike.base.notices.models import Notice
from zhike.domains.people import jobs
from zhike.domains.people.models import Member, Token
from zhike.testing.api import Program

HTMX = {"HX-Request": "true"}


def expiring(member: Any, days: float) -> Program:
    return Program(member("王芳"), expires_at=clock.now() + timedelta(days=days))


def rotated(client: Any, **told: str) -> str:
    answer = client.post(f"/settings/tokens/{Token.objects.get().pk}/rotation/", told, headers=HTMX)
    assert answer.status_code == 200
    return re.findall(r'value="(zk_[^"]+)"', answer.content.decode())[0]


# By time


def test_an_expired_token_says_so(member: Any) -> None:
    answer = expiring(member, -0.01).get("me")

    assert answer.status_code == 401
    assert "expired" in answer.json()["detail"]
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_a_week_before_its_member_is_told_once(member: Any) -> None:
    expiring(member, 6)
    expiring(member, 8)
    expiring(member, -1)

    jobs.tell_of_ending_tokens()
    jobs.tell_of_ending_tokens()

    (told,) = Notice.objects.filter(kind="token")
    assert told.member == member("王芳")
    assert f"{Token.objects.order_by('id')[0].expires_at.astimezone():%Y}" in told.text


def test_who_left_and_what_was_revoked_is_not_told_of(member: Any, client_of: Any) -> None:
    expiring(member, 6)
    client_of("王芳").delete(f"/settings/tokens/{Token.objects.get().pk}/", headers=HTMX)

    jobs.tell_of_ending_tokens()

    assert not Notice.objects.exists()


# By another secret


def test_the_old_secret_works_for_the_grace_that_was_chosen(member: Any, client_of: Any) -> None:
    old = Program(member("王芳"), rights={"customers": "read"})

    new = Program(secret=rotated(client_of("王芳"), grace="24", days="30"))

    assert (old.get("me").status_code, new.get("me").status_code) == (200, 200)
    assert new.get("me").json()["rights"] == {"customers": "read"}
    assert abs(Token.objects.get().expires_at - clock.now() - timedelta(days=30)) < timedelta(minutes=1)
    with clock.telling(clock.now() + timedelta(hours=25)):
        assert new.get("me").status_code == 200
        answer = old.get("me")
    assert answer.status_code == 401
    assert "replaced" in answer.json()["detail"]


def test_without_grace_the_old_secret_ends_at_once(member: Any, client_of: Any) -> None:
    old = Program(member("王芳"))

    new = Program(secret=rotated(client_of("王芳"), grace="0"))

    assert (old.get("me").status_code, new.get("me").status_code) == (401, 200)


def test_an_expired_secret_is_not_woken_by_grace(member: Any, client_of: Any) -> None:
    old = expiring(member, -1)

    new = Program(secret=rotated(client_of("王芳"), grace="168"))

    assert (old.get("me").status_code, new.get("me").status_code) == (401, 200)


def test_a_second_rotation_ends_the_first_secret(member: Any, client_of: Any) -> None:
    first, client = Program(member("王芳")), client_of("王芳")

    second, third = Program(secret=rotated(client, grace="168")), Program(secret=rotated(client, grace="168"))

    assert [each.get("me").status_code for each in (first, second, third)] == [401, 200, 200]


# By hand, with its member


def test_a_revoked_token_has_no_secret_any_more(member: Any, client_of: Any) -> None:
    program, client = Program(member("王芳")), client_of("王芳")
    rotated(client, grace="168")

    client.delete(f"/settings/tokens/{Token.objects.get().pk}/", headers=HTMX)

    token = Token.objects.get()
    assert (token.secret_hash, token.previous_hash) == (None, None)
    assert program.get("me").status_code == 401
    assert client.post(f"/settings/tokens/{token.pk}/rotation/", {}, headers=HTMX).status_code == 404


def test_the_database_keeps_no_secret_of_a_revoked_token(member: Any, act: Any) -> None:
    Program(member("王芳"))

    with pytest.raises(IntegrityError), transaction.atomic(), act():
        Token.objects.update(revoked_at=clock.now())


def test_no_undo_brings_a_revoked_token_back(member: Any, client_of: Any, administrator: Any) -> None:
    program, client = Program(member("王芳")), client_of("王芳")
    client.delete(f"/settings/tokens/{Token.objects.get().pk}/", headers=HTMX)
    revoked = ChangeSet.objects.get(action="revoke_token")

    offered = client.get(f"/change-sets/{revoked.pk}/").content.decode()
    answer = client.post(f"/change-sets/{revoked.pk}/undo/", headers=HTMX)
    undoing.undo(administrator, revoked)

    assert f"/change-sets/{revoked.pk}/undo/" not in offered
    assert answer.status_code == 404
    assert Token.objects.get().revoked_at is not None
    assert program.get("me").status_code == 401


def test_who_comes_back_comes_back_without_tokens(member: Any, client_of: Any, administrator: Any) -> None:
    program = Program(member("王芳"))
    client_of("林晓").post(f"/members/{member('王芳').pk}/departure/", {"successor": member("李娜").pk})
    gone = program.get("me").status_code

    undoing.undo(administrator, ChangeSet.objects.get(action="deactivate"))

    assert (gone, member("王芳").is_active) == (401, True)
    assert program.get("me").status_code == 401
    assert Token.objects.get().secret_hash is None


def test_undo_does_not_widen_rights_but_gives_a_name_back(member: Any, client_of: Any, administrator: Any) -> None:
    Program(member("王芳"))
    address, client = f"/settings/tokens/{Token.objects.get().pk}/", client_of("王芳")
    client.post(address, {"name": "报表程序"}, headers=HTMX)
    client.post(address, {"name": "报表", "reach": "chosen", "right_customers": "read"}, headers=HTMX)
    renamed, narrowed = ChangeSet.objects.get(action="rename_token"), ChangeSet.objects.get(action="revise_token")

    undoing.undo(administrator, narrowed)
    assert (Token.objects.get().name, Token.objects.get().rights) == ("报表程序", {"customers": "read"})
    assert client.post(f"/change-sets/{renamed.pk}/undo/", headers=HTMX).status_code < 300
    assert Token.objects.get().name == "test"


# In the log


def test_no_hash_is_in_the_log_whatever_happens(member: Any, client_of: Any, administrator: Any) -> None:
    Program(member("王芳"))
    hashes = {Token.objects.get().secret_hash}
    rotated(client_of("王芳"), grace="168")
    hashes |= {Token.objects.get().secret_hash}
    program = Program(member("刘洋"))
    made = ChangeSet.objects.latest("id")
    hashes |= {Token.objects.latest("id").secret_hash}

    undone = undoing.undo(administrator, made)
    count = Token.objects.count()
    undoing.undo(administrator, undone.change_set)

    log = "".join(f"{change.before}{change.after}" for change in Change.objects.filter(table_name="people_token"))
    assert len(hashes) == 3
    assert not any(known in log for known in hashes)
    assert (count, Token.objects.count()) == (1, 2)
    assert Token.objects.get(member=member("刘洋")).secret_hash is None
    assert program.get("me").status_code == 401
    assert "without a secret" in client_of("刘洋").get("/settings/tokens/").content.decode()


def test_a_password_is_not_in_the_log_either(administrator: Any) -> None:
    with acts.act(administrator, "add_member", record_type="members") as added:
        member = Member(name="过客", email="guest@huacheng.example")
        member.set_password("a-long-password")
        member.save()
    password = member.password

    undone = undoing.undo(administrator, added)
    undoing.undo(administrator, undone.change_set)

    back = Member.objects.get(email="guest@huacheng.example")
    log = "".join(f"{change.before}{change.after}" for change in Change.objects.filter(record_id=back.pk))
    assert password not in log
    assert not back.has_usable_password()
