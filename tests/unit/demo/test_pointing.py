"""The motors of the camera that moves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.cameras.pointing import TILT_DEG, ZOOM, Pointing, Velocity, velocity

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
