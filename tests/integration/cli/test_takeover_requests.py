"""What `kapok takeover` asks of the API, and what it shows of the answers."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from kapok.permissions.v1 import takeover_pb2, takeovers_service_pb2, takeovers_service_pb2_grpc
from tests.integration.cli.desk import Clerk, home, kapok

_SYSTEM = "operators/metro-guangzhou/systems/main"
_INCIDENT = "incidents/00000000-0000-4000-8000-000000000001"
_NAME = "takeovers/00000000-0000-4000-8000-000000000002"
_WHY = ("--cause", "accident", "--reason", "smoke", "--incident", _INCIDENT)


async def asked(folder: Path, *arguments: str) -> Any:
    """The one request that a command line makes."""
    clerk = Clerk()
    async with home(folder, clerk=clerk) as place:
        code, _, err = await kapok(place, "takeover", *arguments)
    assert (code, err) == (0, "")
    [request] = clerk.requests
    return request


async def test_a_request_names_cameras_an_area_systems_or_the_whole_incident(tmp_path: Path) -> None:
    code = "44010400001320000017"
    named = (await asked(tmp_path, "request", code, *_WHY)).takeover
    assert (list(named.cameras), named.incident) == ([f"districts/440104/cameras/{code}"], _INCIDENT)
    area = (await asked(tmp_path, "request", *_WHY, "--area", "23.12,113.25 23.12,113.28 23.14,113.28")).takeover
    assert [(corner.latitude, corner.longitude) for corner in area.area] == [
        (23.12, 113.25), (23.12, 113.28), (23.14, 113.28),
    ]  # fmt: skip
    whole = (await asked(tmp_path, "request", *_WHY, "--system", _SYSTEM, "--system", f"{_SYSTEM}-2")).takeover
    assert list(whole.systems) == [_SYSTEM, f"{_SYSTEM}-2"]
    everything = (await asked(tmp_path, "request", *_WHY, "--all-of-incident")).takeover
    assert everything.all_of_incident
    assert not [*everything.cameras, *everything.area, *everything.systems]


@pytest.mark.parametrize("wrong", [("--area", "23.12,113.25"), ("--area", "here"), ("--system", "metro")])
async def test_what_is_no_area_and_no_system_is_wrong_usage(tmp_path: Path, wrong: tuple[str, ...]) -> None:
    clerk = Clerk()
    async with home(tmp_path, clerk=clerk) as place:
        code, _, err = await kapok(place, "takeover", "request", *_WHY, *wrong)
    assert (code, clerk.requests) == (2, [])
    assert err


class Desk(takeovers_service_pb2_grpc.TakeoversServiceServicer):
    """Has one takeover, and tells of it twice: in force, then over."""

    def __init__(self) -> None:
        self.requests: list[Any] = []
        self.takeover = takeover_pb2.Takeover(
            name=_NAME, principal="principals/command", reason="smoke\x1b[31m", cause="CAUSE_ACCIDENT",
            end_time={"seconds": 1_800_000_000}, taken_count=2, in_force_count=2,
        )  # fmt: skip

    async def ListTakeovers(self, request: Any, _context: Any) -> Any:  # noqa: N802 - the proto's name
        self.requests.append(request)
        return takeovers_service_pb2.ListTakeoversResponse(takeovers=[self.takeover])

    async def WatchTakeovers(self, request: Any, _context: Any) -> AsyncIterator[Any]:  # noqa: N802 - the proto's name
        self.requests.append(request)
        held = takeover_pb2.Takeover(taken=[{"camera": "one", "is_holding": True}, {"camera": "two"}])
        over = {"camera": "one", "over_time": {"seconds": 1_700_000_000}, "over_by": "revoked"}
        held.MergeFrom(self.takeover)
        ended = takeover_pb2.Takeover(name=_NAME, principal="principals/command", taken_count=1, taken=[over])
        yield takeovers_service_pb2.WatchTakeoversResponse(resume_token="t0")
        for number, (one, claim) in enumerate(((held, "file a claim"), (ended, "")), 1):
            notice = takeovers_service_pb2.TakeoverNotice(takeover=one, how_to_claim=claim)
            yield takeovers_service_pb2.WatchTakeoversResponse(notices=[notice], resume_token=f"t{number}")


async def test_a_list_is_a_row_for_each_and_asks_for_those_over_when_told(tmp_path: Path) -> None:
    desk = Desk()
    async with home(tmp_path, takeovers=desk) as place:
        code, out, _ = await kapok(place, "takeover", "list")
        _, told, _ = await kapok(place, "takeover", "list", "--all", "--limit", "7", "--json")
    assert code == 0
    heading, row = out.splitlines()
    assert heading.split() == ["takeover", "by", "cause", "cameras", "from", "until", "reason"]
    assert row.split("  ")[0] == _NAME
    assert "accident" in row
    assert "2 of 2" in row
    assert "\x1b" not in row
    assert json.loads(told)["takeovers"][0]["name"] == _NAME
    assert [(one.include_over, one.page_size) for one in desk.requests] == [(False, 100), (True, 7)]


async def test_a_watch_is_a_line_for_each_change_and_json_for_programs(tmp_path: Path) -> None:
    desk = Desk()
    async with home(tmp_path, takeovers=desk) as place:
        _, out, _ = await kapok(place, "takeover", "watch")
        _, told, _ = await kapok(place, "takeover", "watch", "--resume", "t0", "--json")
    held, over = out.splitlines()
    assert "principals/command  holds 1 of 2 cameras until 2027-01-15 08:00:00Z  accident: smoke" in held
    assert held.endswith("file a claim")
    assert "revoked at 2023-11-14 22:13:20Z" in over
    assert [json.loads(line)["resumeToken"] for line in told.splitlines()] == ["t0", "t1", "t2"]
    assert [one.resume_token for one in desk.requests] == ["", "t0"]
