"""Streams and a relay beside permissions and registry: the way of a picture, each part a real one."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from kapok.streams.v1 import session_pb2, streams_service_pb2
from services.chassis.errors import Unavailable
from services.streams import app as streams
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import RELAY, Stage
from tests.integration.registry.calls import Caller


@asynccontextmanager
async def relaying(stage: Stage) -> AsyncIterator[asyncio.subprocess.Process]:
    """A relay, announced while inside."""
    environment = {
        "KAPOK_RELAY_ID": RELAY, "KAPOK_BUS_URL": stage.permissions.bus_url,
        "KAPOK_BUS_SEED": str(stage.keys.bus_seed(RELAY)), "KAPOK_KEY_FILE": str(stage.keys.pair(RELAY)),
        "KAPOK_RTSP_LISTEN": "127.0.0.1:0", "KAPOK_METRICS_LISTEN": "127.0.0.1:0",
        "KAPOK_SOURCE_NETWORKS": "127.0.0.0/8", "KAPOK_STREAMS_PUBLIC_KEY": str(stage.keys.public("streams")),
        "KAPOK_PERMISSIONS_PUBLIC_KEY": str(stage.keys.public("permissions")),
        "KAPOK_DRAIN_S": "0.2",  # there is no other relay to wait for
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.streams.relay", env=os.environ | environment
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _settings(stage: Stage, sockets: Path) -> streams.Settings:
    return streams.Settings(
        listen=f"unix:{sockets}/streams.sock",
        database="streams".join(stage.permissions.database.rsplit("permissions", 1)),
        bus_url=stage.permissions.bus_url,
        bus_seed=stage.keys.bus_seed("streams"),
        key_file=stage.keys.pair("streams"),
        peers_file=stage.keys.peers,
        signing_key=stage.keys.signing("streams"),
        permissions_public_key=stage.keys.public("permissions"),
        permissions_address=stage.permissions.listen,
        registry_address=stage.registry.listen,
    )


@asynccontextmanager
async def streaming(stage: Stage, sockets: Path) -> AsyncIterator["Desk"]:
    """The streams service while inside."""
    settings = _settings(stage, sockets)
    async with streams.app(settings):
        yield Desk(stage, settings.listen)


class Desk:
    """Where principals ask for sessions, as the gateway would for them."""

    def __init__(self, stage: Stage, listen: str) -> None:
        self._stage, self.listen = stage, listen

    async def ask(self, name: str, verb: str, request: Any) -> Any:
        """Call a method of StreamsService."""
        caller = Caller(self._stage.keys, "gateway", city.principal(name))
        return await caller.ask(self.listen, f"kapok.streams.v1.StreamsService.{verb}", request)

    async def feeds(self, name: str, takeover: str) -> list[Any]:
        """Open the feeds of a takeover."""
        wanted = streams_service_pb2.OpenTakeoverFeedsRequest(takeover=takeover, purpose="PURPOSE_EMERGENCY_RESPONSE")
        caller = Caller(self._stage.keys, "gateway", city.principal(name))
        return await caller.stream(self.listen, "kapok.streams.v1.StreamsService.OpenTakeoverFeeds", wanted)

    async def open(self, name: str, camera: str, **grounds: str) -> str:
        """Open a session as soon as a relay is there; the viewer's URL."""
        wanted = session_pb2.Session(camera=camera, kind="KIND_LIVE", purpose="PURPOSE_PUBLIC_ORDER", **grounds)
        answer = await eventually(lambda: self._tried(name, wanted))
        return str(answer.rtsp_url)

    async def _tried(self, name: str, wanted: session_pb2.Session) -> Any:
        try:
            return await self.ask(name, "OpenSession", streams_service_pb2.OpenSessionRequest(session=wanted))
        except Unavailable:
            return None

    async def newest(self, name: str) -> session_pb2.Session:
        """The principal's newest session."""
        answer = await self.ask(name, "ListSessions", streams_service_pb2.ListSessionsRequest(page_size=1))
        newest: session_pb2.Session = answer.sessions[0]
        return newest
