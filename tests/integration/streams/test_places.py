"""Places of cameras, on both databases: one relay for each, whoever asks; commands wait for the relay before."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from kapok.fact.v1 import fact_pb2
from services.chassis import database, errors
from services.chassis.clock import ManualClock
from services.chassis.outbox import Message
from services.streams.relocation import GRANT_LIFETIME, KEPT_FOR
from services.streams.store import SessionStore
from services.streams.store.places import PlaceStore
from tests.integration.streams.replica import MIGRATIONS, Replica, session

CAMERAS = [f"districts/440104/cameras/{number:020d}" for number in range(12)]
CAMERA = CAMERAS[0]


@pytest.fixture
async def opened(database_url: str) -> AsyncIterator[database.Database]:
    """The database of streams."""
    async with database.connect(database_url, MIGRATIONS) as made:
        yield made


@pytest.fixture
def clock() -> ManualClock:
    """Turned by hand."""
    return ManualClock()


async def test_replicas_that_know_of_different_loads_agree_on_one_for_each_camera(
    opened: database.Database, clock: ManualClock
) -> None:
    one, two = Replica(opened, clock), Replica(opened, clock)
    for replica, full, idle in ((one, "relay-1", "relay-2"), (two, "relay-2", "relay-1")):
        replica.hear(full, viewers=5000)
        replica.hear(idle)
    chosen = {(one.place(camera), two.place(camera)) for camera in CAMERAS}
    assert any(mine.name != theirs.name for mine, theirs in chosen if mine and theirs)
    found = await asyncio.gather(*(replica.of(camera) for camera in CAMERAS for replica in (one, two)))
    assert found[::2] == found[1::2]


async def test_a_camera_stays_while_its_relay_serves_and_commands_wait_after_it_went_elsewhere(
    opened: database.Database, clock: ManualClock
) -> None:
    replica = Replica(opened, clock)
    replica.hear("relay-1")
    assert await replica.places.to_command(CAMERA) == (replica.find("relay-1"), timedelta()), "nobody was before it"
    replica.hear(*(f"relay-{number}" for number in range(2, 20)))
    assert {await replica.of(CAMERA) for _ in range(3)} == {"relay-1"}
    assert replica.pool.nobody_listens("relay-1")
    relay, wait = await replica.places.to_command(CAMERA)
    assert relay.name != "relay-1"
    assert wait == GRANT_LIFETIME, "what relay-1 was granted it may have carried out until then"
    clock.advance(GRANT_LIFETIME / 2)
    assert (await replica.places.to_command(CAMERA))[1] == GRANT_LIFETIME / 2
    clock.advance(GRANT_LIFETIME)
    replica.hear(relay.name)
    assert (await replica.places.to_command(CAMERA))[1] == timedelta()


async def test_without_a_relay_there_is_no_place_and_none_is_left(
    opened: database.Database, clock: ManualClock
) -> None:
    replica = Replica(opened, clock)
    with pytest.raises(errors.Unavailable) as refusal:
        await replica.places.of(CAMERA)
    assert refusal.value.retry_after
    assert await PlaceStore(opened).find(CAMERA) is None


async def test_the_place_of_a_camera_that_nobody_uses_is_forgotten(
    opened: database.Database, clock: ManualClock
) -> None:
    replica, store = Replica(opened, clock), PlaceStore(opened)
    used, watched, unused = CAMERAS[:3]
    replica.hear("relay-1")
    for camera in (used, watched, unused):
        await replica.of(camera)
    fact = Message(
        "id", "kapok.v1.facts.streams.session.opened", fact_pb2.Fact(id="id").SerializeToString(), clock.now()
    )
    await SessionStore(opened).add(session(watched, clock), fact)
    clock.advance(KEPT_FOR - timedelta(seconds=1))
    replica.hear("relay-1")
    await replica.of(used)
    clock.advance(timedelta(seconds=2))
    await replica.places.forget_unused()
    assert [camera for camera in (used, watched, unused) if await store.find(camera)] == [used, watched]
