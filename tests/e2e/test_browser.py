"""A camera in Chromium: by the link that `kapok watch` prints, from the gateway's page and the relay's WebSocket."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from demo.platform import Platform
from tests.eventually import eventually
from tests.foreign.chromium import Page, certified, chromium

WHO, CAMERA = "police-yuexiu", "44010400011320000183"
TIME = "document.getElementById('picture').currentTime"
STATE = "document.getElementById('state').textContent"


@pytest.fixture
async def page(stage: Platform, tmp_path: Path) -> AsyncIterator[Page]:
    """An empty page of a browser that has the certificate of WHO."""
    port = urlsplit(stage.endpoints["http"]).port
    assert port is not None
    async with certified(port, stage.endpoints["principals"][WHO], stage.endpoints["ca"]) as entrance:
        to_entrance = f"--host-resolver-rules=MAP 127.0.0.1:{port} 127.0.0.1:{entrance}"
        async with chromium(tmp_path / "profile", "--ignore-certificate-errors", to_entrance) as opened:
            yield opened


def link_of(stage: Platform) -> str:
    """The link of a new session, as a person copies it."""
    told = stage.kapok("--as", WHO, "watch", CAMERA)
    assert told.returncode == 0, told.stderr
    return next(line for line in told.stdout.splitlines() if line.startswith("https://"))


async def test_a_camera_plays_in_a_browser_until_its_right_ends(stage: Platform, page: Page) -> None:
    link = link_of(stage)
    await page.tell("Page.navigate", url=link)

    async def is_live() -> bool:
        return await page.ask("document.body?.dataset.state") == "live"

    await eventually(is_live, within_s=30)
    began_s = await page.ask(TIME)

    async def is_advancing() -> bool:
        return bool(await page.ask(TIME) > began_s + 1)

    await eventually(is_advancing, within_s=20)
    assert await page.ask("document.getElementById('picture').videoWidth") == 1280
    assert await page.ask("document.getElementById('picture').getVideoPlaybackQuality().totalVideoFrames") > 10
    assert "token" not in await page.ask("location.href"), "the address bar keeps no token"
    [session, *_] = json.loads(stage.kapok("--as", WHO, "--json", "sessions", "list").stdout)["sessions"]
    closed = stage.kapok("--as", WHO, "sessions", "close", session["name"])
    assert closed.returncode == 0, closed.stderr

    async def is_over() -> bool:
        return (await page.ask(STATE)).startswith("Ended")

    await eventually(is_over)


async def test_a_link_whose_token_is_none_is_refused_in_words(stage: Platform, page: Page) -> None:
    link = link_of(stage).replace("token=", "token=x")
    await page.tell("Page.navigate", url=link)

    async def is_refused() -> bool:
        return (await page.ask(STATE) or "").startswith("TOKEN_INVALID")

    await eventually(is_refused, within_s=30)
