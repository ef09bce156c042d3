"""`kapok ptz` at the other end: a move is told again while it lasts, and its end is told however the command ends."""

from pathlib import Path
from typing import Any

from kapok.streams.v1 import streams_service_pb2 as pb
from tests.integration.cli.desk import Clerk, home, kapok

_CODE = "44010400001320000017"
_CAMERA = f"districts/440104/cameras/{_CODE}"


async def asked(folder: Path, *arguments: str) -> list[Any]:
    clerk = Clerk()
    async with home(folder, clerk=clerk) as place:
        code, _, err = await kapok(place, "ptz", *arguments)
    assert (code, err) == (0, "")
    return clerk.requests


async def test_a_move_is_told_again_and_then_stopped(tmp_path: Path) -> None:
    *moves, last = await asked(tmp_path, "move", _CODE, "--pan", "-0.5", "--tilt", "1", "--seconds", "1.5")
    assert moves[1:]
    assert all(one == pb.MoveCameraRequest(camera=_CAMERA, pan=-0.5, tilt=1) for one in moves)
    assert last == pb.MoveCameraRequest(camera=_CAMERA)


async def test_a_stop_is_a_move_at_no_velocity(tmp_path: Path) -> None:
    assert await asked(tmp_path, "stop", _CODE) == [pb.MoveCameraRequest(camera=_CAMERA)]


async def test_a_camera_is_pointed_somewhere_or_so_much_further(tmp_path: Path) -> None:
    at = {"pan": -1.0, "tilt": 0.5, "zoom": 0.25}
    words = [word for axis, part in at.items() for word in (f"--{axis}", str(part))]
    assert await asked(tmp_path, "to", _CODE, *words) == [pb.PointCameraRequest(camera=_CAMERA, to=at)]
    assert await asked(tmp_path, "by", _CODE, *words) == [pb.PointCameraRequest(camera=_CAMERA, by=at)]


async def test_a_preset_is_stored_under_its_name(tmp_path: Path) -> None:
    [said] = await asked(tmp_path, "preset", "set", _CODE, "北门")
    assert (said.parent, said.preset.display_name) == (_CAMERA, "北门")
