"""Two releases side by side: a cell of the release before is renewed part by part under calls; no answer is lost."""

import os
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

import psutil
import pytest

from demo.apart import releases
from demo.apart.processes import family
from demo.platform import apart, platform
from services.cell.backup.stores import SERVICES, Stores
from tests.apart.caller import PATIENCE_S, calling, of_every_service
from tests.apart.test_apart import _is_another, _is_ready, _watches
from tests.eventually import eventually
from tests.former import COMMIT

ROOT = Path(__file__).parents[2]
TREES = ("services", "proto/gen", "cli")
WATCHER = "police-guangzhou"
# As docs/runbooks/upgrade.md has it: who is asked before who asks.
ORDER = (
    "permissions-1", "permissions-2", "registry-1", "registry-2", "streams-1", "audit-1", "audit-2", "relay-1",
    "relay-2", "gateway-1", "gateway-2",
)  # fmt: skip
pytestmark = [pytest.mark.apart, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def former(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree of the release before, out of the repository's history."""
    taken = subprocess.run(
        ["git", "-C", str(ROOT), "archive", COMMIT, *TREES], capture_output=True, check=False, env=os.environ
    )
    if taken.returncode:
        pytest.skip(f"THE UPGRADE IS NOT TESTED: release {COMMIT} is not in this history: {taken.stderr.decode()}")
    folder: Path = tmp_path_factory.mktemp("former")
    with tarfile.open(fileobj=BytesIO(taken.stdout)) as tree:
        tree.extractall(folder, filter="data")
    return folder


async def test_an_upgrade_part_by_part_fails_no_call_that_is_tried_again(
    former: Path, postgresql: str, tmp_path: Path
) -> None:
    home = tmp_path / "a home"
    with platform(home, apart(home, postgresql, "--former", str(former))) as stage:
        assert all(_is_of(family(home)[part], former) for part in ORDER)
        with calling(home, WATCHER, of_every_service) as caller:
            _migrate(home)
            await _goes_on(caller)
            for part in ORDER:
                await _renew(home, part)
                await eventually(lambda part=part: _is_renewed(home, part, former))  # type: ignore[misc]
                await _goes_on(caller)
                if part.endswith(("permissions-2", "streams-1", "relay-2")):
                    await eventually(lambda: _watches(stage), within_s=90)
        assert not caller.failures, caller.failures
        assert caller.longest_s < PATIENCE_S
        verified = stage.kapok("--as", WATCHER, "audit", "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr


def _migrate(home: Path) -> None:
    """Bring the schemas to this release's, as a cluster's job does while the former one runs."""
    for service, url in Stores.read(home / "stores.json").databases.items():
        assert service in SERVICES
        command = (sys.executable, "-m", f"services.{service}", "migrate")
        done = subprocess.run(command, env={"KAPOK_DATABASE": url}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


async def _renew(home: Path, part: str) -> None:
    """Have it stop as a cluster has it stop, and wait for what comes in its place."""
    before = family(home)[part]
    releases.renew(home, part)
    before.terminate()
    await eventually(lambda: _is_another(home, part, before), within_s=60)
    await eventually(lambda: _is_ready(home, part), within_s=60)


async def _goes_on(caller) -> None:  # type: ignore[no-untyped-def]
    """Every way of calling passes once more."""
    wanted = caller.passed + len(caller.ways)
    await eventually(lambda: caller.passed >= wanted or caller.failures, within_s=PATIENCE_S)


def _is_renewed(home: Path, part: str, former: Path) -> bool:
    """Whether it is of this release. A process that is just becoming its program is none of the family's."""
    now = family(home).get(part)
    return now is not None and not _is_of(now, former)


def _is_of(process: psutil.Process, tree: Path) -> bool:
    return str(tree) in process.environ().get("PYTHONPATH", "")
