"""Every field of every type filters with every operator it offers, sorts, and is explained in both languages."""

import pytest
from django.utils import translation

from zhike.records import conditions, listing
from zhike.testing import samples


def leaves(record_type):
    for name, field in record_type.fields().items():
        for operator in field.operators:
            if field.kind == "option" and not field.choices():
                continue
            yield {"field": name, "op": operator, "value": samples.condition_value(field, operator)}


def test_every_operator_of_every_field_runs(record_type, record, administrator):
    for leaf in leaves(record_type):
        found = listing.base_query(administrator, record_type, condition=leaf)
        try:
            assert found.count() >= 0
        except Exception as error:
            raise AssertionError(leaf) from error


def test_empty_and_not_empty_divide_the_records(record_type, record, administrator):
    everything = listing.base_query(administrator, record_type).count()
    for name, field in record_type.fields().items():
        if "empty" in field.operators:
            empty, filled = (
                listing.base_query(administrator, record_type, condition={"field": name, "op": operator}).count()
                for operator in ("empty", "not_empty")
            )
            assert empty + filled == everything, name


def test_negation_is_the_complement(record_type, record, administrator):
    everything = listing.base_query(administrator, record_type).count()
    for leaf in leaves(record_type):
        inside, outside = (
            listing.base_query(administrator, record_type, condition=condition).count()
            for condition in (leaf, {"not": leaf})
        )
        assert inside + outside == everything, leaf


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_condition_has_words(record_type, record, language):
    with translation.override(language):
        for leaf in leaves(record_type):
            assert conditions.explain(leaf, record_type).strip(), leaf


def test_every_sortable_field_sorts_both_ways_without_losing_a_record(record_type, administrator):
    for number in range(3):
        samples_record(record_type, administrator, number)
    everything = set(listing.base_query(administrator, record_type).values_list("pk", flat=True))
    for name, field in record_type.fields().items():
        if not field.sortable:
            continue
        for sort in (name, f"-{name}"):
            seen, cursor = [], ""
            while True:
                queryset = listing.base_query(administrator, record_type)
                page = listing.page(queryset, listing.order_of(record_type, sort), cursor=cursor, size=2)
                seen += [found.pk for found in page.records]
                if page.next is None:
                    break
                cursor = page.next
            assert len(seen) == len(everything) and set(seen) == everything, sort


def samples_record(record_type, administrator, number):
    title = {record_type.title: f"样本{number}"}
    unique = {"email": f"sample{number}@example.com"} if "email" in record_type.fields() else {}
    return samples.record_of(administrator, record_type, **title, **unique)


def test_related_lists_count_and_exist(record_type, record, administrator):
    for relation in record_type.related:
        for node in (
            {"related": relation.record_type, "measure": "count", "op": "gte", "value": 0},
            {"related": relation.record_type, "measure": "exists", "op": "is", "value": False},
        ):
            assert listing.base_query(administrator, record_type, condition=node).count() >= 0


@pytest.mark.parametrize(
    "broken",
    [
        {"field": "no_such_field", "op": "is", "value": 1},
        {"field": "created_at", "op": "no_such_operator"},
        {"field": "created_at", "op": "within", "value": {"last": "many"}},
        {"field": "created_at", "op": "within", "value": {"this": "eternity"}},
        {"related": "no_such_type", "measure": "count", "op": "gte", "value": 1},
        {"all": {"field": "created_at"}},
        {"all": [1]},
        {"every": []},
        [],
        "text",
        {"field": "created_at", "op": "before", "value": {"$ne": None}},
    ],
)
def test_broken_condition_is_an_error_never_a_wider_list(record_type, administrator, workspace, broken):
    with pytest.raises(conditions.ConditionError):
        list(listing.base_query(administrator, record_type, condition=broken))
