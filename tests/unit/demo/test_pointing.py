"""The motors of the camera that moves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.cameras.mount import PRESETS_MOST, Mount
from demo.cameras.pointing import TILT_DEG, ZOOM, Pointing, Velocity, parts, velocity

PART = st.floats(min_value=-1, max_value=1)


def test_it_moves_by_its_speed_and_stays_when_stopped() -> None:
    assert Pointing(0, 0, 1).after(Velocity(pan=0.5, tilt=-1, zoom=0.25), 1.0) == Pointing(30, -30, 2)
    assert Pointing(30, -30, 2).after(Velocity(), 1000) == Pointing(30, -30, 2)


@given(PART, PART, PART, st.floats(min_value=0, max_value=1e6))
def test_it_never_looks_where_no_camera_can(pan: float, tilt: float, zoom: float, seconds: float) -> None:
    at = Pointing().after(Velocity(pan, tilt, zoom), seconds)
    assert -180 <= at.pan <= 180
    assert TILT_DEG[0] <= at.tilt <= TILT_DEG[1]
    assert ZOOM[0] <= at.zoom <= ZOOM[1]


@pytest.mark.parametrize(
    "given_",
    [
        None,
        [],
        {},
        {"pan": 0, "tilt": 0},
        {"pan": 0, "tilt": 0, "zoom": 0, "focus": 0},
        {"pan": 1.5, "tilt": 0, "zoom": 0},
        {"pan": float("nan"), "tilt": 0, "zoom": 0},
        {"pan": "1", "tilt": 0, "zoom": 0},
        {"pan": True, "tilt": 0, "zoom": 0},
    ],
)
def test_anything_but_three_numbers_of_minus_one_to_one_is_refused(given_: object) -> None:
    with pytest.raises(ValueError, match=r"send one JSON object|is a number from -1 to 1"):
        velocity(given_)


def test_it_stops_by_itself_after_the_seconds_that_came_with_a_move() -> None:
    mount = Mount(since_s=0)
    mount.obey({"pan": 0.5, "tilt": 0, "zoom": 0, "seconds": 2}, 10)
    assert mount.at(11).pan == 30
    assert mount.at(12) == mount.at(1000) == Pointing(60, -15, 1)


def test_it_looks_where_it_is_told_and_so_much_further_but_never_beyond_an_end() -> None:
    mount = Mount(since_s=0)
    mount.obey({"to": {"pan": 0.5, "tilt": -1, "zoom": 1}}, 1)
    assert mount.at(2) == Pointing(90, -90, 20)
    mount.obey({"by": {"pan": -0.25, "tilt": 0, "zoom": 0.5}}, 3)
    assert mount.at(4) == Pointing(45, -90, 20)


@given(PART, PART, st.floats(min_value=0, max_value=1))
def test_a_pointing_and_its_parts_are_the_same_place(pan: float, tilt: float, zoom: float) -> None:
    at = Pointing(pan * 180, -35 + tilt * 55, 1 + zoom * 19)
    again = parts(at).pointing()
    assert (again.pan, again.tilt, again.zoom) == pytest.approx((at.pan, at.tilt, at.zoom))


def test_it_keeps_presets_and_forgets_none() -> None:
    mount = Mount(since_s=0)
    mount.obey({"to": {"pan": 0.5, "tilt": 0, "zoom": 0}}, 1)
    kept = mount.at(1)
    token = mount.obey({"store": "gate"}, 1)["token"]
    mount.obey({"to": {"pan": 0, "tilt": 0, "zoom": 0}}, 2)
    mount.obey({"recall": token}, 3)
    assert mount.at(3) == kept
    assert mount.listed() == [{"token": token, "name": "gate"}]
    for number in range(1, PRESETS_MOST):
        mount.obey({"store": f"{number}"}, 4)
    with pytest.raises(ValueError, match="at most"):
        mount.obey({"store": "one too many"}, 4)


@pytest.mark.parametrize(
    "told",
    [
        None, [], {"to": None}, {"to": {"pan": 2, "tilt": 0, "zoom": 0}}, {"recall": "9"}, {"recall": []},
        {"store": ""}, {"store": 1}, {"to": {}, "by": {}},
        {"pan": 0, "tilt": 0, "zoom": 0, "seconds": 0}, {"pan": 0, "tilt": 0, "zoom": 0, "seconds": True},
    ],
)  # fmt: skip
def test_it_says_what_is_wrong_with_what_it_is_told_and_stays(told: object) -> None:
    mount = Mount(since_s=0)
    with pytest.raises(ValueError, match=r"send one|is a number|no preset|store is"):
        mount.obey(told, 1)
    assert mount.at(100) == Pointing()
