"""What a role may not see of a field is found on no road, and what it may not change stays as it is: every type,
every field, hidden, masked and read-only."""

import json
from urllib.parse import quote

import pytest

from zhike.base.changelog.models import Change, ChangeSet
from zhike.records import calendars, gate, registry
from zhike.records.importing import running
from zhike.records.models import JobState
from zhike.records.roles.rights import Access
from zhike.records.search import indexing, kept_words
from zhike.records.tests.importing import begin, table
from zhike.testing import access, samples
from zhike.testing.api import Program

HTMX = {"HX-Request": "true"}
NARROW = [Access.HIDDEN, Access.MASKED]
UNSHOWN = {"region"}  # shown in two parts
ROLE, WHO = "salesperson", "王芳"


def html_of(answer):
    return answer.content.decode()


def raw_secrets_of(record_type):
    """A raw value and what must not be found of it, by field."""
    found = {name: access.secret_for(field) for name, field in record_type.editable_fields().items()}
    return {name: each for name, each in found.items() if each is not None}


@pytest.fixture
def guarded(record_type, administrator, owner):
    """A record full of secrets, with a history: written twice, so that the log holds them before and after."""
    own = {"owner": owner.member_id} if record_type.has_owner() else {}
    values = {name: value for name, (value, _found) in raw_secrets_of(record_type).items()}
    record = samples.record_of(administrator, record_type, **own)
    gate.edit(administrator, record, values)
    other = others_of(record_type, values)
    gate.edit(administrator, record, other)
    gate.edit(administrator, record, {name: values[name] for name in other})
    return record_type.queryset().get(pk=record.pk)


def others_of(record_type, values):
    """Other values of the same fields, as far as there are."""
    return {
        name: samples.value_for(field)
        for name, field in record_type.editable_fields().items()
        if name in values and name != record_type.title and name not in samples.BY_NAME
    }


def pages(record_type, record):
    name, number = record_type.name, record.pk
    yield f"/{name}/"
    yield f"/{name}/columns/"
    yield f"/{name}/conditions/"
    yield f"/{name}/totals/"
    yield f"/{name}/options/"
    yield f"/{name}/{number}/"
    yield f"/{name}/{number}/edit/"
    yield f"/{name}/{number}/parts/"
    yield f"/{name}/{number}/history/"
    yield f"/{name}/{number}/timeline/"
    yield from (f"/{name}/{number}/related/{key}/" for key in related_keys(record_type))
    yield f"/{name}/export/?format=csv"
    yield "/change-sets/"
    yield "/change-sets/export/?format=csv"
    yield "/search/palette/"
    yield "/"
    for change in Change.objects.filter(owner_table=record_type.table, owner_id=number).values("change_set").distinct():
        yield f"/change-sets/{change['change_set']}/"
    if record_type.board:
        yield f"/{name}/board/"
    yield f"/{name}/calendar/?by=created_at&span=day"
    for action in record_type.actions:
        if not action.url:
            yield f"/{name}/{number}/actions/{action.name}/"


def days_of(record_type, record):
    """The day of each date the record has, by field: where a calendar would show it."""
    days = {name: field.value_of(record) for name, field in calendars.fields_of(record_type).items() if field.editable}
    return {name: calendars.day_of(value) for name, value in days.items() if value is not None}


def related_keys(record_type):
    from zhike.records.relations import key_of

    return [key_of(relation) for relation in record_type.related_lists()]


def programs_pages(record_type, record):
    name, number = record_type.name, record.pk
    yield f"{name}/"
    yield f"{name}/{number}/"
    yield f"{name}/{number}/history/"
    yield "openapi.json"


@pytest.mark.parametrize("narrow", NARROW)
def test_secrets_are_on_no_page(record_type, guarded, narrow, client_of, member, owner):
    secrets = {name: found for name, (_value, found) in raw_secrets_of(record_type).items()}
    columns = ",".join(secrets)
    browser, program = client_of(WHO), Program(member(WHO))
    everything = [
        *((path, browser.get) for path in [*pages(record_type, guarded), f"/{record_type.name}/?columns={columns}"]),
        *((path, program.get) for path in programs_pages(record_type, guarded)),
    ]
    access.restrict(ROLE, record_type, {})
    title = record_type.title
    for value in (f"{secrets[title]}甲", secrets[title]):  # acts of one's own, which name the record
        gate.edit(owner, guarded, {title: value})
    shown = "".join(access.plain(browser.get(f"/{record_type.name}/{guarded.pk}/{part}")) for part in ("", "history/"))
    assert {name for name, found in secrets.items() if found not in shown} <= UNSHOWN

    access.restrict(ROLE, record_type, dict.fromkeys(secrets, narrow))

    leaks = []
    for path, go in everything:
        answer = go(path)
        assert answer.status_code in (200, 404, 403), (path, answer.status_code)
        text = access.plain(answer)
        leaks += [f"{path}: {name}" for name, found in secrets.items() if found in text]
    assert not leaks, "\n".join(leaks)


