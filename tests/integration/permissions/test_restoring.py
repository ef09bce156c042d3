"""Where a camera looked before a takeover is restored after it: permissions, streams, relay and camera, all real."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from demo.cameras.ptz import Ptz
from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import decider_service_pb2
from kapok.streams.v1 import pointing_pb2, relay_pb2, streams_service_pb2
from services.chassis import bus
from services.chassis.errors import Denied, FailedPrecondition, Unavailable
from services.rtsp.digest import Credentials
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage
from tests.integration.permissions.test_takeovers import granted, release, state
from tests.integration.permissions.viewing import Desk, relaying, streaming

OPERATOR, COMMAND, POLICE = "metro", "command-guangzhou", "police-guangzhou"
CODE = city.TUNNEL.rpartition("/")[2]
WHO = Credentials("admin", "geheim")
PLATFORM = "services/streams"


@dataclass
class Camera:
    """The tunnel's camera: it may be away, or not say where it looks."""

    log: Path
    port: int = 0
    is_mute: bool = False
    _runners: list[web.AppRunner] = field(default_factory=list)

    def source(self, code: str) -> dict[str, str]:
        """Its motors, in its record."""
        uri = f"http://127.0.0.1:{self.port}/ptz/{code}"
        return {"control_uri": uri, "username": WHO.username, "password": WHO.password} if code == CODE else {}

    def told(self) -> list[tuple[int, dict[str, Any]]]:
        """Epoch and command of all that it was told, in order."""
        lines = map(json.loads, self.log.read_text().splitlines())
        return [(int(line["epoch"]), line["command"]) for line in lines]

    def looks(self, pan: float) -> bool:
        """Whether it was told last to look there."""
        return self.told()[-1][1] == to(pan)

    async def come(self) -> None:
        """It answers, where it did before."""
        app = Ptz([CODE], WHO, self.log).application()
        app.middlewares.append(self._muted)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        self.port = int(runner.addresses[0][1])

    async def go(self) -> None:
        """It is away."""
        while self._runners:
            await self._runners.pop().cleanup()

    @web.middleware
    async def _muted(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self.is_mute and request.method == "GET":
            return web.json_response({"pan": 0.0})
        answer: web.StreamResponse = await handler(request)
        return answer


@pytest.fixture
async def camera(still: Stage) -> AsyncIterator[Camera]:
    made = Camera(still.folder / "ptz.jsonl")
    made.log.touch()
    await made.come()
    still.motors = made.source
    try:
        yield made
    finally:
        await made.go()


@asynccontextmanager
async def platform(stage: Stage, sockets: Path) -> AsyncIterator[Desk]:
    """All of it, with the operator's camera at 0.5."""
    async with stage.running(), relaying(stage), streaming(stage, sockets) as desk:
        await stage.register_cameras()
        await eventually(lambda: is_told(desk, OPERATOR, 0.5))
        yield desk


def to(pan: float) -> dict[str, Any]:
    """As the camera is told."""
    return {"to": {"pan": pan, "tilt": 0.0, "zoom": 0.0}}


async def point(desk: Desk, name: str, pan: float) -> int:
    """Have the camera look there; the epoch. A grant that ran out on its way is asked for again."""
    where = pointing_pb2.Pointing(pan=pan)
    request = streams_service_pb2.PointCameraRequest(camera=city.TUNNEL, to=where)
    while True:
        try:
            return int((await desk.ask(name, "PointCamera", request)).epoch)
        except Denied as refusal:
            if refusal.reason != "TOKEN_INVALID":
                raise


async def is_told(desk: Desk, name: str, pan: float) -> bool:
    try:
        await point(desk, name, pan)
    except Unavailable:  # the relay has not announced itself yet
        return False
    return True


async def is_told_in_vain(desk: Desk, pan: float) -> bool:
    """Whether the operator's command is on record, and the camera away."""
    try:
        await point(desk, OPERATOR, pan)
    except Unavailable as refusal:
        return refusal.reason == "SOURCE_AWAY"
    raise AssertionError("the camera is away")


async def taken(stage: Stage, name: str) -> str:
    """By emergency command, in an incident that another declared; or by the police, on papers."""
    if name == COMMAND:
        ground = {"incident": await stage.incident(POLICE, COMMAND)}
    else:
        ground = {"legal_basis": await stage.papers(name, city.TUNNEL), "cause": "CAUSE_LAW_ENFORCEMENT"}
    return str((await stage.take_over(name, city.TUNNEL, **ground)).name)


@dataclass
class Book:
    """What the platform did about pointings so far, in order, as audit gets it."""

    subscription: Any
    seen: list[tuple[str, relay_pb2.StoredPointing]] = field(default_factory=list)

    async def told(self, *verbs: str) -> list[relay_pb2.StoredPointing]:
        """What was told, once it is exactly this."""
        while [verb for verb, _ in self.seen] != list(verbs):
            await self._read()
        return [told for _, told in self.seen]

    async def told_last(self, verb: str) -> None:
        """Wait until that is the last of it."""
        while not self.seen or self.seen[-1][0] != verb:
            await self._read()

    async def _read(self) -> None:
        for message in await self.subscription.fetch(50, timeout=20):
            self._keep(fact_pb2.Fact.FromString(message.data))
            await message.ack()

    def _keep(self, fact: fact_pb2.Fact) -> None:
        told = relay_pb2.StoredPointing()
        if fact.snapshot.Unpack(told):
            assert (fact.principal, fact.camera, fact.article) == (PLATFORM, city.TUNNEL, "Article 18")
            self.seen.append((fact.kind.removeprefix("streams.pointing."), told))


@pytest.fixture
async def book(still: Stage) -> AsyncIterator[Book]:
    async with bus.connect(still.permissions.bus_url, still.keys.bus_seed("audit"), "audit") as wire:
        yield Book(await wire.jetstream.pull_subscribe("", "audit", bus.FACTS_STREAM))


async def test_each_earlier_holder_finds_the_camera_where_it_had_it(
    still: Stage, sockets: Path, camera: Camera, book: Book
) -> None:
    async with platform(still, sockets) as desk:
        fire = await taken(still, COMMAND)
        await point(desk, COMMAND, -0.25)
        theft = await taken(still, POLICE)
        above = await point(desk, POLICE, 1.0)
        await point(desk, POLICE, -1.0)
        await release(still, POLICE, theft)
        await eventually(lambda: camera.looks(-0.25))
        assert camera.told()[-1][0] == above + 1, "under the epoch of who holds it now"
        await release(still, COMMAND, fire)
        await eventually(lambda: camera.looks(0.5))
        assert camera.told()[-1][0] == (await state(still)).epoch
        told = await book.told("stored", "stored", *("restore_ordered", "restored") * 2)
        assert [(one.takeover, one.pointing.pan) for one in told] == [
            (fire, 0.5), (theft, -0.25), (theft, -0.25), (theft, -0.25), (fire, 0.5), (fire, 0.5),
        ]  # fmt: skip
        with pytest.raises(Denied):
            await point(desk, COMMAND, 0.0)


async def test_what_is_owed_outlives_a_restart_of_streams_and_waits_for_a_camera_that_is_away(
    still: Stage, sockets: Path, camera: Camera, book: Book
) -> None:
    async with still.running(), relaying(still):
        async with streaming(still, sockets) as desk:
            await still.register_cameras()
            await eventually(lambda: is_told(desk, OPERATOR, 0.5))
            fire = await taken(still, COMMAND)
            await point(desk, COMMAND, -0.25)
        await release(still, COMMAND, fire)
        await camera.go()
        async with streaming(still, sockets):
            await book.told("stored", "restore_ordered")
        await camera.come()
        async with streaming(still, sockets):
            await eventually(lambda: camera.looks(0.5))
            await book.told("stored", "restore_ordered", "restored")


async def test_a_holder_who_points_it_first_keeps_what_he_chose(
    still: Stage, sockets: Path, camera: Camera, book: Book
) -> None:
    async with platform(still, sockets) as desk:
        fire = await taken(still, COMMAND)
        await point(desk, COMMAND, -0.25)
        await camera.go()
        await release(still, COMMAND, fire)
        await eventually(lambda: is_told_in_vain(desk, 1.0))
        await camera.come()
        await book.told_last("dropped")
        await point(desk, OPERATOR, 0.75)
        again = await taken(still, COMMAND)
        await point(desk, COMMAND, -0.5)
        await release(still, COMMAND, again)
        await eventually(lambda: camera.looks(0.75))
        assert [command for _, command in camera.told()] == [to(pan) for pan in (0.5, -0.25, 0.75, -0.5, 0.75)]


async def test_a_camera_that_does_not_say_where_it_looks_is_commanded_and_not_restored(
    still: Stage, sockets: Path, camera: Camera, book: Book
) -> None:
    async with platform(still, sockets) as desk:
        camera.is_mute = True
        fire = await taken(still, COMMAND)
        await point(desk, COMMAND, -0.25)
        await release(still, COMMAND, fire)
        stored, given_up = await book.told("stored", "given_up")
        assert (stored.HasField("pointing"), given_up.HasField("pointing")) == (False, False)
        assert "nobody could read" in given_up.reason
        assert camera.looks(-0.25)


async def test_nothing_is_restored_but_for_a_takeover_that_ended_and_nobody_but_streams_asks(stage: Stage) -> None:
    fire = await taken(stage, COMMAND)
    request = decider_service_pb2.GrantRestoringRequest(camera=city.TUNNEL, takeover=fire)
    with pytest.raises(FailedPrecondition) as refusal:
        await stage.serve("streams", "GrantRestoring", request)
    assert refusal.value.reason == "STATE_WRONG"
    await release(stage, COMMAND, fire)
    answer = await stage.serve("streams", "GrantRestoring", request)
    assert answer.epoch == (await granted(stage, OPERATOR)).epoch
    elsewhere = decider_service_pb2.GrantRestoringRequest(camera=city.STREET, takeover=fire)
    with pytest.raises(FailedPrecondition):
        await stage.serve("streams", "GrantRestoring", elsewhere)
    for service in ("gateway", "registry"):
        for verb, asked in (("GrantRestoring", request), ("ListOverTakeovers", _asking(fire))):
            with pytest.raises(Denied) as denial:
                await stage.serve(service, verb, asked)
            assert denial.value.reason == "METHOD_NOT_EXPOSED"


async def test_an_agency_that_goes_on_holding_is_named_as_heir(stage: Stage) -> None:
    first, second = await taken(stage, COMMAND), await taken(stage, COMMAND)
    await release(stage, COMMAND, first)
    answer = await stage.serve("streams", "ListOverTakeovers", _asking(first, second))
    assert [(one.camera, one.takeover, one.heir) for one in answer.over] == [(city.TUNNEL, first, second)]
    await release(stage, COMMAND, second)
    answer = await stage.serve("streams", "ListOverTakeovers", _asking(second, first))
    assert [(one.takeover, one.heir) for one in answer.over] == [(first, ""), (second, "")]


def _asking(*takeovers: str) -> decider_service_pb2.ListOverTakeoversRequest:
    of_camera = decider_service_pb2.ListOverTakeoversRequest.OfCamera(camera=city.TUNNEL, takeovers=takeovers)
    return decider_service_pb2.ListOverTakeoversRequest(asked=[of_camera])
