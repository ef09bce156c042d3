"""Sessions: how one opens, is renewed and closes. Pure."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis import errors
from services.decider.exclusive import Suspension

SESSION_LIFETIME = timedelta(hours=1)
TOKEN_LIFETIME = timedelta(seconds=60)
VIEWER_LIMIT = 1000
CAMERA = re.compile(r"districts/[0-9]{6}/cameras/[0-9]{20}")


class Kind(StrEnum):
    """What is done with the pictures; the value is the action that permissions decides."""

    LIVE = "live"
    COPY = "copy"
    LIVE_CHECK = "live-check"


class Stream(StrEnum):
    """Which of a camera's streams; the right to a camera is the right to either."""

    MAIN = "main"
    SECONDARY = "secondary"


class Purpose(StrEnum):
    """What for. A closed list: another purpose is not a lawful one (Article 16)."""

    PUBLIC_ORDER = "public-order"
    CRIMINAL_INVESTIGATION = "criminal-investigation"
    TRAFFIC_MANAGEMENT = "traffic-management"
    URBAN_MANAGEMENT = "urban-management"
    EMERGENCY_RESPONSE = "emergency-response"
    NATIONAL_SECURITY = "national-security"
    OPERATION_DUTY = "operation-duty"
    SUPERVISION = "supervision"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a caller showed to be known: certificates/…; a person also a token under agencyKeys/…, over its ``system``.

    What was opened with them ends when one of them is revoked.
    """

    certificate: str = ""
    agency_key: str = ""
    system: str = ""

    @property
    def credentials(self) -> frozenset[str]:
        """Certificate and key, where there are any."""
        return frozenset({self.certificate, self.agency_key} - {""})

    @property
    def names(self) -> frozenset[str]:
        """Everything that ends what was opened."""
        return self.credentials | ({self.system} - {""})


@dataclass(frozen=True, slots=True)
class Order:
    """What a principal asks for; None where the request named nothing we know."""

    principal: str
    camera: str
    kind: Kind | None
    purpose: Purpose | None
    legal_basis: str = ""
    incident: str = ""
    viewer_limit: int = 0
    stream: Stream | None = Stream.MAIN
    shown: Shown = Shown()

    @property
    def is_spent(self) -> bool:
        """Whether the decision uses something up: papers, or a live check."""
        return bool(self.legal_basis) or self.kind is Kind.LIVE_CHECK


@dataclass(frozen=True, slots=True)
class Permit:
    """Permissions' yes, with what it stands on. ``number`` is of the last ending fact when it was decided.

    ``signed_facts`` are for the relay, which decides by them itself. The lease is of a takeover's holder: what it may
    outlast a silent bus, and the takeover's end.
    """

    rule: str
    article: str
    agency: str
    incident: str
    number: int
    is_sealed: bool
    valid_until: datetime | None
    signed_facts: bytes
    lease_s: int = 0
    lease_ends_at: datetime | None = None
    suspension: Suspension | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One principal's permitted use of one camera."""

    name: str
    camera: str
    kind: Kind
    purpose: Purpose
    legal_basis: str
    incident: str
    principal: str
    agency: str
    rule: str
    article: str
    number: int
    is_sealed: bool
    viewer_limit: int
    relay: str
    opened_at: datetime
    expires_at: datetime
    closed_at: datetime | None = None
    close_reason: str = ""
    stream: Stream = Stream.MAIN
    certificate: str = ""
    agency_key: str = ""
    system: str = ""
    lease_s: int = 0  # of a takeover's holder; 0: as every session
    lease_ends_at: datetime | None = None
    suspended_by: str = ""  # agencies/… that holds its camera exclusively; "": it is not suspended
    suspended_until: datetime | None = None  # as it is now

    @property
    def shown(self) -> Shown:
        """What it was opened or last renewed with."""
        return Shown(self.certificate, self.agency_key, self.system)

    @property
    def stands_on(self) -> frozenset[str]:
        """The names whose end ends this session."""
        names = {self.name, self.principal, self.agency, self.camera, self.legal_basis, self.incident}
        return frozenset(names - {""}) | self.shown.names


@dataclass(frozen=True, slots=True)
class Ended:
    """What permissions ended: whatever stands on ``subject``, a resource name, and was decided before ``number``."""

    subject: str
    number: int
    reason: str
    is_sealed: bool = False


