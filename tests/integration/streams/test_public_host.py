"""Where viewers reach a relay is not where it listens, behind a balancer or in a cluster."""

from pathlib import Path

from tests.eventually import eventually
from tests.integration.streams.stage import another_relay, stage


async def test_viewers_are_told_the_public_host_and_the_ports_that_are_listened_at(tmp_path: Path) -> None:
    async with (
        stage(tmp_path) as held,
        another_relay(held, tmp_path, "relay-2", KAPOK_PUBLIC_HOST="relay-2.cell.example"),
    ):
        said = await eventually(lambda: next((one for one in held.heard if one.relay == "relay-2"), None))
        assert said.rtsp_host == "relay-2.cell.example"
        assert said.rtsp_port
        assert {one.rtsp_host for one in held.heard if one.relay != "relay-2"} == {"127.0.0.1"}
