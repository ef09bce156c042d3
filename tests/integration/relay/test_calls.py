"""Viewers by gRPC: a stock client, its pictures decoded by ffmpeg, and how calls end."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from kapok.streams.v1 import media_service_pb2, media_service_pb2_grpc
from services.chassis.errors import Denied, Error, Exhausted
from services.streams.relay.call import Call
from services.streams.relay.connection import Manners
from services.streams.relay.ender import unsent_bytes
from services.streams.relay.http2.settings import CALLS_MOST
from services.streams.relay.mark import FILLERS
from tests.eventually import eventually
from tests.integration.relay.lens import PPS, SPS, Behaviour, Lens, describe_h265, lens
from tests.integration.relay.stage import Stage, relay
from tests.integration.relay.test_viewers import SMALL, scene
from tests.unit.relay_mp4.clips import Clip, decoded, encode, encode_hevc

Stream = Any  # grpc ships no types
STALLS = {"http2.lookahead_bytes": 1024, "http2.bdp_probe": 0}  # a window that is soon full
START = b"\0\0\0\1"
METHOD = "/kapok.streams.v1.MediaService/WatchAccessUnits"
REQUEST = media_service_pb2.WatchAccessUnitsRequest(session="sessions/c", token="abc.def")


def channel(port: int, ca: bytes | None = None, **options: int) -> Any:
    """A connection of its own to a relay, over TLS with ``ca``."""
    chosen = [("grpc.use_local_subchannel_pool", 1), *((f"grpc.{name}", value) for name, value in options.items())]
    where = f"127.0.0.1:{port}"
    if ca is None:
        return grpc.aio.insecure_channel(where, options=chosen)
    return grpc.aio.secure_channel(where, grpc.ssl_channel_credentials(ca), options=chosen)


@asynccontextmanager
async def calling(port: int, ca: bytes | None = None, **options: int) -> AsyncIterator[Stream]:
    """A call over a connection of its own."""
    async with channel(port, ca, **options) as opened:
        call = media_service_pb2_grpc.MediaServiceStub(opened).WatchAccessUnits(REQUEST)
        yield call
        call.cancel()


def watching(stage: Stage, **options: int) -> AbstractAsyncContextManager[Stream]:
    """A call to the relay of ``stage``."""
    return calling(stage.grpc_port, **options)


async def units(call: Stream, count: int) -> list[Any]:
    """The next ``count`` pictures."""
    async with asyncio.timeout(30):
        return [await call.read() for _ in range(count)]


async def end_of(call: Stream) -> tuple[str, str, str]:
    """Code, reason and words with which the call ended; pictures before it are passed over."""
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await units(call, 10_000)
    info, status = error_details_pb2.ErrorInfo(), rpc_status.from_call(failure.value)
    for detail in status.details if status else ():
        detail.Unpack(info)
    return failure.value.code().name, info.reason, failure.value.details() or ""


async def test_a_call_begins_with_the_cached_group() -> None:
    async with scene() as (stage, camera):
        camera.delta()
        await eventually(lambda: stage.counters.access_units_in == 2)
        async with watching(stage) as first, watching(stage) as second:
            for call in (first, second):
                key, delta = await units(call, 2)
                assert (key.is_key, key.number, delta.is_key, delta.number) == (True, 1, False, 2)
                assert key.codec == delta.codec == media_service_pb2.AccessUnit.CODEC_H264
                assert list(key.parameter_sets) == [SPS, PPS]
                assert key.data.startswith(START + SPS + START + PPS + START + FILLERS["H264"] + START + b"\x65")
                assert delta.data.startswith(START + b"\x41")
                assert (delta.rtp_timestamp - key.rtp_timestamp) % 2**32 == 3600
                assert key.capture_time.seconds > 1_700_000_000
            camera.delta()
            for call in (first, second):
                assert [unit.number for unit in await units(call, 1)] == [3]
            assert stage.gate.admitted == ["/s/c?token=abc.def"] * 2
            assert stage.counters.viewers == 2
        await eventually(lambda: stage.gate.farewells == ["closed by the viewer"] * 2)


@pytest.mark.parametrize(
    ("make", "name", "behaviour"), [(encode, "seen.h264", {}), (encode_hevc, "seen.h265", {"DESCRIBE": describe_h265})]
)
async def test_what_is_received_joined_is_a_byte_stream_that_ffmpeg_decodes(
    tmp_path: Path, make: Callable[[], Clip], name: str, behaviour: dict[str, Behaviour]
) -> None:
    clip = await asyncio.to_thread(make)
    async with lens(**behaviour) as camera, relay() as stage:
        with stage.add("c", camera.uri).held():
            await eventually(lambda: camera.players)
            camera.show(*clip.pictures[0])
            async with watching(stage) as call:
                received = await units(call, 1)
                for picture in clip.pictures[1:20]:
                    camera.show(*picture)
                received += await units(call, 19)
    assert [unit.number for unit in received if unit.is_key] == [1, 11]
    (tmp_path / name).write_bytes(b"".join(unit.data for unit in received))
    assert len(await asyncio.to_thread(decoded, tmp_path / name)) == 20


async def test_every_call_is_handed_the_same_message(monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[bytes] = []
    take = Call.take
    monkeypatch.setattr(Call, "take", lambda self, unit: handed.append(unit.buffer) or take(self, unit))
    async with scene() as (stage, camera), watching(stage) as first, watching(stage) as second:
        await units(first, 1)
        await units(second, 1)
        camera.delta()
        await units(first, 1)
        await units(second, 1)
        assert len(handed) == 2
        assert handed[0] is handed[1]


async def test_nothing_is_sent_before_the_fact_is_durable() -> None:
    async with scene() as (stage, _):
        stage.gate.may_open.clear()
        async with watching(stage) as call:
            reading = asyncio.create_task(units(call, 1))
            await eventually(lambda: stage.gate.admitted)
            assert not reading.done()
            stage.gate.may_open.set()
            assert (await reading)[0].is_key


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (Denied("TOKEN_INVALID", "this token has expired"), "PERMISSION_DENIED"),
        (Exhausted("LIMIT_REACHED", "this relay is full", retry_after=timedelta(seconds=1)), "RESOURCE_EXHAUSTED"),
    ],
)
async def test_a_refusal_of_the_gate_is_a_status_with_its_reason_and_no_look(refusal: Error, code: str) -> None:
    async with scene() as (stage, _):
        stage.gate.refusal = refusal
        async with watching(stage) as call:
            assert await end_of(call) == (code, refusal.reason, refusal.message)
        assert stage.gate.farewells == []
        assert stage.counters.viewers_total == 0


@pytest.mark.parametrize("data", [b"\xff", b"\x0a\xff"])
async def test_a_request_that_is_none_is_refused_as_such(data: bytes) -> None:
    async with scene() as (stage, _), channel(stage.grpc_port) as opened:
        assert (await end_of(opened.unary_stream(METHOD)(data)))[:2] == ("INVALID_ARGUMENT", "FIELD_INVALID")
        assert stage.gate.admitted == []


async def test_a_call_that_asks_nothing_runs_out_of_time() -> None:
    async with scene(Manners(handshake=timedelta(seconds=0.1))) as (stage, _), channel(stage.grpc_port) as opened:
        assert (await end_of(opened.stream_stream(METHOD)()))[:2] == ("PERMISSION_DENIED", "TOKEN_INVALID")


async def test_whoever_reads_what_comes_is_told_why_it_ends_and_sees_nothing_more() -> None:
    async with scene() as (stage, camera), watching(stage) as ended:
        await units(ended, 1)
        async with watching(stage) as other:
            await units(other, 1)
            assert await asyncio.wrap_future(stage.ender.end(stage.gate.viewers[:1], "permission revoked")) == 1
            camera.delta()
            with pytest.raises(grpc.aio.AioRpcError):
                await units(ended, 1)
            code, reason, said = await end_of(ended)
            assert (code, reason) == ("PERMISSION_DENIED", "TOKEN_INVALID")
            assert "permission revoked" in said
            assert not (await units(other, 1))[0].is_key
            assert stage.gate.farewells == ["permission revoked"]


async def test_a_stalled_call_costs_no_memory_harms_no_other_and_is_cut_back_to_a_key_picture() -> None:
    async with scene(door=SMALL) as (stage, camera), watching(stage, **STALLS) as stalled, watching(stage) as good:
        await units(stalled, 1)
        await units(good, 1)
        for _ in range(4):
            await group(camera, good)
        assert max(unsent_bytes(viewer.socket) for viewer in stage.gate.viewers) <= 2 * SMALL.send_buffer_bytes
        camera.delta(777)
        numbers = [1]
        while numbers[-1] < 42:
            [unit] = await units(stalled, 1)
            assert unit.is_key or unit.number == numbers[-1] + 1
            numbers.append(unit.number)
        assert sum(b - a != 1 for a, b in itertools.pairwise(numbers)) == stage.counters.cut_backs >= 1


async def test_whoever_leaves_a_picture_half_read_has_its_stream_reset_instead() -> None:
    async with scene(door=SMALL) as (stage, camera), watching(stage, **STALLS) as stalled, watching(stage) as good:
        await units(stalled, 1)
        await units(good, 1)
        for _ in range(2):
            await group(camera, good)
        await asyncio.wrap_future(stage.ender.end(stage.gate.viewers, "incident ended"))
        await eventually(lambda: stage.gate.farewells == ["incident ended"] * 2)
        assert (await end_of(stalled))[0] == "CANCELLED"
        assert (await end_of(good))[0] == "PERMISSION_DENIED"


async def group(camera: Lens, good: Stream) -> None:
    """Nine pictures and a key picture, 200 kB, which a good call sees each."""
    for number in range(10):
        camera.key(20_000) if number == 9 else camera.delta(20_000)
        await units(good, 1)


async def test_two_sessions_of_one_program_share_a_connection() -> None:
    async with scene() as (stage, camera), channel(stage.grpc_port) as opened:
        stub = media_service_pb2_grpc.MediaServiceStub(opened)
        first = stub.WatchAccessUnits(REQUEST)
        await units(first, 1)
        second = stub.WatchAccessUnits(REQUEST)
        await units(second, 1)
        await asyncio.wrap_future(stage.ender.end(stage.gate.viewers[:1], "its time is over"))
        assert (await end_of(first))[0] == "PERMISSION_DENIED"
        camera.delta()
        await units(second, 1)
        second.cancel()
        await eventually(lambda: stage.counters.viewers == 0)


async def test_as_many_calls_as_a_connection_may_have_are_asked_at_once_leave_and_come_back() -> None:
    async with scene() as (stage, _), channel(stage.grpc_port) as opened:
        stub = media_service_pb2_grpc.MediaServiceStub(opened)
        for _ in range(2):
            many = [stub.WatchAccessUnits(REQUEST) for _ in range(CALLS_MOST)]
            for call in many:
                assert (await units(call, 1))[0].is_key
            assert (stage.counters.viewers, stage.counters.connections) == (CALLS_MOST, CALLS_MOST)
            for call in many:
                call.cancel()
            await eventually(lambda: stage.counters.viewers == 0)
        assert stage.gate.farewells == ["closed by the viewer"] * 2 * CALLS_MOST


async def test_every_look_is_closed_once_when_the_relay_stops() -> None:
    async with scene() as (stage, _):
        opened = channel(stage.grpc_port)
        line = await opened.__aenter__()
        call = media_service_pb2_grpc.MediaServiceStub(line).WatchAccessUnits(REQUEST)
        await units(call, 1)
    assert stage.gate.farewells == ["relay stopped"]
    await opened.__aexit__(None, None, None)


async def test_over_tls_a_call_sees_and_ends_alike_and_plaintext_is_not_understood() -> None:
    async with scene(door=SMALL) as (stage, camera):
        port, ca = stage.secure_grpc_port, stage.ca.read_bytes()
        async with calling(port) as plain:
            assert (await end_of(plain))[0] == "UNAVAILABLE"
        async with calling(port, ca) as good, calling(port, ca, **STALLS) as stalled:
            await units(good, 1)
            await units(stalled, 1)
            assert stage.counters.secure_connections == 2
            for _ in range(2):
                await group(camera, good)
            await asyncio.wrap_future(stage.ender.end(stage.gate.viewers, "permission revoked"))
            assert (await end_of(good))[:2] == ("PERMISSION_DENIED", "TOKEN_INVALID")
            await eventually(lambda: stage.gate.farewells == ["permission revoked"] * 2)
            assert (await end_of(stalled))[0] == "CANCELLED"
