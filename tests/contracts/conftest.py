"""Contracts hold for every record type, so none is named here; one that a company defined stands among them."""

import pytest

from zhike.records import registry
from zhike.testing import types as own_types


def pytest_generate_tests(metafunc):
    if "record_type" in metafunc.fixturenames:
        names = [each.name for each in registry.all_types()]
        metafunc.parametrize("record_type", [*names, own_types.KEY], indirect=True)


@pytest.fixture(autouse=True)
def company_type(request):
    """The company's own type, for the tests that are about it."""
    parameters = getattr(getattr(request.node, "callspec", None), "params", {})
    if own_types.KEY in parameters.values():
        own_types.add(request.getfixturevalue("administrator"))


@pytest.fixture
def record_type(request, workspace):
    return registry.get(request.param)


@pytest.fixture
def record(record_type, administrator, owner):
    """A record of the type that 王芳 may see: hers where records have owners."""
    from zhike.testing import samples

    more = {"owner": owner.member_id} if record_type.has_owner() else {}
    return samples.record_of(administrator, record_type, **more)
