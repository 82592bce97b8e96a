"""A member leaves: somebody takes over, history keeps the old name, and it can be undone."""

from zhike.base.changelog import undoing
from zhike.base.changelog.models import ChangeSet
from zhike.domains.customers.models import Customer
from zhike.domains.opportunities.models import Opportunity
from zhike.records import gate, registry


def given_work(owner):
    customer = gate.create(owner, registry.get("customers"), {"name": "云杉医疗"})
    deals = registry.get("opportunities")
    open_deal = gate.create(owner, deals, {"name": "年会", "customer": customer.pk, "amount": "1000"})
    won_deal = gate.create(owner, deals, {"name": "考察团", "customer": customer.pk, "amount": "2000"})
    gate.perform(owner, won_deal, deals.action("win"), {})
    return customer, open_deal, won_deal


def test_successor_takes_over_what_is_going_on(client_of, member, owner):
    customer, open_deal, won_deal = given_work(owner)

    answer = client_of("林晓").post(
        f"/members/{owner.member_id}/departure/", {"successor": member("李娜").pk}, headers={"HX-Request": "true"}
    )

    assert answer.status_code == 204
    assert Customer.objects.get(pk=customer.pk).owner == member("李娜")
    assert Opportunity.objects.get(pk=open_deal.pk).owner == member("李娜")
    assert Opportunity.objects.get(pk=won_deal.pk).owner == member("王芳")
    assert not member("王芳").is_active
    assert client_of("王芳").get("/me/").status_code == 302


def test_departure_is_one_act_that_undoes(client_of, member, owner, administrator):
    customer, _open_deal, _won_deal = given_work(owner)
    client_of("林晓").post(f"/members/{owner.member_id}/departure/", {"successor": member("李娜").pk})

    undoing.undo(administrator, ChangeSet.objects.get(action="deactivate"))

    assert Customer.objects.get(pk=customer.pk).owner == member("王芳")
    assert member("王芳").is_active


def test_last_administrator_and_oneself_stay(client_of, member):
    answer = client_of("林晓").post(f"/members/{member('林晓').pk}/departure/", {})

    assert answer.status_code == 422
    assert member("林晓").is_active


def test_salespeople_deactivate_nobody(client_of, member):
    assert client_of("王芳").post(f"/members/{member('李娜').pk}/departure/", {}).status_code == 403
    assert member("李娜").is_active


def test_form_in_a_tab_of_its_own_is_a_whole_page_and_leads_back_to_the_member(client_of, member):
    leaver = member("王芳")
    client = client_of("林晓")

    page = client.get(f"/members/{leaver.pk}/departure/")
    drawer = client.get(f"/members/{leaver.pk}/departure/", headers={"HX-Request": "true"})
    answer = client.post(f"/members/{leaver.pk}/departure/", {"_page": "1", "successor": member("李娜").pk})

    assert "<html" in page.content.decode() and "data-close" not in _form_in(page)
    assert "<html" not in drawer.content.decode() and "data-close" in _form_in(drawer)
    assert (answer.status_code, answer["Location"]) == (302, leaver.get_absolute_url())
    assert not member("王芳").is_active


def _form_in(answer):
    html = answer.content.decode()
    return html[html.index('<form class="record-form"') :].split("</form>")[0]
