"""Whose address counts when sign-ins fail."""

from typing import Any

import pytest
from django.test import RequestFactory

from zhike.config import proxy


@pytest.mark.parametrize(
    ("https", "told", "wanted"),
    [
        (True, "203.0.113.7", "203.0.113.7"),
        (True, "10.9.8.7, 203.0.113.7", "203.0.113.7"),
        (True, "", "127.0.0.1"),
        (False, "203.0.113.7", "127.0.0.1"),
    ],
)
def test_only_a_proxy_is_believed(settings: Any, https: bool, told: str, wanted: str) -> None:
    class Installation:
        pass

    Installation.https = https  # type: ignore[attr-defined]
    settings.ENVIRONMENT = Installation
    request = RequestFactory().post("/accounts/login/", headers={"X-Forwarded-For": told} if told else None)

    assert proxy.client_address(request) == wanted
