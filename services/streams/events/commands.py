"""Commands to cameras on the bus: as relays take them, as the ledger keeps them, and what relays answer."""

from kapok.fact.v1 import fact_pb2
from kapok.streams.v1 import pointing_pb2, relay_pb2
from services.chassis.outbox import Message
from services.streams.commands import Command, Kind, Obeyed, Preset
from services.streams.events import FactEncoder
from services.streams.events.fleet import RelayFleet
from services.streams.placement import Relay
from services.streams.ports import ControlPermit


class CommandEncoder(FactEncoder):
    """Commands as outbox messages."""

    def move_ordered(self, principal: str, camera: str, command: Command, permit: ControlPermit) -> Message:
        """A command on its way to a camera."""
        fact = fact_pb2.Fact(
            kind="streams.camera.move_ordered", principal=principal, camera=camera,
            rule=permit.rule, article=permit.article, is_sealed=permit.is_sealed,
        )  # fmt: skip
        snapshot = relay_pb2.CameraMove(
            camera=camera, principal=principal, pan=command.pan, tilt=command.tilt, zoom=command.zoom,
            agency=permit.agency, takeover=permit.takeover, kind=_kind(command.kind), preset=command.preset,
        )  # fmt: skip
        return self._message(fact, snapshot)


class CommandFleet(RelayFleet):
    """The relays, as commands reach them too."""

    async def control(self, relay: Relay, permit: ControlPermit, command: Command, sealed_source: bytes) -> Obeyed:
        """Have the relay tell the camera; raises what the relay or its fence refused."""
        told = relay_pb2.ControlCommand(
            signed_grant=permit.signed_grant, pan=command.pan, tilt=command.tilt, zoom=command.zoom,
            sealed_source=sealed_source, relay=relay.name, kind=_kind(command.kind), preset=command.preset,
        )  # fmt: skip
        reply = await self._ask(relay.name, "control", told.SerializeToString())
        return Obeyed(reply.epoch, relay.name, tuple(Preset(one.name, one.display_name) for one in reply.presets))


def preset_message(preset: Preset) -> pointing_pb2.Preset:
    """The preset as agencies see it."""
    return pointing_pb2.Preset(name=preset.name, display_name=preset.display_name)


def _kind(kind: Kind) -> str:
    return f"COMMAND_KIND_{kind.name}"
