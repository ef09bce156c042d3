"""Agencies, principals and certificates: protobuf ↔ domain."""

from kapok.permissions.v1 import agencies_service_pb2 as pb
from kapok.permissions.v1 import genesis_pb2
from services.chassis.errors import InvalidArgument, Violation
from services.decider.facts import AgencyKind, Tier
from services.permissions.agencies.certificate import Certificate
from services.permissions.agencies.domain import Account, Agency
from services.permissions.agencies.role_grant import RoleOrder
from services.permissions.roll import AgencyEntry, PrincipalEntry
from services.permissions.rpc.messages import stamp


def read_agency(message: genesis_pb2.Agency) -> Agency:
    """The agency that is to be registered; InvalidArgument names the fields that are none of our words."""
    wrong = [
        Violation(f"agency.{field}", f"must be one of {', '.join(words)}")
        for field, value, words in (
            ("kind", message.kind, tuple(AgencyKind)),
            ("tier", message.tier, tuple(Tier)),
        )
        if value not in words
    ]
    if wrong:
        raise InvalidArgument(*wrong)
    return Agency(
        message.name, message.display_name, AgencyKind(message.kind), Tier(message.tier), message.jurisdiction
    )  # fmt: skip


def read_account(message: genesis_pb2.Principal, agency: str) -> Account:
    """The principal of ``agency`` that is to be registered."""
    roles = frozenset(message.roles)
    return Account(message.name, agency, message.clearance, frozenset(), roles, is_person=message.is_person)


def agency(entry: AgencyEntry) -> genesis_pb2.Agency:
    """An agency on the roll."""
    found = entry.agency
    return genesis_pb2.Agency(
        name=found.name,
        display_name=found.display_name,
        kind=found.kind.value,
        tier=found.tier.value,
        jurisdiction=found.jurisdiction,
        register_time=stamp(entry.registered_at),
        registered_by=entry.registered_by,
        suspend_time=stamp(entry.suspended_at),
        suspend_reason=entry.suspend_reason,
    )


def principal(entry: PrincipalEntry) -> genesis_pb2.Principal:
    """A principal on the roll. Its fingerprints are those that open something."""
    return genesis_pb2.Principal(
        name=entry.account.name,
        agency=entry.account.agency,
        clearance=entry.account.clearance,
        certificate_sha256=[one.sha256 for one in entry.certificates if one.voidance is None],
        register_time=stamp(entry.registered_at),
        registered_by=entry.registered_by,
        revoke_time=stamp(entry.revoked_at),
        revoke_reason=entry.revoke_reason,
        certificates=map(certificate, entry.certificates),
        is_person=entry.account.is_person,
        roles=sorted(entry.account.roles),
    )


def read_role_order(request: pb.SetPrincipalRolesRequest, name: str) -> RoleOrder:
    """The roles that the principal of that name is to have."""
    return RoleOrder(name, frozenset(request.roles), request.reason, request.clearance)


def role_order(order: RoleOrder) -> pb.SetPrincipalRolesRequest:
    """The order that was carried out: it holds the reason, which no resource does."""
    return pb.SetPrincipalRolesRequest(
        name=order.name, roles=sorted(order.roles), reason=order.reason, clearance=order.clearance
    )


def certificate(one: Certificate) -> genesis_pb2.Certificate:
    """A certificate on the roll."""
    gone = one.voidance
    return genesis_pb2.Certificate(
        name=one.name,
        principal=one.principal,
        uri=one.uri,
        expire_time=stamp(one.ends_at),
        register_time=stamp(one.registered_at),
        registered_by=one.registered_by,
        revoke_time=stamp(gone.at) if gone else None,
        revoked_by=gone.principal if gone else "",
        revoke_reason=gone.reason if gone else "",
    )
