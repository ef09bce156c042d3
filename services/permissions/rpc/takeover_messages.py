"""Takeovers, and who controls a camera: protobuf ↔ domain."""

from kapok.permissions.v1 import takeover_pb2
from services.permissions.ports import Held
from services.permissions.rpc.messages import instant, named, optional, stamp
from services.permissions.takeovers import ControlState, Wish


def wish(message: takeover_pb2.Takeover) -> Wish:
    """The takeover asked for."""
    return Wish(
        camera=named("camera", message.camera, "takeover.camera"),
        reason=message.reason,
        legal_basis=optional("legal_basis", message.legal_basis, "takeover.legal_basis"),
        incident=optional("incident", message.incident, "takeover.incident"),
        ends_at=instant(message.end_time, "takeover.end_time"),
    )


def takeover(held: Held) -> takeover_pb2.Takeover:
    """A takeover as it stands. Released is what ended before its time."""
    kept, found = held.kept, held.kept.takeover
    is_early = kept.ended_at is not None and kept.ended_at < found.ends_at
    is_incident = found.ground.startswith("incidents/")
    return takeover_pb2.Takeover(
        name=found.name,
        camera=found.camera,
        reason=kept.reason,
        legal_basis="" if is_incident else found.ground,
        incident=found.ground if is_incident else "",
        end_time=stamp(found.ends_at),
        principal=found.principal,
        start_time=stamp(found.starts_at),
        release_time=stamp(kept.ended_at) if is_early else None,
        is_holding=held.is_holding,
        epoch=held.epoch,
    )


def control_state(state: ControlState) -> takeover_pb2.ControlState:
    """Who controls a camera."""
    return takeover_pb2.ControlState(
        name=f"{state.camera}/controlState",
        holder=state.holder.agency,
        takeover=state.holder.takeover.name if state.holder.takeover else "",
        epoch=state.epoch,
        until=stamp(state.holder.until),
    )
