"""What a relay tells Prometheus: by state, by reason, and of no camera by name."""

import re
from pathlib import Path

import aiohttp

from demo.platform import watching
from tests.eventually import eventually
from tests.integration.streams.stage import CAMERA, Stage, stage


async def told_by(relay: Stage) -> str:
    where = f"http://{relay.heard[-1].metrics_address}/metrics"
    async with aiohttp.ClientSession() as client, client.get(where) as answer:
        return await answer.text()


async def test_a_relay_tells_how_its_cameras_stand_and_how_soon_viewers_see_without_naming_one(tmp_path: Path) -> None:
    async with stage(tmp_path) as relay:
        watching((await relay.assign())[0])

        async def is_seen() -> bool:
            return "kapok_relay_first_picture_seconds_count 1.0" in await told_by(relay)

        await eventually(is_seen)
        text = await told_by(relay)
        assert "kapok_relay_viewers 1.0" in text
        assert 'kapok_relay_source_states{state="PLAYING"} 1.0' in text
        assert CAMERA.rpartition("/")[2] not in text
        labels = set(re.findall(r"^kapok_\w+\{(\w+)=", text, re.MULTILINE))
        assert labels <= {"le", "state", "client", "certificate"}
        await relay.end("principals/p")

        async def is_ended() -> bool:
            return "kapok_relay_ending_seconds_count 1.0" in await told_by(relay)

        await eventually(is_ended)
