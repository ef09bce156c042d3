"""The dead man's stop of a relay process: before a camera that falls silent, and when the relay is told to stop."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from demo.cameras.ptz import Ptz
from kapok.permissions.v1 import permissions_events_pb2
from kapok.streams.v1 import relay_pb2
from services.rtsp.digest import Credentials
from tests.eventually import eventually
from tests.integration.streams.stage import CAMERA, RELAY, Stage, stage

CODE = CAMERA.rpartition("/")[2]
MOTORS = Credentials("admin", "geheim")
STOP = {"pan": 0, "tilt": 0, "zoom": 0}


class Camera:
    """The demo's camera, which may take commands and never answer: it then obeys none of them."""

    def __init__(self, log: Path) -> None:
        self.log, self.answers, self.asked, self.port = log, asyncio.Event(), 0, 0
        self.answers.set()

    def told(self) -> list[tuple[str, dict[str, float]]]:
        lines = map(json.loads, self.log.read_text().splitlines())
        return [(line["epoch"], line["command"]) for line in lines]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        application = Ptz([CODE], MOTORS, self.log).application()
        application.middlewares.insert(0, self._silence)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.port = int(runner.addresses[0][1])
            yield
        finally:
            await runner.cleanup()

    @web.middleware
    async def _silence(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.asked += 1
        if not self.answers.is_set():
            await asyncio.Event().wait()
        return await handler(request)


async def moved(relay: Stage, camera: Camera, epoch: int, lasting_s: float = 2) -> relay_pb2.RelayReply:
    """The relay's answer to a move under a grant that lasts so long: permissions' last two seconds."""
    made = permissions_events_pb2.ControlGrant(camera=CAMERA, principal="principals/p", epoch=epoch)
    made.expire_time.FromDatetime(datetime.now(UTC) + timedelta(seconds=lasting_s))
    source = relay.sealed_source(
        control_uri=f"http://127.0.0.1:{camera.port}/ptz/{CODE}", username=MOTORS.username, password=MOTORS.password
    )
    command = relay_pb2.ControlCommand(
        signed_grant=relay.permissions.seal("kapok.permissions.grant", made.SerializeToString()),
        pan=0.5, relay=RELAY, sealed_source=source,
    )  # fmt: skip
    return await relay.tell("control", command.SerializeToString())


async def test_a_camera_that_falls_silent_in_mid_move_is_told_to_stop_until_it_does(tmp_path: Path) -> None:
    camera = Camera(tmp_path / "ptz.jsonl")
    async with camera.serving(), stage(tmp_path) as relay:
        assert not (await moved(relay, camera, 1, lasting_s=60)).error_kind  # it is told until the grant runs out
        camera.answers.clear()
        asked = camera.asked
        await eventually(lambda: camera.asked > asked)  # its stop, which it does not take
        camera.answers.set()
        await eventually(lambda: camera.told()[-1] == ("1", STOP))


async def test_a_silent_camera_refuses_no_more_than_its_own_command(tmp_path: Path) -> None:
    camera = Camera(tmp_path / "ptz.jsonl")
    async with camera.serving(), stage(tmp_path) as relay:
        camera.answers.clear()
        reply = await moved(relay, camera, 1)
        assert (reply.error_kind, reply.error_reason) == ("UNAVAILABLE", "SOURCE_AWAY")
        camera.answers.set()
        assert not (await moved(relay, camera, 1)).error_kind


async def test_a_relay_that_is_told_to_stop_stops_the_cameras_first(tmp_path: Path) -> None:
    camera = Camera(tmp_path / "ptz.jsonl")
    async with camera.serving(), stage(tmp_path) as relay:
        await moved(relay, camera, 1)
        relay.process.terminate()
        await relay.process.wait()
        assert [command == STOP for _, command in camera.told()] == [False, True]
