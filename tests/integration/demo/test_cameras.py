"""The process of all lenses, as the platform starts it, seen by ffmpeg and by HTTP."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from demo.city import CAMERAS, LENS_PASSWORD, LENS_USERNAME, TUNNEL_PTZ
from tests.eventually import eventually
from tests.integration.demo.conftest import ROOT
from tests.integration.demo.marks import watch

FIRST_OF_CLIP = {camera.clip: camera for camera in reversed(CAMERAS)}


@dataclass(frozen=True)
class Running:
    """A process of lenses and what it said about its ports."""

    process: asyncio.subprocess.Process
    rtsp: int
    ptz: int
    log: Path

    def url(self, code: str, password: str = LENS_PASSWORD) -> str:
        return f"rtsp://{LENS_USERNAME}:{password}@127.0.0.1:{self.rtsp}/{code}"


@asynccontextmanager
async def start(clips: Path, log: Path, *more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "demo.cameras", "--clips", str(clips), "--ptz-log", str(log), *more),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def ports(process: asyncio.subprocess.Process) -> dict[str, int]:
    assert process.stdout
    told: dict[str, int] = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
    return told


@pytest.fixture
async def cameras(clips: Path, tmp_path: Path) -> AsyncIterator[Running]:
    log = tmp_path / "ptz.log"
    async with start(clips, log) as process:
        yield Running(process, **await ports(process), log=log)


@pytest.mark.parametrize("clip", sorted(FIRST_OF_CLIP))
async def test_ffmpeg_plays_a_camera_without_losing_a_picture(cameras: Running, ffmpeg: str, clip: int) -> None:
    url = cameras.url(FIRST_OF_CLIP[clip].code)
    seen = await watch(ffmpeg, "-rtsp_transport", "tcp", "-i", url, "-frames:v", "40")
    assert seen.complaints == ""
    assert seen.marks[0][1] % 25 == 0, "the first picture is a key picture"
    assert seen.marks == [(clip, (seen.marks[0][1] + index) % 250) for index in range(40)]


async def test_pictures_come_at_their_rate_on_the_wall_clock(cameras: Running, ffmpeg: str) -> None:
    began_s = time.time()
    seen = await watch(ffmpeg, "-rtsp_transport", "tcp", "-i", cameras.url(TUNNEL_PTZ.code), "-t", "2")
    last = seen.marks[-1][1] / 25
    lag_s = (time.time() - last) % 10
    assert lag_s < 1.5, "the last picture seen is the one that the clock says, less what ffmpeg holds back"
    assert time.time() - began_s > 1.0


async def test_ffmpeg_with_a_wrong_password_sees_nothing(cameras: Running, ffmpeg: str) -> None:
    seen = await watch(ffmpeg, "-rtsp_transport", "tcp", "-i", cameras.url(TUNNEL_PTZ.code, "wrong"))
    assert seen.marks == []
    assert "401" in seen.complaints


async def test_commands_move_the_camera_and_are_logged_with_their_epoch(cameras: Running) -> None:
    url = f"http://127.0.0.1:{cameras.ptz}/ptz/{TUNNEL_PTZ.code}"
    basic = {"Authorization": aiohttp.encode_basic_auth(LENS_USERNAME, LENS_PASSWORD)}
    async with aiohttp.ClientSession(headers=basic) as http:

        async def post(epoch: str, **command: float) -> int:
            async with http.post(url, json=command, headers={"Kapok-Epoch": epoch}) as response:
                return response.status

        async def pan() -> float:
            async with http.get(url) as response:
                return float((await response.json())["pan"])

        assert await post("epoch one", pan=1.0, tilt=0.0, zoom=0.0) == 200
        await eventually(lambda: _above(pan, 3.0))
        assert await post("epoch two", pan=0.0, tilt=0.0, zoom=0.0) == 200
        assert await pan() == await pan() > 3.0
        assert await post("epoch three", pan=2.0, tilt=0.0, zoom=0.0) == 400
    logged: list[dict[str, Any]] = [json.loads(line) for line in cameras.log.read_text().splitlines()]
    assert [(entry["epoch"], entry["command"]["pan"]) for entry in logged] == [("epoch one", 1.0), ("epoch two", 0.0)]
    assert {entry["code"] for entry in logged} == {TUNNEL_PTZ.code}
    assert logged[0]["monotonic_ns"] < logged[1]["monotonic_ns"]
    assert logged[0]["pointing"]["pan"] == 0.0 < logged[1]["pointing"]["pan"]


async def _above(value: object, limit: float) -> bool:
    return bool(await value() > limit)  # type: ignore[operator]


async def test_only_who_knows_the_password_moves_only_a_camera_that_moves(cameras: Running) -> None:
    place = f"http://127.0.0.1:{cameras.ptz}/ptz/"
    fixed = next(camera for camera in CAMERAS if not camera.has_ptz)
    digest = aiohttp.DigestAuthMiddleware(LENS_USERNAME, LENS_PASSWORD)
    async with aiohttp.ClientSession(middlewares=(digest,)) as http:
        async with http.get(place + TUNNEL_PTZ.code) as response:
            assert response.status == 200
        async with http.get(place + fixed.code) as response:
            assert response.status == 404
    async with aiohttp.ClientSession() as http, http.get(place + TUNNEL_PTZ.code) as response:
        assert response.status == 401
        assert [value.split()[0] for value in response.headers.getall("WWW-Authenticate")] == ["Digest", "Basic"]


async def test_sigterm_ends_it_cleanly_while_somebody_watches(cameras: Running, ffmpeg: str) -> None:
    async with asyncio.TaskGroup() as tasks:
        viewer = tasks.create_task(watch(ffmpeg, "-rtsp_transport", "tcp", "-i", cameras.url(TUNNEL_PTZ.code)))
        own = psutil.Process(cameras.process.pid)
        await eventually(lambda: any(c.status == psutil.CONN_ESTABLISHED for c in own.net_connections()))
        cameras.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(cameras.process.wait(), 5) == 0
        await viewer


async def test_it_ends_when_its_parent_is_killed(clips: Path, tmp_path: Path) -> None:
    arguments = ["-m", "demo.cameras", "--clips", str(clips), "--ptz-log", str(tmp_path / "log")]
    script = f"import subprocess, sys; subprocess.run([sys.executable, *{arguments!r}])"
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    told = await ports(parent)
    parent.kill()
    await parent.wait()

    async def nobody_listens() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", told["rtsp"])
        except ConnectionError:
            return True
        writer.transport.abort()
        return False

    await eventually(nobody_listens)


async def test_a_taken_port_and_missing_clips_are_told_in_one_line(
    cameras: Running, clips: Path, tmp_path: Path
) -> None:
    async with start(clips, tmp_path / "log", "--port", str(cameras.rtsp)) as process:
        _, told = await process.communicate()
        assert (process.returncode, told.count(b"\n")) == (1, 1)
        assert b"address already in use" in told
    async with start(tmp_path, tmp_path / "log") as process:
        _, told = await process.communicate()
        assert (process.returncode, told.count(b"\n")) == (1, 1)
        assert f"python -m demo.clips {tmp_path}".encode() in told


async def test_it_ends_at_once_when_the_parent_it_was_given_is_not_there(clips: Path, tmp_path: Path) -> None:
    async with start(clips, tmp_path / "log", "--parent", str(os.getpid() + 1)) as process:
        assert await asyncio.wait_for(process.wait(), 10) == 0