def checked(order: Order) -> Order:
    """The order with its defaults; errors.InvalidArgument naming every wrong field at once."""
    wrong = [
        errors.Violation(name, description)
        for name, is_wrong, description in (
            ("session.camera", not CAMERA.fullmatch(order.camera), "must be districts/{6 digits}/cameras/{20 digits}"),
            ("session.kind", order.kind is None, "must be KIND_LIVE, KIND_COPY or KIND_LIVE_CHECK"),
            ("session.purpose", order.purpose is None, "must be one of the listed purposes (Article 16)"),
            ("session.stream", order.stream is None, "must be STREAM_MAIN, STREAM_SECONDARY or left out"),
            ("session.viewer_limit", not 0 <= order.viewer_limit <= VIEWER_LIMIT, f"must be 1 to {VIEWER_LIMIT}"),
        )
        if is_wrong
    ]
    if wrong:
        raise errors.InvalidArgument(*wrong)
    return replace(order, viewer_limit=order.viewer_limit or 1)


def opened(order: Order, permit: Permit, name: str, relay: str, now: datetime) -> Session:
    """The session that a checked ``order`` and its permit make. It never outlasts the permit."""
    assert order.kind is not None, "checked() comes first"
    assert order.purpose is not None, "checked() comes first"
    assert order.stream is not None, "checked() comes first"
    return Session(
        name=name,
        camera=order.camera,
        kind=order.kind,
        purpose=order.purpose,
        legal_basis=order.legal_basis,
        incident=order.incident or permit.incident,
        principal=order.principal,
        agency=permit.agency,
        rule=permit.rule,
        article=permit.article,
        number=permit.number,
        is_sealed=permit.is_sealed,
        viewer_limit=order.viewer_limit,
        relay=relay,
        opened_at=now,
        expires_at=_end(permit, now),
        stream=order.stream,
        certificate=order.shown.certificate,
        agency_key=order.shown.agency_key,
        system=order.shown.system,
        lease_s=permit.lease_s,
        lease_ends_at=permit.lease_ends_at,
    )


def showing(session: Session, shown: Shown) -> Session:
    """The session as its owner renews it, with what it shows now."""
    return replace(session, certificate=shown.certificate, agency_key=shown.agency_key, system=shown.system)


def renewed(session: Session, permit: Permit, relay: str, now: datetime) -> Session:
    """The session as decided anew, perhaps on another relay."""
    if session.closed_at is not None:
        raise errors.FailedPrecondition(
            "STATE_WRONG", f"{session.name} is closed ({session.close_reason}); open a new one", state="CLOSED"
        )
    return replace(
        session,
        rule=permit.rule,
        article=permit.article,
        number=permit.number,
        is_sealed=session.is_sealed or permit.is_sealed,
        relay=relay,
        expires_at=_end(permit, now),
        lease_s=permit.lease_s,
        lease_ends_at=permit.lease_ends_at,
    )


def refuse_suspended(order: Order, permit: Permit) -> None:
    """errors.Denied where a new session would show nothing: no place is kept for it, and no papers are used."""
    if (found := permit.suspension) is not None:
        raise errors.Denied("HELD_BY_ANOTHER", found.said_of(order.camera), **found.metadata, camera=order.camera)


def sealed(session: Session) -> Session:
    """The session as one of a state secret: what is recorded of it from here on is sealed (Article 11)."""
    return replace(session, is_sealed=True)


def decided_anew(session: Session, permit: Permit) -> Session:
    """The session under another policy: for no longer than before, and no longer than the permit."""
    ends = min(session.expires_at, permit.valid_until) if permit.valid_until else session.expires_at
    is_sealed = session.is_sealed or permit.is_sealed
    decided = replace(
        session, rule=permit.rule, article=permit.article, number=permit.number, expires_at=ends,
        lease_s=permit.lease_s, lease_ends_at=permit.lease_ends_at,
    )  # fmt: skip
    return sealed(decided) if is_sealed else decided


def order_of(session: Session) -> Order:
    """What would open it today."""
    return Order(
        session.principal, session.camera, session.kind, session.purpose, session.legal_basis, session.incident,
        shown=session.shown,
        stream=session.stream,
    )  # fmt: skip


def closed(session: Session, reason: str, now: datetime) -> Session:
    """The session closed; unchanged when it was closed before: the first reason stands."""
    return session if session.closed_at is not None else replace(session, closed_at=now, close_reason=reason)


def _end(permit: Permit, now: datetime) -> datetime:
    latest = now + SESSION_LIFETIME
    return min(latest, permit.valid_until) if permit.valid_until else latest
