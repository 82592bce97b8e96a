"""The settings: what each kind of member is shown, and where it leads."""

import pytest

from zhike.records import contributions
from zhike.records.contributions import Setting


def addresses(client):
    page = client.get("/settings/")
    assert page.status_code == 200
    return {each.url for _heading, found in page.context["groups"] for each in found}


def test_an_administrator_is_shown_every_setting_and_each_leads_to_a_page(client_of):
    client = client_of("林晓")

    found = addresses(client)

    assert found == {each.url for each in contributions.settings_for(is_administrator=True)}
    for address in found:
        assert client.get(address).status_code == 200, address


def test_a_salesperson_is_shown_only_what_is_for_everybody(client_of):
    client = client_of("王芳")

    found = addresses(client)

    assert "/settings/tokens/" in found
    assert "/settings/jobs/" not in found
    for address in found:
        assert client.get(address).status_code == 200, address


def test_a_setting_of_an_unknown_heading_comes_last(client_of, monkeypatch):
    monkeypatch.setitem(contributions._settings, "/x/", Setting("Zoo", "Animals", "All of them.", "/x/", "tag"))

    page = client_of("林晓").get("/settings/")

    assert [heading for heading, _found in page.context["groups"]][-1] == "Zoo"


@pytest.mark.parametrize("words", ["settings", "shezhi", "设置"])
def test_the_palette_leads_to_the_settings(client_of, words):
    assert 'href="/settings/"' in client_of("林晓").get("/search/palette/", {"q": words}).content.decode()
