"""Papers and their officers: protobuf ↔ domain."""

from kapok.permissions.v1 import legal_basis_pb2
from services.permissions.papers.basis import Registered
from services.permissions.papers.letter import Officer, Papers
from services.permissions.rpc.messages import instant, optional, stamp


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
