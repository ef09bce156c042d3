"""What permissions tells a relay to decide by: protobuf → the decider's own words."""

import zlib
from collections.abc import Sequence
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from kapok.permissions.v1 import decision_pb2, permissions_events_pb2, replica_pb2
from services.decider.facts import (
    Action,
    AgencyKind,
    Area,
    Camera,
    Circumstances,
    Incident,
    Inspection,
    LegalBasis,
    Principal,
    StaffRecord,
    Takeover,
    Tier,
)  # fmt: skip
from services.decider.leases import Leases
from services.decider.marks import marks_of
from services.decider.policy import MAX_BYTES, parse
from services.decider.replica import Case, Edition

Facts = replica_pb2.SessionFacts
_ACTIONS = {decision_pb2.Action.Value(f"ACTION_{action.name}"): action for action in Action}


def edition(said: replica_pb2.PolicyEdition) -> Edition:
    """A version of the policy. Raises ValueError or errors.InvalidArgument for one that can't be in force here."""
    policy = parse(_unpacked(said.policy_csv), _unpacked(said.roles_csv) if said.roles_csv else "")
    levels = dict(said.category_levels), dict(said.camera_levels)
    return Edition(
        said.revision, policy, *levels, said.number, Leases.of(dict(said.lease_seconds)), marks_of(said.marks)
    )


def _unpacked(packed: bytes) -> str:
    unpacked = zlib.decompressobj()
    try:
        text = unpacked.decompress(packed, MAX_BYTES)
    except zlib.error as error:
        raise ValueError(f"a policy's text is not packed as it should be: {error}") from error
    if not unpacked.eof:
        raise ValueError(f"a policy's text is longer than {MAX_BYTES} bytes, or cut short")
    return text.decode()


def case(said: Facts) -> Case:
    """What a session was decided by. Raises ValueError for a kind, tier or action that is not known here."""
    principal = _principal(said.principal)
    camera = _camera(said.camera)
    here = Area(cameras=frozenset({camera.name}))
    opens_to = frozenset({principal.agency})
    return Case(
        principal,
        camera,
        _action(said.action),
        Circumstances(
            tuple(_papers(one, principal.name, here.cameras) for one in said.legal_bases),
            tuple(Incident(n, here, opens_to, start, end) for n, start, end in _spans(said.incidents)),
            tuple(_takeover(one, camera.name) for one in said.takeovers),
            tuple(Inspection(n, principal.agency, here, start, end) for n, start, end in _spans(said.inspections)),
            tuple(StaffRecord(n, principal.name, start, end) for n, start, end in _spans(said.trainings)),
            tuple(StaffRecord(n, principal.name, start, end) for n, start, end in _spans(said.shifts)),
        ),
    )


def takings(said: permissions_events_pb2.Takings) -> dict[str, list[Takeover]]:
    """Takeovers by camera. Raises ValueError for a kind or tier that is not known here."""
    return {
        camera: [_takeover(said.takeovers[at], camera) for at in group.takeovers]
        for group in said.groups
        for camera in group.cameras
    }


def instant(value: Timestamp) -> datetime:
    """An aware UTC time."""
    return value.ToDatetime(UTC)


def _spans(grounds: Sequence[Facts.Ground]) -> list[tuple[str, datetime, datetime]]:
    return [(one.name, instant(one.start_time), instant(one.end_time)) for one in grounds]


def _papers(said: Facts.Ground, principal: str, here: frozenset[str]) -> LegalBasis:
    span = instant(said.start_time), instant(said.end_time)
    return LegalBasis(said.name, principal, here, *span, held=here if said.is_held else frozenset())


def _action(value: int) -> Action:
    if value not in _ACTIONS:
        raise ValueError(f"action {value} is not known here")
    return _ACTIONS[value]


def _principal(said: Facts.Principal) -> Principal:
    return Principal(
        said.name, said.agency, AgencyKind(said.kind), Tier(said.tier), said.jurisdiction, said.clearance,
        frozenset(said.roles), is_person=said.is_person,
    )  # fmt: skip


def _camera(said: Facts.Camera) -> Camera:
    return Camera(
        name=said.name,
        level=said.level,
        category=said.place_category,
        district=said.name.split("/")[1],
        operator=said.operator,
        latitude=0.0,  # grounds name the camera: no area is asked here
        longitude=0.0,
        is_accepted=said.is_accepted,
        is_operating=said.is_operating,
        is_barred=said.is_barred,
        is_level_own=said.is_level_own,
    )


def _takeover(said: Facts.Takeover, camera: str) -> Takeover:
    return Takeover(
        said.name, said.number, camera, said.agency, said.principal, AgencyKind(said.kind), Tier(said.tier),
        instant(said.start_time), instant(said.end_time), said.ground,
        is_exclusive=said.is_exclusive, suspends_duty=said.suspends_duty,
    )  # fmt: skip
