"""Takeovers, and who controls a camera: protobuf ↔ domain."""

from collections.abc import Sequence

from kapok.permissions.v1 import takeover_pb2, takeovers_service_pb2
from services.chassis import errors
from services.permissions.ports import Held, Kept, Listed
from services.permissions.rpc.messages import instant, is_named, named, optional, spelling, stamp
from services.permissions.takeover import Cause, Exclusive
from services.permissions.takeovers.area import CAMERAS_MOST, SYSTEMS_MOST, Selection
from services.permissions.takeovers.controls import ControlState
from services.permissions.takeovers.notices import Notice
from services.permissions.takeovers.orders import Order
from services.permissions.takeovers.requests import Wish

_CAUSES = {takeover_pb2.Takeover.Cause.Value(f"CAUSE_{cause.name}"): cause for cause in Cause}
_VIOLATIONS_MOST = 20
_HOW_TO_CLAIM = "losses that it causes are compensated once it is over: kapok claims file {} (Article 18 ¶3)"


def wish(message: takeover_pb2.Takeover) -> Wish:
    """The takeover asked for. What cameras it means is said in one way: by name, area, incident or systems."""
    selection = _selection(message)
    return Wish(
        cameras=() if selection else cameras(message.cameras, "takeover.cameras"),
        cause=_CAUSES.get(message.cause),
        reason=message.reason,
        legal_basis=optional("legal_basis", message.legal_basis, "takeover.legal_basis"),
        incident=optional("incident", message.incident, "takeover.incident"),
        ends_at=instant(message.end_time, "takeover.end_time"),
        selection=selection,
        exclusive=_exclusive(message),
    )


def _exclusive(message: takeover_pb2.Takeover) -> Exclusive | None:
    """Why it is to be exclusive; None when it is not. InvalidArgument for reasons of what is not asked for."""
    if not message.is_exclusive and (message.exclusive_reason or message.duty_reason):
        said = "say is_exclusive, which this is a reason of; without it everybody sees on"
        raise errors.InvalidArgument(errors.Violation("takeover.is_exclusive", said))
    return Exclusive(message.exclusive_reason, message.duty_reason) if message.is_exclusive else None


def _selection(message: takeover_pb2.Takeover) -> Selection | None:
    """What cameras it means without naming them; None when it names them."""
    ways = [bool(way) for way in (message.cameras, message.area, message.systems, message.all_of_incident)]
    if sum(ways) > 1:
        said = "name cameras, or give an area, systems or all_of_incident, one of the four"
        raise errors.InvalidArgument(errors.Violation("takeover.cameras", said))
    if message.all_of_incident and not message.incident:
        raise errors.InvalidArgument(errors.Violation("takeover.incident", "name the incident whose cameras are meant"))
    if len(message.systems) > SYSTEMS_MOST:
        raise errors.InvalidArgument(errors.Violation("takeover.systems", f"must name at most {SYSTEMS_MOST} systems"))
    if not any(ways[1:]):
        return None
    polygon = tuple((corner.latitude, corner.longitude) for corner in message.area)
    systems = [named("camera_system", name, f"takeover.systems[{at}]") for at, name in enumerate(message.systems)]
    return Selection(polygon, tuple(dict.fromkeys(systems)), message.all_of_incident)


def cameras(names: Sequence[str], path: str) -> tuple[str, ...]:
    """1 to 5,000 cameras, each once; InvalidArgument names the first few that are not spelt as they are."""
    if not 1 <= len(names) <= CAMERAS_MOST:
        raise errors.InvalidArgument(errors.Violation(path, f"must be 1 to {CAMERAS_MOST} names of cameras"))
    if len(names) == 1:
        return (named("camera", names[0], path),)
    wrong = [place for place, name in enumerate(names) if not is_named("camera", name)]
    if wrong:
        said = f"must be a name such as {spelling('camera')}"
        raise errors.InvalidArgument(*(errors.Violation(f"{path}[{at}]", said) for at in wrong[:_VIOLATIONS_MOST]))
    if len(set(names)) < len(names):
        raise errors.InvalidArgument(errors.Violation(path, "must name each camera once"))
    return tuple(names)


def order(told: Order) -> takeover_pb2.Takeover:
    """A takeover with its cameras, as its reader may see them."""
    standing = [one.kept for one in told.taken if one.kept.ended_at is None] or [one.kept for one in told.taken]
    longest = max(standing, key=lambda kept: kept.takeover.ends_at)
    message = _whole(longest)
    for one in told.taken:
        message.taken.append(_taken(one))
        if one.kept.ended_at is None and one.kept.takeover.ends_at < longest.takeover.ends_at:
            message.taken[-1].end_time.FromDatetime(one.kept.takeover.ends_at)
    message.taken_count = len(told.taken)
    message.in_force_count = sum(one.kept.ended_at is None for one in told.taken)
    for camera, refusal in told.refused.items():
        article = refusal.metadata.get("article", "")
        message.refused.add(camera=camera, reason=refusal.reason, article=article, sentence=refusal.message)
    return message


def listed(one: Listed) -> takeover_pb2.Takeover:
    """A takeover in a list: its cameras are counted."""
    message = _whole(one.kept)
    message.taken_count, message.in_force_count = one.cameras, one.in_force
    return message


def notice(told: Notice) -> takeovers_service_pb2.TakeoverNotice:
    """A takeover that changed; to who runs cameras of it, how losses are claimed."""
    message = takeovers_service_pb2.TakeoverNotice(takeover=order(told.order))
    if told.is_own:
        message.how_to_claim = _HOW_TO_CLAIM.format(message.takeover.name)
    return message


def takeover(held: Held) -> takeover_pb2.Takeover:
    """What a takeover holds of one camera, for the ledger."""
    message = _whole(held.kept)
    message.taken.append(_taken(held))
    return message


def control_state(state: ControlState) -> takeover_pb2.ControlState:
    """Who controls a camera."""
    return takeover_pb2.ControlState(
        name=f"{state.camera}/controlState",
        holder=state.holder.agency,
        takeover=state.holder.takeover.name if state.holder.takeover else "",
        epoch=state.epoch,
        until=stamp(state.holder.until),
    )


def _whole(kept: Kept) -> takeover_pb2.Takeover:
    found = kept.takeover
    is_incident = found.ground.startswith("incidents/")
    return takeover_pb2.Takeover(
        name=found.name,
        cause=f"CAUSE_{kept.cause.name if kept.cause else 'UNSPECIFIED'}",
        reason=kept.reason,
        legal_basis="" if is_incident else found.ground,
        incident=found.ground if is_incident else "",
        end_time=stamp(found.ends_at),
        principal=found.principal,
        start_time=stamp(found.starts_at),
        is_exclusive=found.is_exclusive,
        exclusive_reason=kept.exclusive.reason if kept.exclusive else "",
        duty_reason=kept.exclusive.duty_reason if kept.exclusive else "",
    )


def _taken(held: Held) -> takeover_pb2.TakenCamera:
    kept = held.kept
    return takeover_pb2.TakenCamera(
        camera=kept.takeover.camera,
        is_holding=held.is_holding and kept.ended_at is None,
        epoch=held.epoch,
        over_time=stamp(kept.ended_at),
        over_by=kept.ended_by,
        is_fenced=held.is_fenced,
    )
