"""Whatever role a member has, and with none, every page answers: shows what it may, or says that it may not."""

import pytest

from zhike.domains.people.models import Member
from zhike.records import registry
from zhike.records.roles import ready
from zhike.testing import samples

PAGES = (
    "/", "/reports/", "/search/?q=样本", "/search/palette/?q=样本", "/search/palette/", "/me/", "/settings/",
    "/imports/",
    "/change-sets/", "/change-sets/exports/", "/change-sets/bulk/", "/notices/panel/", "/settings/tokens/", "/api/",
    "/api/v1/me", "/api/v1/openapi.json",
)  # fmt: skip
OF_TYPES = (
    "", "?view=all&sort=created_at", "new/", "board/", "calendar/", "trash/", "options/?q=样", "export/?format=csv",
    "conditions/",
)  # fmt: skip
SHOWN, KEPT_FROM = (200, 302), (302, 400, 403, 404)


@pytest.fixture(params=[*ready.READY, ""])
def client(request, act, client_of):
    with act():
        Member.objects.filter(name="王芳").update(roles=[request.param] if request.param else [])
    return client_of("王芳")


def test_every_page_answers(client, administrator, owner):
    for record_type in registry.all_types():
        more = {"owner": owner.member_id} if record_type.has_owner() else {}
        record = samples.record_of(administrator, record_type, **more)
        for part in OF_TYPES:
            assert client.get(f"/{record_type.name}/{part}").status_code in (*SHOWN, *KEPT_FROM), part
        for part in ("", "history/", "timeline/", "access/", "edit/"):
            assert client.get(f"/{record_type.name}/{record.pk}/{part}").status_code in (*SHOWN, *KEPT_FROM), part
        assert client.get(f"/api/v1/{record_type.name}/").status_code in (200, 403)
    for page in PAGES:
        assert client.get(page).status_code in (*SHOWN, *KEPT_FROM), page
