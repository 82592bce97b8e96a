"""Customers, contacts, opportunities and activities by the million, each kind by one INSERT … SELECT.

Indexes are taken away and made again afterwards, triggers and foreign keys are switched off: the rows are right by
construction, and the log gets a first entry for every one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection, models, transaction

from zhike.base import actors
from zhike.base.changelog import acts
from zhike.bench.data import names
from zhike.domains.activities.models import Activity, Link
from zhike.domains.customers.models import Contact, Customer, Industry, Source
from zhike.domains.opportunities.models import Opportunity, Stage

if TYPE_CHECKING:
    from zhike.bench.ground import Size

Expressions = Mapping[str, str]
DAYS = 1800
SHUFFLE = 7919  # a prime: multiplying by it walks through all combinations in an order that looks like none


def fill(size: Size, sellers: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute("SET session_replication_role = replica")
        known = _known(size, sellers)
        for model, count, expressions in (
            (Customer, size.customers, CUSTOMER), (Contact, size.contacts, CONTACT),
            (Opportunity, size.opportunities, OPPORTUNITY), (Activity, size.activities, ACTIVITY),
            (Link, size.activities, LINK),
        ):  # fmt: skip
            with without_indexes(cursor, model._meta.db_table):
                _insert(cursor, model, count, expressions, known)
        with without_indexes(cursor, "base_change"):
            _log(cursor)
        cursor.execute("RESET session_replication_role")
        cursor.execute("RESET maintenance_work_mem")


def _known(size: Size, sellers: Sequence[int]) -> dict[str, Any]:
    """What the expressions below refer to, as parameters."""
    open_stages = list(Stage.objects.filter(outcome="open").values_list("pk", flat=True))
    closed = {stage.outcome: stage.pk for stage in Stage.objects.exclude(outcome="open")}
    lists: dict[str, list[Any]] = {
        "sellers": list(sellers), "open_stages": open_stages,
        "industries": list(Industry.objects.values_list("pk", flat=True)),
        "sources": list(Source.objects.values_list("pk", flat=True)),
        "places": [place[0] for place in names.PLACES], "regions": [place[1] for place in names.PLACES],
        "areas": [place[2].lstrip("0") for place in names.PLACES],
        "first": list(names.FIRST), "second": list(names.SECOND), "trades": list(names.TRADES),
        "endings": list(names.ENDINGS), "surnames": list(names.SURNAMES), "given": list(names.GIVEN),
        "posts": list(names.POSTS),
    }  # fmt: skip
    keyed = {f"{name}_keys": names.keys(lists[name]) for name in KEYED}
    numbers = {name: getattr(size, name) for name in ("customers", "contacts", "opportunities", "open_deals")}
    pipeline = Stage.objects.filter(outcome="open")[0].pipeline_id
    return lists | keyed | numbers | {"won": closed["won"], "lost": closed["lost"], "pipeline": pipeline}


KEYED = ("places", "first", "second", "trades", "endings", "surnames", "given")


def _insert(cursor: Any, model: type[models.Model], count: int, told: Expressions, known: Mapping[str, Any]) -> None:
    """`told` gives an SQL expression over `i` for some columns; the others get what the model says."""
    columns, values = [], []
    parameters: dict[str, Any] = dict(known)
    for field in model._meta.concrete_fields:
        columns.append(f'"{field.column}"')
        if str(field.column) not in told:
            parameters[f"default_{field.column}"] = _default(field)
        values.append(told.get(str(field.column), f"%(default_{field.column})s"))
    statement = ", ".join(values)
    for name, value in known.items():
        if isinstance(value, list):
            kind = "text" if isinstance(value[0], str) else "bigint"
            statement = statement.replace(f"%({name})s", f"%({name})s::{kind}[]")
    table = model._meta.db_table
    dice = ", ".join(f"(hashint8extended(i, {seed}) & 2147483647) AS r{seed}" for seed in range(1, 7))
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {statement}"
        f" FROM (SELECT i, {dice} FROM generate_series(1, {count}::bigint) AS i) AS dice",
        parameters,
    )
    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {count})")


def _default(field: Any) -> Any:
    if field.has_db_default():
        return field.get_db_prep_save(field.db_default.value, connection)
    return field.get_db_prep_save(field.get_default(), connection)


def _log(cursor: Any) -> None:
    """Every record has an entry that says it was imported once."""
    with transaction.atomic():
        change_set = acts.begin(actors.system("bench"), "import", subject="bench.csv")
        for model in (Customer, Contact, Opportunity, Activity):
            table, title = model._meta.db_table, "subject" if model is Activity else "name"
            cursor.execute(
                f"""INSERT INTO base_change (change_set_id, at, table_name, record_id, owner_table, owner_id,
                                             operation, after)
                    SELECT %s, now(), '{table}', id, '{table}', id, 'I',
                           jsonb_build_object('name', {title}, 'owner_id', owner_id) FROM {table}""",
                [change_set.pk],
            )


@contextmanager
def without_indexes(cursor: Any, table: str) -> Iterator[None]:
    """Takes the plain indexes of a table away and makes them again at the end."""
    cursor.execute(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
           WHERE indrelid = %s::regclass AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)""",
        [table],
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _name, definition in found:
        cursor.execute(definition.replace(" ON ONLY ", " ON "))  # a partitioned table's index is its partitions' too


