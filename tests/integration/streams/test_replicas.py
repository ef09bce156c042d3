"""Two replicas of streams on one database: what is done for the whole cell is done once, also when one is killed."""

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from kapok.streams.v1 import streams_service_pb2 as pb
from services.chassis import errors
from services.chassis.settings_shown import environment
from tests.eventually import eventually
from tests.integration.streams.neighbours import Desk, allowed, desk
from tests.integration.streams.stage import RELAY, another_relay, stage

SECOND, SESSIONS = "relay-2", 3


@asynccontextmanager
async def replica(office: Desk, folder: Path) -> AsyncIterator[tuple[Desk, asyncio.subprocess.Process]]:
    """Another process of streams before the same relays, with the same neighbours, on the same database."""
    there = replace(office, settings=replace(office.settings, listen=f"unix:{folder}/another.sock"))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.streams", env=environment(there.settings)
    )

    async def answers() -> bool:
        try:
            return await there.sessions() == []
        except errors.Error:
            return False

    try:
        await eventually(answers)
        yield there, process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def spoken_since(office: Desk, count: int) -> None:
    """Return once both relays have announced themselves twice more, so that both replicas have called their rolls."""

    def have_spoken() -> bool:
        said = [one.relay for one in office.relay.heard[count:]]
        return min(said.count(RELAY), said.count(SECOND)) >= 2

    await eventually(have_spoken)


async def change_policy(office: Desk) -> None:
    """Put another version in force, by which everything is allowed still."""
    office.permissions.decision = allowed(office.relay.number + 1)
    await office.relay.adopt()


async def test_each_thing_is_done_by_one_replica_and_by_the_other_once_that_is_killed(
    tmp_path: Path, postgresql_url: str
) -> None:
    told = Counter[str]()

    async def are_told(what: str) -> None:
        told[f"streams.session.{what}"] += SESSIONS
        await office.told(*told.elements())

    with tempfile.TemporaryDirectory(prefix="kapok-") as made:
        async with stage(tmp_path) as relay, another_relay(relay, tmp_path, SECOND) as second:
            office = desk(relay, tmp_path, Path(made))
            office.settings = replace(office.settings, database=postgresql_url)
            async with replica(office, Path(made)) as (there, process), office.serving():
                await spoken_since(office, len(relay.heard))
                opened = [await place.open() for place in (office, there, office)]
                await are_told("opened")
                await change_policy(office)
                await are_told("decided_anew")
                {RELAY: relay.process, SECOND: second}[opened[0].session.relay].kill()
                await are_told("moved")
                process.kill()  # it came first, so it led
                await process.wait()
                await change_policy(office)
                await are_told("decided_anew")
                for answer in opened:
                    await office.ask("CloseSession", pb.CloseSessionRequest(name=answer.session.name))
                await are_told("closed")
