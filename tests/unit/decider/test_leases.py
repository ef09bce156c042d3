"""Leases: how long each class of session may outlast a silent bus, and who holds a camera by a takeover."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.decider.facts import Circumstances, Principal, Takeover
from services.decider.leases import USUAL, Leases, held_by_takeover
from tests.unit.decider.cast import CITY_POLICE, COMMAND, LATER, NOW, OPERATOR, POLICE, SECURITY, TUNNEL, takeover

MINUTE = timedelta(minutes=1)
POLICES, COMMANDS = takeover(POLICE, number=2), takeover(COMMAND)


@pytest.mark.parametrize(
    ("said", "standing_s", "holder_s"),
    [
        ({}, 10, 10),
        ({"standing": 5}, 5, 10),
        ({"takeover-holder": 300}, 10, 300),
        ({"standing": 3600, "takeover-holder": 3600}, 10, 300),
        ({"standing": -1, "takeover-holder": -1}, 0, 0),
        ({"of a later release": 7}, 10, 10),
    ],
)
def test_what_is_not_named_is_usual_and_nothing_longer_than_the_bounds_is_believed(
    said: dict[str, int], standing_s: int, holder_s: int
) -> None:
    assert Leases.of(said) == Leases(timedelta(seconds=standing_s), timedelta(seconds=holder_s))


def test_leases_are_read_as_they_are_said() -> None:
    assert Leases.of(USUAL.seconds) == USUAL
    assert Leases.of({"takeover-holder": 120}).seconds == {"standing": 10, "takeover-holder": 120}


@pytest.mark.parametrize(
    ("who", "takeovers", "at", "by"),
    [
        (COMMAND, (COMMANDS,), NOW, COMMANDS),
        (replace(COMMAND, name="principals/another of it"), (COMMANDS,), NOW, COMMANDS),
        (COMMAND, (COMMANDS,), LATER, None),  # its end
        (COMMAND, (COMMANDS,), NOW - MINUTE, COMMANDS),  # by a clock behind the one of whoever granted it
        (COMMAND, (COMMANDS, POLICES), NOW, None),  # of higher rank
        (COMMAND, (COMMANDS, replace(POLICES, ends_at=NOW + MINUTE)), NOW + MINUTE, COMMANDS),  # falls back
        (CITY_POLICE, (COMMANDS,), NOW, None),
        (OPERATOR, (), NOW, None),  # holds it by no takeover
        (OPERATOR, (takeover(SECURITY),), LATER, None),
    ],
)
def test_who_holds_a_camera_by_a_takeover_in_force(
    who: Principal, takeovers: tuple[Takeover, ...], at: object, by: Takeover | None
) -> None:
    assert held_by_takeover(who, TUNNEL, Circumstances(takeovers=takeovers), at) == by  # type: ignore[arg-type]
