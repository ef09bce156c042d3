"""A takeover's holder outlasts a bus that is cut, within its lease and its takeover; everybody else does not."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from demo.platform import Viewer, watching
from kapok.fact.v1 import fact_pb2
from kapok.streams.v1 import relay_pb2
from services.chassis.bus import FACTS_STREAM
from services.streams.relay.outlasting import HEARD_AGAIN
from tests.eventually import eventually
from tests.integration.gateway.nats import serving
from tests.integration.streams.stage import LEASE_S, RELAY, TAKEOVER, Stage, stage
from tests.integration.streams.test_outage import kill_bus, refused

STANDING = timedelta(seconds=LEASE_S)
HOLDER = "principals/holder"


def in_s(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


@asynccontextmanager
async def watched(home: Path, holder_s: int, taken_for_s: float = 600) -> AsyncIterator[tuple[Stage, Viewer, Viewer]]:
    """A relay that runs when the holders' lease becomes ``holder_s``, a holder's viewer, and an ordinary one."""
    async with stage(home) as relay:
        await relay.adopt(takeover_holder=holder_s)
        await relay.settled()
        held, _ = await relay.assign(principal=HOLDER, takeover_ends_at=in_s(taken_for_s), viewer_limit=2)
        ordinary, _ = await relay.assign()
        viewers = watching(held), watching(ordinary)
        for viewer in viewers:
            assert await asyncio.to_thread(viewer.await_pictures, 5), viewer.why
        yield relay, *viewers


@contextmanager
def back(relay: Stage, home: Path) -> Iterator[None]:
    """The bus again, on its former port and with what it had stored."""
    with serving("--jetstream", "--store_dir", str(home / "nats"), "--port", relay.bus_url.rpartition(":")[2]):
        yield


async def outlasted(relay: Stage) -> list[tuple[fact_pb2.Fact, relay_pb2.Outlasted]]:
    """What is on record of sessions that outlasted."""
    found = []
    stored = await relay.bus.jetstream.stream_info(FACTS_STREAM)
    for number in range(1, stored.state.messages + 1):
        message = await relay.bus.jetstream.get_msg(FACTS_STREAM, number)
        assert message.data is not None
        fact, said = fact_pb2.Fact.FromString(message.data), relay_pb2.Outlasted()
        if fact.snapshot.Unpack(said):
            assert message.subject == f"kapok.v1.facts.relay.{RELAY}.session.outlasted"
            found.append((fact, said))
    return found


async def told(relay: Stage) -> tuple[fact_pb2.Fact, relay_pb2.Outlasted]:
    """The one session's, once it is on record."""

    async def is_told() -> list[tuple[fact_pb2.Fact, relay_pb2.Outlasted]]:
        return await outlasted(relay) if relay.bus.client.is_connected else []

    found: Any = await eventually(is_told)
    [one] = found
    return one[0], one[1]


async def is_taken_again(relay: Stage) -> bool:
    return not (await relay.assign(principal="principals/r"))[1].error_kind


async def test_a_holder_sees_on_through_a_cut_nobody_new_does_and_each_second_is_on_record(tmp_path: Path) -> None:
    async with watched(tmp_path, holder_s=120) as (relay, holder, ordinary):
        kill_bus(tmp_path)
        await eventually(ordinary.ended.is_set, within_s=LEASE_S + 2)
        assert await asyncio.to_thread(holder.await_pictures, holder.pictures + 50), holder.why
        late = await asyncio.to_thread(refused, holder.url)
        assert late.kind == "UNAVAILABLE", "its session allows two viewers, and takes no second one meanwhile"
        with back(relay, tmp_path):
            fact, said = await told(relay)
            assert (fact.kind, fact.principal, fact.article) == ("relay.session.outlasted", HOLDER, "Article 18")
            assert (said.session, said.relay, said.takeover) == (fact.session, RELAY, TAKEOVER)
            assert (said.end_reason, said.viewers) == (HEARD_AGAIN, 1)
            justified_at, began_at, ended_at = (
                at.ToDatetime(UTC) for at in (said.justify_time, said.start_time, said.end_time)
            )
            assert began_at - justified_at == STANDING
            assert began_at < ended_at
            await eventually(lambda: is_taken_again(relay))
            assert not holder.ended.is_set(), holder.why
            second = watching(relay.url(said.session))
            assert await asyncio.to_thread(second.await_pictures, 5), second.why
            assert len(await outlasted(relay)) == 1


