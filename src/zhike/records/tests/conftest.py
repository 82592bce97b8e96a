"""What several tests of the engine arrange the same way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from zhike.records.tests.receiver import Receiver, receiving


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_NETWORKS = ("127.0.0.0/8",)
    with receiving() as found:
        yield found
