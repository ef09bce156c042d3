"""Bringing cameras back: protobuf ↔ domain."""

from collections.abc import Iterable

from kapok.permissions.v1 import decider_service_pb2 as pb
from kapok.permissions.v1 import permissions_events_pb2
from services.chassis.errors import InvalidArgument, Violation
from services.permissions.restorings import Over, Restoring
from services.permissions.rpc import messages

CAMERAS_MOST = 500


def asked(request: pb.ListOverTakeoversRequest) -> dict[str, list[str]]:
    """The takeovers asked about, by camera."""
    if len(request.asked) > CAMERAS_MOST:
        raise InvalidArgument(Violation("asked", f"must be at most {CAMERAS_MOST} cameras"))
    return {
        messages.named("camera", one.camera, "asked.camera"): [
            messages.named("takeover", name, "asked.takeovers") for name in one.takeovers
        ]
        for one in request.asked
    }


def over(found: Iterable[Over]) -> pb.ListOverTakeoversResponse:
    """Those that are over."""
    return pb.ListOverTakeoversResponse(
        over=[
            pb.ListOverTakeoversResponse.Over(
                camera=one.camera, takeover=one.takeover, over_time=messages.stamp(one.at), heir=one.heir
            )
            for one in found
        ]
    )


def grant(found: Restoring) -> permissions_events_pb2.ControlGrant:
    """Of the platform's own, no agency's."""
    return permissions_events_pb2.ControlGrant(
        camera=found.camera, epoch=found.epoch, expire_time=messages.stamp(found.expires_at), restores=True
    )