def _pick(name: str, dice: str) -> str:
    """One of the parts of a list, by a number."""
    return f"(%({name})s)[1 + ({dice}) %% cardinality(%({name})s)]"


def _digit(*lists: str) -> list[str]:
    """Reads i, shuffled, as a number whose digits choose one part from each list: no combination comes twice soon."""
    found, divisor = [], "1"
    for name in lists:
        found.append(f"(%({name})s)[1 + (i * {SHUFFLE} / ({divisor})) %% cardinality(%({name})s)]")
        divisor += f" * cardinality(%({name})s)"
    return found


COMPANY = ("places", "trades", "second", "first", "endings")
PLACE, TRADE, SECOND, FIRST, ENDING = _digit(*COMPANY)
_keys = {name: part.replace(f"%({name})s)[", f"%({name}_keys)s)[") for name, part in
         zip(COMPANY, (PLACE, TRADE, SECOND, FIRST, ENDING), strict=True)}  # fmt: skip
OWNER = _pick("sellers", "hashint8extended({}, 9) & 2147483647")
AT = f"now() - interval '{DAYS} days' * (1 - i::float / %(customers)s)"

CUSTOMER: Expressions = {
    "id": "i",
    "kind": "'organisation'",
    "name": f"{PLACE} || {FIRST} || {SECOND} || {TRADE} || {ENDING}",
    "short_name": f"{FIRST} || {SECOND} || {TRADE}",
    "title_key": " || ' ' || ".join(_keys[name] for name in ("places", "first", "second", "trades", "endings")),
    "external_id": "'K' || i",
    "industry_id": _pick("industries", "r1"),
    "source_id": _pick("sources", "r2"),
    "size": "(ARRAY['1-19', '20-99', '100-499', '500-999', '1000+'])[1 + r3 %% 5]",
    "employee_count": "5 + r3 %% 3000",
    "region": PLACE.replace("places", "regions"),
    "address": f"{PLACE} || '人民路 ' || (r4 %% 900 + 1) || ' 号'",
    "website": "'https://www.k' || i || '.example'",
    "phones": (
        "jsonb_build_array(jsonb_build_object('kind', 'landline', 'number',"
        f" '+86' || {PLACE.replace('places', 'areas')} || lpad((20000000 + i * 61 %% 59999999)::text, 8, '0')))"
    ),
    "emails": "jsonb_build_array(jsonb_build_object('kind', 'work', 'address', 'info@k' || i || '.example'))",
    "owner_id": OWNER.format("i"),
    "created_at": AT,
    "updated_at": AT,
    "last_activity_at": "CASE WHEN r5 %% 10 < 7 THEN now() - interval '1 minute' * (r5 %% 1000000) END",
    "next_activity_at": "CASE WHEN r6 %% 10 < 3 THEN now() + interval '1 minute' * (r6 %% 40000) END",
    "tags": "CASE WHEN r4 %% 3 = 0 THEN ARRAY['重点客户'] ELSE ARRAY[]::varchar[] END",
}
EMPLOYER = f"1 + (i * {SHUFFLE}) %% %(customers)s"
SURNAME = _pick("surnames", "(r1 %% 1000) * (r1 %% 1000) / 20000")
GIVEN_1, GIVEN_2 = _pick("given", "(r2 %% 1000) * (r2 %% 1000) / 12000"), _pick("given", "r3")
CONTACT: Expressions = {
    "id": "i",
    "name": f"{SURNAME} || {GIVEN_1} || CASE WHEN r3 %% 4 = 0 THEN '' ELSE {GIVEN_2} END",
    "title_key": (
        f"{SURNAME.replace('surnames)', 'surnames_keys)')} || ' ' || {GIVEN_1.replace('given)', 'given_keys)')}"
        f" || CASE WHEN r3 %% 4 = 0 THEN '' ELSE ' ' || {GIVEN_2.replace('given)', 'given_keys)')} END"
    ),
    "customer_id": EMPLOYER,
    "job_title": _pick("posts", "r4"),
    "phones": (
        "jsonb_build_array(jsonb_build_object('kind', 'mobile', 'number',"
        " '+86192' || lpad((i * 73 %% 99999989)::text, 8, '0')))"
    ),
    "emails": "jsonb_build_array(jsonb_build_object('kind', 'work', 'address', 'p' || i || '@k.example'))",
    "owner_id": OWNER.format(EMPLOYER),
    "created_at": AT.replace("customers", "contacts"),
    "updated_at": AT.replace("customers", "contacts"),
    "last_activity_at": "CASE WHEN r5 %% 10 < 5 THEN now() - interval '1 minute' * (r5 %% 1000000) END",
}
BUYER = f"1 + (i * {SHUFFLE} + 17) %% %(customers)s"
IS_OPEN = "i > %(opportunities)s - %(open_deals)s"
CLOSED_ON = "(now() - interval '1 day' * (r4 %% 1000))::date"
OPPORTUNITY: Expressions = {
    "id": "i",
    "name": f"{_pick('first', 'r1')} || {_pick('second', 'r2')} || '采购 ' || i",
    "title_key": f"{_pick('first_keys', 'r1')} || ' ' || {_pick('second_keys', 'r2')} || ' cai gou ' || i",
    "customer_id": BUYER,
    "pipeline_id": "%(pipeline)s",
    "stage_id": (
        f"CASE WHEN {IS_OPEN} THEN {_pick('open_stages', 'r3')} WHEN r3 %% 3 = 0 THEN %(won)s ELSE %(lost)s END"
    ),
    "status": f"CASE WHEN {IS_OPEN} THEN 'open' WHEN r3 %% 3 = 0 THEN 'won' ELSE 'lost' END",
    "amount": "1000 + r5 %% 500000",
    "currency": "'CNY'",
    "opened_on": "(now() - interval '1 day' * (1000 + r4 %% 300))::date",
    "expected_close_on": f"CASE WHEN {IS_OPEN} THEN (now() + interval '1 day' * (r4 %% 180 - 20))::date END",
    "closed_on": f"CASE WHEN {IS_OPEN} THEN NULL ELSE {CLOSED_ON} END",
    "stage_entered_at": "now() - interval '1 hour' * (r6 %% 1500)",
    "owner_id": OWNER.format(BUYER),
    "created_at": AT.replace("customers", "opportunities"),
    "updated_at": AT.replace("customers", "opportunities"),
}
ACTIVITY: Expressions = {
    "id": "i",
    "kind": "(ARRAY['note', 'task', 'call', 'meeting', 'visit'])[1 + r1 %% 5]",
    "subject": "'跟进 ' || i",
    "title_key": "'gen jin ' || i",
    "body": "'客户询问交期与价格,约定下周再谈。'",
    "happened_at": "CASE WHEN r2 %% 5 > 0 THEN now() - interval '1 minute' * (r3 %% 1000000) END",
    "done_at": "CASE WHEN r2 %% 5 > 0 THEN now() - interval '1 minute' * (r3 %% 1000000) END",
    "due_at": "CASE WHEN r2 %% 5 = 0 THEN now() + interval '1 minute' * (r3 %% 40000 - 5000) END",
    "owner_id": OWNER.format(EMPLOYER),
    "created_at": "now() - interval '1 minute' * (r3 %% 1000000)",
}
LINK: Expressions = {
    "id": "i",
    "activity_id": "i",
    "record_type": "'customers'",
    "record_id": EMPLOYER,
    "is_direct": "true",
}
