"""A scope says of whole classes what decide says of each camera."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from services.decider.facts import CATEGORIES, DISTRICTS, LEVELS, NO_CIRCUMSTANCES, Action, Camera, Principal
from services.decider.scope import ScopeClass
from tests.unit.decider.cast import EVERYBODY, NOW, OPERATOR, POLICE, SECURITY, TUNNEL, YUEXIU, deciding, policy_of

DECIDER = deciding()
STANDING = [
    Action.DESCRIBE,
    Action.LIVE,
    Action.PLAYBACK,
    Action.COPY,
    Action.CONFIGURE,
    Action.DELETE,
    Action.SUPERVISE,
]

cameras = st.builds(
    Camera,
    name=st.just(TUNNEL.name),
    level=st.sampled_from(LEVELS),
    category=st.sampled_from(CATEGORIES),
    district=st.sampled_from(DISTRICTS),
    operator=st.sampled_from([who.agency for who in EVERYBODY]),
    latitude=st.just(23.1),
    longitude=st.just(113.2),
    is_accepted=st.just(True),
)


def holds(part: ScopeClass, camera: Camera) -> bool:
    """As registry's SQL reads a class."""
    return (
        camera.level in part.levels
        and camera.category in part.categories
        and (not part.districts or camera.district in part.districts)
        and camera.district not in part.excluded_districts
        and (not part.operator or (camera.operator == part.operator) != part.is_operator_excluded)
    )


@given(st.sampled_from(EVERYBODY), st.integers(1, 5), st.booleans(), st.sampled_from(STANDING), cameras)
@settings(max_examples=300, deadline=None)
def test_a_camera_is_in_scope_exactly_when_it_would_be_allowed(
    who: Principal, clearance: int, is_suspended: bool, action: Action, camera: Camera
) -> None:
    asking = replace(who, clearance=clearance, is_suspended=is_suspended)
    in_scope = any(holds(part, camera) for part in DECIDER.scope(asking, action).classes)
    assert in_scope == DECIDER.decide(asking, camera, action, NO_CIRCUMSTANCES, NOW).allowed


def test_state_secrets_are_in_nobody_elses_scope() -> None:
    for who in EVERYBODY:
        for part in DECIDER.scope(who, Action.DESCRIBE).classes:
            is_own = part.operator == who.agency and not part.is_operator_excluded
            assert 5 not in part.levels or who is SECURITY or is_own


def test_the_state_of_one_system_is_not_in_a_scope() -> None:
    live = DECIDER.scope(POLICE, Action.LIVE)
    assert "art14-live-district-police" in {part.rule for part in live.classes}


def test_supervision_is_of_others_cameras_only() -> None:
    (district,) = DECIDER.scope(POLICE, Action.SUPERVISE).classes
    assert (district.rule, district.districts) == ("art22-supervise-district-police", (YUEXIU,))
    assert (district.operator, district.is_operator_excluded, district.levels) == (POLICE.agency, True, (1, 2, 3, 4))
    assert not DECIDER.scope(OPERATOR, Action.SUPERVISE).classes


def test_a_class_says_rule_levels_districts_and_operator() -> None:
    scope = DECIDER.scope(replace(POLICE, clearance=2), Action.LIVE)
    district = next(part for part in scope.classes if part.rule == "art14-live-district-police")
    assert (scope.revision, district.levels, district.districts) == (1, (1, 2), (YUEXIU,))
    assert (district.operator, district.is_operator_excluded) == (POLICE.agency, True)
    own = next(part for part in DECIDER.scope(OPERATOR, Action.LIVE).classes)
    assert (own.rule, own.operator, own.is_operator_excluded) == ("art21-live-own", OPERATOR.agency, False)


def test_a_partial_denial_splits_a_class_by_level() -> None:
    decider = deciding(
        policy_of(
            "all,14.1,any,any,live,1-3,any,,allow,All",
            "not-banks,14.1,any,any,live,2,8,,deny,Not the banks of level 2",
        )
    )
    parts = {part.levels: part.categories for part in decider.scope(POLICE, Action.LIVE).classes}
    assert parts == {(1, 3): tuple(CATEGORIES), (2,): tuple(c for c in CATEGORIES if c != 8)}
