"""A declared incident (Article 18 ¶2) opens the cameras of its area to the departments it names, until it ends."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import isfinite

from services.chassis.errors import Denied, FailedPrecondition
from services.decider.area import extent
from services.decider.facts import DISTRICTS, AgencyKind, Area, Incident, Point, Principal, Tier
from services.permissions.fields import Fields

LONGEST = timedelta(hours=72)
MAX_POINTS = 1_000
MAX_CAMERAS = 1_000
MAX_AGENCIES = 100
SOUTH_WEST, NORTH_EAST = (22.4, 112.9), (24.0, 114.1)  # Guangzhou's bounding box, WGS 84 degrees, rounded outwards
SMALLEST_EXTENT = 1e-10  # square degrees: about one square metre

_DECLARERS = frozenset({AgencyKind.EMERGENCY_COMMAND, AgencyKind.PUBLIC_SECURITY})
_ENDERS = _DECLARERS | {AgencyKind.NATIONAL_SECURITY, AgencyKind.INFORMATION_TECHNOLOGY}


class IncidentKind(StrEnum):
    """The four kinds that the article names."""

    NATURAL_DISASTER = "natural-disaster"
    ACCIDENT = "accident"
    PUBLIC_HEALTH = "public-health"
    PUBLIC_SECURITY = "public-security"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is declared. It carries the letter and the two certificates under which the departments act (Article 19)."""

    display_name: str
    kind: IncidentKind
    order_number: str
    area: Area
    opens_to: frozenset[str]
    ends_at: datetime
    letter_number: str
    certificates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """An incident on record: who declared what, when it began and, when ended early, when it was closed."""

    name: str
    declaration: Declaration
    principal: str
    starts_at: datetime
    closed_at: datetime | None = None

    @property
    def fact(self) -> Incident:
        """As the decider reads it."""
        said = self.declaration
        ends_at = min(said.ends_at, self.closed_at or said.ends_at)
        return Incident(self.name, said.area, said.opens_to, self.starts_at, ends_at)


@dataclass(frozen=True, slots=True)
class IncidentDeclared:
    """Its cameras are open to the departments that it names."""

    incident: Declared


@dataclass(frozen=True, slots=True)
class IncidentEnded:
    """Ended early by ``principal``: everything that stands on it ends with it."""

    incident: Declared
    principal: str


def declare(
    name: str, declaration: Declaration, principal: Principal, now: datetime
) -> tuple[Declared, tuple[IncidentDeclared, ...]]:
    """Declare an incident from ``now`` on. Raises Denied to others than its two organs, InvalidArgument by field.

    A district agency's incident never reaches beyond its district, whatever polygon it draws (Articles 4, 5).
    """
    if principal.kind not in _DECLARERS:
        message = "an incident is declared by emergency command or public security (Article 18 ¶2): ask one of them"
        raise Denied("NOT_PERMITTED", message, article="Article 18 ¶2")
    fields = Fields()
    fields.text("incident.display_name", declaration.display_name, most=200)
    fields.text("incident.order_number", declaration.order_number, most=100)
    fields.text("incident.letter_number", declaration.letter_number, most=100)
    fields.span("incident.end_time", now, declaration.ends_at, most=LONGEST)
    certificates = declaration.certificates
    is_pair = len(certificates) == 2 and len(set(certificates)) == 2 and all(c.strip() for c in certificates)
    fields.claim(is_pair, "incident.officer_certificates", "must name two different certificates (Article 19)")
    is_open = 0 < len(declaration.opens_to) <= MAX_AGENCIES and all(declaration.opens_to)
    fields.claim(is_open, "incident.agencies", f"must name the 1 to {MAX_AGENCIES} agencies that it opens to")
    _check_area(fields, declaration.area, principal)
    fields.settle()
    if principal.tier is Tier.DISTRICT:
        declaration = replace(declaration, area=replace(declaration.area, bound=principal.jurisdiction))
    declared = Declared(name, declaration, principal.name, starts_at=now)
    return declared, (IncidentDeclared(declared),)


def end(declared: Declared, principal: Principal, now: datetime) -> tuple[Declared, tuple[IncidentEnded, ...]]:
    """Close it before its time. Raises Denied to others than the organs, FailedPrecondition when it is over already."""
    if principal.kind not in _ENDERS:
        message = "an incident is ended by emergency command or one of the organs of Article 14 ¶2: ask one of them"
        raise Denied("NOT_PERMITTED", message, article="Article 18 ¶2")
    if now >= declared.fact.ends_at:
        raise FailedPrecondition("STATE_WRONG", f"{declared.name} has ended: declare a new one", state="ended")
    closed = replace(declared, closed_at=now)
    return closed, (IncidentEnded(closed, principal.name),)


def _check_area(fields: Fields, area: Area, principal: Principal) -> None:
    """An area is a polygon of the city, districts, or cameras; a district agency's lies in its own."""
    path = "incident.area"
    fields.claim(bool(area.polygon or area.districts or area.cameras), path, "must have points, districts or cameras")
    fields.claim(area.districts <= frozenset(DISTRICTS), path, f"districts must be of {' '.join(DISTRICTS)}")
    fields.claim(len(area.cameras) <= MAX_CAMERAS, path, f"must name at most {MAX_CAMERAS} cameras")
    if area.polygon:
        is_sized = 3 <= len(area.polygon) <= MAX_POINTS
        fields.claim(is_sized, path, f"a polygon has 3 to {MAX_POINTS} points")
        is_inside = all(_in_city(point) for point in area.polygon)
        fields.claim(is_inside, path, f"points must lie in Guangzhou: {SOUTH_WEST} to {NORTH_EAST} in degrees")
        if is_sized and is_inside:
            fields.claim(extent(area.polygon) > SMALLEST_EXTENT, path, "its points must not lie on one line")
    if principal.tier is Tier.DISTRICT:
        home = principal.jurisdiction
        is_home = area.districts <= {home} and all(name.startswith(f"districts/{home}/") for name in area.cameras)
        fields.claim(is_home, path, f"must lie in your own district {home} (Articles 4, 5)")


def _in_city(point: Point) -> bool:
    return all(
        isfinite(degrees) and low <= degrees <= high
        for degrees, low, high in zip(point, SOUTH_WEST, NORTH_EAST, strict=True)
    )
