"""The settings of fields in the browser."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zhike.records import custom, gate, registry, saved_views
from zhike.records.customising import changing, kinds
from zhike.records.models import CustomField
from zhike.testing import custom as own
from zhike.testing import samples

FIELDS = "/settings/fields/customers/"
HTMX = {"HX-Request": "true"}


def test_only_administrators_see_them(client_of: Any) -> None:
    for path in ("/settings/fields/", FIELDS, f"{FIELDS}new/"):
        assert client_of("林晓").get(path).status_code == 200
        assert client_of("陈强").get(path).status_code == 403
        assert client_of("王芳").get(path).status_code == 403
    assert client_of("林晓").get("/settings/fields/nothing/").status_code == 404


def test_a_field_is_added_and_is_at_once_in_form_list_and_page(client_of: Any, administrator: Any) -> None:
    client = client_of("林晓")
    samples.record_of(administrator, registry.get("customers"))
    posted = {"kind": "integer", "label": "套数", "label_en": "Units", "required": "1", "help": "共几套"}

    response = client.post(f"{FIELDS}new/", posted, headers=HTMX)

    assert response.status_code == 200 and "lacks it" in response["HX-Trigger"]
    assert [row.name for row in custom.custom_fields_of("customers")] == ["tao_shu"]
    form = client.get("/customers/new/", headers=HTMX).content.decode()
    assert 'name="tao_shu"' in form and "Units" in form and "共几套" in form
    assert "tao_shu" in client.get("/customers/columns/", headers=HTMX).content.decode()
    page = client.get(FIELDS).content.decode()
    assert "套数" in page and "lack it" in page


@pytest.mark.parametrize("kind", kinds.OFFERED)
def test_the_drawer_of_every_kind_opens_saves_and_opens_again(client_of: Any, administrator: Any, kind: str) -> None:
    client = client_of("林晓")
    posted = {
        "kind": kind,
        "label": "新的",
        "choices": json.dumps(own.TREE if kind in kinds.TREES else own.CHOICES),
        "target": own.TARGET,
        "pattern": own.PATTERN,
    }
    redrawn = client.post(f"{FIELDS}new/", posted | {"_redraw": "1"}, headers=HTMX)
    assert redrawn.status_code == 200 and not CustomField.objects.exists()

    assert client.post(f"{FIELDS}new/", posted, headers=HTMX).status_code == 200
    row = CustomField.objects.get()
    drawn = client.get(f"{FIELDS}{row.pk}/", headers=HTMX)
    assert drawn.status_code == 200 and "新的" in drawn.content.decode()

    value = own.as_posted(own.values_of(administrator, kind)[1]) if kind in own.WRITABLE else ""
    more = {"choices": json.dumps(row.options.get("choices", [])), "label_en": "Fresh", "default": value}
    saved = client.post(f"{FIELDS}{row.pk}/", posted | more, headers=HTMX)
    assert saved.status_code == 200, saved.content.decode()
    row = CustomField.objects.get()
    assert row.label_en == "Fresh"
    assert (custom.fields_of("customers")[row.name].default() is not None) == (kind in own.WRITABLE)
    assert client.get(f"{FIELDS}{row.pk}/", headers=HTMX).status_code == 200


def test_what_is_refused_stands_beside_its_input(client_of: Any) -> None:
    response = client_of("林晓").post(f"{FIELDS}new/", {"kind": "choice", "label": ""}, headers=HTMX)

    assert response.status_code == 422
    shown = response.content.decode()
    assert "Give the field a label." in shown and "Name at least one choice." in shown


def test_a_field_is_removed_brought_back_and_moved(client_of: Any, administrator: Any) -> None:
    first, second = (own.add(administrator, "customers", "text", label=label) for label in ("甲", "乙"))
    client = client_of("林晓")

    assert client.delete(f"{FIELDS}{first.pk}/", headers=HTMX).status_code == 200
    assert [row.label for row in custom.custom_fields_of("customers")] == ["乙"]
    assert "Bring back" in client.get(FIELDS).content.decode()
    assert client.post(f"{FIELDS}{first.pk}/restore/", headers=HTMX).status_code == 200
    assert client.post(f"{FIELDS}order/", {"ids": [second.pk, first.pk]}, headers=HTMX).status_code == 200
    assert [row.label for row in custom.custom_fields_of("customers")] == ["乙", "甲"]
    assert client.post(f"{FIELDS}order/", {"ids": ["x", 999_999, second.pk]}, headers=HTMX).status_code == 200
    assert [row.label for row in custom.custom_fields_of("customers")] == ["乙", "甲"]
    assert client_of("陈强").post(f"{FIELDS}order/", {"ids": [first.pk, second.pk]}).status_code == 403


def test_a_view_on_a_removed_field_says_so_and_shows_nothing(client_of: Any, administrator: Any) -> None:
    row = own.add(administrator, "customers", "text", label="楼盘")
    record = gate.create(administrator, registry.get("customers"), {"name": "青松置业", row.name: "梧桐里"})
    condition = {"field": row.name, "op": "is", "value": "梧桐里"}
    view = saved_views.create_view(administrator, registry.get("customers"), {"name": "梧桐", "condition": condition})
    client = client_of("林晓")
    assert "青松置业" in client.get(f"/customers/?view={view.pk}").content.decode()

    changing.remove_field(administrator, row)

    shown = client.get(f"/customers/?view={view.pk}").content.decode()
    assert "The field “楼盘” was removed." in shown and "青松置业" not in shown
    assert client.get(f"/customers/?filter={json.dumps(condition)}").status_code == 400
    changing.restore_field(administrator, registry.get("customers"), CustomField.objects.get(pk=row.pk))
    assert record.name in client.get(f"/customers/?view={view.pk}").content.decode()


def test_a_field_stands_in_the_section_it_was_put_in(client_of: Any, administrator: Any) -> None:
    customers = registry.get("customers")
    placed = own.add(administrator, "customers", "text", label="楼盘", section="phones")
    loose = own.add(administrator, "customers", "text", label="小区")

    by_first = {section.fields[0]: section.fields for section in customers.sections()}
    assert by_first["phones"][-1] == placed.name and by_first[loose.name] == (loose.name,)
