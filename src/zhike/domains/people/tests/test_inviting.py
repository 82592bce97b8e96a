"""An administrator invites a member, who chooses a password and is in."""

from datetime import timedelta

import pytest
from django.test import Client

from zhike.base import clock
from zhike.domains.people.models import Invitation, Member
from zhike.records import gate, registry


def invited_link(client_of, member):
    answer = client_of("林晓").post(f"/members/{member.pk}/invitation/", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode().split("http://testserver")[1].split('"')[0]


def test_invited_member_signs_in_with_a_password_of_their_own(client_of, member):
    link = invited_link(client_of, member("王芳"))
    browser = Client()

    answer = browser.post(link, {"password": "shanshui-2026", "again": "shanshui-2026"})

    assert answer.status_code == 302
    assert member("王芳").check_password("shanshui-2026")
    assert browser.get("/me/").status_code == 200


def test_link_works_once(client_of, member):
    link = invited_link(client_of, member("王芳"))
    Client().post(link, {"password": "shanshui-2026", "again": "shanshui-2026"})

    assert Client().get(link).status_code == 404


def test_link_ends_after_two_weeks(client_of, member):
    link = invited_link(client_of, member("王芳"))
    Invitation.objects.update(expires_at=clock.now() - timedelta(minutes=1))

    assert Client().get(link).status_code == 404


def test_weak_or_different_passwords_are_refused(client_of, member):
    link = invited_link(client_of, member("王芳"))

    for password, again in (("12345678", "12345678"), ("shanshui-2026", "shanshui-2027"), ("", "")):
        answer = Client().post(link, {"password": password, "again": again})
        assert answer.status_code == 422
    assert not member("王芳").has_usable_password()


def test_salespeople_invite_nobody(client_of, member):
    answer = client_of("王芳").post(f"/members/{member('李娜').pk}/invitation/")

    assert answer.status_code == 403
    assert not Invitation.objects.filter(member=member("李娜")).exists()


def test_signing_in_is_locked_after_repeated_failure(workspace, act):
    with act():
        found = Member.objects.get(name="王芳")
        found.set_password("shanshui-2026")
        found.save()
    browser = Client()
    for _try in range(6):
        browser.post("/accounts/login/", {"login": found.email, "password": "wrong"})

    answer = browser.post("/accounts/login/", {"login": found.email, "password": "shanshui-2026"})

    assert answer.status_code == 429
    assert browser.get("/me/").status_code == 302


def test_address_of_a_colleague_is_taken(administrator):
    with pytest.raises(gate.Refused) as refused:
        gate.create(administrator, registry.get("members"), {"name": "王芳芳", "email": "wangfang@huacheng.example"})

    assert set(refused.value.errors) == {"email"}


def test_the_page_of_a_member_leads_to_inviting_and_leaving(client_of, member):
    other, browser = member("王芳"), client_of("林晓")

    page = browser.get(f"/members/{other.pk}/").content.decode()

    for address in (f"/members/{other.pk}/invitation/", f"/members/{other.pk}/departure/"):
        assert f'href="{address}" data-drawer' in page
        assert browser.get(address, headers={"HX-Request": "true"}).status_code == 200
    assert not Invitation.objects.filter(member=other).exists(), "asking makes no link yet"
    assert client_of("李娜").get(f"/members/{other.pk}/invitation/").status_code == 403


def test_an_action_with_a_page_of_its_own_is_done_nowhere_else(client_of, member):
    answer = client_of("林晓").post(f"/members/{member('王芳').pk}/actions/deactivate/")

    assert answer.status_code == 404
    assert member("王芳").is_active
