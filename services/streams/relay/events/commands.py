"""Commands to cameras, as they come to the relay and as it answers: protobuf ↔ domain."""

from collections.abc import Iterable

from kapok.streams.v1 import pointing_pb2, relay_pb2
from services.chassis.errors import FailedPrecondition
from services.streams.commands import Command, Kind, checked
from services.streams.pointings import Pointing
from services.streams.relay.presets import KeptPreset


def command(camera: str, said: relay_pb2.ControlCommand) -> Command:
    """What the camera is to be told; the bus is trusted with no value of it."""
    known = {pointing_pb2.CommandKind.Value(f"COMMAND_KIND_{kind.name}"): kind for kind in Kind}
    kind = known.get(said.kind or pointing_pb2.COMMAND_KIND_MOVE)
    if kind is None:
        raise FailedPrecondition("STATE_WRONG", "this relay is of an older release and does not know this command")
    return checked(camera, Command(kind, said.pan, said.tilt, said.zoom, said.preset))


def presets(camera: str, told: Iterable[KeptPreset]) -> list[pointing_pb2.Preset]:
    """Those that the camera told of, by their resource names."""
    return [pointing_pb2.Preset(name=f"{camera}/presets/{one.token}", display_name=one.display_name) for one in told]


def pointing(seen: Pointing) -> pointing_pb2.Pointing:
    """Where a camera looks."""
    return pointing_pb2.Pointing(pan=seen.pan, tilt=seen.tilt, zoom=seen.zoom)
