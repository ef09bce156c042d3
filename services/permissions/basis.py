"""The papers of Article 19: a letter of introduction with the enforcement certificates of two officers."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.chassis.errors import Denied, FailedPrecondition
from services.decider.conditions import PAPER_ACTIONS, papers_cover
from services.decider.facts import Action, AgencyKind, Camera, LegalBasis, Principal
from services.permissions.agency import is_municipal_police
from services.permissions.fields import Fields

LONGEST = timedelta(days=90)
MAX_CAMERAS = 1_000
MOST_USES = 10_000
_ARTICLE, _RULE = "Article 19", "art19-legal-basis-{}"
_CAMERA_NAME = re.compile(r"districts/[0-9]{6}/cameras/[0-9]{20}")


@dataclass(frozen=True, slots=True)
class Officer:
    """An enforcement officer and the certificate shown."""

    display_name: str
    certificate_number: str


@dataclass(frozen=True, slots=True)
class Papers:
    """What is registered. ``issuer`` is the agency whose organ wrote the letter; the hash is of its scan, hex or "".

    ``use_limit`` is how often it opens a session or takes a camera over; 0 is as often as needed while it is valid.
    """

    number: str
    issuer: str
    officers: tuple[Officer, ...]
    cameras: frozenset[str]
    starts_at: datetime
    ends_at: datetime
    purpose: str
    document_sha256: str = ""
    use_limit: int = 0


@dataclass(frozen=True, slots=True)
class Revocation:
    """Who withdrew papers, when and why."""

    principal: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Registered:
    """Papers on record, the principal's that registered them, with how often they were used."""

    name: str
    papers: Papers
    principal: str
    uses: int = 0
    revocation: Revocation | None = None

    @property
    def is_revoked(self) -> bool:
        """Whether they were withdrawn."""
        return self.revocation is not None

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
    name: str, papers: Papers, principal: Principal, now: datetime, superiors: frozenset[str] = frozenset()
) -> tuple[Registered, tuple[LegalBasisRegistered, ...]]:
    """Put papers on record for ``principal``, of its own agency or one of its ``superiors`` on record.

    Raises Denied to operators, which enforce nothing; InvalidArgument that names every wrong field.
    """
    if principal.kind is AgencyKind.OPERATOR:
        message = "papers are an enforcement organ's (Article 19): an operator needs none for cameras of its own"
        raise Denied("NOT_PERMITTED", message, rule=_RULE.format("register"), article=_ARTICLE)
    fields = Fields(about={"rule": _RULE.format("register"), "article": _ARTICLE})
    fields.text("legal_basis.number", papers.number, most=100)
    fields.text("legal_basis.purpose", papers.purpose, most=500)
    is_known = papers.issuer in {principal.agency, *superiors}
    offer = f"must be your own agency {principal.agency} or the one above it on record (Article 19)"
    fields.claim(is_known, "legal_basis.issuer", offer)
    is_limit = 0 <= papers.use_limit <= MOST_USES
    fields.claim(is_limit, "legal_basis.use_limit", f"must be 1 to {MOST_USES} uses, or 0 for no limit")
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


def revoke(
    basis: Registered, principal: Principal, reason: str, now: datetime
) -> tuple[Registered, tuple[LegalBasisRevoked, ...]]:
    """Withdraw papers before their end: by the agency that issued them or municipal public security."""
    if principal.agency != basis.papers.issuer and not is_municipal_police(principal):
        message = "papers (Article 19) are withdrawn by the agency that issued them or municipal public security"
        raise Denied("NOT_PERMITTED", message, rule=_RULE.format("revoke"), article=_ARTICLE)
    fields = Fields(about={"rule": _RULE.format("revoke"), "article": _ARTICLE})
    fields.text("reason", reason, most=500)
    fields.settle()
    if basis.is_revoked or now >= basis.papers.ends_at:
        raise FailedPrecondition("STATE_WRONG", f"{basis.name} is not valid any more: nothing to revoke", state="ended")
    revoked = replace(basis, revocation=Revocation(principal.name, now, reason))
    return revoked, (LegalBasisRevoked(revoked, principal.name),)


def is_shown(basis: Registered, holder: str, issuer_kind: AgencyKind, principal: Principal) -> bool:
    """Who may read papers: the agency that holds them, the one that issued them, and municipal public security.

    Those of national security may name state secrets: to others than itself they do not exist (Article 11).
    """
    is_overseer = is_municipal_police(principal) and issuer_kind is not AgencyKind.NATIONAL_SECURITY
    return is_overseer or principal.agency in {holder, basis.papers.issuer}


def _check_officers(fields: Fields, officers: tuple[Officer, ...]) -> None:
    path = "legal_basis.officers"
    numbers = {officer.certificate_number.strip().casefold() for officer in officers}
    is_pair = len(officers) == 2 and len(numbers) == 2
    fields.claim(is_pair, path, "must be exactly two officers with a certificate each (Article 19)")
    for index, officer in enumerate(officers[:2]):
        fields.text(f"{path}[{index}].display_name", officer.display_name, most=100)
        fields.text(f"{path}[{index}].certificate_number", officer.certificate_number, most=100)
