"""The town, running once for each module of tests that asks for it, on the databases that the module names."""

import itertools
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.integration.registry.town import Town, running

_numbers = itertools.count(1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """``DATABASES`` of a module: what numbers and texts do to a database is asked of both kinds, the rest of one."""
    if "town" in metafunc.fixturenames:
        kinds = getattr(metafunc.module, "DATABASES", ("sqlite",))
        metafunc.parametrize("town", kinds, indirect=True, scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A registry among its neighbours; tests of a module share it and its loop."""
    url = ""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server").new_database(f"town_{next(_numbers)}")
    async with running(tmp_path_factory.mktemp("town"), url) as town:
        yield town
