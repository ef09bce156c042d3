"""What is within reach is what a decision on each camera allows, whatever is in force and whatever the policy says."""

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from services.decider import area
from services.decider.conditions import CLEARED, CONDITIONS, STAFFED, SUSPENDED, lasting
from services.decider.cover import COVERED, Cover
from services.decider.decider import Decider
from services.decider.facts import BARRED, NOT_ACCEPTED, OPERATING, Action, Camera, Circumstances, Principal, Takeover
from services.decider.policy import Policy
from services.decider.reach import STATES, Part, Reach
from services.decider.relation import is_hidden
from services.decider.scope import ScopeClass
from tests.unit.decider.cast import EVERYBODY, GENESIS, NOW, deciding
from tests.unit.decider.test_batch import NAMES, circumstances, cities, people, takeovers

DECIDER = deciding()
ODD = st.sampled_from(
    [
        "denied-on-paper,19,any,any,live,1-4,any,papers,deny,Papers that close",
        "denied-in-an-incident,18.2,any,own district,playback,2-3,any,incident cleared,deny,Incidents that close",
        "both,18.1,public-security,any,copy,1-4,3 5-9,papers incident operating,allow,Two at once",
        "barred-only,5.1,any,own,copy,any,any,barred,allow,What is barred",
        "held,18.1,emergency-command,any,describe,1-4,any,held-by-other,allow,What another holds",
    ]
)


def _holds(found: Reach, camera: Camera, who: Principal) -> bool:
    return _in(found, found.allows, camera, who) and not _in(found, found.denials, camera, who)


def _in(found: Reach, parts: tuple[Part, ...], camera: Camera, who: Principal) -> bool:
    state = lasting(who, camera)
    return any(
        _placed(part.place, camera)
        and state & part.state == part.state
        and all(_covered(found.covers[bit], camera) for bit in _bits(part.conditions))
        for part in parts
    )


def _placed(place: ScopeClass, camera: Camera) -> bool:
    return (
        camera.level in place.levels
        and camera.category in place.categories
        and (not place.districts or camera.district in place.districts)
        and camera.district not in place.excluded_districts
        and (not place.operator or (camera.operator == place.operator) != place.is_operator_excluded)
    )


def _covered(cover: Cover, camera: Camera) -> bool:
    return camera.name not in cover.excepted and (
        camera.name in cover.cameras
        or camera.operator in cover.operators
        or any(area.covers(one, camera) for one in cover.areas)
    )


def _bits(bits: int) -> list[int]:
    return [condition.bit for condition in CONDITIONS.values() if condition.bit & bits]


def _agree(
    decider: Decider, who: Principal, action: Action, city: Mapping[str, Camera], everything: Circumstances
) -> None:
    found = decider.reach(who, action, everything, NOW)
    for camera in city.values():
        is_allowed = not is_hidden(who, camera) and decider.decide(who, camera, action, everything, NOW).allowed
        assert _holds(found, camera, who) == is_allowed


@settings(max_examples=300)
@given(people, st.sampled_from(Action), cities, circumstances, takeovers(), st.booleans())
def test_each_camera_is_within_reach_when_a_decision_allows_it(
    who: Principal, action: Action, city: dict[str, Camera], given_: Circumstances,
    held: dict[str, tuple[Takeover, ...]], is_suspended: bool,
) -> None:  # fmt: skip
    who = replace(who, is_suspended=is_suspended and action is Action.LIVE)
    everything = replace(given_, takeovers=tuple(one for some in held.values() for one in some))
    _agree(DECIDER, who, action, city, everything)


@settings(max_examples=100)
@given(st.lists(ODD, unique=True, min_size=1), people, st.sampled_from(Action), cities, circumstances, takeovers())
def test_a_policy_that_closes_what_facts_open_is_followed_too(
    odd: list[str], who: Principal, action: Action, city: dict[str, Camera], given_: Circumstances,
    held: dict[str, tuple[Takeover, ...]],
) -> None:  # fmt: skip
    everything = replace(given_, takeovers=tuple(one for some in held.values() for one in some))
    rows = deciding_rows(odd)
    _agree(deciding(Policy((*GENESIS.rows, *rows))), who, action, city, everything)


def deciding_rows(lines: list[str]) -> tuple[object, ...]:
    from services.decider.policy import COLUMNS, parse

    return parse("\n".join([",".join(COLUMNS), *lines]) + "\n").rows


def test_a_camera_without_a_level_is_within_reach_of_nobody_that_no_decision_lets_near_it() -> None:
    camera = Camera(NAMES[0], 0, 3, "440104", "agencies/other", 23.1, 113.2, True)
    for who in EVERYBODY:
        for action in Action:
            _agree(DECIDER, who, action, {camera.name: camera}, Circumstances())


def test_every_condition_is_read_of_the_principal_of_the_state_or_of_a_cover() -> None:
    sorted_ = (CLEARED | SUSPENDED | STAFFED, STATES, COVERED)
    assert sum(sorted_) == sum(condition.bit for condition in CONDITIONS.values()), "one is missing, or in two"
    assert STATES == NOT_ACCEPTED | OPERATING | BARRED
