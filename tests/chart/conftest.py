"""Without a helm there is nothing to look at: then these are skipped, by name."""

import pytest

from tests.chart.rendered import CASES, HELM


@pytest.fixture(autouse=True)
def _helm() -> None:
    if not HELM.exists():
        pytest.skip("NO HELM in build/helm, so the chart is not tested: run scripts/helm")


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> str:
    """Each of the chart's files of values."""
    name: str = request.param
    return name
