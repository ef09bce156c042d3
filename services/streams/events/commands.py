"""Commands to cameras on the bus: as relays take them, as the ledger keeps them, and what relays answer."""

from typing import Any

from kapok.fact.v1 import fact_pb2
from kapok.streams.v1 import pointing_pb2, relay_pb2
from services.chassis.errors import Unavailable
from services.chassis.outbox import Message
from services.streams.commands import Command, Kind, Obeyed, Preset
from services.streams.events import FactEncoder
from services.streams.events.fleet import RelayFleet
from services.streams.kept_pointings import Happened, KeptPointings
from services.streams.placement import Relay
from services.streams.pointings import Pointing
from services.streams.ports import ControlPermit
from services.streams.restoring import RestoringPermit

PLATFORM = "services/streams"  # who acts, where no agency does
_ARTICLE = "Article 18"
Signed = ControlPermit | RestoringPermit


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

    def pointing(self, kept: KeptPointings, happened: Happened) -> Message:
        """What the platform did about where a camera looked: of no agency."""
        fact = fact_pb2.Fact(
            kind=f"streams.pointing.{happened.verb}", principal=PLATFORM, camera=kept.camera, article=_ARTICLE,
            is_sealed=kept.is_sealed,
        )  # fmt: skip
        snapshot = relay_pb2.StoredPointing(
            camera=kept.camera, takeover=happened.takeover, epoch=happened.epoch, reason=happened.reason
        )  # fmt: skip
        if (at := happened.pointing) is not None:
            snapshot.pointing.CopyFrom(pointing_pb2.Pointing(pan=at.pan, tilt=at.tilt, zoom=at.zoom))
        return self._message(fact, snapshot)


class CommandFleet(RelayFleet):
    """The relays, as commands reach them too."""

    async def control(self, relay: Relay, permit: ControlPermit, command: Command, sealed_source: bytes) -> Obeyed:
        """Have the relay tell the camera; raises what the relay or its fence refused."""
        told = _command(
            relay, permit, sealed_source, pan=command.pan, tilt=command.tilt, zoom=command.zoom,
            kind=_kind(command.kind), preset=command.preset,
        )  # fmt: skip
        reply = await self._ask(relay.name, "control", told.SerializeToString())
        return Obeyed(reply.epoch, relay.name, tuple(Preset(one.name, one.display_name) for one in reply.presets))

    async def look(self, relay: Relay, permit: ControlPermit, sealed_source: bytes) -> Pointing:
        """Where the camera looks; raises what the relay refused, or Unavailable when it does not know."""
        asked = _command(relay, permit, sealed_source, reads_pointing=True)
        reply = await self._ask(relay.name, "control", asked.SerializeToString())
        if not reply.HasField("pointing"):
            raise Unavailable("SOURCE_AWAY", "its relay is of an older release and does not ask where it looks")
        return Pointing(reply.pointing.pan, reply.pointing.tilt, reply.pointing.zoom)

    async def restore(self, relay: Relay, permit: RestoringPermit, pointing: Pointing, sealed_source: bytes) -> None:
        """Have the camera look there; raises what the relay or its fence refused."""
        told = _command(
            relay, permit, sealed_source, pan=pointing.pan, tilt=pointing.tilt, zoom=pointing.zoom,
            kind=_kind(Kind.POINT_TO),
        )  # fmt: skip
        await self._ask(relay.name, "control", told.SerializeToString())


def _command(relay: Relay, permit: Signed, sealed_source: bytes, **told: Any) -> relay_pb2.ControlCommand:
    return relay_pb2.ControlCommand(
        signed_grant=permit.signed_grant, sealed_source=sealed_source, relay=relay.name, process=relay.process, **told
    )  # fmt: skip


def preset_message(preset: Preset) -> pointing_pb2.Preset:
    """The preset as agencies see it."""
    return pointing_pb2.Preset(name=preset.name, display_name=preset.display_name)


def _kind(kind: Kind) -> str:
    return f"COMMAND_KIND_{kind.name}"
