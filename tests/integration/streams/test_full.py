"""Limits as agencies meet them: what is refused where and in which words, and what a full relay says to each viewer."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from demo.platform import Viewer, watching
from kapok.streams.v1 import streams_service_pb2 as pb
from services.chassis import errors
from tests.eventually import eventually
from tests.integration.relay.test_calls import units
from tests.integration.streams.neighbours import Desk, allowed, desk
from tests.integration.streams.stage import RELAY, Stage, another_relay, stage
from tests.integration.streams.test_programs import program

SECOND = "relay-2"
CAMERAS = [f"districts/440104/cameras/4401040001132000{number:04}" for number in range(1, 20)]


@asynccontextmanager
async def serving(home: Path, viewers: int = 1000, relays: int = 1, **limits: int) -> AsyncIterator[Desk]:
    """The service with these ``limits``, and relays that have room for so many viewers each."""
    room = {"KAPOK_CAPACITY_VIEWERS": str(viewers)}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kapok-")))
        held = await stack.enter_async_context(stage(home, **room))
        for number in range(2, relays + 1):
            await stack.enter_async_context(another_relay(held, home, f"relay-{number}", **room))
        office = desk(held, home, folder)
        office.settings = replace(office.settings, **limits)
        await stack.enter_async_context(office.serving())
        yield office


async def refused(office: Desk, **changes: Any) -> errors.Exhausted:
    """The refusal of one session too many."""
    with pytest.raises(errors.Exhausted) as refusal:
        await office.open(**changes)
    assert refusal.value.reason == "LIMIT_REACHED"
    return refusal.value


async def test_a_principal_at_its_limit_is_told_which_it_is_when_to_come_back_and_what_to_do(tmp_path: Path) -> None:
    async with serving(tmp_path, sessions_per_principal=2) as office:
        first, _ = await office.open(), await office.open()
        refusal = await refused(office)
        assert refusal.metadata["limit"] == "principal-sessions"
        assert "2" in refusal.message
        assert "close one" in refusal.message
        left = first.session.expire_time.seconds - first.session.create_time.seconds
        assert refusal.retry_after
        assert timedelta(seconds=left - 60) < refusal.retry_after <= timedelta(seconds=left + 1)
        await office.ask("RenewSession", pb.RenewSessionRequest(name=first.session.name))
        await office.ask("CloseSession", pb.CloseSessionRequest(name=first.session.name))
        await office.open()
        assert len(await office.sessions()) == 3, "what was refused is not on record"


@pytest.mark.parametrize(
    ("limits", "limit"),
    [
        ({"viewers_per_agency": 3}, "agency-viewers"),
        ({"sessions_per_agency": 1}, "agency-sessions"),
        ({"viewers_per_camera": 3}, "camera-viewers"),
        ({"sessions_per_camera": 1}, "camera-sessions"),
    ],
)
async def test_what_others_of_the_agency_or_on_the_camera_have_open_counts(
    tmp_path: Path, limits: dict[str, int], limit: str
) -> None:
    async with serving(tmp_path, **limits) as office:
        await office.open(viewer_limit=2)
        office.principal = "principals/another"
        refusal = await refused(office, viewer_limit=2)
        assert refusal.metadata["limit"] == limit
        assert refusal.retry_after == timedelta(seconds=10)
        if limit.startswith("camera"):
            assert (await office.open(camera=CAMERAS[1], viewer_limit=2)).session.name


async def test_who_is_not_permitted_learns_of_no_limit(tmp_path: Path) -> None:
    async with serving(tmp_path, sessions_per_camera=1) as office:
        await office.open()
        office.permissions.decision = allowed(office.relay.number, allowed=False, sentence="no row allows it")
        office.principal = "principals/another"
        with pytest.raises(errors.Denied, match="no row allows it"):
            await office.open()


async def test_papers_are_not_used_up_by_a_session_that_there_is_no_room_for(tmp_path: Path) -> None:
    async with serving(tmp_path, sessions_per_camera=1) as office:
        opened = await office.open(legal_basis="legalBases/once")
        assert [asked.session for _, asked in office.permissions.asked] == ["", opened.session.name]
        office.permissions.asked.clear()
        await refused(office, legal_basis="legalBases/twice")
        assert [asked.session for _, asked in office.permissions.asked] == [""]


async def relay_of_one(office: Desk, camera: str) -> str:
    """Where a session for two viewers opened; empty while the service knows of no relay with room."""
    try:
        return str((await office.open(camera=camera, viewer_limit=2)).session.relay)
    except errors.Exhausted:
        return ""


async def test_a_camera_whose_relay_is_full_is_opened_on_another_one_until_none_has_room(tmp_path: Path) -> None:
    async with serving(tmp_path, viewers=3, relays=2) as office:
        watched = await office.open(viewer_limit=2)
        own = watched.session.relay
        assert (await refused(office, viewer_limit=2)).metadata["limit"] == "relay-viewers", "it is pulled once"
        assert await eventually(lambda: relay_of_one(office, CAMERAS[1])) == (SECOND if own == RELAY else RELAY)
        refusal = await refused(office, camera=CAMERAS[2], viewer_limit=2)
        assert refusal.metadata["limit"] == "relay-viewers"
        assert refusal.retry_after
        assert {(await office.open(camera=camera)).session.relay for camera in CAMERAS[3:5]} == {RELAY, SECOND}
        assert (await refused(office, camera=CAMERAS[5])).metadata["limit"] == "relay-viewers"


async def test_of_many_that_open_at_once_a_relay_gets_as_many_as_it_has_room_for(tmp_path: Path) -> None:
    async with serving(tmp_path, viewers=5) as office:
        answers = await asyncio.gather(*(office.open(camera=camera) for camera in CAMERAS[:12]), return_exceptions=True)
        opened = [answer for answer in answers if not isinstance(answer, BaseException)]
        assert len(opened) == 5
        assert {type(answer) for answer in answers if isinstance(answer, BaseException)} == {errors.Exhausted}


@pytest.fixture
async def crowded(tmp_path: Path) -> AsyncIterator[tuple[Stage, Viewer]]:
    """A relay with room for one viewer, which it has; more sessions are its own, as after a relay died."""
    async with stage(tmp_path, KAPOK_CAPACITY_VIEWERS="1") as relay:
        viewer = watching((await relay.assign())[0])
        assert await asyncio.to_thread(viewer.await_pictures, 5), viewer.why
        yield relay, viewer


async def described(url: str) -> str:
    """What the relay answers to a player."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
    writer.write(f"DESCRIBE {url} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return head.decode()


async def test_a_player_that_joins_a_full_relay_is_told_so_and_when_to_come_back(
    crowded: tuple[Stage, Viewer],
) -> None:
    relay, _ = crowded
    url, reply = await relay.assign()
    assert not reply.error_kind, "a session that was handed over is kept"
    head = await described(url)
    assert head.startswith("RTSP/1.0 453 ")
    assert "Kapok-Reason: LIMIT_REACHED" in head
    assert "Retry-After: 5" in head
    assert await relay.facts() == ["opened"], "no look"
    assert "403" in await described(f"{url}x"), "who has no token learns nothing of it"


async def test_a_browser_and_a_program_are_told_in_their_own_ways(crowded: tuple[Stage, Viewer]) -> None:
    relay, _ = crowded
    url, _ = await relay.assign()
    path, _, token = url.partition("/s/")[2].partition("?token=")
    where = f"ws://127.0.0.1:{relay.heard[-1].web_port}/s/{path}"
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(where, protocols=("kapok.v1", token)) as opened,
    ):
        closing = await opened.receive()
        assert closing.data == 4453
        assert str(closing.extra).startswith("LIMIT_REACHED: this relay is full")
    async with program(relay, url) as call:
        with pytest.raises(grpc.aio.AioRpcError) as failure:
            await units(call, 1)
    assert failure.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
    for detail in rpc_status.from_call(failure.value).details:
        _ = detail.Unpack(info), detail.Unpack(retry)
    assert (info.reason, info.metadata["limit"]) == ("LIMIT_REACHED", "relay-viewers")
    assert retry.retry_delay.seconds == 5


async def test_the_place_of_a_viewer_that_left_is_the_next_ones(crowded: tuple[Stage, Viewer]) -> None:
    relay, viewer = crowded
    url, _ = await relay.assign(principal="principals/q")
    assert "453" in await described(url)
    await relay.end("principals/p")
    await eventually(viewer.ended.is_set)

    async def is_let_in() -> bool:
        return " 200 " in await described(url)

    await eventually(is_let_in)
    following = watching(url)
    assert await asyncio.to_thread(following.await_pictures, 5), following.why
