"""Adding a customer."""

import pytest

from zhike.domains.customers.models import Customer
from zhike.records import gate, registry

CUSTOMERS = "customers"


def test_new_customer_belongs_to_whoever_adds_it(owner):
    customer = gate.create(
        owner, registry.get(CUSTOMERS), {"name": "上海云杉医疗科技有限公司", "phones": "138 0013 8000"}
    )

    assert customer.owner_id == owner.member_id
    assert customer.phones == [{"kind": "mobile", "number": "+8613800138000"}]
    assert customer.title_key.startswith("shang hai yun shan")


def test_wrong_check_digit_is_refused_by_field(owner):
    with pytest.raises(gate.Refused) as refused:
        gate.create(owner, registry.get(CUSTOMERS), {"name": "云杉", "credit_code": "91310115MA1K4XXX0A"})

    assert set(refused.value.errors) == {"credit_code"}
    assert not Customer.objects.filter(name="云杉").exists()


def test_outsider_finds_nothing(owner, outsider):
    customer = gate.create(owner, registry.get(CUSTOMERS), {"name": "云杉"})

    with pytest.raises(gate.NotVisible):
        gate.get_record(outsider, registry.get(CUSTOMERS), customer.pk)
    with pytest.raises(gate.NotVisible):
        gate.edit(outsider, customer, {"name": "被改了"})


def test_nothing_is_written_without_a_change_set(workspace):
    with pytest.raises(Exception, match="no change set is open"):
        Customer.objects.create(name="没有变更集")


def test_a_year_is_told_without_a_comma(workspace):
    fields = registry.get("customers").built_in_fields

    assert fields["founded_year"].text(1996) == "1996"
    assert fields["employee_count"].text(8800) == "8,800"
