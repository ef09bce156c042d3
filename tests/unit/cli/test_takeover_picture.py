"""What a live view of one takeover shows, at any width and of any text."""

import io
from datetime import UTC, datetime

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from cli.takeover_picture import PRECEDED_SHOWN, Sight, drawn, heading, told
from kapok.permissions.v1 import takeover_pb2

_NOW = datetime(2026, 11, 28, 8, tzinfo=UTC)
_END = int(_NOW.timestamp()) + 3_600


def taken(*states: str, **more: object) -> takeover_pb2.Takeover:
    """A takeover of a camera in each state: held, fenced, preceded, or by what it was over."""
    cameras = [
        takeover_pb2.TakenCamera(
            camera=f"districts/440104/cameras/4401040001132{number:07}", is_holding=state in ("held", "fenced"),
            is_fenced=state == "fenced", over_by="" if state in ("held", "fenced", "preceded") else state,
        )
        for number, state in enumerate(states)
    ]  # fmt: skip
    given = {"name": "takeovers/1", "principal": "principals/command", "cause": "CAUSE_ACCIDENT", "reason": "smoke"}
    one = takeover_pb2.Takeover(**given | {"taken": cameras, "end_time": {"seconds": _END}} | more)  # type: ignore[arg-type]
    one.in_force_count = sum(not camera.over_by for camera in cameras)
    return one


def screen(sight: Sight, width: int = 100, **env: str) -> str:
    """What a terminal of that width is sent."""
    said = io.StringIO()
    Console(file=said, width=width, force_terminal=True, highlight=False, _environ=env).print(drawn(sight, _NOW))
    return said.getvalue()


def test_it_says_who_why_until_when_and_how_the_cameras_stand() -> None:
    one = taken("fenced", "held", "preceded", "released", incident="incidents/2")
    holders = {one.taken[2].camera: "agencies/police"}
    said = screen(Sight(one, holders=holders, sessions=2), NO_COLOR="1")
    for words in ("principals/command", "accident: smoke", "incidents/2", "1:00:00 left", "2 run on its cameras",
                  "4 granted, 2 held, 1 fenced, 1 preceded, 1 released", "preceded by agencies/police"):  # fmt: skip
        assert words in said
    assert "\x1b[3" not in said, "a colour"


@pytest.mark.parametrize("width", [20, 41, 80])
def test_it_keeps_to_the_width_of_the_terminal_in_chinese_too(width: int) -> None:
    sight = Sight(taken("held", reason="沿江隧道火灾" * 30), how_to_claim="向" * 90)
    lines = Text.from_ansi(screen(sight, width)).plain.splitlines()
    assert max(map(cell_len, lines)) <= width
    assert len(lines) > 10, "and wraps what is longer"


def test_a_reason_does_not_command_the_terminal() -> None:
    evil = "\x1b]0;owned\x07\u202e\r[red]x[/red]"
    sight, _ = told(Sight(taken("held")), taken("held", reason=evil, principal=evil, name=evil), evil, _NOW)
    said = screen(sight)
    assert not {"\x07", "\u202e", "\r", "\x1b]"} & set(said)
    assert "\x1b]" not in said
    assert "[red]x[/red]" in said, "and markup is text"


def test_changes_are_told_together_and_only_the_last_are_kept() -> None:
    sight, words = told(Sight(taken("held", "held", "held")), taken("preceded", "preceded", "released"), "", _NOW)
    assert [word.split(" ", 1)[1] for word in words] == [
        "preceded by another agency: 2 cameras", "released: 44010400011320000002",
    ]  # fmt: skip
    for later in range(20):
        sight, _ = told(sight, taken("held", end_time={"seconds": _END + later + 1}), "", _NOW)
    assert len(sight.changes) == 8
    assert "renewed until" in sight.changes[-1]


def test_of_five_thousand_cameras_a_screenful_is_drawn() -> None:
    said = screen(Sight(taken(*["preceded"] * 5_000)), NO_COLOR="1")
    assert "5,000 granted, 5,000 preceded" in said
    assert f"and {5_000 - PRECEDED_SHOWN:,} more" in said
    assert len(said.splitlines()) < 24


def test_what_is_over_says_so_and_a_lost_connection_too() -> None:
    over = Sight(taken("revoked"))
    assert over.is_over
    assert "it is over" in screen(over)
    assert "trying again: away" in screen(Sight(taken("held"), lost="away"))
    assert heading(Sight(taken("held"))).startswith("takeovers/1  principals/command  accident: smoke  until ")
