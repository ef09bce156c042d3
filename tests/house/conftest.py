"""The rules of the house are asked one after another of the same trees, which nobody needs afterwards."""

from collections.abc import Iterator

import pytest

from tests.house import tree


@pytest.fixture(scope="package", autouse=True)
def _trees() -> Iterator[None]:
    yield
    tree.forget()
