"""Every type × scope × road: what a scope reaches is the same wherever one asks; beside it there is nothing (404), and
what one sees without the right to change it stays as it is (403)."""

import json
import re

import pytest

from zhike.base.changelog.models import Change, ChangeSet
from zhike.domains.people.models import Department, Member
from zhike.domains.people.queries import actor_of
from zhike.records import policies, registry
from zhike.records.roles import holding
from zhike.records.roles.models import Role
from zhike.records.search import finding, indexing
from zhike.testing import log, samples
from zhike.testing import types as own_types

WHO = "陈强"
OWNERS = {"own": "陈强", "line": "何涛", "colleague": "李娜", "below": "吴迪", "stranger": "刘洋", "marked": "刘洋"}
"""Whose each record is. 何涛 reports to 周倩 and she to 陈强; 李娜 is of the same department and reports to another;
吴迪 is of a department below; the last record is what a condition holds for."""
TITLES = {place: f"范围{place}" for place in OWNERS}
REACHED = {
    "own": {"own"},
    "subordinates": {"own", "line"},
    "department": {"own", "colleague"},
    "department_and_below": {"own", "colleague", "below"},
    "condition": {"marked"},
    "own, condition": {"own", "marked"},
    "everything": set(OWNERS),
}


def types():
    return [*(found.name for found in registry.all_types() if found.has_owner()), own_types.KEY]


def pytest_generate_tests(metafunc):
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", types())
    if "scope" in metafunc.fixturenames:
        metafunc.parametrize("scope", REACHED)


@pytest.fixture
def company(workspace, act):
    """The departments and who reports to whom, as `OWNERS` says."""
    east = Department.objects.get(name="华东销售部")
    with act():
        service = Department.objects.get(name="客户服务部")
        Department.objects.filter(pk=service.pk).update(parent=east, path=f"{east.path}{service.pk}/")
        Member.objects.filter(name="李娜").update(manager=Member.objects.get(name="林晓"))
        Member.objects.filter(name="周倩").update(manager=Member.objects.get(name="陈强"))
        Member.objects.filter(name="何涛").update(manager=Member.objects.get(name="周倩"))


@pytest.fixture
def records(company, name, actor):
    record_type = registry.get(name)
    return {
        place: samples.record_of(actor(owner), record_type, **{record_type.title: TITLES[place]})
        for place, owner in OWNERS.items()
    }


@pytest.fixture
def allowed(company, name, act, member, client_of):
    """`allowed(see="own", edit="")`: a browser of 陈强, who may do that with records of the type and nothing else."""

    def let(**grants):
        record_type = registry.get(name)
        marked = {"condition": {"field": record_type.title, "op": "contains", "value": "marked"}}
        given = {action: [] for action in policies.ACTIONS}
        for action, scope in grants.items():
            given[action] = [marked if part == "condition" else part for part in scope.split(", ") if part]
        nothing = {each.name: {action: [] for action in policies.ACTIONS} for each in registry.all_types()}
        with act():
            Role.objects.create(key="scout", name="巡查", template="external_partner", rights=nothing | {name: given})
            Member.objects.filter(name=WHO).update(roles=["scout"])
        holding.kept.forget()
        return client_of(WHO)

    return let


def body_of(answer):
    if answer.headers["Content-Type"] == "application/json":
        return json.dumps(answer.json(), ensure_ascii=False)
    content = answer.getvalue() if answer.streaming else answer.content
    return content.decode("utf-8-sig", "replace")


def told_in(text):
    text = re.sub(r"</?mark>", "", text)
    return {place for place, title in TITLES.items() if title in text}


def test_a_scope_shows_the_same_on_every_road(name, scope, records, allowed, member):
    indexing.index_changes(log.rows_after())
    client = allowed(see=scope, export=scope)
    record_type, wanted = registry.get(name), REACHED[scope]

    for place, record in records.items():
        expected = 200 if place in wanted else 404
        base = f"/{name}/{record.pk}/"
        for road in ("", "timeline/", "history/", "access/"):
            answer = client.get(f"{base}{road}")
            assert answer.status_code == expected, (place, road)
            assert place in wanted or TITLES[place] not in body_of(answer), (place, road)
        assert client.get(f"/api/v1{base}").status_code == expected, place
        assert client.get(f"/api/v1{base}history/").status_code == expected, place
    condition = json.dumps({"field": record_type.title, "op": "contains", "value": "范围"})
    lists = [
        f"/{name}/?view=all", f"/{name}/?view=all&sort={record_type.title}", f"/{name}/?view=all&filter={condition}",
        f"/{name}/?view=all&q=范围", f"/{name}/options/?q=范围", f"/{name}/export/?format=csv",
        f"/{name}/calendar/?by=created_at&span=day", f"/api/v1/{name}/", f"/api/v1/{name}/?filter={condition}",
        "/search/?q=范围",
    ]  # fmt: skip
    for road in lists:
        assert told_in(body_of(client.get(road))) == wanted, road
    for road in ("/search/palette/?q=范围", "/api/v1/search?q=范围"):
        few = told_in(body_of(client.get(road)))
        assert few, road
        assert few <= wanted, "only the first few are shown"
    (group,) = finding.search(actor_of(member(WHO), "form"), "范围", [name])
    finding.count_all(actor_of(member(WHO), "form"), group, "范围")
    assert group.count == len(wanted), "no more is counted than may be seen"
    if record_type.board is not None:
        assert told_in(body_of(client.get(f"/{name}/board/"))) <= wanted


