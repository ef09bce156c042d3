"""A batch says of each camera what a single decision says, and nothing of a camera that is absent or hidden."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import chain

from hypothesis import given, settings
from hypothesis import strategies as st

from services.decider.area import covers
from services.decider.batch import ControlLeases, Request, Takeovers, decide_each
from services.decider.decision import Decision
from services.decider.facts import (
    Action,
    Area,
    Camera,
    Circumstances,
    ControlLease,
    Incident,
    Inspection,
    LegalBasis,
    Principal,
    StaffRecord,
    Takeover,
)
from services.decider.relation import is_hidden
from services.decider.roster import EMPTY, covered, roster
from tests.unit.decider.cast import (
    COMMAND,
    EVERYBODY,
    LATER,
    NOW,
    OPERATOR,
    SQUARE,
    TIANHE,
    TUNNEL,
    YUEXIU,
    deciding,
    lease,
    takeover,
)

NAMES = [f"districts/{YUEXIU}/cameras/{YUEXIU}0000131000{n:04}" for n in range(12)]
SYSTEMS = ["operators/one/systems/1", "operators/one/systems/2"]
# On a grid, so that borders and corners are hit as well.
places = st.tuples(st.sampled_from([22.9, 23.0, 23.1, 23.2]), st.sampled_from([113.0, 113.1, 113.2, 113.3]))
polygons = st.lists(places, min_size=3, max_size=6).map(tuple) | st.just(SQUARE)
some_names = st.frozensets(st.sampled_from(NAMES), max_size=5)
areas = st.builds(
    Area, st.just(()) | polygons, st.frozensets(st.sampled_from([YUEXIU, TIANHE])), some_names,
    st.sampled_from(["", YUEXIU, TIANHE]),
    st.frozensets(st.sampled_from([OPERATOR.agency, "agencies/other"]), max_size=1),
    st.frozensets(st.sampled_from(SYSTEMS), max_size=1),
)  # fmt: skip
starts = st.sampled_from([NOW, NOW - timedelta(hours=1), NOW + timedelta(minutes=1)])
ends = st.sampled_from([LATER, NOW, NOW + timedelta(minutes=5)])
people = st.builds(lambda who, is_person: replace(who, is_person=is_person), st.sampled_from(EVERYBODY), st.booleans())
staff = st.lists(
    st.builds(StaffRecord, st.just("t"), people.map(lambda p: p.name), starts, ends), max_size=3
).map(tuple)  # fmt: skip
agencies = st.frozensets(people.map(lambda who: who.agency), min_size=1)
cameras = st.builds(
    lambda place, **fields: Camera(latitude=place[0], longitude=place[1], **fields), places,
    name=st.just(""), level=st.integers(1, 5), category=st.integers(1, 13),
    district=st.sampled_from([YUEXIU, TIANHE]), operator=st.sampled_from([OPERATOR.agency, "agencies/other"]),
    is_accepted=st.booleans(), is_operating=st.booleans(), is_barred=st.booleans(),
    system=st.sampled_from(SYSTEMS),
)  # fmt: skip
cities = st.lists(st.none() | cameras, min_size=len(NAMES), max_size=len(NAMES)).map(
    lambda found: {name: replace(one, name=name) for name, one in zip(NAMES, found, strict=True) if one}
)
letters = st.builds(
    LegalBasis, st.just("b"), people.map(lambda p: p.name), some_names, starts, ends, st.booleans(), some_names
)
inspections = st.builds(Inspection, st.just("n"), people.map(lambda p: p.agency), areas, starts, ends, some_names)
circumstances = st.builds(
    Circumstances,
    st.lists(letters).map(tuple),
    st.lists(st.builds(Incident, st.just("i"), areas, agencies, starts, ends), max_size=3).map(tuple),
    st.just(()),
    st.lists(st.builds(Inspection, st.just("n"), people.map(lambda p: p.agency), areas, starts, ends, some_names)).map(
        tuple
    ),
    staff,
    staff,
)


@st.composite
def takeovers(draw: st.DrawFn) -> Takeovers:
    found: dict[str, tuple[Takeover, ...]] = {}
    for number, name in enumerate(draw(st.lists(st.sampled_from(NAMES), max_size=6))):
        one = takeover(draw(people), number, replace(TUNNEL, name=name))
        found[name] = (*found.get(name, ()), replace(one, starts_at=draw(starts), ends_at=draw(ends)))
    return found


@st.composite
def leases(draw: st.DrawFn) -> ControlLeases:
    found: dict[str, tuple[ControlLease, ...]] = {}
    for number, name in enumerate(draw(st.lists(st.sampled_from(NAMES), max_size=4))):
        one = lease(draw(people), number, replace(TUNNEL, name=name))
        found[name] = (*found.get(name, ()), replace(one, starts_at=draw(starts), ends_at=draw(ends)))
    return found


@settings(max_examples=300, deadline=None)
@given(people, st.sampled_from(Action), cities, circumstances, takeovers(), leases())
def test_each_camera_of_a_batch_is_decided_as_it_is_alone(
    who: Principal,
    action: Action,
    city: Mapping[str, Camera],
    given_: Circumstances,
    held: dict[str, tuple[Takeover, ...]],
    leased: dict[str, tuple[ControlLease, ...]],
) -> None:
    found = decide_each(DECIDER, Request(who, action, given_, held, NOW, leased), roster(NAMES, city, who))
    everything = replace(given_, takeovers=tuple(chain(*held.values())), leases=tuple(chain(*leased.values())))
    for place, name in enumerate(NAMES):
        camera = city.get(name)
        alone: Decision | None = None
        if camera and not is_hidden(who, camera):
            alone = DECIDER.decide(who, camera, action, everything, NOW)
        in_batch = found.decisions[found.which[place]] if found.which[place] != EMPTY else None
        assert in_batch == alone
        assert found.allowed[place] == (alone is not None and alone.allowed)


@given(areas, cities)
def test_an_area_covers_the_same_cameras_together_as_one_by_one(area: Area, city: Mapping[str, Camera]) -> None:
    operator = replace(OPERATOR, kind=EVERYBODY[2].kind)  # from whom nothing is hidden
    marks = covered(area, roster(NAMES, city, operator))
    for place, name in enumerate(NAMES):
        assert name not in city or marks[place] == covers(area, city[name])


def test_cameras_that_are_alike_share_one_decision() -> None:
    city = {name: replace(TUNNEL, name=name) for name in NAMES}
    found = decide_each(DECIDER, Request(COMMAND, Action.LIVE, Circumstances(), {}, NOW), roster(NAMES, city, COMMAND))
    assert len(found.decisions) == 1


DECIDER = deciding()
