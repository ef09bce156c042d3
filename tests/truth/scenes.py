"""Facts that make a class happen, and facts drawn at random: principals, cameras, papers, incidents, takeovers."""

from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import strategies as st

from services.decider.conditions import PAPER_ACTIONS
from services.decider.facts import (
    CATEGORIES,
    CITY,
    Action,
    AgencyKind,
    Area,
    Camera,
    Circumstances,
    ControlLease,
    Incident,
    Inspection,
    LegalBasis,
    Principal,
    Relation,
    StaffRecord,
    Takeover,
    Tier,
)
from services.decider.relation import relation
from tests.truth.articles import Asked, Control, Life
from tests.truth.classes import ALL_LEVELS, Case
from tests.unit.decider.cast import LATER, NOW, SQUARE, TIANHE, TUNNEL, YUEXIU

BEYOND = "440300"  # a district code of another city
NAMED, AREA = frozenset({TUNNEL.name}), Area(SQUARE)
WHO, STRANGER = "principals/who", "principals/stranger"
AGENCY, ANOTHER, OPERATOR = "agencies/asking", "agencies/another", "agencies/operator"
LIVES = {  # is_accepted, is_operating, is_barred, as permissions/neighbours.py reads a life state
    Life.UNACCEPTED: (False, False, False),
    Life.RESTING: (True, False, False),
    Life.IN_SERVICE: (True, True, False),
    Life.CLOSED: (True, False, True),
}


@dataclass(frozen=True)
class Scene:
    """Everything that a decision is made from, but the time: it is NOW."""

    principal: Principal
    camera: Camera
    action: Action
    circumstances: Circumstances

    @property
    def case(self) -> Case:
        who = self.principal
        return Case(who.kind, who.tier, relation(who, self.camera), self.action, self.camera.level)


def can_be_staged(asked: Asked) -> bool:
    """Papers stand for what a letter opens only; the classes hold the policy to more than the platform ever asks."""
    return not asked.has_papers or asked.action in PAPER_ACTIONS


def staged(asked: Asked) -> Scene:
    """Facts in which exactly this is asked."""
    tier, is_own = asked.tier, asked.relation is Relation.OWN
    home = CITY if tier is Tier.MUNICIPAL else YUEXIU
    elsewhere = BEYOND if tier is Tier.MUNICIPAL else TIANHE
    clearance = max(1, asked.level if asked.is_cleared else asked.level - 1)
    who = Principal(WHO, AGENCY, asked.kind, tier, home, clearance, is_suspended=asked.is_suspended, is_person=True)
    place = elsewhere if asked.relation is Relation.OTHER else YUEXIU
    camera = _camera(asked.level, 3, place, AGENCY if is_own else OPERATOR, asked.life)
    holder = {Control.ANOTHERS: ANOTHER, Control.MINE: "" if is_own else AGENCY, Control.OPERATORS: ""}[asked.control]
    facts = Circumstances(
        bases=(_letter(NAMED if not asked.are_reviewed else frozenset()),) if asked.has_papers else (),
        incidents=(Incident("incidents/1", AREA, frozenset({AGENCY}), NOW, LATER),) if asked.in_incident else (),
        takeovers=(_takeover(1, holder, asked.kind),) if holder else (),
        inspections=(Inspection("inspections/1", AGENCY, AREA, NOW, LATER),) if asked.in_inspection else (),
        trainings=(StaffRecord("trainings/1", WHO, NOW, LATER),) if asked.is_trained else (),
        shifts=(StaffRecord("shifts/1", WHO, NOW, LATER),) if asked.is_on_duty else (),
    )
    return Scene(who, camera, asked.action, facts)


def _camera(level: int, category: int, district: str, operator: str, life: Life) -> Camera:
    accepted, operating, barred = LIVES[life]
    here = replace(TUNNEL, level=level, category=category, district=district, operator=operator)
    return replace(here, is_accepted=accepted, is_operating=operating, is_barred=barred)


def _letter(held: frozenset[str]) -> LegalBasis:
    return LegalBasis("legalBases/1", WHO, NAMED, NOW, LATER, held=held)


def _takeover(number: int, agency: str, kind: AgencyKind) -> Takeover:
    name = f"takeovers/{number}"
    return Takeover(name, number, TUNNEL.name, agency, WHO, kind, Tier.DISTRICT, NOW, LATER)


principals = st.builds(
    lambda kind, place, clearance, is_suspended, is_person: Principal(
        WHO,
        AGENCY,
        kind,
        Tier.MUNICIPAL if place == CITY else Tier.DISTRICT,
        place,
        clearance,
        frozenset(),
        is_suspended,
        is_person,
    ),
    st.sampled_from(AgencyKind),
    st.sampled_from([CITY, YUEXIU, TIANHE]),
    st.integers(1, 5),
    st.booleans(),
    st.booleans(),
)
cameras = st.builds(
    _camera,
    st.sampled_from(ALL_LEVELS),
    st.sampled_from(CATEGORIES),
    st.sampled_from([YUEXIU, TIANHE, BEYOND]),
    st.sampled_from([AGENCY, OPERATOR]),
    st.sampled_from(Life),
)
# Not yet, now, and just over.
times = st.sampled_from([(NOW + timedelta(seconds=1), LATER), (NOW, LATER), (NOW - timedelta(hours=1), NOW)])
areas = st.sampled_from([AREA, Area(cameras=NAMED), Area(districts=frozenset({TIANHE})), Area(SQUARE, bound=YUEXIU)])
bases = st.builds(
    lambda who, cameras, when, is_revoked, held: LegalBasis("legalBases/1", who, cameras, *when, is_revoked, held),
    st.sampled_from([WHO, STRANGER]),
    st.sampled_from([NAMED, frozenset({"another"})]),
    times,
    st.booleans(),
    st.sampled_from([frozenset(), NAMED]),
)
incidents = st.builds(
    lambda area, opens_to, when: Incident("incidents/1", area, opens_to, *when),
    areas,
    st.frozensets(st.sampled_from([AGENCY, ANOTHER, *AgencyKind])),
    times,
)
inspections = st.builds(
    lambda agency, area, when: Inspection("inspections/1", agency, area, *when),
    st.sampled_from([AGENCY, ANOTHER]),
    areas,
    times,
)
takeovers = st.builds(
    lambda number, agency, kind, when: replace(_takeover(number, agency, kind), starts_at=when[0], ends_at=when[1]),
    st.integers(1, 9),
    st.sampled_from([AGENCY, ANOTHER, OPERATOR]),
    st.sampled_from(AgencyKind),
    times,
)


leases = st.builds(
    lambda number, agency, when: ControlLease(number, TUNNEL.name, agency, WHO, *when),
    st.integers(1, 9),
    st.sampled_from([AGENCY, ANOTHER, OPERATOR]),
    times,
)
staff_records = st.builds(
    lambda who, when: StaffRecord("trainings/1", who, *when), st.sampled_from([WHO, STRANGER]), times
)


def few(facts: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(facts, max_size=3).map(tuple)


scenes = st.builds(
    Scene,
    principals,
    cameras,
    st.sampled_from(Action),
    st.builds(
        Circumstances,
        few(bases),
        few(incidents),
        few(takeovers),
        few(inspections),
        few(staff_records),
        few(staff_records),
        few(leases),
    ),
)
