"""Every page, wide and narrow, light and dark, English and Chinese: nothing complains, nothing sticks out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from zhike.base import clock
from zhike.base.actors import Door
from zhike.base.changelog import acts
from zhike.domains.activities import services as activities
from zhike.domains.people.models import Member
from zhike.domains.people.queries import actor_of
from zhike.records import gate, registry
from zhike.testing import custom as own_fields
from zhike.testing import log
from zhike.testing import types as own_types
from zhike.testing.browser import PHONE, WIDE, Visitor, axe_complaints, overflow_of

LOOKS = (
    pytest.param(WIDE, "light", "en", id="wide-en"),
    pytest.param(PHONE, "light", "zh-hans", id="phone-zh"),
)
"""How each page is loaded; where it stands it is looked at in the other width and theme as well, so that each width,
theme and language meets each of the others."""
AT_ONCE = "*, ::before, ::after { transition: none !important }"
"""Colours change by and by; what they are half way is nobody's business."""
IS_DARK = "matchMedia('(prefers-color-scheme: dark)').matches"
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
FIXED = (
    "/", "/search/?q=云杉", "/notices/", "/change-sets/", "/reports/", "/imports/", "/imports/new/?type=customers",
    "/me/", "/settings/jobs/", "/api/", "/customers/trash/", "/opportunities/board/",
    "/settings/types/", "/settings/types/new/", "/buildings/board/",
    "/opportunities/calendar/", "/activities/calendar/?span=week", "/activities/calendar/?span=day",
    "/buildings/calendar/",
    "/settings/pipelines/", "/settings/pipelines/1/", "/settings/pipelines/1/stages/new/", "/settings/lists/",
    "/settings/lists/customers-industry/", "/settings/lists/shared/new/", "/settings/rules/", "/settings/rules/new/",
    "/settings/layouts/", "/settings/layouts/customers/", "/settings/layouts/menu/", "/settings/company/",
    "/settings/configuration/",
)  # fmt: skip
IN_EACH_TYPE = ("", "new/")


@pytest.fixture(scope="module", autouse=True)
def records(company: Any) -> dict[str, int]:
    """One company with something of everything; the ids by type."""
    member = Member.objects.select_related("department").get(name="林晓")
    actor = actor_of(member, Door.FORM)
    made: dict[str, int] = {}

    def create(name: str, /, **raw: Any) -> int:
        made[name] = gate.create(actor, registry.get(name), raw).pk
        return made[name]

    customer = create(
        "customers", name="云杉科技有限公司", phones=[{"number": "13800146721"}], region="江苏省/苏州市",
        description="一家老客户。" * 30, owner=member.pk,
    )  # fmt: skip
    contact = create("contacts", name="沈佳宜", customer=customer, job_title="采购经理")
    product = create("products", name="签证服务", list_price="300")
    create(
        "opportunities", name="年会", customer=customer, contact=contact, product=product, amount="120000",
        expected_close_on=clock.today().isoformat(),
    )  # fmt: skip
    with acts.act(actor, "log"):
        record = registry.get("customers").queryset().get(pk=customer)
        task = activities.log_activity(
            actor=actor, on=[record], kind="task", subject="回访", due_at=clock.now(), owner=member
        )
        activities.log_activity(actor=actor, on=[record], kind="note", body="第一次见面，谈得不错。")
    buildings = own_types.buildings(actor)
    own_fields.add_all(actor, buildings.name)
    create(buildings.name, name="梧桐里")
    made["activities"] = task.pk
    made["members"], made["departments"] = member.pk, member.department_id or 0
    log.wait_for_readers()
    return made


def pages_of(records: dict[str, int]) -> Iterator[str]:
    yield from FIXED
    for record_type in registry.all_types():
        yield from (f"{record_type.url}{tail}" for tail in IN_EACH_TYPE)
        if record_type.name in records:
            yield f"{record_type.url}{records[record_type.name]}/"
            yield f"{record_type.url}{records[record_type.name]}/edit/"
    yield f"/customers/{records['customers']}/history/"


def judge(visitor: Visitor, path: str) -> list[str]:
    """What is wrong with one page as it is loaded and turned, each line beginning with its address."""
    page = visitor.go(path)
    visitor.settle()
    found: list[str] = []
    if page.locator("h1").count() != 1:
        found.append(f"has {page.locator('h1').count()} headings of the first order")
    found += _look(page)
    _turn(visitor)
    found += _look(page)
    _turn(visitor)
    return [f"{path} {line}" for line in found + _heard_anew(visitor)]


def _look(page: Any) -> list[str]:
    found = axe_complaints(page)
    if (pixels := overflow_of(page)) > 0:
        found.append(f"{pixels} px wider than the window")
    return [f"at {page.viewport_size['width']} px: {line}" for line in found]


def _turn(visitor: Visitor) -> None:
    """The page as it stands, in the other width and the other theme."""
    page = visitor.page
    width, height = PHONE if page.viewport_size["width"] == WIDE[0] else WIDE
    page.add_style_tag(content=AT_ONCE)
    page.emulate_media(color_scheme="light" if page.evaluate(IS_DARK) else "dark")
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate(TWO_FRAMES)
    visitor.settle()


def _heard_anew(visitor: Visitor) -> list[str]:
    left = visitor.heard.left()
    visitor.heard.complaints.clear()
    return left


@pytest.mark.parametrize(("size", "theme", "language"), LOOKS)
def test_no_page_has_a_fault(visiting: Any, records: dict[str, int], size: Any, theme: str, language: str) -> None:
    with visiting("林晓", size=size, theme=theme, language=language) as visitor:
        found = [line for path in pages_of(records) for line in judge(visitor, path)]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(("size", "theme", "language"), LOOKS)
def test_the_doors_have_no_fault(visiting: Any, size: Any, theme: str, language: str) -> None:
    with visiting(None, size=size, theme=theme, language=language) as visitor:
        found = judge(visitor, "/accounts/login/")
    with visiting("林晓", size=size, theme=theme, language=language, expected=("answered 404",)) as visitor:
        found += judge(visitor, "/nowhere/")

    assert not found, "\n".join(found)
