"""The helms of a relay: epochs that only rise, bounded, and what moves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import Aborted, Exhausted
from services.streams.relay.helm import KEPT_S, ControlAddress, Helms, motion

WHERE = ControlAddress("http://127.0.0.1/ptz/1")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 20)), max_size=50))
def test_the_epoch_of_a_camera_never_falls(takes: list[tuple[str, int]]) -> None:
    helms, highest = Helms(), {}
    for number, (camera, epoch) in enumerate(takes):
        is_stale = epoch < highest.get(camera, epoch)
        try:
            assert helms.take(camera, epoch, number).epoch == epoch
        except Aborted:
            assert is_stale
        else:
            assert not is_stale
            highest[camera] = epoch


def test_only_a_camera_that_nobody_commanded_for_long_is_forgotten() -> None:
    helms = Helms(most=2)
    helms.take("a", 7, 0)
    helms.take("b", 1, 1)
    helms.take("a", 7, 2)
    with pytest.raises(Exhausted):
        helms.take("c", 1, 1 + KEPT_S)
    helms.take("c", 1, 2 + KEPT_S)
    assert len(helms) == 2
    with pytest.raises(Aborted):  # used later than b, so still known
        helms.take("a", 6, 2 + KEPT_S)


def test_a_camera_that_moves_is_not_forgotten() -> None:
    helms = Helms(most=1)
    helms.take("a", 1, 0)
    helms.moves("a", motion(WHERE, 0, 2))
    with pytest.raises(Exhausted):
        helms.take("b", 1, 1000)
    helms.stands("a")
    helms.take("b", 1, 1000)
    assert not helms.moving()


def test_what_moves_is_stopped_at_once_when_its_epoch_passes_on() -> None:
    helms = Helms()
    helms.take("a", 1, 0)
    helms.moves("a", motion(WHERE, 0, 2))
    helms.take("a", 1, 0.5)
    assert [moving.stop_at_s for _, _, moving in helms.moving()] == [1.0]
    helms.take("a", 2, 0.5)
    assert [moving.stop_at_s for _, _, moving in helms.moving()] == [0.5]


@given(st.floats(0, 1e6), st.floats(0, 2))
def test_a_stop_always_has_a_part_of_the_grant_left(told_s: float, left_s: float) -> None:
    moving = motion(WHERE, told_s, told_s + left_s)
    assert told_s <= moving.stop_at_s <= told_s + 1.0
    assert moving.stop_at_s <= moving.until_s - min(left_s, 0.5) + 1e-6
