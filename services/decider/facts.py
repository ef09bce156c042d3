"""What a decision is made from: who asks, about which camera, in which circumstances. Values only.

Names are resource names ("principals/…", "agencies/…", "districts/…/cameras/…"), times are aware UTC.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from sys import intern

from services.chassis import errors

SEALED_LEVEL = 5  # a state secret: only national security and the camera's own operator see that it exists (Article 11)
LEVELS = range(1, SEALED_LEVEL + 1)
CATEGORIES = range(1, 14)  # the thirteen place categories of Article 6 ¶1
# The conditions that a camera's system brings along; services/decider/conditions.py has the others.
NOT_ACCEPTED, OPERATING, BARRED = 1 << 6, 1 << 8, 1 << 9
_TRAITS: dict[tuple[int, int, int], tuple[int, int, int]] = {}  # some hundred kinds of camera
CITY = "440100"  # Guangzhou (GB/T 2260), and its eleven districts
DISTRICTS = (
    *("440103", "440104", "440105", "440106", "440111", "440112"),
    *("440113", "440114", "440115", "440117", "440118"),
)


class AgencyKind(StrEnum):
    """The seven kinds of agency that Articles 4, 5, 14 and 18 speak of."""

    PUBLIC_SECURITY = "public-security"
    NATIONAL_SECURITY = "national-security"
    INFORMATION_TECHNOLOGY = "information-technology"
    URBAN_MANAGEMENT = "urban-management"
    EMERGENCY_COMMAND = "emergency-command"
    SECTOR_AUTHORITY = "sector-authority"
    OPERATOR = "operator"


_KINDS = frozenset(AgencyKind)


class Tier(StrEnum):
    """The two tiers of administration (Articles 4, 5)."""

    MUNICIPAL = "municipal"
    DISTRICT = "district"


def own_roles(kind: AgencyKind, tier: Tier) -> tuple[str, str]:
    """The roles that an agency brings its principals: its kind, and its kind in its tier."""
    return kind.value, f"{kind.value}@{tier.value}"


class Action(StrEnum):
    """What is asked for."""

    DESCRIBE = "describe"
    LIVE = "live"
    PLAYBACK = "playback"
    COPY = "copy"
    CONTROL = "control"
    TAKE_OVER = "take-over"
    CONFIGURE = "configure"
    INSPECT = "inspect"
    LIVE_CHECK = "live-check"  # a look of a minute, within an open inspection (Article 17)
    ADMINISTER = "administer"
    DELETE = "delete"
    SUPERVISE = "supervise"  # decide changes of place and purpose, suspend systems (Articles 5 ¶1, 22)


class Relation(StrEnum):
    """How a principal stands to a camera. Computed, never stored per pair."""

    OWN = "own"
    DISTRICT = "district"
    MUNICIPAL = "municipal"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who acts. ``roles`` come on top of those that kind and tier bring; ``is_suspended`` counts its agency in.

    A principal that is no person is an agency's system.
    """

    name: str
    agency: str
    kind: AgencyKind
    tier: Tier
    jurisdiction: str
    clearance: int
    roles: frozenset[str] = frozenset()
    is_suspended: bool = False
    is_person: bool = False
    role_text: str = field(init=False, repr=False, compare=False)  # every role, sorted: what a request carries

    def __post_init__(self) -> None:
        # A blank in a name would smuggle in a second role, and a kind in it another agency's.
        if any(role.split() != [role] or role.partition("@")[0] in _KINDS for role in self.roles):
            raise errors.InvalidArgument(errors.Violation("roles", "a role's name is one word, and no kind of agency"))
        held = self.roles.union(own_roles(self.kind, self.tier))
        object.__setattr__(self, "role_text", intern(" ".join(sorted(held))))


