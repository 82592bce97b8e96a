"""The masses are what the product itself would have written."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from zhike.base import chinese
from zhike.base.changelog.models import Change
from zhike.bench import floors, serving
from zhike.bench.data import masses
from zhike.bench.ground import Size
from zhike.domains.activities.models import Activity
from zhike.domains.customers.models import Contact, Customer
from zhike.domains.opportunities.models import Opportunity
from zhike.domains.people.models import Member
from zhike.records import services

SIZE = Size(300, 320, 60, 20, 40)
pytestmark = pytest.mark.slow


@pytest.fixture
def filled(committed_workspace: Any) -> None:
    sellers = Member.objects.filter(roles=["salesperson"]).values_list("pk", flat=True)
    masses.fill(SIZE, list(sellers))


def test_every_record_passes_the_products_own_checks(filled: None) -> None:
    counts = [model.objects.count() for model in (Customer, Contact, Opportunity, Activity)]

    assert counts == [SIZE.customers, SIZE.contacts, SIZE.opportunities, SIZE.activities]
    assert Opportunity.objects.open().count() == SIZE.open_deals
    for model in (Customer, Contact, Opportunity, Activity):
        for record in model.objects.all()[:60]:
            services.validate(record)
    assert Change.objects.filter(operation="I", table_name=Customer._meta.db_table).count() == SIZE.customers


def test_names_differ_and_sort_by_their_pinyin(filled: None) -> None:
    customers = list(Customer.objects.all())

    assert len({customer.name for customer in customers}) == SIZE.customers
    same = [customer for customer in customers if customer.title_key == chinese.pinyin_key(customer.name)]
    assert len(same) > 0.7 * SIZE.customers  # a word that spans two parts of a name is read in one piece
    assert all(customer.title_key[:2] == chinese.pinyin_key(customer.name)[:2] for customer in customers)


def test_afterwards_the_database_refuses_again_and_its_indexes_are_there(filled: None) -> None:
    with pytest.raises(DatabaseError, match="no change set"), transaction.atomic():
        Customer.objects.filter(pk=1).update(name="x")

    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'customers_customer'")
        found = {name for (name,) in cursor.fetchall()}
    assert {index.name for index in Customer._meta.indexes} <= found


def test_floor_and_product_answer_at_the_same_door(filled: None) -> None:
    email = Member.objects.filter(roles=["administrator"]).values_list("email", flat=True)[0]
    bare, ours = serving.Door(serving.floor(), email=email), serving.Door(serving.product(), email=email)

    plain, page = bare.get("/table/"), ours.get("/customers/?view=all")

    latest = Customer.objects.order_by("-created_at", "-id")[0].name
    assert serving.text_of(plain).count("<tr>") == 51
    assert latest in serving.text_of(plain) and latest in serving.text_of(page)
    assert serving.Door(serving.floor()).ask("/table/").status == 302
    assert floors.TABLE.count("<th>") == 9