# What is kept from somebody cannot be inferred either


def asked(field):
    """A condition of the first and of the last operator of a field."""
    for operator in {*field.operators[:1], *field.operators[-1:]}:
        value = samples.condition_value(field, operator)
        yield {"field": field.name, "op": operator} | ({} if operator in ("empty", "not_empty") else {"value": value})


@pytest.mark.parametrize("narrow", NARROW)
def test_no_filter_and_no_order_tells_of_it(record_type, guarded, narrow, client_of, member):
    """Every field by the API; the list, the board and the export ask in the same words, so a few do for them."""
    browser, program, fields = client_of(WHO), Program(member(WHO)), dict(record_type.fields())
    access.restrict(ROLE, record_type, dict.fromkeys(fields, narrow))
    places = ["", "totals/", "export/"] + (["board/"] if record_type.board else [])

    for position, (name, field) in enumerate(fields.items()):
        assert program.get(f"{record_type.name}/?sort=-{name}").status_code == 400, name
        for condition in asked(field):
            text = quote(json.dumps(condition))
            assert program.get(f"{record_type.name}/?filter={text}").status_code == 400, condition
        if position < len(places):
            place, text = f"/{record_type.name}/{places[position]}", quote(json.dumps(next(asked(field))))
            assert browser.get(f"{place}?format=csv&filter={text}").status_code in (400, 404), (place, text)
            assert browser.get(f"/{record_type.name}/?sort={name}").status_code == 400, name
    assert program.get(f"{record_type.name}/").status_code == 200


@pytest.mark.parametrize("narrow", NARROW)
def test_no_calendar_tells_of_it(record_type, guarded, narrow, client_of):
    """Where a record stands tells its date: not by the address, not by what was chosen, not as the usual field."""
    browser, base, entry = client_of(WHO), f"/{record_type.name}/calendar/", f'id="entry-{guarded.pk}"'
    days = days_of(record_type, guarded)
    access.restrict(ROLE, record_type, {})
    for name, day in days.items():
        assert entry in html_of(browser.get(f"{base}?by={name}&on={day}")), "without this the test could not fail"
        browser.post(f"{base}choice/?view=all", {"by": name})

    access.restrict(ROLE, record_type, dict.fromkeys(days, narrow))

    for name, day in days.items():
        assert browser.get(f"{base}?by={name}&on={day}").status_code == 404, name
        assert browser.post(f"{base}choice/", {"by": name, "on": day}).status_code == 404, name
        shown = html_of(browser.get(f"{base}?on={day}"))
        assert entry not in shown and name not in shown, name
    assert entry in html_of(browser.get(f"{base}?by=created_at&span=day")), "the others still go"


@pytest.mark.parametrize("narrow", NARROW)
def test_no_step_along_a_reference_tells_of_it(record_type, guarded, narrow, member):
    """Neither a condition, nor an order, nor an expansion, from every type that points here."""
    program, names = Program(member(WHO)), list(record_type.fields())
    pointing = [
        (owner.name, field)
        for owner in registry.all_types()
        for field in owner.built_in_fields.values()
        if getattr(field, "record_type_name", "") == record_type.name and owner.name != record_type.name
    ]
    access.restrict(ROLE, record_type, dict.fromkeys(names, narrow))

    for owner, field in pointing:
        for name in (names[0], names[-1], record_type.title):
            text = quote(json.dumps({"field": f"{field.name}.{name}", "op": "not_empty"}))
            assert program.get(f"{owner}/?filter={text}").status_code == 400, (owner, field.name, name)
        assert program.get(f"{owner}/?sort={field.name}").status_code == 400, (owner, field.name)
        expanded = access.plain(program.get(f"{owner}/?expand={field.name}"))
        assert not [name for name, (_value, found) in raw_secrets_of(record_type).items() if found in expanded]


