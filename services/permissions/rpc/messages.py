"""Resources of permissions: protobuf ↔ domain. A field that can't be read is refused by name."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from google.protobuf.timestamp_pb2 import Timestamp

from kapok.permissions.v1 import decider_service_pb2, decision_pb2, legal_basis_pb2, takeover_pb2
from services.chassis.errors import InvalidArgument, Violation
from services.decider.facts import CATEGORIES, Action
from services.permissions.basis import Registered
from services.permissions.letter import Officer, Papers
from services.permissions.ports import Held
from services.permissions.takeovers import ControlState, Wish

_NAMES = {
    kind: re.compile(spelt)
    for kind, spelt in {
        "camera": r"districts/[0-9]{6}/cameras/[0-9]{20}",
        "camera_snapshot": r"cameraSnapshots/[0-9a-f-]{36}",
        "camera_system": r"operators/[a-z0-9-]{1,91}/systems/[a-z0-9-]{1,40}",
        "principal": r"principals/[a-z0-9-]{1,89}",
        "agency": r"agencies/[a-z0-9-]{1,91}",
        "agency_key": r"agencyKeys/[0-9a-f]{64}",
        "certificate": r"certificates/[0-9a-f]{64}",
        "training": r"trainings/[0-9a-f-]{36}",
        "shift": r"shifts/[0-9a-f-]{36}",
        "legal_basis": r"legalBases/[0-9a-f-]{36}",
        "incident": r"incidents/[0-9a-f-]{36}",
        "takeover": r"takeovers/[0-9a-f-]{36}",
        "inspection": r"inspections/[0-9a-f-]{36}",
        "ground": r"(incidents|inspections)/[0-9a-f-]{36}",
        "papers_review": r"legalBases/[0-9a-f-]{36}/reviews/[a-z0-9-]{1,91}",
        "review_terms": r"agencies/[a-z0-9-]{1,91}/reviewTerms",
        "proposal": r"policyProposals/[0-9a-f-]{36}",
        "sealed_levels": r"sealedLevels/[0-9a-f-]{36}",
        "version": r"policyVersions/[1-9][0-9]{0,8}",
        "session": r"sessions/[0-9a-f-]{36}",
    }.items()
}
_ACTIONS = {decision_pb2.Action.Value(f"ACTION_{action.name}"): action for action in Action}
_CODE = re.compile(r"[0-9]{20}")
MOST_NEW_CAMERAS = 1_000
_MOST_VIOLATIONS = 20
_USUAL_PAGE, _LARGEST_PAGE = 50, 1000


def named(kind: str, name: str, field: str) -> str:
    """``name`` when it is spelt as a name of this kind is; InvalidArgument otherwise."""
    if not is_named(kind, name):
        raise InvalidArgument(Violation(field, f"must be a name such as {spelling(kind)}"))
    return name


def is_named(kind: str, name: str) -> bool:
    """Whether ``name`` is spelt as a name of this kind is."""
    return _NAMES[kind].fullmatch(name) is not None


def spelling(kind: str) -> str:
    """How a name of this kind is spelt, as a regular expression."""
    return _NAMES[kind].pattern


def optional(kind: str, name: str, field: str) -> str:
    """The same, or nothing."""
    return named(kind, name, field) if name else ""


class Paged(Protocol):
    """A request for a page."""

    page_size: int
    page_token: str


def page(kind: str, collection: str, request: Paged) -> tuple[int, str]:
    """How many, and behind which name of this kind; a token is the name without its collection."""
    if request.page_size < 0:
        raise InvalidArgument(Violation("page_size", "must not be negative"))
    if request.page_token and not is_named(kind, collection + request.page_token):
        raise InvalidArgument(Violation("page_token", "is not of this list: start again without it"))
    return min(request.page_size or _USUAL_PAGE, _LARGEST_PAGE), request.page_token


def action(value: int) -> Action:
    """The action asked for."""
    if value not in _ACTIONS:
        raise InvalidArgument(Violation("action", f"must be one of {', '.join(f'ACTION_{a.name}' for a in Action)}"))
    return _ACTIONS[value]


def instant(value: Timestamp, field: str) -> datetime:
    """An aware UTC time; the epoch itself counts as not given."""
    if not value.seconds:
        raise InvalidArgument(Violation(field, "must be given"))
    try:
        return value.ToDatetime(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidArgument(Violation(field, "must be a time between the years 1 and 9999")) from error


def stamp(value: datetime | None) -> Timestamp | None:
    """A time as protobuf has it; nothing for none."""
    if value is None:
        return None
    made = Timestamp()
    made.FromDatetime(value)
    return made


def new_cameras(messages: Sequence[decider_service_pb2.NewCamera]) -> list[tuple[str, int]]:
    """Code and place category of each; InvalidArgument names the first few that are not spelt as they are."""
    if len(messages) > MOST_NEW_CAMERAS:
        raise InvalidArgument(Violation("cameras", f"must be at most {MOST_NEW_CAMERAS} in one call"))
    wrong = []
    for index, camera in enumerate(messages):
        if not _CODE.fullmatch(camera.code):
            wrong.append(Violation(f"cameras[{index}].code", "must be 20 digits (GB/T 28181)"))
        if camera.place_category not in CATEGORIES:
            wrong.append(Violation(f"cameras[{index}].place_category", "must be one of the thirteen of Article 6 ¶1"))
    if wrong:
        raise InvalidArgument(*wrong[:_MOST_VIOLATIONS])
    return [(camera.code, camera.place_category) for camera in messages]


def papers(message: legal_basis_pb2.LegalBasis) -> Papers:
    """What is to be registered."""
    return Papers(
        number=message.number,
        issuer=message.issuer,
        officers=tuple(officer(one, "legal_basis.officers") for one in message.officers),
        cameras=frozenset(message.cameras),
        starts_at=instant(message.start_time, "legal_basis.start_time"),
        ends_at=instant(message.end_time, "legal_basis.end_time"),
        purpose=message.purpose,
        document_sha256=message.document_sha256,
        use_limit=message.use_limit,
        key_id=optional("agency_key", message.key, "legal_basis.key").removeprefix("agencyKeys/"),
        signature=message.signature,
    )


def officer(message: legal_basis_pb2.Officer, field: str) -> Officer:
    """An officer of the list ``field``."""
    ends = message.certificate_expire_time
    ends_at = instant(ends, f"{field}.certificate_expire_time") if ends.seconds else None
    return Officer(message.display_name, message.certificate_number, ends_at)


def shown_officer(found: Officer) -> legal_basis_pb2.Officer:
    """An officer on record."""
    return legal_basis_pb2.Officer(
        display_name=found.display_name,
        certificate_number=found.certificate_number,
        certificate_expire_time=stamp(found.certificate_ends_at),
    )


def legal_basis(basis: Registered) -> legal_basis_pb2.LegalBasis:
    """Papers on record."""
    said = basis.papers
    return legal_basis_pb2.LegalBasis(
        name=basis.name,
        number=said.number,
        issuer=said.issuer,
        officers=map(shown_officer, said.officers),
        cameras=sorted(said.cameras),
        start_time=stamp(said.starts_at),
        end_time=stamp(said.ends_at),
        purpose=said.purpose,
        document_sha256=said.document_sha256,
        principal=basis.principal,
        use_limit=said.use_limit,
        use_count=basis.uses,
        revoke_time=stamp(basis.revocation.at) if basis.revocation else None,
        revoked_by=basis.revocation.principal if basis.revocation else "",
        revoke_reason=basis.revocation.reason if basis.revocation else "",
        key=f"agencyKeys/{said.key_id}" if said.key_id else "",
        signature=said.signature,
        register_time=stamp(basis.registered_at),
        is_waiver=basis.is_waiver,
        reviews=basis.reviews,
    )


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
