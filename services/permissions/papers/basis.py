"""The papers of Article 19: a letter of introduction with the enforcement certificates of two officers."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.chassis.errors import Denied, FailedPrecondition, InvalidArgument, Violation
from services.decider.conditions import PAPER_ACTIONS, papers_cover
from services.decider.facts import Action, AgencyKind, Camera, LegalBasis, Principal
from services.permissions.agencies.domain import is_municipal_police
from services.permissions.fields import Fields, check_reason
from services.permissions.papers.letter import ARTICLE, SIGNATURE_BYTES, Papers, check_officers

LONGEST = timedelta(days=90)
MAX_CAMERAS = 1_000
MOST_USES = 10_000
LONGEST_WAIVER, MOST_WAIVED = timedelta(hours=24), 100
_RULE = "art19-legal-basis-{}"
_CAMERA_NAME = re.compile(r"districts/[0-9]{6}/cameras/[0-9]{20}")


@dataclass(frozen=True, slots=True)
class Revocation:
    """Who withdrew papers, when and why."""

    principal: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Registered:
    """Papers on record, the principal's whose they are, with how often they were used.

    A waiver is an operator's own word: its issuer asks for no letter and no certificates at these cameras.
    """

    name: str
    papers: Papers
    principal: str
    uses: int = 0
    revocation: Revocation | None = None
    registered_at: datetime | None = None
    is_waiver: bool = False
    reviews: tuple[str, ...] = ()  # by name, those that they wait for when they are registered

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
class Waived:
    """For whom an operator asks for no letter, at which of its cameras, until when, and why."""

    principal: str
    cameras: frozenset[str]
    ends_at: datetime
    reason: str


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
        raise Denied("NOT_PERMITTED", message, rule=_RULE.format("register"), article=ARTICLE)
    fields = Fields(about={"rule": _RULE.format("register"), "article": ARTICLE})
    fields.text("legal_basis.number", papers.number, most=100)
    fields.text("legal_basis.purpose", papers.purpose, most=500)
    is_known = papers.issuer in {principal.agency, *superiors}
    offer = f"must be your own agency {principal.agency} or the one above it on record (Article 19)"
    fields.claim(is_known, "legal_basis.issuer", offer)
    is_limit = 0 <= papers.use_limit <= MOST_USES
    fields.claim(is_limit, "legal_basis.use_limit", f"must be 1 to {MOST_USES} uses, or 0 for no limit")
    pair = "must be exactly two officers with a certificate each (Article 19)"
    until = "end_time: the papers are valid as long as both certificates are"
    check_officers(fields, "legal_basis.officers", papers, pair, until)
    is_sized = 1 <= len(papers.cameras) <= MAX_CAMERAS
    fields.claim(is_sized, "legal_basis.cameras", f"must name 1 to {MAX_CAMERAS} cameras")
    are_names = all(_CAMERA_NAME.fullmatch(camera) for camera in papers.cameras)
    fields.claim(are_names, "legal_basis.cameras", "must be districts/{six digits}/cameras/{20 digits}")
    fields.span("legal_basis.end_time", papers.starts_at, papers.ends_at, most=LONGEST)
    fields.claim(papers.ends_at > now, "legal_basis.end_time", "is past: present papers that are still valid")
    _check_proof(fields, papers)
    fields.settle()
    registered = Registered(name, papers, principal.name, registered_at=now)
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
        raise Denied("NOT_PERMITTED", message, rule=_RULE.format("revoke"), article=ARTICLE)
    check_reason(reason, rule=_RULE.format("revoke"), article=ARTICLE)
    if basis.is_revoked or now >= basis.papers.ends_at:
        raise FailedPrecondition("STATE_WRONG", f"{basis.name} is not valid any more: nothing to revoke", state="ended")
    revoked = replace(basis, revocation=Revocation(principal.name, now, reason))
    return revoked, (LegalBasisRevoked(revoked, principal.name),)


def waive(name: str, waived: Waived, operator: Principal, now: datetime) -> Registered:
    """An operator's word, case by case: ``waived.principal`` needs no letter at these cameras of its own (Article 19).

    Raises InvalidArgument that names every wrong field. Whose the cameras are is for the caller to see to.
    """
    fields = Fields(about={"rule": _RULE.format("waive"), "article": ARTICLE})
    fields.text("reason", waived.reason, most=500)
    is_sized = 1 <= len(waived.cameras) <= MOST_WAIVED
    fields.claim(is_sized, "cameras", f"must name 1 to {MOST_WAIVED} cameras: a waiver is for one case")
    fields.span("end_time", now, waived.ends_at, most=LONGEST_WAIVER)
    fields.settle()
    number = name.partition("/")[2]
    papers = Papers(number, operator.agency, (), waived.cameras, now, waived.ends_at, waived.reason)
    return Registered(name, papers, waived.principal, registered_at=now, is_waiver=True)


def is_shown(basis: Registered, holder: str, issuer_kind: AgencyKind, principal: Principal) -> bool:
    """Who may read papers whole: the agency that holds them, the one that issued them, and municipal public security.

    Those of national security may name state secrets: to others than itself they do not exist (Article 11). An operator
    reads ``as_met`` of those that name cameras of its own.
    """
    is_overseer = is_municipal_police(principal) and issuer_kind is not AgencyKind.NATIONAL_SECURITY
    return is_overseer or principal.agency in {holder, basis.papers.issuer}


def as_met(basis: Registered, cameras: frozenset[str]) -> Registered:
    """Papers as the operator of ``cameras`` meets them: letter, officers and time; not what for, nor where else they
    lead.
    """
    return replace(basis, papers=replace(basis.papers, cameras=cameras, purpose=""))


def refuse_unsigned(papers: Papers, *, is_signed: bool) -> None:
    """Raise InvalidArgument for a signature that is not the issuer's over this letter."""
    if papers.signature and not is_signed:
        offer = (
            f"is not by a key that {papers.issuer} registered for letters, over this letter as it stands (Article 19):"
            " sign it again, or give the SHA-256 of the scan instead"
        )
        raise InvalidArgument(
            Violation("legal_basis.signature", offer), reason="SIGNATURE_WRONG", article=ARTICLE,
        )  # fmt: skip


def _check_proof(fields: Fields, papers: Papers) -> None:
    """Claim that a hash of the scan or a signature comes with it: without either nobody can hold it to a letter."""
    path = "legal_basis.document_sha256"
    is_hash = re.fullmatch(r"([0-9a-f]{64})?", papers.document_sha256) is not None
    fields.claim(is_hash, path, "must be 64 small hexadecimal digits, or absent")
    offer = "must be the SHA-256 of the scanned letter, unless its issuer has signed it (Article 19)"
    fields.claim(bool(papers.document_sha256 or papers.signature), path, offer)
    is_whole = len(papers.signature) == SIGNATURE_BYTES if papers.key_id else not papers.signature
    fields.claim(is_whole, "legal_basis.signature", f"must be {SIGNATURE_BYTES} bytes, with the key that made it")
