"""The secondary stream of a camera: who may watch the camera may watch it; one pull per stream; none is no surprise."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from demo.platform import watching
from kapok.registry.v1 import camera_pb2
from kapok.streams.v1 import streams_service_pb2 as pb
from services.chassis import errors
from tests.integration.streams.neighbours import Desk, desk
from tests.integration.streams.stage import stage


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Desk]:
    with tempfile.TemporaryDirectory(prefix="kapok-") as folder:
        async with stage(tmp_path) as relay, (made := desk(relay, tmp_path, Path(folder))).serving():
            yield made


async def show(url: str) -> None:
    viewer = watching(url)
    assert await asyncio.to_thread(viewer.await_pictures, 5), viewer.why


async def show_in_browser(answer: pb.OpenSessionResponse) -> None:
    protocols = ("kapok.v1", answer.token)
    async with aiohttp.ClientSession() as http, http.ws_connect(answer.websocket_url, protocols=protocols) as opened:
        assert (await opened.receive_json(timeout=5))["type"].startswith("video/mp4")


async def test_main_and_secondary_are_pulled_once_each_and_say_so_on_record(office: Desk) -> None:
    lens = office.relay.lens
    office.registry.source = camera_pb2.Source(stream_uri=lens.uri, secondary_stream_uri=f"{lens.uri}/small")
    opened = [await office.open(stream=stream) for stream in ("STREAM_MAIN", "STREAM_SECONDARY", "STREAM_UNSPECIFIED")]
    opened.append(await office.open(stream="STREAM_SECONDARY"))
    for answer in opened[:3]:
        await show(answer.rtsp_url)
    await show_in_browser(opened[3])
    described = [request.uri for request in lens.requests if request.method == "DESCRIBE"]
    assert described == [lens.uri, f"{lens.uri}/small"]
    assert [session.stream for session in await office.sessions()] == [2, 1, 2, 1]
    renewed = await office.ask("RenewSession", pb.RenewSessionRequest(name=opened[1].session.name))
    assert renewed.session.stream == 2


async def test_a_camera_without_a_secondary_stream_says_so_and_its_session_is_closed(office: Desk) -> None:
    with pytest.raises(errors.FailedPrecondition, match="no secondary stream"):
        await office.open(stream="STREAM_SECONDARY")
    [session] = await office.sessions()
    assert "no secondary stream" in session.close_reason


async def test_a_stream_that_nobody_knows_is_a_wrong_field(office: Desk) -> None:
    with pytest.raises(errors.InvalidArgument, match=r"session\.stream"):
        await office.open(stream=7)