async def test_it_ends_with_its_takeover_though_its_lease_would_last(tmp_path: Path) -> None:
    async with watched(tmp_path, holder_s=300, taken_for_s=LEASE_S + 3) as (relay, holder, ordinary):
        ends_at = in_s(LEASE_S + 3)
        kill_bus(tmp_path)
        await eventually(ordinary.ended.is_set, within_s=LEASE_S + 2)
        assert not holder.ended.is_set()
        await eventually(holder.ended.is_set)
        with back(relay, tmp_path):
            _, said = await told(relay)
            assert "takeover is over" in said.end_reason
            assert said.end_time.ToDatetime(UTC) < ends_at + timedelta(seconds=5), "not by its lease"


async def test_it_ends_with_its_own_lease_though_its_takeover_would_last(tmp_path: Path) -> None:
    async with watched(tmp_path, holder_s=4) as (relay, holder, ordinary):
        kill_bus(tmp_path)
        await eventually(ordinary.ended.is_set, within_s=LEASE_S + 2)
        assert not holder.ended.is_set()
        await eventually(holder.ended.is_set)
        with back(relay, tmp_path):
            _, said = await told(relay)
            assert "lost touch" in said.end_reason
            lasted = said.end_time.ToDatetime(UTC) - said.justify_time.ToDatetime(UTC)
            assert lasted >= timedelta(seconds=4), "the lease that was adopted while the relay ran"


async def test_what_ended_during_the_cut_ends_the_holder_as_soon_as_the_bus_is_back(tmp_path: Path) -> None:
    async with watched(tmp_path, holder_s=120) as (relay, holder, ordinary):
        kill_bus(tmp_path)
        await eventually(ordinary.ended.is_set, within_s=LEASE_S + 2)
        relay.beats.clear()
        with back(relay, tmp_path):
            await eventually(lambda: relay.bus.client.is_connected)
            await relay.end(HOLDER, is_heard=False)
            await relay.adopt(is_heard=False, takeover_holder=120)
            assert not holder.ended.is_set(), "nobody has told it yet"
            relay.beats.set()
            await eventually(holder.ended.is_set)
            _, said = await told(relay)
            assert said.end_reason == "principal revoked"
            await eventually(lambda: is_taken_again(relay))


async def no_grace(relay: Stage, holder: Viewer, ordinary: Viewer) -> None:
    """Both end by the standing lease, and nothing outlasted."""
    await eventually(lambda: ordinary.ended.is_set() and holder.ended.is_set(), within_s=LEASE_S + 3)
    assert await outlasted(relay) == []


async def test_a_relay_that_is_behind_on_a_number_gives_no_grace_though_it_hears_heartbeats(tmp_path: Path) -> None:
    async with watched(tmp_path, holder_s=120) as (relay, holder, ordinary):
        relay.number += 1  # committed, and neither said nor kept
        await no_grace(relay, holder, ordinary)


async def test_a_relay_that_is_behind_on_the_policy_gives_none(tmp_path: Path) -> None:
    async with watched(tmp_path, holder_s=120) as (relay, holder, ordinary):
        relay.revision += 1
        await no_grace(relay, holder, ordinary)


async def test_a_relay_that_knew_that_it_was_behind_when_all_fell_silent_gives_none(tmp_path: Path) -> None:
    async with watched(tmp_path, holder_s=120) as (relay, holder, ordinary):
        relay.beats.clear()
        relay.number += 1
        await relay.beat()
        await no_grace(relay, holder, ordinary)


async def test_a_relay_whose_clock_is_off_gives_none(tmp_path: Path) -> None:
    async with watched(tmp_path, holder_s=120) as (relay, holder, ordinary):
        relay.beats.clear()
        await relay.beat(ahead=timedelta(seconds=3))
        await no_grace(relay, holder, ordinary)


async def test_a_takeover_that_was_given_back_before_the_cut_gives_none(tmp_path: Path) -> None:
    async with watched(tmp_path, holder_s=120) as (relay, holder, ordinary):
        await relay.end(TAKEOVER)
        await relay.settled()
        assert not holder.ended.is_set(), "it watches by another right"
        relay.beats.clear()
        await no_grace(relay, holder, ordinary)


async def test_permissions_that_fall_silent_are_a_silent_bus_too(tmp_path: Path) -> None:
    async with watched(tmp_path, holder_s=120) as (relay, holder, ordinary):
        relay.beats.clear()
        await eventually(ordinary.ended.is_set, within_s=LEASE_S + 2)
        assert (await relay.assign(principal=HOLDER))[1].error_kind == "UNAVAILABLE"
        assert (await asyncio.to_thread(refused, holder.url)).kind == "UNAVAILABLE"
        assert await asyncio.to_thread(holder.await_pictures, holder.pictures + 20), holder.why
        relay.beats.set()
        _, said = await told(relay)
        assert said.end_reason == HEARD_AGAIN
        assert not holder.ended.is_set()
