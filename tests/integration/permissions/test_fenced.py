"""A takeover is granted by the database and fenced by the relays: its answer says which of the two it is."""

import signal
from pathlib import Path

import pytest

from kapok.permissions.v1 import takeovers_service_pb2 as pb
from kapok.streams.v1 import fence_service_pb2, streams_service_pb2
from services.chassis.errors import Denied, FailedPrecondition, Unavailable
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage
from tests.integration.permissions.test_takeovers import release
from tests.integration.permissions.viewing import Desk, relaying, streaming
from tests.integration.registry.calls import Caller

COMMAND = "command-guangzhou"
FENCE = "kapok.streams.v1.FenceService.Fence"


async def fenced(stage: Stage, incident: str) -> list[bool]:
    """Of a takeover that is given back at once."""
    takeover = await stage.take_over(COMMAND, city.TUNNEL, incident=incident)
    await release(stage, COMMAND, takeover.name)
    return [one.is_fenced for one in takeover.taken]


async def test_it_is_fenced_once_the_relay_has_said_so(still: Stage, sockets: Path) -> None:
    async with still.running(), relaying(still) as relay, streaming(still, sockets) as desk:
        await still.register_cameras()
        incident = await still.incident("police-guangzhou", COMMAND)
        await eventually(lambda: _takes_commands(desk))
        await eventually(lambda: _is_fenced(still, incident))
        relay.send_signal(signal.SIGSTOP)
        try:
            assert await fenced(still, incident) == [False], "it stands still: it could go on with an older command"
        finally:
            relay.send_signal(signal.SIGCONT)
        await eventually(lambda: _is_fenced(still, incident))


async def test_without_streams_it_is_granted_and_fenced_by_time(still: Stage) -> None:
    async with still.running():
        await still.register_cameras()
        incident = await still.incident("police-guangzhou", COMMAND)
        takeover = await still.take_over(COMMAND, city.TUNNEL, incident=incident)
        assert [(one.is_holding, one.is_fenced) for one in takeover.taken] == [(True, False)]

        async def has_settled() -> bool:
            shown = await still.ask(COMMAND, "GetTakeover", pb.GetTakeoverRequest(name=takeover.name))
            return bool(shown.taken[0].is_fenced)

        assert not await has_settled()
        await eventually(has_settled)


async def _takes_commands(desk: Desk) -> bool:
    """Whether the relay is there: it says that this camera can't be pointed."""
    try:
        await desk.ask("metro", "MoveCamera", streams_service_pb2.MoveCameraRequest(camera=city.TUNNEL, pan=1))
    except FailedPrecondition:
        return True
    except Unavailable:
        return False
    raise AssertionError("it has no motors")


async def _is_fenced(stage: Stage, incident: str) -> bool:
    return await fenced(stage, incident) == [True]


@pytest.mark.parametrize(("service", "principal"), [("gateway", city.principal("metro")), ("registry", "")])
async def test_nobody_but_permissions_fences(still: Stage, sockets: Path, service: str, principal: str) -> None:
    async with still.running(), streaming(still, sockets) as desk:
        caller = Caller(still.keys, service, principal)
        with pytest.raises(Denied) as refusal:
            await caller.ask(desk.listen, FENCE, fence_service_pb2.FenceRequest())
        assert refusal.value.reason == "METHOD_NOT_EXPOSED"
