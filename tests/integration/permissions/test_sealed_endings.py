"""What ends because a camera became a state secret is recorded in the sealed book, and says no more than other ends."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from kapok.fact.v1 import fact_pb2
from services.chassis import bus, errors
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage
from tests.integration.permissions.test_outages import filmed as filmed
from tests.integration.permissions.test_outages import two_viewers
from tests.integration.permissions.test_proposals import adopted
from tests.integration.permissions.test_sealed_levels import SECRET, STREET, drawn
from tests.integration.permissions.viewing import Desk, streaming
from tests.integration.streams.rtsp import picture, reset, watching

VIEWERS = ("urban-yuexiu", "police-yuexiu")
LOOK, SESSION, LEVELLED = "relay.viewer.closed", "streams.session.closed", "registry.cameras.levelled"


def of_looks(seen: list[fact_pb2.Fact]) -> list[fact_pb2.Fact]:
    """Without sessions that nobody looked at: those that no relay took yet when it was asked."""
    looked_at = {fact.session for fact in seen if fact.kind == "relay.viewer.opened"}
    return [fact for fact in seen if fact.kind != SESSION or fact.session in looked_at]


async def facts(stage: Stage, wanted: Mapping[str, int]) -> list[fact_pb2.Fact]:
    """Every fact of looks from the first on, as audit gets them, until there are as many of these kinds."""
    seen: list[fact_pb2.Fact] = []
    async with bus.connect(stage.permissions.bus_url, stage.keys.bus_seed("audit"), "audit") as wire:
        subscription = await wire.jetstream.pull_subscribe("", "audit", bus.FACTS_STREAM)
        while any(Counter(fact.kind for fact in of_looks(seen))[kind] < number for kind, number in wanted.items()):
            for message in await subscription.fetch(50, timeout=10):
                seen.append(fact_pb2.Fact.FromString(message.data))
                await message.ack()
    return of_looks(seen)


@pytest.mark.parametrize("is_away", [False, True], ids=["streams serves", "streams is away"])
async def test_looks_and_sessions_end_in_the_sealed_book(filmed: Stage, sockets: Path, is_away: bool) -> None:
    async with two_viewers(filmed, sockets) as (urban, police, _, running):
        if is_away:
            await running.aclose()
        await adopted(filmed, sealed_levels=(await drawn(filmed, **{f"c{STREET}": 5})).name)
        await reset(urban)
        await reset(police)
        if is_away:
            await running.enter_async_context(streaming(filmed, sockets))
        heard = await facts(filmed, {LOOK: 2, SESSION: 2, LEVELLED: 1})
    ends = [fact for fact in heard if fact.kind in (LOOK, SESSION, LEVELLED)]
    assert all(STREET.encode() in fact.SerializeToString() for fact in ends)
    assert [fact.kind for fact in ends if not fact.is_sealed] == []
    began = [fact.is_sealed for fact in heard if fact.kind == "relay.viewer.opened"]
    assert began == [False, False], "it was no secret then"


async def test_who_watched_is_told_what_others_are_told(filmed: Stage, sockets: Path) -> None:
    async with streaming(filmed, sockets) as desk:
        for name in VIEWERS:
            await desk.open(name, city.STREET)
        await adopted(filmed, sealed_levels=(await drawn(filmed, **{f"c{STREET}": 5})).name)
        for name in VIEWERS:

            async def ended(name: str = name) -> str:
                return (await desk.newest(name)).close_reason

            assert await eventually(ended) == "camera changed"


async def test_what_ends_when_a_secret_is_opened_is_sealed_and_what_begins_after_it_is_not(
    filmed: Stage, sockets: Path
) -> None:
    async with streaming(filmed, sockets) as desk:
        async with watching(await desk.open("archive", city.SECRET)) as keeper:
            await picture(keeper)
            await adopted(filmed, sealed_levels=(await drawn(filmed, **{f"c{SECRET}": 2})).name)
            await reset(keeper)
        async with watching(await opened(desk, "police-yuexiu")) as police:
            await picture(police)
        heard = await facts(filmed, {LOOK: 2})
    looks = {(fact.principal, fact.is_sealed) for fact in heard if fact.kind.startswith("relay.viewer.")}
    assert looks == {(city.principal("archive"), True), (city.principal("police-yuexiu"), False)}


async def opened(desk: Desk, name: str) -> str:
    """A session on what was a secret, as soon as its relay knows that it is none."""

    async def tried() -> str:
        try:
            return await desk.open(name, city.SECRET)
        except errors.Aborted:
            return ""

    return str(await eventually(tried))
