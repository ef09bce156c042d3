"""One call opens the pictures of every camera that a takeover has, for its agency alone."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bench.crowd import first_picture_s
from services.chassis.errors import NotFound
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage
from tests.integration.permissions.test_takeovers import release
from tests.integration.permissions.viewing import Desk, relaying, streaming
from tests.integration.relay.lens import lens
from tests.integration.streams.stage import playing

COMMAND, SECURITY = "command-guangzhou", "security-guangzhou"


@pytest.fixture
async def desk(still: Stage, sockets: Path) -> AsyncIterator[tuple[Stage, Desk]]:
    """Everything up, with a relay that takes cameras."""
    async with lens() as camera, playing(camera):
        still.stream_uri = camera.uri
        async with still.running(), relaying(still), streaming(still, sockets) as desk:
            await still.register_cameras()
            await eventually(lambda: desk.open("metro", city.TUNNEL))
            yield still, desk


async def test_each_camera_of_a_takeover_is_opened_and_shows_pictures(desk: tuple[Stage, Desk]) -> None:
    stage, streams = desk
    incident = await stage.incident("police-guangzhou", COMMAND)
    takeover = await stage.take_over(COMMAND, city.TUNNEL, incident=incident)
    [feed] = await streams.feeds(COMMAND, takeover.name)
    assert (feed.camera, feed.opened.session.incident) == (city.TUNNEL, incident)
    seconds, _ = await asyncio.to_thread(first_picture_s, feed.opened.rtsp_url)
    assert seconds > 0


async def test_another_agencys_takeover_and_one_that_is_over_are_no_feeds(desk: tuple[Stage, Desk]) -> None:
    stage, streams = desk
    incident = await stage.incident("police-guangzhou", COMMAND)
    takeover = await stage.take_over(COMMAND, city.TUNNEL, incident=incident)
    for name in ("police-guangzhou", "metro", "urban-yuexiu"):
        with pytest.raises(NotFound):
            await streams.feeds(name, takeover.name)
    await release(stage, COMMAND, takeover.name)
    assert await streams.feeds(COMMAND, takeover.name) == []


async def test_what_is_refused_says_why_beside_what_opens(desk: tuple[Stage, Desk]) -> None:
    stage, streams = desk
    both = city.TUNNEL, city.STREET
    papers = await stage.papers(SECURITY, *both, use_limit=2)  # the takeover is a use, too
    takeover = await stage.take_over(SECURITY, *both, legal_basis=papers)
    found = await streams.feeds(SECURITY, takeover.name)
    assert {one.camera for one in found} == set(both)
    assert sorted(one.refused.reason for one in found) == ["", "PAPERS_MISSING"]
    assert sum(one.HasField("opened") for one in found) == 1
