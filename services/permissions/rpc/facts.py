"""What a relay decides by itself with: the facts of a session's decision, versions of the policy. Both to be signed."""

import zlib
from collections.abc import Iterable
from datetime import datetime

from kapok.permissions.v1 import permissions_events_pb2, replica_pb2
from services.decider.area import covers
from services.decider.facts import Incident, Inspection, LegalBasis, StaffRecord, Takeover
from services.decider.marks import names_of
from services.decider.replica import Edition
from services.permissions.question import Answer, Question
from services.permissions.rpc.messages import stamp

FACTS_PURPOSE = "kapok.permissions.facts"
EDITION_PURPOSE = "kapok.permissions.edition"
pb = replica_pb2.SessionFacts


def session_facts(question: Question, answer: Answer) -> pb:
    """Everything that bears on the session ``question.used_for``; of areas only that they cover its camera."""
    found, camera = answer.circumstances, answer.camera
    return pb(
        session=question.used_for,
        principal=_principal(answer),
        camera=_camera(answer),
        action=f"ACTION_{question.action.name}",
        legal_bases=[_papers(one, camera.name) for one in found.bases if camera.name in one.cameras],
        incidents=[_ground(one) for one in found.incidents if covers(one.area, camera)],
        inspections=[_ground(one) for one in found.inspections if covers(one.area, camera)],
        takeovers=map(takeover, found.takeovers),
        trainings=map(_ground, found.trainings),
        shifts=map(_ground, found.shifts),
        policy_revision=answer.decision.revision,
        number=answer.number,
        decide_time=stamp(answer.now),
    )


def takings(found: Iterable[Takeover]) -> permissions_events_pb2.Takings:
    """Takeovers of cameras, each camera once: those that are taken by the same ones stand together."""
    by_camera = dict[str, list[Takeover]]()
    for one in found:
        by_camera.setdefault(one.camera, []).append(one)
    said, places = permissions_events_pb2.Takings(), dict[tuple[str, datetime], int]()
    groups = dict[tuple[int, ...], list[str]]()
    for camera, taken in by_camera.items():
        for one in taken:
            if (one.name, one.ends_at) not in places:  # of one takeover some cameras may have been renewed
                places[one.name, one.ends_at] = len(places)
                said.takeovers.append(takeover(one))
        groups.setdefault(tuple(places[one.name, one.ends_at] for one in taken), []).append(camera)
    for of_group, cameras in groups.items():
        said.groups.add(cameras=cameras, takeovers=of_group)
    return said


def edition(found: Edition) -> replica_pb2.PolicyEdition:
    """A version of the policy, as small as it can be: the bus carries a megabyte at the most."""
    return replica_pb2.PolicyEdition(
        revision=found.revision,
        policy_csv=zlib.compress(found.policy.text.encode(), 9),
        roles_csv=zlib.compress(found.policy.roles_text.encode(), 9) if found.policy.roles else b"",
        category_levels=found.category_levels,
        camera_levels=found.camera_levels,
        number=found.number,
        lease_seconds=found.leases.seconds,
        marks=names_of(found.marks),
    )


def _principal(answer: Answer) -> pb.Principal:
    who = answer.principal
    return pb.Principal(
        name=who.name,
        agency=who.agency,
        kind=who.kind.value,
        tier=who.tier.value,
        jurisdiction=who.jurisdiction,
        clearance=who.clearance,
        roles=sorted(who.roles),
        is_person=who.is_person,
    )


def _camera(answer: Answer) -> pb.Camera:
    camera = answer.camera
    return pb.Camera(
        name=camera.name,
        level=camera.level,
        place_category=camera.category,
        operator=camera.operator,
        is_level_own=camera.is_level_own,
        is_accepted=camera.is_accepted,
        is_operating=camera.is_operating,
        is_barred=camera.is_barred,
    )


def _papers(basis: LegalBasis, camera: str) -> pb.Ground:
    ground = _ground(basis)
    ground.is_held = camera in basis.held
    return ground


def _ground(fact: LegalBasis | Incident | Inspection | StaffRecord) -> pb.Ground:
    return pb.Ground(name=fact.name, start_time=stamp(fact.starts_at), end_time=stamp(fact.ends_at))


def takeover(takeover: Takeover) -> pb.Takeover:
    """A takeover of a camera that is named beside it."""
    return pb.Takeover(
        name=takeover.name,
        number=takeover.number,
        principal=takeover.principal,
        agency=takeover.agency,
        kind=takeover.kind.value,
        tier=takeover.tier.value,
        start_time=stamp(takeover.starts_at),
        end_time=stamp(takeover.ends_at),
        ground=takeover.ground,
        is_exclusive=takeover.is_exclusive,
        suspends_duty=takeover.suspends_duty,
    )
