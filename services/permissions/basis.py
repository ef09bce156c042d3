"""The papers of Article 19: a letter of introduction with the enforcement certificates of two officers."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.chassis.errors import Denied, FailedPrecondition
from services.decider.conditions import PAPER_ACTIONS, papers_cover
from services.decider.facts import Action, Camera, LegalBasis, Principal
from services.permissions.agency import is_municipal_police
from services.permissions.fields import Fields

LONGEST = timedelta(days=90)
MAX_CAMERAS = 1_000
_CAMERA_NAME = re.compile(r"districts/\d{6}/cameras/\d{20}")


@dataclass(frozen=True, slots=True)
class Officer:
    """An enforcement officer and the certificate shown."""

    display_name: str
    certificate_number: str


@dataclass(frozen=True, slots=True)
class Papers:
    """What is registered. ``issuer`` is the agency whose organ wrote the letter; the hash is of its scan, hex or ""."""

    number: str
    issuer: str
    officers: tuple[Officer, ...]
    cameras: frozenset[str]
    starts_at: datetime
    ends_at: datetime
    purpose: str
    document_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Registered:
    """Papers on record, the principal's that registered them."""

    name: str
    papers: Papers
    principal: str
    is_revoked: bool = False

    @property
    def fact(self) -> LegalBasis:
        """As the decider reads it."""
        papers = self.papers
        return LegalBasis(
            self.name, self.principal, papers.cameras, papers.starts_at, papers.ends_at, is_revoked=self.is_revoked
        )


@dataclass(frozen=True, slots=True)
class LegalBasisRegistered:
    """Its principal may rest requests on it while it is valid."""

    basis: Registered


@dataclass(frozen=True, slots=True)
class LegalBasisRevoked:
    """Everything that stands on it ends with it."""

    basis: Registered
    principal: str


def register(
    name: str, papers: Papers, principal: Principal, now: datetime
) -> tuple[Registered, tuple[LegalBasisRegistered, ...]]:
    """Put papers on record for ``principal``. Raises InvalidArgument that names every wrong field."""
    fields = Fields()
    fields.text("legal_basis.number", papers.number, most=100)
    fields.text("legal_basis.purpose", papers.purpose, most=500)
    is_own = papers.issuer == principal.agency
    fields.claim(is_own, "legal_basis.issuer", f"must be your own agency {principal.agency} (Article 19)")
    _check_officers(fields, papers.officers)
    is_sized = 1 <= len(papers.cameras) <= MAX_CAMERAS
    fields.claim(is_sized, "legal_basis.cameras", f"must name 1 to {MAX_CAMERAS} cameras")
    are_names = all(_CAMERA_NAME.fullmatch(camera) for camera in papers.cameras)
    fields.claim(are_names, "legal_basis.cameras", "must be districts/{six digits}/cameras/{20 digits}")
    fields.span("legal_basis.end_time", papers.starts_at, papers.ends_at, most=LONGEST)
    fields.claim(papers.ends_at > now, "legal_basis.end_time", "is past: present papers that are still valid")
    is_hash = re.fullmatch(r"([0-9a-f]{64})?", papers.document_sha256) is not None
    fields.claim(is_hash, "legal_basis.document_sha256", "must be 64 small hexadecimal digits, or absent")
    fields.settle()
    registered = Registered(name, papers, principal.name)
    return registered, (LegalBasisRegistered(registered),)


def covers(basis: Registered, camera: Camera, action: Action, now: datetime) -> bool:
    """Whether its principal may rest ``action`` on these papers now, as the decider judges it."""
    return action in PAPER_ACTIONS and papers_cover(basis.fact, basis.principal, camera, now)


def revoke(basis: Registered, principal: Principal, now: datetime) -> tuple[Registered, tuple[LegalBasisRevoked, ...]]:
    """Withdraw papers before their end: by the agency that issued them or municipal public security."""
    if principal.agency != basis.papers.issuer and not is_municipal_police(principal):
        message = "papers are withdrawn by the agency that issued them or municipal public security"
        raise Denied("NOT_PERMITTED", message, article="Article 14 ¶2")
    if basis.is_revoked or now >= basis.papers.ends_at:
        raise FailedPrecondition("STATE_WRONG", f"{basis.name} is not valid any more: nothing to revoke", state="ended")
    revoked = replace(basis, is_revoked=True)
    return revoked, (LegalBasisRevoked(revoked, principal.name),)


def _check_officers(fields: Fields, officers: tuple[Officer, ...]) -> None:
    path = "legal_basis.officers"
    numbers = {officer.certificate_number for officer in officers}
    is_pair = len(officers) == 2 and len(numbers) == 2
    fields.claim(is_pair, path, "must be exactly two officers with a certificate each (Article 19)")
    for index, officer in enumerate(officers[:2]):
        fields.text(f"{path}[{index}].display_name", officer.display_name, most=100)
        fields.text(f"{path}[{index}].certificate_number", officer.certificate_number, most=100)