def test_what_one_sees_without_the_right_stays_as_it_is(name, scope, records, allowed):
    client, wanted = allowed(see=scope), REACHED[scope]
    record_type = registry.get(name)
    title = record_type.title
    act_of = ChangeSet.objects.filter(action="create", record_type=name).latest("pk")
    before = Change.objects.count(), ChangeSet.objects.count()

    for place, record in records.items():
        base, expected = f"/{name}/{record.pk}/", 403 if place in wanted else 404
        roads = {
            "edit": lambda base=base: client.post(f"{base}edit/", {title: "改"}),
            "cell": lambda base=base: client.post(f"{base}cells/{title}/", {"value": "改"}),
            "trash": lambda base=base: client.post(f"{base}trash/"),
            "shares": lambda base=base: client.get(f"{base}shares/"),
            "owner": lambda base=base: client.post(f"{base}owner/", {"owner": "1"}),
            "files": lambda base=base: client.post(f"{base}files/", {}),
            "api patch": lambda base=base: client.patch(f"/api/v1{base}", "{}", content_type="application/json"),
            "api trash": lambda base=base: client.delete(f"/api/v1{base}"),
        }
        for road, go in roads.items():
            assert go().status_code == expected, (place, road)
    ids = [record.pk for record in records.values()]
    for act in ("trash", "transfer", "edit"):
        client.post(f"/{name}/bulk/{act}/", {"ids": ids, "owner": "1", "value": "x"})
    for road in (f"/{name}/new/", f"/{name}/export/?format=csv", f"/imports/new/{name}/"):
        assert client.get(road).status_code in (403, 404), road
    assert client.post(f"/change-sets/{act_of.pk}/undo/").status_code == 404

    assert (Change.objects.count(), ChangeSet.objects.count()) == before
    for record in records.values():
        fresh = type(record)._default_manager.get(pk=record.pk)
        assert (getattr(fresh, title), fresh.owner_id, fresh.trashed_at) == (
            getattr(record, title), record.owner_id, None,
        )  # fmt: skip


def test_a_scope_lets_change_just_what_it_reaches(name, scope, records, allowed, member):
    client, wanted = allowed(see="everything", edit=scope, trash=scope), REACHED[scope]
    record_type = registry.get(name)
    who = actor_of(member(WHO), "form")
    listed = record_type.policy.scoped(who, policies.EDIT, record_type.queryset()).values_list("pk", flat=True)
    assert set(listed) == {record.pk for place, record in records.items() if place in wanted}

    for place, record in records.items():
        answer = client.post(f"/{name}/{record.pk}/cells/description/", {"value": "改过"})
        if record_type.field("description") is not None:
            assert answer.status_code == (200 if place in wanted else 403), place
        assert client.post(f"/{name}/{record.pk}/trash/").status_code in ((200, 302) if place in wanted else (403,))

    manager = records["own"].__class__._default_manager
    trashed = set(manager.filter(trashed_at__isnull=False).values_list("pk", flat=True))
    assert trashed == {record.pk for place, record in records.items() if place in wanted}


@pytest.mark.parametrize("action", [policies.SEE, policies.EDIT, policies.EXPORT])
def test_a_denial_closes_every_scope(name, action, records, allowed, act, member):
    allowed(see="everything", edit="everything", export="everything")
    with act():
        Role.objects.create(key="barred", name="不准", template="external_partner", rights={name: {action: "deny"}})
        Member.objects.filter(name=WHO).update(roles=["scout", "barred"])
    holding.kept.forget()
    policy, who = registry.get(name).policy, actor_of(member(WHO), "form")

    assert not policy.may(who, action)
    assert not any(policy.allows(who, action, record) for record in records.values())
