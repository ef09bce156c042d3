"""What is within reach: domain → protobuf. Of a system's conditions the registry is told the states that meet them."""

from google.type.latlng_pb2 import LatLng

from kapok.permissions.v1 import reach_pb2
from services.decider.conditions import CONDITIONS
from services.decider.cover import Cover
from services.decider.facts import Area
from services.decider.reach import Part, Reach
from services.permissions.neighbours import states_with
from services.permissions.rpc.answers import scope_class
from services.permissions.rpc.messages import stamp


def reach(found: Reach) -> reach_pb2.Reach:
    """All parts and covers."""
    return reach_pb2.Reach(
        allows=map(_part, found.allows),
        denials=map(_part, found.denials),
        covers=[_cover(bit, cover) for bit, cover in found.covers.items()],
        policy_revision=found.revision,
        valid_until=stamp(found.until),
    )


def _part(part: Part) -> reach_pb2.ReachPart:
    return reach_pb2.ReachPart(
        place=scope_class(part.place),
        states=states_with(part.state) if part.state else (),
        is_in_any_state=not part.state,
        conditions=_names(part.conditions),
    )


def _cover(bit: int, cover: Cover) -> reach_pb2.Cover:
    return reach_pb2.Cover(
        condition=_names(bit)[0],
        cameras=sorted(cover.cameras),
        areas=map(_area, cover.areas),
        operators=sorted(cover.operators),
        excepted_cameras=sorted(cover.excepted),
    )


def _area(area: Area) -> reach_pb2.CoverArea:
    corners = [LatLng(latitude=latitude, longitude=longitude) for latitude, longitude in area.polygon]
    return reach_pb2.CoverArea(
        polygon=corners,
        districts=sorted(area.districts),
        cameras=sorted(area.cameras),
        bound=area.bound,
        operators=sorted(area.operators),
        systems=sorted(area.systems),
    )


def _names(bits: int) -> list[str]:
    return [condition.name for condition in CONDITIONS.values() if condition.bit & bits]
