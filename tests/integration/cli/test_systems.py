"""`kapok systems`, `operators`, `changes`, `alarms`: what each asks of the API, and what people read of the answer."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.json_format import ParseDict

from kapok.registry.v1 import (
    camera_pb2,
    changes_service_pb2,
    health_service_pb2,
    system_pb2,
    systems_service_pb2,
)
from tests.integration.cli.desk import PRINCIPAL, Clerk, home, kapok

_CODE = "44010400001320000017"
_CAMERA = f"districts/440104/cameras/{_CODE}"
_OWN = "operators/x/systems/gate"  # the desk's agency is agencies/x, of public security


@dataclass
class Answering(Clerk):
    """Answers every call with ``answer``; a stream with it and then nothing more."""

    answer: Any = None
    asked: list[Any] = field(default_factory=list)

    def service(self, handler_call_details: Any) -> Any:
        if not handler_call_details.method.endswith("/WatchAlarms"):
            return grpc.unary_unary_rpc_method_handler(self._once, self._read(handler_call_details), self._write)
        return grpc.unary_stream_rpc_method_handler(self._watched, self._read(handler_call_details), self._write)

    async def _once(self, request: Any, _context: Any) -> Any:
        self.asked.append(request)
        return self.answer

    async def _watched(self, request: Any, _context: Any) -> AsyncIterator[Any]:
        self.asked.append(request)
        yield self.answer
        await asyncio.Event().wait()

    def _read(self, details: Any) -> Any:
        name = details.method.rpartition("/")[2]
        for api in (systems_service_pb2, changes_service_pb2, health_service_pb2):
            if kind := getattr(api, f"{name}Request", None):
                return kind.FromString
        raise AssertionError(name)

    def _write(self, answer: Any) -> bytes:
        written: bytes = answer.SerializeToString()
        return written


async def _asked(folder: Path, *arguments: str, exits: int = 0) -> Any:
    clerk = Clerk()
    async with home(folder, clerk=clerk) as place:
        code, _, err = await kapok(place, *arguments)
    assert (code, err) == (exits, "")
    [request] = clerk.requests
    return request


async def _told(folder: Path, answer: Any, *arguments: str) -> str:
    async with home(folder, clerk=Answering(answer=answer)) as place:
        code, out, err = await kapok(place, *arguments)
    assert (code, err) == (0, "")
    return out


async def test_the_example_is_a_system_of_today_that_can_be_registered(tmp_path: Path) -> None:
    code, out, _ = await kapok(tmp_path, "systems", "example")
    assert code == 0
    system = ParseDict(json.loads(out), system_pb2.CameraSystem())
    assert len(system.qualifications) == 3
    now = datetime.now(UTC)
    assert system.acceptance.accept_time.ToDatetime(UTC) < now < system.qualifications[0].expire_time.ToDatetime(UTC)
    (tmp_path / "system.json").write_text(out)
    asked = await _asked(
        tmp_path, "systems", "register", "gate", "--name", "南门", "--from", str(tmp_path / "system.json")
    )
    assert (asked.parent, asked.camera_system_id, asked.camera_system.display_name) == ("operators/x", "gate", "南门")
    assert asked.camera_system.sign == system.sign


async def test_an_answer_may_be_edited_and_sent_back(tmp_path: Path) -> None:
    """The mask is what the file holds, emptied fields too; the name, the state and what is owed are left out."""
    document = {"name": "operators/other/systems/y", "state": "LIFE_STATE_BUILT", "etag": "r7", "cameraCount": "3",
                "owed": [{"rule": "art12-sign"}], "updateTime": "2026-01-02T03:04:05Z", "staff": [],
                "storage_days": 60, "displayName": "gate"}  # fmt: skip
    (tmp_path / "system.json").write_text(json.dumps(document))
    asked = await _asked(tmp_path, "systems", "update", "gate", "--from", str(tmp_path / "system.json"))
    assert sorted(asked.update_mask.paths) == ["display_name", "staff", "storage_days"]
    assert asked.camera_system == system_pb2.CameraSystem(
        name=_OWN, etag="r7", storage_days=60, display_name="gate"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "word"), [("{", "JSON"), ("[]", "object"), ('{"signn": 1}', "signn"), ('{"sign": 7}', "sign"),
                          ('{"funding": {"kind": "KIND_X"}}', "KIND_X"), ('"\\ud800"', "object")],
)  # fmt: skip
async def test_a_file_that_is_no_system_is_refused_naming_what(tmp_path: Path, content: str, word: str) -> None:
    (tmp_path / "system.json").write_text(content)
    clerk = Clerk()
    async with home(tmp_path, clerk=clerk) as place:
        code, _, err = await kapok(place, "systems", "update", "gate", "--from", str(tmp_path / "system.json"))
    assert code == 2
    assert word in err
    assert "Traceback" not in err
    assert not clerk.requests


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("systems show gate", "name", _OWN),
        ("systems show operators/parks/systems/main", "name", "operators/parks/systems/main"),
        ("systems owed gate", "name", _OWN),
        ("systems list", "parent", "operators/-"),
        ("systems list --operator parks", "parent", "operators/parks"),
        ("systems advance gate in-service --reason opens", "state", camera_pb2.LIFE_STATE_IN_SERVICE),
        ("systems advance gate built --reason opens --etag r3", "etag", "r3"),
        ("systems advance gate suspended --reason x", "state", camera_pb2.LIFE_STATE_SUSPENDED_BY_PUBLIC_SECURITY),
        ("operators show", "name", "operators/x"),
        ("operators show parks", "name", "operators/parks"),
        ("changes withdraw 7", "name", "cameraChanges/7"),
        ("changes decide 7 --approve --reason sound", "approved", True),
        ("changes decide cameraChanges/7 --reject --reason odd", "reason", "odd"),
        ("changes list", "camera", ""),
        (f"changes list --camera {_CODE}", "camera", _CAMERA),
        ("changes list --state requested", "state", changes_service_pb2.CameraChange.STATE_REQUESTED),
        ("alarms list --limit 7", "page_size", 7),
    ],
)
async def test_a_command_asks_its_own_method(tmp_path: Path, line: str, field: str, value: object) -> None:
    assert getattr(await _asked(tmp_path, *line.split()), field) == value


async def test_a_request_holds_what_changes_and_nothing_else(tmp_path: Path) -> None:
    asked = await _asked(
        tmp_path, "changes", "request", _CODE, "--reason", "rebuilt", "--place", "门外", "--direction", "0",
        "--position", "23.1,113.2", "--category", "finance",
    )  # fmt: skip
    change = asked.camera_change
    assert (change.camera, change.reason, change.place) == (_CAMERA, "rebuilt", "门外")
    assert change.HasField("direction_degrees"), "0 is north"
    assert change.position.latitude == 23.1
    assert change.place_category == camera_pb2.PLACE_CATEGORY_FINANCE
    assert (change.purpose, change.premises) == ("", camera_pb2.PREMISES_UNSPECIFIED)


async def test_an_operator_enters_its_entities_under_its_own_name(tmp_path: Path) -> None:
    file = tmp_path / "operator.json"
    document = {"name": "operators/other", "displayName": "X", "responsibleEntities": [{"role": "ROLE_OWNER"}]}
    file.write_text(json.dumps(document))
    asked = await _asked(tmp_path, "operators", "enter", "--from", str(file))
    assert (asked.operator.name, asked.operator.display_name) == ("operators/x", "X")
    assert asked.operator.responsible_entities[0].role == system_pb2.ResponsibleEntity.ROLE_OWNER


@pytest.mark.parametrize(
    "line", ["systems advance gate working --reason x", "systems show operators/x", "systems register gate",
             "changes decide 7 --reason x", "systems show Gate", "changes list --state lost"],
)  # fmt: skip
async def test_wrong_usage_asks_nothing(tmp_path: Path, line: str) -> None:
    clerk = Clerk()
    async with home(tmp_path, clerk=clerk) as place:
        code, _, err = await kapok(place, *line.split())
    assert code == 2
    assert "--help" in err
    assert not clerk.requests


async def test_what_is_owed_is_told_by_article(tmp_path: Path) -> None:
    duty = system_pb2.Duty(rule="art12-sign", article="Article 12", sentence="put up a sign")
    out = await _told(tmp_path, system_pb2.CameraSystem(name=_OWN, owed=[duty]), "systems", "owed", "gate")
    assert out.splitlines()[1].split("  ") == ["Article 12", "put up a sign", "art12-sign"]


async def test_a_change_is_told_with_what_it_changes(tmp_path: Path) -> None:
    change = changes_service_pb2.CameraChange(
        name="cameraChanges/7", camera=_CAMERA, reason="rebuilt", place="门外", direction_degrees=0,
        state=changes_service_pb2.CameraChange.STATE_REQUESTED,
    )  # fmt: skip
    answer = changes_service_pb2.ListCameraChangesResponse(camera_changes=[change])
    out = await _told(tmp_path, answer, "changes", "list")
    for part in ("cameraChanges/7", _CODE, "requested", "place: 门外; looks to: 0° from north", "rebuilt"):
        assert part in out


async def test_alarms_are_told_as_they_happen_until_ctrl_c(tmp_path: Path) -> None:
    alarm = health_service_pb2.Alarm(camera=_CAMERA, before="HEALTH_ONLINE", after="HEALTH_OFFLINE", cause="no signal")
    clerk = Answering(answer=health_service_pb2.WatchAlarmsResponse(alarms=[alarm], resume_token="8"))
    async with home(tmp_path, clerk=clerk) as place:
        for flags, expected in (((), f"{_CODE}  online → offline  no signal"), (("--json",), '"resumeToken": "8"')):
            command = ("-m", "cli", "--home", str(place), "--as", PRINCIPAL, *flags, "alarms", "watch", "--resume", "7")
            process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
            assert process.stdout is not None
            async with asyncio.timeout(20):
                assert expected in (await process.stdout.readline()).decode()
                process.send_signal(signal.SIGINT)
                assert await process.wait() == 130
    assert [request.resume_token for request in clerk.asked] == ["7", "7"]
