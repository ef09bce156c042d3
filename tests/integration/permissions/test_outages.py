"""Viewers when a part is away while rights change: they end, or go on, by what their relay can tell by itself."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from services.streams.relay.judge import UNDECIDED_FOR
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage
from tests.integration.permissions.test_endings import revoke
from tests.integration.permissions.test_proposals import URBAN_LIVE, adopted, without
from tests.integration.permissions.viewing import relaying, streaming
from tests.integration.relay.lens import lens
from tests.integration.relay.stage import Client
from tests.integration.streams.rtsp import picture, refusal, reset, watching
from tests.integration.streams.stage import playing

POLICE_LIVE = "art14-live-district-police"
TOKEN_INVALID = (403, "TOKEN_INVALID")


@pytest.fixture
async def filmed(still: Stage) -> AsyncIterator[Stage]:
    """Registry, permissions and a relay up; every camera shows the same pictures."""
    async with lens() as camera, playing(camera):
        still.stream_uri = camera.uri
        async with still.running(), relaying(still):
            await still.register_cameras()
            yield still


@asynccontextmanager
async def two_viewers(stage: Stage, sockets: Path) -> AsyncIterator[tuple[Client, Client, str, AsyncExitStack]]:
    """Urban management and police watch the street; the URL of the first, and what runs streams."""
    async with AsyncExitStack() as running:
        desk = await running.enter_async_context(streaming(stage, sockets))
        urls = [await desk.open(name, city.STREET) for name in ("urban-yuexiu", "police-yuexiu")]
        async with watching(urls[0]) as urban, watching(urls[1]) as police:
            yield urban, police, urls[0], running


async def test_with_streams_dead_a_new_policy_ends_who_lost_the_right_at_once_and_nobody_else(
    filmed: Stage, sockets: Path
) -> None:
    async with two_viewers(filmed, sockets) as (urban, police, url, running):
        await running.aclose()  # streams is away
        renamed = without(URBAN_LIVE).replace(f"{POLICE_LIVE},", f"{POLICE_LIVE}-again,")
        await adopted(filmed, policy_csv=renamed)
        await reset(urban)
        assert await refusal(url) == TOKEN_INVALID
        pictures = len(police.packets) + int(UNDECIDED_FOR.total_seconds() + 2) * 50  # longer than what is undecided
        while len(police.packets) < pictures:
            await picture(police)
        desk = await running.enter_async_context(streaming(filmed, sockets))

        async def is_closed() -> bool:
            return "policy changed" in (await desk.newest("urban-yuexiu")).close_reason

        async def is_on_record() -> bool:
            return (await desk.newest("police-yuexiu")).rule == f"{POLICE_LIVE}-again"

        await eventually(is_closed)
        await eventually(is_on_record)
        assert not (await desk.newest("police-yuexiu")).close_reason
        await picture(police)


async def test_with_streams_dead_a_revocation_ends_its_viewers_and_a_stale_token_joins_nothing(
    filmed: Stage, sockets: Path
) -> None:
    async with two_viewers(filmed, sockets) as (urban, police, url, running):
        await running.aclose()
        await revoke(filmed, "police-guangzhou", "urban-yuexiu")
        await reset(urban)
        assert await refusal(url) == TOKEN_INVALID
        await picture(police)
