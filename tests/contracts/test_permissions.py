"""Every role × action × road: who may not, finds nothing (404) or is told so (403), and nothing has changed."""

import json

import pytest
from django.test import Client

from zhike.base.changelog.models import Change, ChangeSet
from zhike.domains.people import services as people
from zhike.domains.people.models import Member
from zhike.records import conditions, gate, listing, policies, registry
from zhike.testing import samples
from zhike.testing import types as own_types


def owned_types():
    return [*(found.name for found in registry.all_types() if found.has_owner()), own_types.KEY]


def directory_types():
    return [found.name for found in registry.all_types() if not found.has_owner()]


def token_client(member, act):
    with act():
        _token, secret = people.issue_token(actor=None, member=member, name="test")
    return Client(headers={"Authorization": f"Bearer {secret}"})


def as_json(client, method, path, body=None):
    return getattr(client, method)(path, data=json.dumps(body or {}), content_type="application/json")


def roads(record_type, record):
    """Every address that shows or changes one record."""
    base = f"/{record_type.name}/{record.pk}/"
    title = record_type.title
    yield "page", lambda c: c.get(base)
    yield "edit form", lambda c: c.get(f"{base}edit/")
    yield "edit", lambda c: c.post(f"{base}edit/", {title: "被改了"})
    yield "cell", lambda c: c.get(f"{base}cells/{title}/")
    yield "cell edit", lambda c: c.post(f"{base}cells/{title}/", {title: "被改了", "value": "被改了"})
    yield "trash", lambda c: c.post(f"{base}trash/")
    yield "restore", lambda c: c.delete(f"{base}trash/")
    yield "history", lambda c: c.get(f"{base}history/")
    yield "timeline", lambda c: c.get(f"{base}timeline/")
    yield "shares", lambda c: c.get(f"{base}shares/")
    yield "files", lambda c: c.post(f"{base}files/", {})
    for action in record_type.actions:
        if not action.url:
            yield f"action {action.name} form", lambda c, a=action: c.get(f"{base}actions/{a.name}/")
            yield f"action {action.name}", lambda c, a=action: c.post(f"{base}actions/{a.name}/", {})


def api_roads(record_type, record):
    base = f"/api/v1/{record_type.name}/{record.pk}/"
    title = record_type.title
    yield "api read", lambda c: c.get(base)
    yield "api patch", lambda c: as_json(c, "patch", base, {title: "被改了"})
    yield "api trash", lambda c: c.delete(base)
    yield "api history", lambda c: c.get(f"{base}history/")
    for action in record_type.actions:
        if not action.url:
            yield f"api action {action.name}", lambda c, a=action: as_json(c, "post", f"{base}actions/{a.name}/")


def fingerprint():
    return Change.objects.count(), ChangeSet.objects.count()


@pytest.mark.parametrize("name", owned_types())
def test_outsider_finds_no_road_to_a_record(name, owner, outsider, client_of, member, act):
    record_type = registry.get(name)
    record = samples.record_of(owner, record_type, **{record_type.title: "外人看不见"})
    browser, program = client_of(outsider), token_client(member("刘洋"), act)
    before = fingerprint()

    for road, go in roads(record_type, record):
        answer = go(browser)
        assert answer.status_code == 404, (road, answer.status_code)
        assert "外人看不见" not in answer.content.decode(), road
    for road, go in api_roads(record_type, record):
        answer = go(program)
        assert answer.status_code == 404, (road, answer.status_code)

    assert fingerprint() == before


@pytest.mark.parametrize("name", owned_types())
def test_owner_walks_every_road(name, owner, client_of, member, act):
    """The counterpart without which the test above could not fail."""
    record_type = registry.get(name)
    browser, program = client_of(owner), token_client(member("王芳"), act)
    names = [road for road, _go in [*roads(record_type, Placeholder()), *api_roads(record_type, Placeholder())]]

    for position, road in enumerate(names):
        record = samples.record_of(owner, record_type)
        _road, go = [*roads(record_type, record), *api_roads(record_type, record)][position]
        answer = go(program if road.startswith("api") else browser)
        assert answer.status_code in (200, 201, 202, 204, 302, 409, 422), (road, answer.status_code)


class Placeholder:
    pk = 0


@pytest.mark.parametrize("name", owned_types())
def test_outsider_finds_nothing_in_lists(name, owner, outsider, client_of, member, act):
    record_type = registry.get(name)
    samples.record_of(owner, record_type, **{record_type.title: "外人看不见"})
    browser, program = client_of(outsider), token_client(member("刘洋"), act)
    condition = json.dumps({"field": record_type.title, "op": "contains", "value": "看不见"})

    pages = [
        f"/{name}/",
        f"/{name}/?q=看不见",
        f"/{name}/trash/",
        f"/{name}/options/?q=外人",
        f"/{name}/export/?format=csv",
        "/search/?q=看不见",
        "/search/palette/?q=看不见",
        f"/{name}/calendar/?by=created_at&span=day",
        *([f"/{name}/board/"] if record_type.board else []),
    ]
    for page in pages:
        answer = browser.get(page)
        content = answer.getvalue() if answer.streaming else answer.content
        assert "外人看不见" not in content.decode("utf-8", "replace"), page
    for path in (f"/api/v1/{name}/", f"/api/v1/{name}/?filter={condition}", "/api/v1/search?q=看不见"):
        answer = program.get(path)
        assert "外人看不见" not in answer.content.decode(), path


