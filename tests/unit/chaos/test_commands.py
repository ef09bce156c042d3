"""The judge of control finds what it is there to find."""

import json

import pytest

from chaos.commands import PLATFORM, Commands, Line, read, velocity

POLICE, COMMAND = "police", "command"


def contest() -> tuple[Commands, list[Line]]:
    """Command takes the camera from the police; each moved it once."""
    told = Commands()
    for agency, epoch, at_s in ((POLICE, 1, 1.0), (COMMAND, 2, 3.0)):
        number, _ = told.begin(agency)
        told.done(number, epoch, at_s)
    told.granted(COMMAND, 2, 2.0, is_fenced=True)
    return told, [Line(1, 1, 0.9), Line(2, 2, 2.9)]


def test_a_lawful_history_holds() -> None:
    told, lines = contest()
    figures, wrong = told.judged(lines)
    assert wrong == []
    assert (figures["commands_sent"], figures["commands_applied"], figures["turns"]) == (2, 2, 2)


@pytest.mark.parametrize(
    ("lines", "figure"),
    [
        ([Line(2, 2, 1.0), Line(1, 1, 1.1)], "stale_epoch_applied"),
        ([Line(1, 1, 2.1), Line(2, 2, 2.9)], "two_holders_seen"),  # of the epoch before, after the fence
        ([Line(1, 1, 0.9), Line(2, 2, 2.9), Line(1, 2, 3.0)], "two_holders_seen"),  # both under one epoch
        ([Line(1, 1, 0.9)], "answered_and_lost"),
        ([Line(1, 1, 0.9), Line(2, 3, 2.9)], "answered_and_lost"),  # done, but not as it was answered
    ],
)
def test_what_is_unlawful_is_found(lines: list[Line], figure: str) -> None:
    told, _ = contest()
    figures, wrong = told.judged(lines)
    assert figures[figure] == 1
    assert wrong


@pytest.mark.parametrize(("at_s", "is_late"), [(3.9, False), (4.1, True)])
def test_a_turn_that_was_not_fenced_is_over_by_time(at_s: float, is_late: bool) -> None:
    told, _ = contest()
    told.settled.clear()
    told.granted(COMMAND, 2, 2.0, is_fenced=False)
    figures, _ = told.judged([Line(1, 1, 0.9), Line(1, 1, at_s), Line(2, 2, 4.2)])
    assert figures["two_holders_seen"] == is_late


def test_a_command_that_nobody_sent_is_found() -> None:
    told, lines = contest()
    _, wrong = told.judged([*lines, Line(99, 2, 4.0)])
    assert "nobody whom we know" in wrong[0]


def test_the_cameras_log_is_read_as_it_is_written() -> None:
    def said(number: int, code: str = "1") -> str:
        moved = {"pan": velocity(number), "tilt": 0.0, "zoom": 0.0}
        return json.dumps({"code": code, "epoch": "7", "monotonic_ns": 5_000_000_000, "command": moved})

    found = read([said(123_457), said(0), said(8, "2"), said(1_000_000)], "1")
    assert found == [Line(123_457, 7, 5.0), Line(1_000_000, 7, 5.0)]


def test_the_platform_brings_a_camera_back_before_its_holder_commands_it_and_not_after() -> None:
    told, lines = contest()
    figures, wrong = told.judged([lines[0], Line(PLATFORM, 2, 2.1), lines[1]])
    assert (wrong, figures["brought_back"], figures["commands_applied"]) == ([], 1, 2)
    _, wrong = told.judged([*lines, Line(PLATFORM, 2, 3.0)])
    assert "after its holder had commanded it" in wrong[0]
    _, wrong = told.judged([*lines, Line(PLATFORM, 1, 3.0)])
    assert any("was applied after epoch 2" in one for one in wrong)
