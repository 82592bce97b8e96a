"""Contracts hold for every registered record type, so none is named here."""

import pytest

from zhike.records import registry


def pytest_generate_tests(metafunc):
    if "record_type" in metafunc.fixturenames:
        types = registry.all_types()
        metafunc.parametrize("record_type", types, ids=[record_type.name for record_type in types])


@pytest.fixture
def record(record_type, administrator, owner):
    """A record of the type that 王芳 may see: hers where records have owners."""
    from zhike.testing import samples

    more = {"owner": owner.member_id} if record_type.has_owner() else {}
    return samples.record_of(administrator, record_type, **more)
