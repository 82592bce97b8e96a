"""What an administrator lays out is what people see: everybody, a role, a kind of record; and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zhike.base.changelog import undoing
from zhike.base.changelog.models import ChangeSet
from zhike.records import conditions, gate, registry, saved_views
from zhike.records.customising import changing as fields
from zhike.records.customising import meanwhile
from zhike.records.layouts import changing, parts, reading
from zhike.records.layouts.parts import Place
from zhike.records.models import Layout
from zhike.testing import custom as own
from zhike.testing import samples

BASE = "/settings/layouts/"
HTMX = {"HX-Request": "true"}


def sent(*sections: Any) -> str:
    """`sent(("标题", "Title", ["name"]))`, or `sent(["name"])` where sections have no titles."""
    told = [
        {"names": each} if isinstance(each, list) else dict(zip(("label", "label_en", "names"), each, strict=True))
        for each in sections
    ]
    return json.dumps({"sections": told})


def place(part: str, name: str = "opportunities", **more: str) -> Place:
    return Place(part, registry.get(name), **more)


def every_field(name: str = "opportunities", *, without: tuple[str, ...] = ()) -> list[str]:
    return [each for each in parts.offered(place(reading.SECTIONS, name)) if each not in without]


@pytest.mark.parametrize("who", ["陈强", "王芳"])
def test_only_administrators_see_and_change_them(client_of: Any, who: str) -> None:
    for path in (BASE, f"{BASE}customers/", f"{BASE}menu/", f"{BASE}customers/columns/"):
        assert client_of(who).get(path).status_code == 403
    assert client_of(who).post(f"{BASE}customers/columns/", {"body": sent(["name"])}, headers=HTMX).status_code == 403
    assert client_of(who).delete(f"{BASE}customers/columns/", headers=HTMX).status_code == 403
    assert not Layout.objects.exists()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_of_every_type_opens(client_of: Any, language: str) -> None:
    client = client_of("林晓", language=language)
    assert client.get(BASE).status_code == 200 and client.get(f"{BASE}menu/").status_code == 200
    for record_type in registry.all_types():
        assert client.get(f"{BASE}{record_type.name}/").status_code == 200
        assert client.get(f"{BASE}{record_type.name}/?role=salesperson").status_code == 200
        for kind, _label in parts.kinds_of(record_type):
            assert client.get(f"{BASE}{record_type.name}/?kind={kind}").status_code == 200
    for wrong in ("nothing/", "customers/?role=nobody", "customers/?kind=none", "customers/card/", "customers/menu/"):
        assert client.get(f"{BASE}{wrong}").status_code == 404


def test_what_is_declared_can_be_saved_as_it_stands(client_of: Any, administrator: Any) -> None:
    for record_type in registry.all_types():
        kinds = [key for key, _label in parts.kinds_of(record_type)] or [""]
        for kind in kinds:
            whole = Place(reading.SECTIONS, record_type, "", kind)
            record = record_type.model(**({reading.kind_field(record_type): kind} if kind else {}))
            before = [(str(each.label), each.fields) for each in record_type.sections(record)]
            changing.lay_out(administrator, whole, json.dumps(parts.declared(whole)))
            assert [(str(each.label), each.fields) for each in record_type.sections(record)] == before
            changing.reset(administrator, whole)


# Sections


def test_sections_are_laid_out_on_page_and_form(client_of: Any, administrator: Any, owner: Any) -> None:
    deal = gate.create(owner, registry.get("opportunities"), {"name": "年会", "competitor": "途远"})
    body = sent(
        ("要紧的", "What matters", ["name", "amount"]),
        ("其余", "", every_field(without=("name", "amount", "competitor"))),
    )
    url = f"{BASE}opportunities/sections/"

    answer = client_of("林晓").post(url, {"body": body}, headers=HTMX)

    assert answer.status_code == 200 and "Changed" in answer.content.decode()
    page = client_of(owner).get(f"/opportunities/{deal.pk}/").content.decode()
    assert "What matters" in page and "其余" in page and "途远" not in page
    assert "要紧的" in client_of(owner, language="zh-hans").get(f"/opportunities/{deal.pk}/").content.decode()
    form = client_of(owner).get(f"/opportunities/{deal.pk}/edit/", headers=HTMX).content.decode()
    assert 'name="competitor"' not in form and 'name="amount"' in form
    gate.edit(owner, deal, {"amount": "5"})
    assert registry.get("opportunities").model._default_manager.get(pk=deal.pk).competitor == "途远"


def test_a_field_made_later_stands_at_the_end_and_one_that_went_is_left_out(administrator: Any) -> None:
    opportunities = registry.get("opportunities")
    gone = own.add(administrator, "opportunities", "text", label="旧的")
    body = sent(("全部", "All", [*every_field(without=("competitor",))]))
    changing.lay_out(administrator, place(reading.SECTIONS), body)
    fields.remove_field(administrator, gone)
    late = own.add(administrator, "opportunities", "text", label="新的")
    must = own.add(administrator, "opportunities", "text", label="必填", required="1")

    sections = opportunities.sections(opportunities.model())

    assert gone.name not in {name for section in sections for name in section.fields}
    assert sections[-1].fields == (late.name, must.name)


def test_a_field_that_may_have_to_be_filled_is_not_hidden(administrator: Any) -> None:
    row = own.add(
        administrator, "opportunities", "text", label="审批号",
        required_when=json.dumps({"field": "amount", "op": "gt", "value": "1000000"}),
    )  # fmt: skip
    with pytest.raises(gate.Refused, match="审批号"):
        changing.lay_out(
            administrator, place(reading.SECTIONS), sent(("全部", "All", every_field(without=(row.name,))))
        )
    assert not Layout.objects.exists()


def test_kinds_of_customers_are_laid_out_each_by_itself(administrator: Any) -> None:
    customers = registry.get("customers")
    kinds = [key for key, _label in parts.kinds_of(customers)]
    assert len(kinds) > 1
    whole = place(reading.SECTIONS, "customers", kind=kinds[0])
    names = list(parts.offered(whole))
    changing.lay_out(administrator, whole, sent(("一段", "One", names)))

    first, second = (customers.model(**{reading.kind_field(customers): kind}) for kind in kinds[:2])
    assert [str(each.label) for each in customers.sections(first)] == ["One"]
    assert "One" not in [str(each.label) for each in customers.sections(second)]


def test_a_role_has_a_layout_of_its_own(client_of: Any, administrator: Any, owner: Any) -> None:
    changing.lay_out(administrator, place(reading.COLUMNS), sent(["name", "amount", "competitor"]))
    changing.lay_out(administrator, place(reading.COLUMNS, role="salesperson"), sent(["name", "tags"]))
    assert "salesperson" in owner.roles
    gate.create(owner, registry.get("opportunities"), {"name": "年会"})

    theirs = client_of(owner).get("/opportunities/").content.decode()
    ours = client_of("林晓").get("/opportunities/").content.decode()

    assert 'data-column="tags"' in theirs and 'data-column="competitor"' not in theirs
    assert 'data-column="competitor"' in ours and 'data-column="tags"' not in ours
    changing.reset(administrator, place(reading.COLUMNS, role="salesperson"))
    assert 'data-column="competitor"' in client_of(owner).get("/opportunities/").content.decode()


def test_what_a_member_chose_comes_before_the_layout(client_of: Any, administrator: Any, owner: Any) -> None:
    client = client_of(owner)
    gate.create(owner, registry.get("opportunities"), {"name": "年会"})
    client.post("/opportunities/columns/", {"columns": ["name", "status"]})
    changing.lay_out(administrator, place(reading.COLUMNS), sent(["name", "competitor"]))
    page = client.get("/opportunities/").content.decode()
    assert 'data-column="status"' in page and 'data-column="competitor"' not in page


# The other parts


def test_cards_related_lists_views_and_menu_follow(client_of: Any, administrator: Any, owner: Any) -> None:
    deal = gate.create(owner, registry.get("opportunities"), {"name": "年会", "competitor": "途远"})
    client = client_of(owner)
    assert "途远" not in client.get("/opportunities/board/").content.decode()
    changing.lay_out(administrator, place(reading.CARD), sent(["competitor", "amount"]))
    assert "途远" in client.get("/opportunities/board/").content.decode()

    customers = registry.get("customers")
    keys = list(parts.offered(place(reading.RELATED, "customers")))
    changing.lay_out(administrator, place(reading.RELATED, "customers"), sent([*reversed(keys[1:])]))
    shown = [each.record_type for each in customers.related_as_laid_out()]
    assert len(shown) == len(keys) - 1 and len(customers.related_lists()) == len(keys)
    hidden = customers.related_lists()[0].record_type
    assert conditions.parse({"related": hidden, "measure": "exists", "op": "is", "value": True}, customers)
    record = samples.record_of(administrator, customers)
    assert client_of("林晓").get(f"/customers/{record.pk}/").status_code == 200

    key = parts.views(administrator, registry.get("opportunities"))[1][0]
    changing.lay_out(administrator, place(reading.VIEW), key)
    views = saved_views.views_of(owner, registry.get("opportunities"))
    assert saved_views.default_of(owner, registry.get("opportunities"), views).key == key != views[0].key
    assert client.get("/opportunities/").status_code == 200

    names = [name for name in parts.offered(Place(reading.MENU)) if name != "products"]
    changing.lay_out(
        administrator, Place(reading.MENU), sent(["opportunities", *(n for n in names if n != "opportunities")])
    )
    menu = client.get("/").content.decode().split("</nav>")[0]
    assert 'href="/products/"' not in menu
    assert menu.index('href="/opportunities/"') < menu.index('href="/customers/"')
    assert client.get("/products/").status_code == 200 and deal.pk


# Bad input


@pytest.mark.parametrize(
    "raw",
    [
        "", "{", "[]", '{"sections": 5}', '{"sections": [5]}', '{"sections": [{"names": 5}]}', "[" * 3000,
        sent(["gone"]), sent(["name", "name"]), sent(["amount"]), sent([]),
        json.dumps({"sections": [{"names": [{"a": 1}]}]}), json.dumps({"sections": [{"names": []}] * 31}),
    ],
)  # fmt: skip
def test_columns_that_cannot_be_are_refused(client_of: Any, raw: str) -> None:
    answer = client_of("林晓").post(f"{BASE}opportunities/columns/", {"body": raw}, headers=HTMX)
    assert answer.status_code == 422 and "form-errors" in answer.content.decode()
    assert not Layout.objects.exists()


def test_sections_that_cannot_be_are_refused(administrator: Any) -> None:
    whole = every_field("customers")
    wrong = [
        sent(("", "", whole)), sent(("长" * 61, "", whole)),
        sent(("标题", "", [each for each in whole if each != "name"])), sent(("标题", "", [*whole, "version"])),
    ]  # fmt: skip
    for raw in wrong:
        kind = parts.kinds_of(registry.get("customers"))[0][0]
        with pytest.raises(gate.Refused):
            changing.lay_out(administrator, place(reading.SECTIONS, "customers", kind=kind), raw)
    for part, raw in ((reading.VIEW, "999"), (reading.CARD, sent([*every_field()]))):
        with pytest.raises(gate.Refused):
            changing.lay_out(administrator, place(part), raw)
    assert not Layout.objects.exists()


def test_a_view_that_is_gone_opens_all(client_of: Any, administrator: Any) -> None:
    with_row = Layout(record_type="opportunities", part=reading.VIEW, body={"key": "4711"})
    from zhike.base.changelog import acts

    with acts.act(administrator, "test"):
        with_row.save()
    reading.forget_kept()
    assert client_of("林晓").get("/opportunities/").status_code == 200


# Two administrators, undoing


def test_of_two_administrators_the_second_sees_what_changed_and_chooses(client_of: Any, administrator: Any) -> None:
    url, here = f"{BASE}opportunities/columns/", place(reading.COLUMNS)
    seen = meanwhile.written(changing.seen_of(here))
    changing.lay_out(administrator, here, sent(["name", "competitor"]), seen=seen)

    mine = {"body": sent(["name", "tags"]), "seen": seen}
    answer = client_of("林晓").post(url, mine, headers=HTMX)

    shown = answer.content.decode()
    assert answer.status_code == 409 and "as delivered" in shown and "Competitor" in shown and "林晓" in shown
    assert shown.index('data-name="tags"') < shown.index("hidden-zone")
    assert changing.seen_of(here)["body"]["names"] == ["name", "competitor"]
    again = mine | {"seen": meanwhile.written(changing.seen_of(here))}
    assert client_of("林晓").post(url, again, headers=HTMX).status_code == 200
    assert changing.seen_of(here)["body"]["names"] == ["name", "tags"]


def test_reset_and_undo(client_of: Any, administrator: Any) -> None:
    here = place(reading.COLUMNS)
    changing.lay_out(administrator, here, sent(["name", "competitor"]))
    laid_out = ChangeSet.objects.latest("pk")
    client = client_of("林晓")
    assert client.delete(f"{BASE}opportunities/columns/", headers=HTMX).status_code == 200
    assert not Layout.objects.exists() and reading.body_of("opportunities", reading.COLUMNS) is None
    undoing.undo(administrator, ChangeSet.objects.latest("pk"))
    body = reading.body_of("opportunities", reading.COLUMNS)
    assert body is not None and body["names"] == ["name", "competitor"]
    undoing.undo(administrator, laid_out)
    assert reading.body_of("opportunities", reading.COLUMNS) is None
    assert "laid out" in client.get("/change-sets/?only=configuration").content.decode()