@pytest.mark.parametrize("name", owned_types())
def test_outsider_undoes_nothing_of_others(name, owner, outsider, client_of, member, act):
    record_type = registry.get(name)
    record = samples.record_of(owner, record_type)
    act_of_owner = ChangeSet.objects.filter(action="create", record_type=name).latest("pk")
    program = token_client(member("刘洋"), act)
    before = fingerprint()

    assert client_of(outsider).post(f"/change-sets/{act_of_owner.pk}/undo/").status_code == 404
    assert client_of(outsider).get(f"/change-sets/{act_of_owner.pk}/").status_code == 404
    assert as_json(program, "post", f"/api/v1/change-sets/{act_of_owner.pk}/undo/").status_code == 404

    assert fingerprint() == before
    assert type(record)._default_manager.filter(pk=record.pk).exists()


@pytest.mark.parametrize("name", owned_types())
def test_bulk_acts_leave_others_records_alone(name, owner, outsider, client_of):
    record_type = registry.get(name)
    record = samples.record_of(owner, record_type)
    browser = client_of(outsider)

    for act in ("trash", "transfer", "edit"):
        browser.post(f"/{name}/bulk/{act}/", {"ids": [record.pk], "owner": outsider.member_id, "value": "x"})

    fresh = type(record)._default_manager.get(pk=record.pk)
    assert (fresh.trashed_at, fresh.owner_id) == (None, owner.member_id)


@pytest.mark.parametrize("name", directory_types())
def test_salesperson_sees_the_directory_but_changes_nothing(name, administrator, owner, client_of, member, act):
    record_type = registry.get(name)
    record = samples.record_of(administrator, record_type, **{record_type.title: "大家都看得见"})
    browser, program = client_of(owner), token_client(member("王芳"), act)
    assert browser.get(f"/{name}/{record.pk}/").status_code == 200
    before = fingerprint()

    for road, go in [*roads(record_type, record), *api_roads(record_type, record)]:
        answer = go(program if road.startswith("api") else browser)
        if road in ("page", "history", "timeline", "api read", "api history", "shares"):
            continue
        assert answer.status_code in (403, 404), (road, answer.status_code)
    assert browser.post(f"/{name}/new/", {record_type.title: "新"}).status_code == 403

    assert fingerprint() == before


SCOPES = {
    "林晓": {"own", "team", "other"},
    "陈强": {"own", "team"},
    "王芳": {"own"},
    "刘洋": set(),
}


@pytest.mark.parametrize("who", SCOPES)
@pytest.mark.parametrize("action", [policies.SEE, policies.EDIT, policies.TRASH, policies.EXPORT, policies.TRANSFER])
@pytest.mark.parametrize("name", owned_types())
def test_check_on_one_record_is_the_filter_of_the_list(name, action, who, actor):
    record_type = registry.get(name)
    records = {
        "own": samples.record_of(actor("王芳"), record_type),
        "team": samples.record_of(actor("李娜"), record_type),
        "other": samples.record_of(actor("何涛"), record_type),
    }
    who_acts = actor(who)

    listed = set(record_type.policy.scoped(who_acts, action, record_type.queryset()).values_list("pk", flat=True))
    for place, record in records.items():
        allowed = record_type.policy.allows(who_acts, action, record)
        assert allowed == (record.pk in listed) == (place in SCOPES[who]), (place, allowed)


@pytest.mark.parametrize("name", owned_types())
def test_shared_record_is_seen_and_written_as_far_as_shared(name, owner, outsider, act):
    from zhike.records.models import Share

    record_type = registry.get(name)
    record = samples.record_of(owner, record_type)
    with act():
        share = Share.objects.create(record_type=name, record_id=record.pk, member_id=outsider.member_id)
    assert record_type.policy.allows(outsider, policies.SEE, record)
    assert not record_type.policy.allows(outsider, policies.EDIT, record)

    with act():
        share.writable = True
        share.save()
    assert record_type.policy.allows(outsider, policies.EDIT, record)
    assert not record_type.policy.allows(outsider, policies.TRASH, record)


def test_nobody_signed_in_sees_nothing(record_type, record):
    for path in (f"/{record_type.name}/", f"/{record_type.name}/{record.pk}/"):
        assert Client().get(path).status_code == 302
    assert Client().get(f"/api/v1/{record_type.name}/").status_code == 401


def test_member_who_left_is_out_at_once(record_type, record, client_of, member, act):
    browser, program = client_of("王芳"), token_client(member("王芳"), act)
    with act():
        Member.objects.filter(name="王芳").update(is_active=False)

    assert browser.get(f"/{record_type.name}/").status_code == 302
    assert program.get(f"/api/v1/{record_type.name}/").status_code == 401


def test_read_only_token_writes_nothing(record_type, record, member, act):
    with act():
        _token, secret = people.issue_token(actor=None, member=member("林晓"), name="test", read_only=True)
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    before = fingerprint()

    for road, go in api_roads(record_type, record):
        expected = (200,) if road in ("api read", "api history") else (403,)
        assert go(program).status_code in expected, road

    assert fingerprint() == before


def test_pointing_at_what_one_may_not_see_is_refused(owner, outsider):
    hidden = samples.record_of(owner, registry.get("customers"))

    with pytest.raises(gate.Refused) as refused:
        gate.create(outsider, registry.get("opportunities"), {"name": "x", "customer": hidden.pk})
    assert set(refused.value.errors) == {"customer"}

    condition = {"field": "customer", "op": "in", "value": [hidden.pk]}
    assert "样本" not in conditions.explain({"field": "owner", "op": "is_me"}, registry.get("opportunities"))
    assert not listing.base_query(outsider, registry.get("opportunities"), condition=condition).exists()
