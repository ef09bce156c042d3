"""The gateway's page in Chromium, at a camera that changes meanwhile: the page plays on, or says why not."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from services.gateway.rest import player
from tests.eventually import eventually
from tests.foreign.chromium import Page, chromium
from tests.integration.relay.lens import Lens, describe_h265, lens
from tests.integration.relay.stage import relay
from tests.unit.relay_mp4.clips import Clip, encode, encode_hevc

_WIDTH = "document.getElementById('picture').videoWidth"
_STATE = "document.getElementById('state').textContent"


class Film:
    """Shows ``clip`` again and again, 25 a second; another one from its next beginning on, ``between`` once."""

    def __init__(self, camera: Lens, clip: Clip) -> None:
        self._camera = camera
        self.clip = clip
        self.between: Clip | None = None

    async def run(self) -> None:
        while True:
            clip, self.between = self.between or self.clip, None
            for picture in clip.pictures:
                self._camera.show(*picture)
                await asyncio.sleep(0.04)


@asynccontextmanager
async def served() -> AsyncIterator[str]:
    """The origin of the gateway's page."""
    application = web.Application()
    application.router.add_routes(player.routes())
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def watched(camera: Lens, profile: Path) -> AsyncIterator[tuple[Film, Page]]:
    """A page that plays ``camera``."""
    clip = await asyncio.to_thread(encode)
    async with chromium(profile) as page, served() as origin, relay(origin=origin) as stage:
        film = Film(camera, clip)
        with stage.add("c", camera.uri).held():
            running = asyncio.create_task(film.run())
            await page.tell("Page.navigate", url=f"{origin}/watch#url={stage.web('c')}&token=abc.def")
            await shows(page, 322)
            yield film, page
            running.cancel()
            await page.tell("Page.navigate", url="about:blank")


async def shows(page: Page, width: int) -> None:
    """Pictures of that width arrive and are shown."""

    async def is_so() -> bool:
        return (await page.ask(_STATE), await page.ask(_WIDTH)) == ("live", width)

    await eventually(is_so, within_s=30)
    began_s = await page.ask("picture.currentTime")

    async def is_advancing() -> bool:
        return bool(await page.ask("picture.currentTime") > began_s + 0.5)

    await eventually(is_advancing, within_s=20)


async def test_the_page_plays_on_over_other_sizes_and_profiles_and_a_broken_picture(tmp_path: Path) -> None:
    async with lens() as camera, watched(camera, tmp_path / "profile") as (film, page):
        film.clip = await asyncio.to_thread(encode, size="640x360")  # beside the camera, which must not fall silent
        await shows(page, 640)
        film.clip = await asyncio.to_thread(encode, size="480x270", profile="high")
        await shows(page, 480)
        assert "avc1.64" in await page.ask("type"), "it was told of the other codec"
        assert await page.ask("recoveries.length") == 0, "all that without a new player"
        torn = broken(await asyncio.to_thread(encode, frames=10))
        film.clip, film.between = await asyncio.to_thread(encode), torn

        async def has_stumbled() -> bool:
            return bool(await page.ask("recoveries.length"))

        await eventually(has_stumbled, within_s=20)
        await shows(page, 322)


def broken(clip: Clip) -> Clip:
    """Its slices are noise, which no decoder takes for a picture."""
    noise = bytes(itertools.islice(itertools.cycle(range(7, 251, 3)), 600))
    return Clip([[unit if unit[0] & 31 > 5 else unit[:1] + noise for unit in p] for p in clip.pictures], [])


async def test_the_page_says_what_this_browser_does_not_play(tmp_path: Path) -> None:
    clip = await asyncio.to_thread(encode_hevc)
    async with lens() as camera, watched(camera, tmp_path / "profile") as (film, page):
        if await page.ask("""MediaSource.isTypeSupported('video/mp4; codecs="hvc1.1.6.L60.90"')"""):
            pytest.skip("this Chromium plays H.265")
        camera.misbehave["DESCRIBE"] = describe_h265
        film.clip = clip
        camera.players.pop().close()

        async def is_told() -> bool:
            return (await page.ask(_STATE)).startswith('This browser does not play video/mp4; codecs="hvc1.1.6.L60.90')

        await eventually(is_told, within_s=20)
