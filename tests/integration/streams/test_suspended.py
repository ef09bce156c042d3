"""A relay told of an exclusive takeover: by a message that is lost, by a clock that goes on when nobody says more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.platform import Viewer, watching
from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import permissions_events_pb2 as said
from kapok.streams.v1 import relay_pb2
from services.chassis.bus import FACTS_STREAM
from tests.eventually import eventually
from tests.integration.streams.stage import CAMERA, Stage, stage
from tests.integration.streams.test_outage import refused
from tests.integration.streams.test_outlasting import in_s

URBAN = {"principal": "principals/urban", "agency": "agencies/urban", "kind": "urban-management"}
TAKEOVER, HOLDER = "takeovers/hostages", "agencies/command"


@asynccontextmanager
async def watched(home: Path) -> AsyncIterator[tuple[Stage, Viewer, Viewer, str]]:
    """A relay, a viewer of urban management's, one of the police's, and a second URL of the first one's session."""
    async with stage(home) as relay:
        await relay.settled()
        below, _ = await relay.assign(viewer_limit=2, **URBAN)
        above, _ = await relay.assign()
        viewers = watching(below), watching(above)
        for viewer in viewers:
            assert await asyncio.to_thread(viewer.await_pictures, 5), viewer.why
        yield relay, *viewers, below


async def take(relay: Stage, ends_at: datetime, *, is_heard: bool = True) -> None:
    """Emergency command holds the camera exclusively until then."""
    relay.number += 1
    ending = said.Ending(number=relay.number, cause="CAUSE_CONTROL_TAKEN", subject=TAKEOVER)
    taken = ending.takings.takeovers.add(
        name=TAKEOVER, number=1, principal="principals/command", agency=HOLDER, kind="emergency-command",
        tier="municipal", ground="incidents/1", is_exclusive=True,
    )  # fmt: skip
    taken.start_time.FromDatetime(datetime.now(UTC) - timedelta(seconds=1))
    taken.end_time.FromDatetime(ends_at)
    ending.takings.groups.add(cameras=[CAMERA], takeovers=[0])
    signed = relay.permissions.seal("kapok.permissions.ending", ending.SerializeToString())
    await relay.endings.put(str(relay.number), signed)
    if is_heard:
        await relay.bus.publish("kapok.v1.permissions.endings", signed)


async def recorded(relay: Stage) -> list[tuple[str, relay_pb2.SessionSuspension]]:
    """What is on record of suspensions."""
    found = []
    stored = await relay.bus.jetstream.stream_info(FACTS_STREAM)
    for number in range(1, stored.state.messages + 1):
        message: Any = await relay.bus.jetstream.get_msg(FACTS_STREAM, number)
        fact, told = fact_pb2.Fact.FromString(message.data), relay_pb2.SessionSuspension()
        if fact.snapshot.Unpack(told):
            assert (fact.article, fact.principal) == ("Article 18", URBAN["principal"])
            found.append((fact.kind.rpartition(".")[2], told))
    return found


async def are(relay: Stage, *kinds: str) -> bool:
    return [kind for kind, _ in await recorded(relay)] == list(kinds)


async def stands_still(viewer: Viewer, beside: Viewer) -> None:
    """Nothing comes to ``viewer`` while another sees fifty pictures."""
    assert await asyncio.to_thread(beside.await_pictures, beside.pictures + 5), beside.why
    seen = viewer.pictures
    assert await asyncio.to_thread(beside.await_pictures, beside.pictures + 50), beside.why
    assert (viewer.pictures, viewer.ended.is_set()) == (seen, False), viewer.why


@pytest.mark.parametrize("is_heard", [True, False])
async def test_who_ranks_below_stands_still_until_its_end_by_the_relays_own_clock(
    tmp_path: Path, is_heard: bool
) -> None:
    """A message that is lost is read where it is kept, after the next heartbeat."""
    async with watched(tmp_path) as (relay, below, above, url):
        ends_at = in_s(6)
        await take(relay, ends_at, is_heard=is_heard)
        await eventually(lambda: are(relay, "suspended"))
        await stands_still(below, above)
        late = await asyncio.to_thread(refused, url)
        assert (late.reason, HOLDER in late.message) == ("HELD_BY_ANOTHER", True)
        await eventually(lambda: are(relay, "suspended", "resumed"))
        assert await asyncio.to_thread(below.await_pictures, below.pictures + 10), below.why
        (_, began), (_, over) = await recorded(relay)
        assert (began.takeover, began.agency, began.viewers) == (TAKEOVER, HOLDER, 1)
        assert began.start_time == over.start_time
        assert over.end_time.ToDatetime(UTC) >= ends_at
        assert not above.ended.is_set(), above.why


async def test_what_ends_the_right_ends_a_suspended_session_too(tmp_path: Path) -> None:
    async with watched(tmp_path) as (relay, below, _, url):
        await take(relay, in_s(600))
        await eventually(lambda: are(relay, "suspended"))
        await relay.end(URBAN["principal"])
        await eventually(below.ended.is_set)
        assert (await asyncio.to_thread(refused, url)).reason == "TOKEN_INVALID"


async def test_a_taking_that_can_t_be_read_lets_nobody_see_on(tmp_path: Path) -> None:
    """Its number is missing for good: the lease runs out."""
    async with watched(tmp_path) as (relay, below, above, _):
        relay.number += 1
        ending = said.Ending(number=relay.number, cause="CAUSE_CONTROL_TAKEN", subject=TAKEOVER)
        ending.takings.takeovers.add(name=TAKEOVER, kind="of a later release", tier="municipal")
        ending.takings.groups.add(cameras=[CAMERA], takeovers=[0])
        signed = relay.permissions.seal("kapok.permissions.ending", ending.SerializeToString())
        await relay.endings.put(str(relay.number), signed)
        await relay.bus.publish("kapok.v1.permissions.endings", signed)
        for viewer in (below, above):
            await eventually(viewer.ended.is_set)
