"""Incidents: protobuf ↔ domain."""

from google.type.latlng_pb2 import LatLng

from kapok.permissions.v1 import incident_pb2
from kapok.permissions.v1 import permissions_service_pb2 as pb
from services.chassis.errors import InvalidArgument, Violation
from services.decider.facts import Area
from services.permissions.incidents.act import Act
from services.permissions.incidents.commands import Declaration, Extension, Ruling, Widening
from services.permissions.incidents.domain import Declared, IncidentKind
from services.permissions.rpc.messages import instant, named, stamp


def declaration(message: incident_pb2.Incident) -> Declaration:
    """What is to be declared."""
    kinds = {incident_pb2.IncidentKind.Value(f"INCIDENT_KIND_{k.name}"): k for k in IncidentKind}
    if message.kind not in kinds:
        raise InvalidArgument(Violation("incident.kind", "must be one of the four kinds of Article 18 ¶2"))
    return Declaration(
        display_name=message.display_name,
        kind=kinds[message.kind],
        order_number=message.order_number,
        area=_area(message, "incident."),
        opens_to=frozenset(message.agencies),
        ends_at=instant(message.end_time, "incident.end_time"),
        letter_number=message.letter_number,
        certificates=tuple(message.officer_certificates),
    )


def extension(message: pb.ExtendIncidentRequest) -> Extension:
    """A later end."""
    return Extension(message.order_number, message.reason, instant(message.end_time, "end_time"))


def widening(message: pb.WidenIncidentRequest) -> Widening:
    """What is to be opened beside what is open."""
    return Widening(
        order_number=message.order_number,
        reason=message.reason,
        area=_area(message, ""),
        opens_to=frozenset(message.agencies),
        letter_number=message.letter_number,
        certificates=tuple(message.officer_certificates),
    )


def ruling(message: pb.DecideIncidentRequest) -> Ruling:
    """A second approver's word."""
    if message.act < 1:
        raise InvalidArgument(Violation("act", "must be the number of the act that waits: read it with GetIncident"))
    return Ruling(message.act, message.approved, message.reason)


def incident(declared: Declared) -> incident_pb2.Incident:
    """An incident on record: everything that was ever opened by it, and the acts one by one."""
    first, areas = declared.acts[0], declared.areas or (declared.acts[0].area,)
    return incident_pb2.Incident(
        name=declared.name,
        display_name=declared.display_name,
        kind=f"INCIDENT_KIND_{declared.kind.name}",
        state=f"STATE_{declared.state.name}",
        order_number=first.order_number,
        area=_corners(first.area),
        districts=sorted(frozenset().union(*(area.districts for area in areas))),
        cameras=sorted(frozenset().union(*(area.cameras for area in areas))),
        start_time=stamp(declared.starts_at),
        end_time=stamp(declared.planned_end),
        agencies=sorted(declared.opened or first.opens_to),
        letter_number=first.letter_number,
        officer_certificates=first.certificates,
        principal=first.principal,
        agency=first.agency,
        closed_time=stamp(declared.closed_at),
        acts=map(_act, declared.acts),
        concerned_districts=sorted(declared.districts),
        concerned_operators=sorted(declared.operators),
    )


def _act(act: Act) -> incident_pb2.IncidentAct:
    return incident_pb2.IncidentAct(
        number=act.number,
        kind=f"KIND_{act.kind.name}",
        principal=act.principal,
        agency=act.agency,
        act_time=stamp(act.at),
        order_number=act.order_number,
        reason=act.reason,
        area=_corners(act.area),
        districts=sorted(act.area.districts),
        cameras=sorted(act.area.cameras),
        bound=act.area.bound,
        agencies=sorted(act.opens_to),
        end_time=stamp(act.ends_at),
        letter_number=act.letter_number,
        officer_certificates=act.certificates,
        approve_by_time=stamp(act.approve_by),
        verdict=f"VERDICT_{act.verdict.name}" if act.verdict else "VERDICT_UNSPECIFIED",
        decided_by=act.decided_by,
        decide_time=stamp(act.decided_at),
        decision_reason=act.decision_reason,
        effective_time=stamp(act.effective_at),
    )


def _area(message: incident_pb2.Incident | pb.WidenIncidentRequest, prefix: str) -> Area:
    return Area(
        polygon=tuple((point.latitude, point.longitude) for point in message.area),
        districts=frozenset(message.districts),
        cameras=frozenset(named("camera", name, f"{prefix}cameras") for name in message.cameras),
    )


def _corners(area: Area) -> list[LatLng]:
    return [LatLng(latitude=latitude, longitude=longitude) for latitude, longitude in area.polygon]
