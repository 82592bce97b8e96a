"""Indexes over the company's own fields: made by a job, used by lists, gone with their definition."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from zhike.base import actors
from zhike.base.changelog import acts, undoing
from zhike.base.changelog.models import ChangeSet
from zhike.records import conditions, custom, gate, listing, registry
from zhike.records.customising import changing, indexing, jobs, kinds, values
from zhike.records.models import CustomField
from zhike.testing import custom as own
from zhike.testing import samples

INDEXED = sorted({*kinds.INDEXABLE, *kinds.LISTED} - kinds.READ_ONLY)


def customers() -> Any:
    return registry.get("customers")


def indexed(actor: Any, kind: str) -> CustomField:
    more = {"indexed": "1"} if kind in kinds.INDEXABLE else {}
    more |= {"max_length": "60"} if kind == "text" else {}
    row = own.add(actor, "customers", kind, **more)
    jobs.bring_indexes_up_to_date(field_id=row.pk)
    return row


def standing() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes"
            " WHERE schemaname = current_schema() AND indexname ~ '^custom_(value|order)'"
        )
        return {name for (name,) in cursor.fetchall()}


def plan_of(queryset: Any, *unwanted: str) -> str:
    """The database's plan where it is told not to read whole tables, as it would not with many rows."""
    ways = ("seqscan", *unwanted)
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET LOCAL enable_{way} = off" for way in ways))
    found = str(queryset.explain())
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET LOCAL enable_{way} = on" for way in ways))
    return found


@pytest.mark.parametrize("kind", INDEXED)
def test_lists_choose_and_sort_by_it(administrator: Any, kind: str) -> None:
    row = indexed(administrator, kind)
    field = customers().field(row.name)
    low, high = own.values_of(administrator, kind)
    first, second = (
        gate.create(administrator, customers(), {"name": name, row.name: value})
        for name, value in (("低", low), ("高", high))
    )
    assert indexing.is_ready(CustomField.objects.get(pk=row.pk))
    if field.sortable and kind not in kinds.LISTED:
        order = listing.order_of(customers(), row.name)
        alive = customers().queryset().filter(trashed_at__isnull=True).annotate(sort_value=field.order())
        assert [each.pk for each in listing.page(alive, order).records] == [first.pk, second.pk]
        ordered = alive.filter(sort_value__isnull=False).order_by("sort_value", "pk")[:50]
        assert f"_{row.pk} " in plan_of(ordered, "sort")
    operator = next(each for each in ("in", "has_any", "eq", "is", "before") if each in field.operators)
    wanted: Any = "2030-01-01" if operator == "before" else own.as_posted(high)
    wanted = wanted if isinstance(wanted, list) or operator not in ("in", "has_any") else [wanted]
    leaf = {"field": row.name, "op": operator, "value": wanted}
    has_many = operator == "has_any"
    rows = customers().queryset().order_by()
    rows = rows if has_many else rows.filter(trashed_at__isnull=True)
    chosen = conditions.filtered(rows, leaf, customers(), administrator)
    assert second.pk in {each.pk for each in chosen}
    assert f"custom_value_{row.pk}" in plan_of(chosen, *(("indexscan",) if has_many else ()))


def test_it_goes_and_comes_back_with_its_definition(administrator: Any) -> None:
    row = indexed(administrator, "integer")
    assert standing() == {f"custom_value_{row.pk}"}

    changing.revise_field(administrator, customers(), row, {"label": row.label})
    jobs.bring_indexes_up_to_date(field_id=row.pk)
    assert standing() == set()
    undoing.undo(administrator, ChangeSet.objects.filter(action="revise_field").latest("pk"))
    jobs.bring_indexes_up_to_date(field_id=row.pk)
    assert standing() == {f"custom_value_{row.pk}"}
    changing.remove_field(administrator, CustomField.objects.get(pk=row.pk))
    jobs.bring_indexes_up_to_date(field_id=row.pk)
    assert standing() == set()


def test_an_undone_field_leaves_no_index(administrator: Any) -> None:
    row = indexed(administrator, "choice")
    assert standing() == {f"custom_value_{row.pk}", f"custom_order_{row.pk}"}

    undoing.undo(administrator, ChangeSet.objects.filter(action="add_field").latest("pk"))

    assert standing() == set()
    jobs.bring_indexes_up_to_date(field_id=row.pk)
    values.drop_orphaned_indexes()


def test_choices_put_into_another_order_are_indexed_anew(administrator: Any) -> None:
    import json

    row = indexed(administrator, "choice")
    turned = json.dumps(list(reversed(row.options["choices"])))
    changing.revise_field(administrator, customers(), row, {"label": row.label, "choices": turned, "indexed": "1"})
    assert not indexing.is_ready(CustomField.objects.get(pk=row.pk))
    jobs.bring_indexes_up_to_date(field_id=row.pk)
    assert indexing.is_ready(CustomField.objects.get(pk=row.pk))


def test_a_text_too_long_for_an_index_is_no_text_to_index(administrator: Any) -> None:
    for more in ({}, {"max_length": "501"}):
        with pytest.raises(gate.Refused) as refused:
            own.add(administrator, "customers", "text", label="备注", indexed="1", **more)
        assert list(refused.value.errors) == ["indexed"]


def test_the_page_of_the_field_says_whether_it_stands(administrator: Any, client_of: Any) -> None:
    row = own.add(administrator, "customers", "integer", indexed="1")
    url = f"/settings/fields/customers/{row.pk}/"
    assert "The index is being made." in client_of("林晓").get(url, headers={"HX-Request": "true"}).content.decode()
    jobs.bring_indexes_up_to_date(field_id=row.pk)
    assert "The index stands." in client_of("林晓").get(url, headers={"HX-Request": "true"}).content.decode()


def test_it_is_made_while_others_write(committed_workspace: Any) -> None:
    actor = actors.system("tests")
    with acts.act(actor, "test"):
        row = CustomField.objects.create(
            record_type="customers", name="no", kind="day", label="日", options={"indexed": True}
        )
    custom.forget_kept()
    samples.record_of(actor, customers(), no="2026-03-05")

    jobs.bring_indexes_up_to_date(field_id=row.pk)
    jobs.bring_indexes_up_to_date(field_id=row.pk)

    assert standing() == {f"custom_value_{row.pk}"} and indexing.is_ready(row)
