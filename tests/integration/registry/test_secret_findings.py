"""What is found about cameras that became secrets is told to nobody else, and what was told before is told anew."""

from datetime import timedelta

import pytest

from tests.eventually import eventually
from tests.integration.permissions.test_proposals import adopted
from tests.integration.permissions.test_sealed_levels import drawn
from tests.integration.registry.test_freshness import RAISED, STALE, TERM, findings, later
from tests.integration.registry.town import METRO, Town

pytestmark = pytest.mark.asyncio(loop_scope="module")
CHECK = "art22-check"  # owed by every system whose checks nobody recorded


async def levelled(town: Town, **levels: int) -> None:
    """A sealed list in force."""
    await adopted(town.stage, sealed_levels=(await drawn(town.stage, **levels)).name)


async def test_a_secret_is_no_part_of_what_is_found_about_the_open_cameras_beside_it(town: Town) -> None:
    system = await town.system(METRO, "mixed")
    secret, beside = [(await town.camera(system)).name for _ in range(2)]
    async with later(town, TERM + timedelta(days=1)) as (freshness, _):
        await freshness.round()
        await eventually(lambda: findings(town, RAISED, system, STALE))
        assert findings(town, RAISED, system, STALE)[-1][1].count == 2
        await levelled(town, **{f"c{secret.rpartition('/')[2]}": 5})
        await eventually(lambda: town.told("registry.cameras.levelled"))
        known = len(town.facts)
        await freshness.round()
        await eventually(lambda: findings(town, RAISED, system, STALE)[-1][1].count == 1)
    fact, found = findings(town, RAISED, system, STALE)[-1]
    assert (fact.is_sealed, list(found.cameras)) == (False, [beside])
    code = secret.rpartition("/")[2].encode()
    assert not [fact for fact in town.facts[known:] if not fact.is_sealed and code in fact.SerializeToString()]


async def test_findings_of_a_system_go_to_the_sealed_book_with_the_last_of_its_cameras(town: Town) -> None:
    """Unasked: who makes them secret waits for no round."""
    system = await town.system(METRO, "sealed")
    cameras = [(await town.camera(system)).name.rpartition("/")[2] for _ in range(2)]
    async with later(town, timedelta(0)) as (freshness, _):
        await freshness.round()
    await eventually(lambda: findings(town, RAISED, system, CHECK))
    [(before, owed)] = findings(town, RAISED, system, CHECK)
    assert not before.is_sealed
    await levelled(town, **{f"c{code}": 5 for code in cameras})
    await eventually(lambda: len(findings(town, RAISED, system, CHECK)) > 1)
    fact, again = findings(town, RAISED, system, CHECK)[-1]
    assert (fact.is_sealed, again.due_time, again.duty) == (True, owed.due_time, owed.duty)
    await levelled(town, **{f"c{code}": 2 for code in cameras})
    await eventually(lambda: not findings(town, RAISED, system, CHECK)[-1][0].is_sealed)