def typed(value):
    """What somebody would type to find a value."""
    entry = value[0] if isinstance(value, list) else {"": value}
    return next(each for key, each in entry.items() if key != "kind")


@pytest.mark.parametrize("narrow", NARROW)
def test_no_search_finds_by_it(record_type, guarded, narrow, client_of, member, administrator):
    indexing.index(record_type, [guarded.pk])
    browser, program = client_of(WHO), Program(member(WHO))
    words = {
        name: typed(value)
        for name, (value, _found) in raw_secrets_of(record_type).items()
        if name in kept_words.names_with_words(record_type)
    }
    access.restrict(ROLE, record_type, {})
    roads = [
        lambda q: program.get(f"{record_type.name}/?q={quote(q)}").json()["items"],
        lambda q: program.get(f"search?types={record_type.name}&q={quote(q)}").json()["items"],
        lambda q: browser.get(f"/{record_type.name}/options/?q={quote(q)}").json()["items"],
    ]
    for name, word in words.items():
        assert roads[0](word), f"without this the test could not fail: {name}"

    access.restrict(ROLE, record_type, dict.fromkeys(words, narrow))

    assert not [(name, number) for name, word in words.items() for number, road in enumerate(roads) if road(word)]


# Nor is it written


@pytest.mark.parametrize("narrow", [*NARROW, Access.READ_ONLY])
def test_no_road_writes_it(record_type, guarded, narrow, client_of, member, actor):
    secrets = raw_secrets_of(record_type)
    browser, program = client_of(WHO), Program(member(WHO))
    access.restrict(ROLE, record_type, dict.fromkeys(record_type.fields(), narrow))
    before, log = state_of(record_type, guarded), Change.objects.count()
    base = f"/{record_type.name}/{guarded.pk}/"

    for name, (value, _found) in secrets.items():
        other = value if isinstance(value, str) else json.dumps(value)
        assert browser.post(f"{base}edit/", {name: other, "_fields": name}, headers=HTMX).status_code == 422, name
        assert browser.get(f"{base}cells/{name}/").status_code in (403, 404), name
        assert browser.post(f"{base}cells/{name}/", {"value": other}).status_code in (403, 404), name
        assert program.patch(f"{record_type.name}/{guarded.pk}/", {name: value}).status_code == 422, name
        assert program.post(f"{record_type.name}/", {name: value}).status_code == 422, name
        told = program.post(f"{record_type.name}/bulk/", {"ids": [guarded.pk], "changes": {name: value}})
        assert "ok" not in [each.get("status") for each in told.json().get("results", [])], (name, told.json())
        assert browser.post(
            f"/{record_type.name}/bulk/edit/", {"ids": [guarded.pk], name: other, "_fields": name}
        ).status_code in (403, 422), name
        run = running.check(begin(actor(WHO), record_type.name, table(["A"], ["x"]), {"columns": {"A": name}}))
        assert run.state == JobState.FAILED and not run.report, name

    assert state_of(record_type, guarded) == before
    assert Change.objects.count() == log


@pytest.mark.parametrize("narrow", [*NARROW, Access.READ_ONLY])
def test_no_undo_writes_it(record_type, guarded, narrow, client_of, member, owner):
    """What somebody wrote while they might, their undo turns back only while they still may: field by field."""
    browser, program = client_of(WHO), Program(member(WHO))
    access.restrict(ROLE, record_type, {})
    acts = []
    for name, value in others_of(record_type, raw_secrets_of(record_type)).items():
        gate.edit(owner, record_type.queryset().get(pk=guarded.pk), {name: value})
        acts.append(ChangeSet.objects.filter(action="edit").latest("pk"))
    acts = [act for act in acts if act.changes.exists()]
    before = state_of(record_type, guarded)
    access.restrict(ROLE, record_type, dict.fromkeys(record_type.fields(), narrow))

    for act in acts:
        assert browser.post(f"/change-sets/{act.pk}/undo/", headers=HTMX).status_code == 409
        assert program.post(f"change-sets/{act.pk}/undo/").status_code == 409

    assert state_of(record_type, guarded) == before
    access.restrict(ROLE, record_type, {})
    for act in acts:
        assert program.post(f"change-sets/{act.pk}/undo/").status_code == 200, "without this the test could not fail"
    assert state_of(record_type, guarded) != before


def state_of(record_type, record):
    return record_type.queryset().filter(pk=record.pk).values().get()
