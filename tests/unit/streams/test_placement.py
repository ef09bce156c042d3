"""Placement: the same camera lands on the same relay, and only what a relay gains or loses moves."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.streams.placement import SLACK, STEP_EVERY_S, STEPS, Load, Relay, Weight, ranked, weigh

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CAMERAS = [f"districts/440104/cameras/{number:020d}" for number in range(600)]
names = st.lists(st.text("abcdefghij-0123456789", min_size=1, max_size=12), min_size=2, max_size=6, unique=True)
capacities = st.integers(1, 5000)
shares = st.floats(0, 3)


def relay(name: str, capacity: float = 1000, step: int = 0) -> Relay:
    return Relay(name, b"", "127.0.0.1", 8554, NOW, weight=Weight(capacity, step))


def places(relays: list[Relay]) -> dict[str, str]:
    """Where each camera is, by name."""
    return {camera: found[0].name for camera in CAMERAS if (found := ranked(camera, relays))}


def loaded(share: float) -> Load:
    return Load(viewers=round(share * 1000))


def test_without_a_relay_there_is_no_place() -> None:
    assert ranked(CAMERAS[0], []) == []


def test_cameras_are_spread_by_weight() -> None:
    count = Counter(places([relay("relay-1"), relay("relay-2", 2000), relay("relay-3", step=2)]).values())
    assert sum(count.values()) == len(CAMERAS)
    assert 120 < count["relay-1"] < 220, "two of seven: 171"
    assert 290 < count["relay-2"] < 400, "four of seven: 343"
    assert 50 < count["relay-3"] < 125, "one of seven: 86"


@given(names, st.data())
def test_a_relay_that_comes_or_goes_moves_only_its_own_share(names: list[str], data: st.DataObject) -> None:
    relays = [relay(name, data.draw(capacities), data.draw(st.integers(0, len(STEPS) - 1))) for name in names]
    *stay, gone = relays
    with_it, without_it = places(relays), places(stay)
    assert {camera for camera in CAMERAS if with_it[camera] != without_it[camera]} == {
        camera for camera in CAMERAS if with_it[camera] == gone.name
    }
    assert places(relays[::-1]) == with_it, "the order in which relays are known does not matter"


@given(names, capacities, capacities)
def test_a_weight_that_changes_moves_cameras_to_or_from_that_relay_alone(
    names: list[str], before: int, after: int
) -> None:
    others, (changing,) = [relay(name) for name in names[1:]], names[:1]
    former, later = places([relay(changing, before), *others]), places([relay(changing, after), *others])
    gained_by = changing if after > before else None
    moved = {(former[camera], later[camera]) for camera in CAMERAS if former[camera] != later[camera]}
    assert all(to == changing if gained_by else come_from == changing for come_from, to in moved)


@given(st.lists(shares, min_size=1, max_size=50))
def test_the_load_changes_a_weight_by_one_step_at_a_time_and_not_often(history: list[float]) -> None:
    weight, changes = weigh(None, loaded(history[0]), 0.0), []
    for turn, share in enumerate(history):
        before, weight = weight, weigh(weight, loaded(share), turn * 0.5)
        assert weight.value > 0
        if weight.step != before.step:
            assert abs(weight.step - before.step) == 1
            changes.append(turn * 0.5)
    assert all(later - earlier >= STEP_EVERY_S for earlier, later in pairwise(changes))


@given(st.integers(0, len(STEPS) - 2), st.lists(st.floats(0, SLACK - 0.01), min_size=1, max_size=50))
def test_a_load_that_swings_within_the_slack_moves_nothing_back_and_forth(step: int, swings: list[float]) -> None:
    limit = STEPS[step][0]
    weight = Weight(step=step + 1)
    for turn, swing in enumerate(swings):
        weight = weigh(weight, loaded(limit - swing), turn * STEP_EVERY_S * 2)
    assert weight.step == step + 1


def test_a_load_that_stays_high_or_low_has_its_step_in_the_end() -> None:
    weight = Weight()
    for turn in range(20):
        weight = weigh(weight, loaded(2.0), turn * STEP_EVERY_S)
    assert weight.step == len(STEPS) - 1
    for turn in range(20, 40):
        weight = weigh(weight, loaded(0.0), turn * STEP_EVERY_S)
    assert weight == replace(Weight(), since_s=weight.since_s)


def test_bytes_count_as_viewers_do() -> None:
    assert Load(viewers=1, bytes_per_s=400, bytes_per_s_most=500).share == 0.8
    assert Load(viewers=800, bytes_per_s=1, bytes_per_s_most=500).share == 0.8
