"""nats-server killed under a relay: fail closed meanwhile, nothing lost and nothing invented afterwards."""

import asyncio
from collections import Counter
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from cli.rtsp_pull import Pull
from demo.platform import watching
from kapok.fact.v1 import fact_pb2
from kapok.streams.v1 import relay_pb2
from services.chassis import errors
from services.chassis.bus import FACTS_STREAM
from tests.eventually import eventually
from tests.integration.gateway.nats import serving
from tests.integration.streams.stage import LEASE_S, Stage, stage


def kill_bus(home: Path) -> None:
    [server] = [child for child in psutil.Process().children() if str(home / "nats") in child.cmdline()]
    server.kill()


async def looks(relay: Stage) -> list[tuple[str, str]]:
    """(session, kind) of every look on record."""
    found = []
    stored = await relay.bus.jetstream.stream_info(FACTS_STREAM)
    for number in range(1, stored.state.messages + 1):
        message = await relay.bus.jetstream.get_msg(FACTS_STREAM, number)
        assert message.data is not None
        fact, viewer = fact_pb2.Fact.FromString(message.data), relay_pb2.Viewer()
        assert fact.snapshot.Unpack(viewer)
        found.append((viewer.session, fact.kind))
    return found


async def test_without_the_bus_viewers_end_with_the_lease_nobody_new_sees_and_no_end_is_lost(tmp_path: Path) -> None:
    async with stage(tmp_path) as relay:
        (before, _), (during, _) = await relay.assign(), await relay.assign(principal="principals/q")
        viewer = watching(before)
        assert await asyncio.to_thread(viewer.await_pictures, 5), viewer.why
        port = relay.bus_url.rpartition(":")[2]
        kill_bus(tmp_path)
        silent_since_s = asyncio.get_running_loop().time()
        late = asyncio.create_task(asyncio.to_thread(refused, during))
        await eventually(viewer.ended.is_set, within_s=LEASE_S + 2)
        assert asyncio.get_running_loop().time() - silent_since_s > LEASE_S - 0.5
        await late
        assert (await asyncio.to_thread(refused, during)).kind in {"UNAVAILABLE", "PERMISSION_DENIED"}
        with serving("--jetstream", "--store_dir", str(tmp_path / "nats"), "--port", port):

            async def is_taken_again() -> bool:
                return not (await relay.assign(principal="principals/r"))[1].error_kind

            async def is_every_end_on_record() -> bool:
                kinds = Counter(kind for _, kind in await looks(relay))
                return (
                    kinds["relay.viewer.closed"] >= 1 and kinds["relay.viewer.opened"] == kinds["relay.viewer.closed"]
                )

            await eventually(lambda: relay.bus.client.is_connected)
            await eventually(is_every_end_on_record)
            await eventually(is_taken_again)
            assert max(Counter(await looks(relay)).values()) == 1, "a fact was told twice"


def refused(url: str) -> errors.Error:
    """Why this viewer saw no picture."""
    with pytest.raises(errors.Error) as refusal, closing(Pull.open(url)):
        pass
    return refusal.value
