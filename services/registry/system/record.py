"""What an operator and a camera system are, and the names they go by. Pure; `soundness` says which are refused.

Times are aware UTC; None where nobody said. A kind, role or work is the proto's number, also one that we do not know:
it is refused with its field, never a crash.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum

_ID = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_LONGEST_ID = 40
_LONGEST_OPERATOR = 100


class LifeState(IntEnum):
    """The life cycle of a camera system, and of its cameras with it (Articles 8, 10)."""

    UNSPECIFIED = 0
    PLANNED = 1
    BUILT = 2
    ACCEPTED = 3
    IN_SERVICE = 4
    SUSPENDED_BY_OPERATOR = 5
    SUSPENDED_BY_PUBLIC_SECURITY = 6
    RETIRED = 7


class Role(IntEnum):
    """What a responsible entity is to the place (Article 7)."""

    OWNER = 1
    MANAGER = 2
    USER = 3


class FundingKind(IntEnum):
    """Where the money is from (Article 9)."""

    MUNICIPAL = 1
    DISTRICT = 2
    OWN = 3


class Work(IntEnum):
    """What a qualified entity did or does (Article 13)."""

    DESIGN = 1
    CONSTRUCTION = 2
    MAINTENANCE = 3


@dataclass(frozen=True, slots=True)
class ResponsibleEntity:
    """Who took a duty, and the agreement that divided it; number and hash are "" when there is none (Article 7)."""

    display_name: str
    role: int
    contact: str = ""
    agreement_number: str = ""
    agreement_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Operator:
    """Who answers for camera systems. ``name`` is operators/{id of the agency}; ``revision`` counts from 1."""

    name: str
    display_name: str
    updated_at: datetime
    responsible_entities: tuple[ResponsibleEntity, ...] = ()
    revision: int = 1

    @property
    def agency(self) -> str:
        """The agency that it is."""
        return f"agencies/{self.name.removeprefix('operators/')}"

    @property
    def etag(self) -> str:
        """Changes with each change of the record."""
        return f"r{self.revision}"


@dataclass(frozen=True, slots=True)
class Funding:
    """Who paid, and by which procedure (Article 9)."""

    kind: int
    procedure_reference: str = ""


@dataclass(frozen=True, slots=True)
class Qualification:
    """Of a designer, builder or maintainer (Article 13)."""

    work: int
    entity: str
    number: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The completion acceptance, and the organ that gave it (Articles 8, 10)."""

    certificate_number: str
    issuer: str
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attestation:
    """Somebody looked and says so, with a photograph's SHA-256."""

    attested_at: datetime | None
    photo_sha256: str
    attested_by: str


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody on duty. ``number`` is a pseudonym; ``training_issuer`` is agencies/… (Articles 20, 23)."""

    number: str
    is_full_time: bool = False
    training_certificate: str = ""
    training_issuer: str = ""
    training_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MaintenanceCheck:
    """A regular check (Article 22)."""

    checked_at: datetime | None
    front_end_ok: bool
    transmission_ok: bool
    storage_ok: bool
    checked_by: str

    @property
    def is_good(self) -> bool:
        """Whether it found no fault."""
        return self.front_end_ok and self.transmission_ok and self.storage_ok


@dataclass(frozen=True, slots=True)
class CameraSystem:
    """One camera system. The first six fields are columns of the database, the others one text of JSON."""

    name: str
    display_name: str
    state: LifeState
    created_at: datetime
    updated_at: datetime
    revision: int = 1
    funding: Funding | None = None
    qualifications: tuple[Qualification, ...] = ()
    acceptance: Acceptance | None = None
    is_fixed_place: bool = False
    sign: Attestation | None = None
    password_exclusion: Attestation | None = None
    staff: tuple[StaffMember, ...] = ()
    required_staff_count: int = 0
    has_monitoring_room: bool = False
    storage_days: int = 0
    storage_citation: str = ""
    checks: tuple[MaintenanceCheck, ...] = ()

    @property
    def operator(self) -> str:
        """The agency that answers for it, agencies/{id}."""
        return f"agencies/{self.name.split('/')[1]}"

    @property
    def parent(self) -> str:
        """The operator's resource name, operators/{id}."""
        return f"operators/{self.name.split('/')[1]}"

    @property
    def etag(self) -> str:
        """Changes with each change of the record or the state."""
        return f"r{self.revision}"

    def revised(self, now: datetime) -> "CameraSystem":
        """The same as its next revision, of ``now``."""
        return replace(self, revision=self.revision + 1, updated_at=now)


def system_name(operator: str, identifier: str) -> str:
    """The resource name below ``operator`` (operators/{id})."""
    return f"{operator}/systems/{identifier}"


def is_operator_name(name: str) -> bool:
    """Whether ``name`` could be an operator's at all; its id is an agency's."""
    return len(name) <= _LONGEST_OPERATOR and re.fullmatch(rf"operators/{_ID}", name) is not None


def is_system_id(identifier: str) -> bool:
    """Whether ``identifier`` is small letters, digits, single hyphens, at most 40."""
    return len(identifier) <= _LONGEST_ID and re.fullmatch(_ID, identifier) is not None


def is_system_name(name: str) -> bool:
    """Whether ``name`` could be a camera system's at all."""
    operator, _, identifier = name.partition("/systems/")
    return is_operator_name(operator) and is_system_id(identifier)
