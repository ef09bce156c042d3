"""Who calls the API never runs gRPC's code, where Ctrl-C would leave one of its locks taken."""

import asyncio
import queue
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from cli.gateway import Gateway
from kapok.registry.v1 import bulk_service_pb2, camera_pb2, registry_service_pb2
from services.chassis import errors
from tests.integration.cli.desk import PRINCIPAL
from tests.integration.cli.registry_desk import Registry, registry_home


@contextmanager
def _seen() -> Iterator[set[str]]:
    """The modules whose functions this thread runs while inside, those written in C too."""
    modules: set[str] = set()

    def note(frame: FrameType, event: str, called: Any) -> None:
        name = frame.f_globals.get("__name__") if event == "call" else getattr(called, "__module__", None)
        modules.add(str(name))

    sys.setprofile(note)
    try:
        yield modules
    finally:
        sys.setprofile(None)


def _converse(gateway: Gateway, batches: int) -> int:
    requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
    for number in range(batches):
        camera = camera_pb2.Camera(code=f"{number:020}")
        requests.put(bulk_service_pb2.ImportCamerasRequest(cameras=[camera] * 600))
    requests.put(None)
    answers = gateway.converse(bulk_service_pb2.ImportCamerasRequest, iter(requests.get, None))
    return sum(answer.created_count + answer.unchanged_count for answer in answers)


def _use(home: Path, registry: Registry) -> set[str]:
    """Every kind of call, to its end, left early and broken off; the modules that took part."""
    gateway = Gateway(home, PRINCIPAL)
    everything = bulk_service_pb2.ExportCamerasRequest()
    with _seen() as modules:
        assert _converse(gateway, 3) == 1800
        left = gateway.stream(everything)
        assert next(left).cameras
        left.close()
        with pytest.raises(errors.Internal):
            gateway.call(registry_service_pb2.GetCameraRequest(name="x"))  # the desk has no such method
        registry.breaks_after = 1
        with pytest.raises(errors.Unavailable):
            _converse(gateway, 3)
        gateway.close()
    return modules


async def test_no_call_runs_grpc_in_the_thread_that_calls(tmp_path: Path) -> None:
    registry = Registry()
    async with registry_home(tmp_path, registry) as place:
        modules = await asyncio.to_thread(_use, place, registry)
    assert "cli.gateway" in modules
    assert not {name for name in modules if name.partition(".")[0] in {"grpc", "grpc_status"}}
