"""`kapok up` as a person runs it: killed without warning it loses nothing answered, asked to stop it stops at once."""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import psutil

from demo.platform import ANY_PORTS
from kapok.registry.v1 import camera_pb2, registry_service_pb2, registry_service_pb2_grpc
from services.cell.app import relays_for
from tests.eventually import eventually

OPERATOR = "parks-guangzhou"
CODE = "44010400071320999999"


@asynccontextmanager
async def up(home: Path) -> AsyncIterator[tuple[Process, dict[str, Any]]]:
    """`kapok up` in a process of its own, and what its endpoints.json says when it is ready."""
    (home / "endpoints.json").unlink(missing_ok=True)  # a killed cell leaves it: wait for the new one
    command = (sys.executable, "-m", "cli", "--home", str(home), "up", *ANY_PORTS)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)

    def is_ready() -> bool:
        assert process.returncode is None
        return (home / "endpoints.json").exists()

    try:
        await eventually(is_ready, within_s=40)
        yield process, json.loads((home / "endpoints.json").read_text())
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@asynccontextmanager
async def registry(endpoints: dict[str, Any]) -> AsyncIterator[Any]:
    """The registry as the operator calls it, through the gateway."""
    access = endpoints["principals"][OPERATOR]
    files = (endpoints["ca"], access["key"], access["certificate"])
    credentials = grpc.ssl_channel_credentials(*(Path(file).read_bytes() for file in files))
    async with grpc.aio.secure_channel(endpoints["grpc"], credentials) as channel:
        yield registry_service_pb2_grpc.RegistryServiceStub(channel)


def camera() -> camera_pb2.Camera:
    made = camera_pb2.Camera(
        code=CODE, display_name="越秀公园东门",
        place_category="PLACE_CATEGORY_PUBLIC_GATHERING", premises="PREMISES_OUTDOOR_SITE",
        place="east gate", purpose="safety", system=f"operators/{OPERATOR}/systems/main",
        source=camera_pb2.Source(stream_uri="rtsp://127.0.0.1:1/none"),
    )  # fmt: skip
    made.position.latitude, made.position.longitude = 23.14, 113.26
    return made


async def test_kill_9_loses_nothing_that_was_answered_and_ctrl_c_drains_within_5_s(tmp_path: Path) -> None:
    home = tmp_path / "a home"
    async with up(home) as (process, endpoints):
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) == 2 + relays_for(os.cpu_count() or 1)  # the bus, the lenses, and relays
        async with registry(endpoints) as stub:
            request = registry_service_pb2.CreateCameraRequest(parent="districts/440104", camera=camera())
            answered = await stub.CreateCamera(request)
        process.kill()

    async with up(home) as (process, endpoints):
        assert not any(child.is_running() for child in family)
        async with registry(endpoints) as stub:
            assert await stub.GetCamera(registry_service_pb2.GetCameraRequest(name=answered.name)) == answered
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        asked = time.monotonic()
        assert await process.wait() == 0
        assert time.monotonic() - asked < 5
        assert not any(child.is_running() for child in family)


async def test_cameras_whose_lenses_moved_to_another_port_get_their_new_address(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with up(home) as (_, endpoints):
        before = await etags(endpoints)
    lenses = json.loads((home / "data" / "demo-lenses.json").read_text())
    with socket.create_server(("127.0.0.1", lenses["rtsp"])):
        async with up(home) as (_, endpoints):
            after = await etags(endpoints)
    assert set(after) == set(before)
    assert all(after[name] != before[name] for name in before)


async def etags(endpoints: dict[str, Any]) -> dict[str, str]:
    """The operator's cameras and their etags."""
    request = registry_service_pb2.ListCamerasRequest(parent="districts/-", page_size=1000)
    async with registry(endpoints) as stub:
        return {camera.name: camera.etag for camera in (await stub.ListCameras(request)).cameras}
