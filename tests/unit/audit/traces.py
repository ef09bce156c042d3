"""Facts of takeovers, as permissions tells them."""

import uuid
from datetime import datetime, timedelta

from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import takeover_pb2
from tests.unit.audit.uses import CAMERA, NOW

TAKEOVER, OTHER_TAKEOVER = "takeovers/1", "takeovers/2"


def at(minutes: float) -> datetime:
    """So many minutes from NOW."""
    return NOW + timedelta(minutes=minutes)


def taken(
    verb: str, minutes: float, camera: str = CAMERA, takeover: str = TAKEOVER, over: float | None = None
) -> bytes:
    """The fact of one act about one camera; ``over`` when it was over, in minutes from NOW."""
    fact = fact_pb2.Fact(id=str(uuid.uuid4()), kind=f"permissions.takeover.{verb}", camera=camera)
    fact.occur_time.FromDatetime(at(minutes))
    told = takeover_pb2.Takeover(name=takeover, taken=[takeover_pb2.TakenCamera(camera=camera)])
    if over is not None:
        told.taken[0].over_time.FromDatetime(at(over))
    fact.snapshot.Pack(told)
    return fact.SerializeToString()
