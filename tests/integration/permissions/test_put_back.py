"""A database that was put back from a backup: what relays, cameras and watchers remember is never given again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from kapok.permissions.v1 import decider_service_pb2, permissions_events_pb2
from services.cell.backup.sqlite import Copier
from services.chassis import database, errors
from services.chassis.settings import SettingsError
from services.permissions import app
from services.permissions.store import endings, policies
from services.permissions.store.policy_tables import policies as versions
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage
from tests.integration.permissions.test_endings import revoke
from tests.integration.permissions.test_takeovers import granted, release, state

LEVELS = decider_service_pb2.GetLevelChangesRequest(since_revision=1)


async def given(stage: Stage) -> tuple[int, int]:
    """The highest ending and the policy's revision."""
    async with database.connect(stage.permissions.database, app.MIGRATIONS) as records, records.read() as reading:
        return await endings.committed(reading), await policies.revision(reading)


async def epoch(stage: Stage, camera: str) -> int:
    """Of the grant that its operator gets."""
    answer = await stage.grant("metro", camera)
    payload = stage.verifier.open("kapok.permissions.grant", answer.signed_grant)
    return permissions_events_pb2.ControlGrant.FromString(payload).epoch


async def pass_control(stage: Stage, incident: str, *cameras: str) -> None:
    """To the command, and back."""
    taken = await stage.take_over("command-guangzhou-duty", *cameras, incident=incident)
    await release(stage, "command-guangzhou-duty", taken.name)


async def test_nothing_that_was_given_after_the_backup_is_given_again(still: Stage, tmp_path: Path) -> None:
    url, copy = still.permissions.database, tmp_path / "copy.db"
    async with still.running():
        await still.register_cameras()
        incident = await still.incident("command-guangzhou", "command-guangzhou")
        await pass_control(still, incident, city.TUNNEL)
        await revoke(still, "police-guangzhou", "urban-yuexiu")
        cut = datetime.now(UTC)
        async with Copier().snapshot(url) as view:
            await view.dump(copy)
        before = await given(still)
        await pass_control(still, incident, city.TUNNEL, city.STREET)  # the street was never taken before
        await revoke(still, "police-guangzhou", "metro")
        seen = await given(still)
        seen_epochs = [(await state(still, "police-guangzhou")).epoch, 3]
        assert seen[0] > before[0]
        async with still.hear() as wire:
            bucket = await wire.bucket("endings")
            await eventually(lambda: wire.value(bucket, str(seen[0])))

    await Copier().load(copy, url)
    with pytest.raises(errors.FailedPrecondition, match="it was put back from a backup"):
        async with still.alone():
            pass
    await app.restored(url, [cut.isoformat()])

    async with still.running():
        now = await given(still)
        assert now[0] > seen[0] + 100_000, "a relay that missed nothing would read what is missing"
        assert now[1] > seen[1]
        for camera, former in zip((city.TUNNEL, city.STREET), seen_epochs, strict=True):
            assert await epoch(still, camera) > former
        await pass_control(still, incident, city.STREET)
        again = await given(still)
        assert again[0] > now[0]
        assert (await granted(still, "metro")).epoch > seen_epochs[0]
        changed = await still.serve("registry", "GetLevelChanges", LEVELS)
        assert (changed.revision, len(changed.place_categories)) == (now[1], 13), (
            "any level may have been set meanwhile"
        )
        answer = await still.check("police-guangzhou", city.STREET, "LIVE")
        assert (answer.allowed, answer.policy_revision) == (True, now[1])
        assert (await still.check("urban-yuexiu", city.STREET, "LIVE")).rule == "art14-deny-suspended"


async def test_the_same_policy_is_adopted_again_and_the_ledger_told(still: Stage) -> None:
    async with still.alone():
        pass
    former = await given(still)
    await app.restored(still.permissions.database, [(datetime.now(UTC) - timedelta(days=1)).isoformat()])
    async with database.connect(still.permissions.database, app.MIGRATIONS) as records, records.read() as reading:
        number, revision = await endings.committed(reading), await policies.revision(reading)
        assert await endings.last_of(reading, f"policyVersions/{revision}") == number
        kept = sa.select(versions.c.digest, versions.c.roles).order_by(versions.c.revision)
        first, second = (await reading.execute(kept)).all()
        waiting = (await reading.execute(sa.text("SELECT subject FROM outbox"))).scalars().all()
    assert (first, number > former[0] + 1_000_000 + 10 * 86_000) == (second, True)
    assert waiting == ["kapok.v1.facts.permissions.cell.restored"]


@pytest.mark.parametrize(
    "words", [[], ["yesterday"], ["2026-01-01"], ["2026-01-01T00:00:00Z", "more"], ["9999-01-01T00:00:00Z"]]
)
async def test_a_time_that_is_none_changes_nothing(still: Stage, words: list[str]) -> None:
    with pytest.raises(SettingsError, match="backup"):
        await app.restored(still.permissions.database, words)
    assert not Path(sa.make_url(still.permissions.database).database or "").exists()
