"""Cameras that a takeover takes without naming them: those in an area, of an incident, of whole systems. Pure.

An area becomes cameras once, when it is asked for: what is registered there later is not taken.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from services.chassis.errors import Error, FailedPrecondition, InvalidArgument, NotFound, Violation
from services.decider.facts import Area, Point, Principal, Tier
from services.permissions.fields import Fields
from services.permissions.incidents.area import check_area
from services.permissions.incidents.domain import Declared, State
from services.permissions.takeovers.rules import check_kind

CAMERAS_MOST = 5_000  # of one takeover
SYSTEMS_MOST = 100
ARTICLES = "Articles 4, 5, 18"  # whose jurisdiction an area lies in, and who takes over what


@dataclass(frozen=True, slots=True)
class Selection:
    """Which cameras are meant: just one of the three. ``polygon`` are corners in degrees (WGS 84)."""

    polygon: tuple[Point, ...] = ()
    systems: tuple[str, ...] = ()  # operators/…/systems/…
    is_of_incident: bool = False  # wherever the incident that the takeover stands on is

    @property
    def field(self) -> str:
        """Of the request."""
        if self.is_of_incident:
            return "takeover.all_of_incident"
        return "takeover.area" if self.polygon else "takeover.systems"


@dataclass(frozen=True, slots=True)
class Place:
    """Inside the polygon, in one of the districts, of one of the systems; an empty part restricts nothing."""

    polygon: tuple[Point, ...] = ()
    districts: frozenset[str] = frozenset()
    systems: frozenset[str] = frozenset()


def check(selection: Selection, principal: Principal) -> None:
    """Raise Denied for who takes nothing over, InvalidArgument for an area that is none of the principal's."""
    check_kind(principal.kind)
    fields = Fields(about={"article": ARTICLES})
    check_area(fields, "takeover.", Area(selection.polygon), principal)
    fields.settle()


def check_in_force(declared: Declared) -> None:
    """Raise FailedPrecondition unless the incident, settled, is in force: no other one has cameras to take."""
    if declared.state is not State.IN_FORCE:
        state = declared.state.value
        message = f"{declared.name} is {state}: its cameras are taken while it is in force (Article 18 ¶2)"
        raise FailedPrecondition("STATE_WRONG", message, state=state, article="Article 18 ¶2")


def places(selection: Selection, principal: Principal, declared: Declared | None) -> list[Place]:
    """Where to look, no farther than the principal's jurisdiction: a polygon may cross its border, as an incident may.

    What an incident opened to the principal's agency lies within its reach, wherever it is.
    """
    home = frozenset({principal.jurisdiction}) if principal.tier is Tier.DISTRICT else frozenset[str]()
    if declared is None:
        return [Place(selection.polygon, home, frozenset(selection.systems))]
    reach = frozenset[str]() if principal.agency in declared.opened else home
    return list(dict.fromkeys(place for area in declared.areas for place in _of(area, reach)))


def named(declared: Declared | None) -> list[str]:
    """The cameras that an incident names."""
    return sorted(frozenset().union(*(area.cameras for area in declared.areas))) if declared else []


def too_many(selection: Selection) -> InvalidArgument:
    """For more cameras than one takeover takes; only those that the caller may know of count."""
    advice = f"holds over {CAMERAS_MOST:,} cameras: take it in parts, each of {CAMERAS_MOST:,} at most, one by one"
    return InvalidArgument(Violation(selection.field, advice), article=ARTICLES, limit=str(CAMERAS_MOST))


def missing(selection: Selection, systems: frozenset[str]) -> Error | None:
    """The refusal of a selection that means nothing which the caller may know of, in whole or in one of its systems.

    ``systems`` are those of the cameras found. What is hidden, elsewhere or was never there is refused alike.
    """
    for name in selection.systems:
        if name not in systems:
            message = (
                f"{name}: no cameras of such a system, or they are beyond your jurisdiction (Articles 4, 5) or not for"
                " you to know (Article 11)"
            )
            return NotFound("RESOURCE_MISSING", message, name=name, article=ARTICLES)
    if not systems:
        advice = "holds no camera that you may know of, within your jurisdiction: take one around the cameras meant"
        return InvalidArgument(Violation(selection.field, advice), article=ARTICLES)
    return None


def _of(area: Area, reach: frozenset[str]) -> Iterator[Place]:
    bounds = _narrowed(frozenset({area.bound} - {""}), reach)
    if bounds is None:
        return
    if area.polygon:
        yield Place(area.polygon, bounds)
    if area.districts and (districts := _narrowed(area.districts, bounds)):
        yield Place(districts=districts)


def _narrowed(districts: frozenset[str], to: frozenset[str]) -> frozenset[str] | None:
    """Both bounds at once, "" restricting nothing; None when nothing is left."""
    both = districts & to if districts and to else districts | to
    return None if districts and to and not both else both