@dataclass(frozen=True, slots=True)
class Camera:
    """One device, as far as a decision reads it. Latitude and longitude are WGS 84 degrees.

    is_accepted   its system's acceptance is on record (Articles 8, 10)
    is_operating  its system is in service: accepted, and not suspended by its operator
    is_barred     public security suspended its system, or it is retired
    is_level_own  its level was set for it alone: a change of its place category's leaves it. No decision reads it.
    system        the camera system that it is part of, "operators/…/systems/…"; "" where no area is asked for it
    traits        what a class of requests has of it: level, category, and the flags of its system's state

    ``traits`` stands first, district and operator close behind it: a decision then reads one line of the processor's
    cache, and a million cameras cost what a thousand do.
    """

    traits: tuple[int, int, int] = field(init=False, repr=False, compare=False)
    name: str
    level: int
    category: int
    district: str
    operator: str
    latitude: float
    longitude: float
    is_accepted: bool
    is_operating: bool = True
    is_barred: bool = False
    is_level_own: bool = False
    system: str = ""  # behind all else: only areas of inspections read it

    def __post_init__(self) -> None:
        # A million cameras are of a few hundred operators and kinds: one each, near at hand whichever is decided.
        object.__setattr__(self, "operator", intern(self.operator))
        object.__setattr__(self, "district", intern(self.district))
        object.__setattr__(self, "system", intern(self.system))
        flags = (0 if self.is_accepted else NOT_ACCEPTED) | (OPERATING if self.is_operating else 0)
        traits = (self.level, self.category, flags | (BARRED if self.is_barred else 0))
        object.__setattr__(self, "traits", _TRAITS.setdefault(traits, traits))


Point = tuple[float, float]  # latitude, longitude in degrees


@dataclass(frozen=True, slots=True)
class Area:
    """Where an incident or inspection is: inside a polygon, in whole districts, at cameras by name, wherever these
    operators run one, or in these camera systems. Empty parts cover nothing.

    ``bound`` is the district beyond which nothing is covered, since a district agency reaches its own only; "" is none.
    """

    polygon: tuple[Point, ...] = ()
    districts: frozenset[str] = frozenset()
    cameras: frozenset[str] = frozenset()
    bound: str = ""
    operators: frozenset[str] = frozenset()
    systems: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """The papers of Article 19: a letter of introduction with two officers' certificates, for cameras by name.

    ``held`` are those of the cameras whose operator is looking at the papers still, or has refused them.
    """

    name: str
    principal: str
    cameras: frozenset[str]
    starts_at: datetime
    ends_at: datetime
    is_revoked: bool = False
    held: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Incident:
    """A declared incident (Article 18 ¶2). ``opens_to``: agency names and kinds; ``ends_at``: the early end too."""

    name: str
    area: Area
    opens_to: frozenset[str]
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Inspection:
    """An open inspection of Article 17 by one agency, over the cameras of its area.

    ``spent`` are the cameras at which the agency has no live check left.
    """

    name: str
    agency: str
    area: Area
    starts_at: datetime
    ends_at: datetime
    spent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StaffRecord:
    """What one person has on record for a time: a training (Article 23), or a duty shift (Article 20)."""

    name: str
    principal: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Takeover:
    """One agency's temporary control of one camera (Article 18). ``number`` is the database's, in commit order.

    A takeover of several cameras is one of these for each, of the same name and number. ``is_exclusive``: who ranks
    below sees nothing meanwhile, and with ``suspends_duty`` not even the camera's own operator.
    """

    name: str
    number: int
    camera: str
    agency: str
    principal: str
    kind: AgencyKind
    tier: Tier
    starts_at: datetime
    ends_at: datetime
    ground: str = ""  # the legal basis or incident that it stands on, and ends with
    is_exclusive: bool = False
    suspends_duty: bool = False

    @property
    def part(self) -> str:
        """The name of what it takes of this one camera: it may end before the others."""
        return f"{self.name}/{self.camera}"

    @property
    def stands_on(self) -> tuple[str, ...]:
        """The names with which it ends: its own, its ground's, those of who asked for it and its agency."""
        return self.name, self.part, self.ground, self.principal, self.agency


@dataclass(frozen=True, slots=True)
class ControlLease:
    """One agency's ordinary control of one camera, outside any takeover, for some seconds (Article 14 ¶1).

    ``principal`` commanded last; ``number`` is the database's, of the lease's first command.
    """

    number: int
    camera: str
    agency: str
    principal: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What may bear on the request. Callers narrow it to the principal and the camera; more is only slower."""

    bases: tuple[LegalBasis, ...] = ()
    incidents: tuple[Incident, ...] = ()
    takeovers: tuple[Takeover, ...] = ()
    inspections: tuple[Inspection, ...] = ()
    trainings: tuple[StaffRecord, ...] = ()
    shifts: tuple[StaffRecord, ...] = ()
    leases: tuple[ControlLease, ...] = ()  # they bear on control alone

    @property
    def are_none(self) -> bool:
        """Whether nothing but level, place and state bears on the request."""
        return not (
            self.bases or self.incidents or self.takeovers or self.inspections or self.trainings or self.shifts
            or self.leases
        )  # fmt: skip


NO_CIRCUMSTANCES = Circumstances()
