"""Cameras that hang, lie, babble, refuse and come back, and what their viewers are told."""

import asyncio
import base64
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.errors import Error, FailedPrecondition, Unauthenticated, Unavailable
from services.rtsp.digest import Credentials, Guard
from services.rtsp.message import Headers, Request, Response
from services.streams.relay.intake import Patience, SourceSpec, pull
from services.streams.relay.sdp import Description, Track
from tests.eventually import eventually
from tests.integration.relay.lens import PPS, SPS, Behaviour, Lens, answer, lens
from tests.integration.relay.stage import HASTY, LOOPBACK, Client, client, relay


class Nobody:
    """A sink that only counts."""

    def __init__(self) -> None:
        self.tracks: list[Track] = []
        self.count = 0

    def playing(self, described: Description) -> None:
        self.tracks.append(described.track)

    def packets(self, packets: Sequence[bytes]) -> None:
        self.count += len(packets)

    def sound(self, data: bytes) -> None:
        pass

    def report(self, track: str, data: bytes) -> None:
        pass


async def failure_of(camera: Lens, password: str = "", patience: Patience = HASTY.patience) -> Error:
    spec = SourceSpec(camera.uri, LOOPBACK, "admin" if password else "", password)
    with pytest.raises(Error) as failure:
        await pull(spec, Nobody(), patience)
    return failure.value


async def hang(_lens: Lens, _request: Request, _writer: asyncio.StreamWriter) -> None:
    """Never an answer."""


def say(wire: bytes) -> Behaviour:
    async def behave(_lens: Lens, _request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(wire)

    return behave


@pytest.mark.parametrize("step", ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"])
async def test_a_camera_that_hangs_is_given_up_at_the_step_where_it_hangs(step: str) -> None:
    patience = replace(HASTY.patience, step=timedelta(seconds=0.1))
    async with lens(**{step: hang}) as camera:
        failure = await failure_of(camera, patience=patience)
    assert isinstance(failure, Unavailable)
    assert failure.reason == "SOURCE_AWAY"
    assert step in failure.message


async def test_a_camera_that_is_gone_is_an_error_that_does_not_tell_its_address() -> None:
    async with lens() as camera:
        pass
    failure = await failure_of(camera)
    assert failure.message == "no connection from the camera: Connection refused"


async def test_a_camera_that_plays_nothing_is_given_up() -> None:
    async with lens() as camera:
        failure = await failure_of(camera, patience=replace(HASTY.patience, silence=timedelta(seconds=0.1)))
        assert "picture" in failure.message
        assert camera.requests[-1].method == "PLAY"
        await eventually(lambda: not camera.players)


@pytest.mark.parametrize(
    ("wire", "reason"),
    [
        (b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 999999\r\n\r\n", "RTSP_MALFORMED"),
        (b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 500\r\n\r\nshort", "SOURCE_AWAY"),
        (b"\x00\x01\x02 garbage", "RTSP_MALFORMED"),
        (b"A" * 100_000, "RTSP_MALFORMED"),
        (b"RTSP/1.0 302 Moved\r\nCSeq: 2\r\nLocation: rtsp://169.254.169.254/\r\n\r\n", "SOURCE_REFUSED"),
        (b"RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\n", "SOURCE_FORMAT_UNSUPPORTED"),
        (b"RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\n\r\n", "SOURCE_AUTHENTICATION_REFUSED"),
    ],
)
async def test_a_camera_that_lies_or_babbles_is_a_clear_error(wire: bytes, reason: str) -> None:
    patience = replace(HASTY.patience, step=timedelta(seconds=0.3))
    async with lens(DESCRIBE=say(wire)) as camera:
        assert (await failure_of(camera, patience=patience)).reason == reason


async def test_a_password_refused_for_ever_is_tried_once_per_connection() -> None:
    refusal = b'RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm="c", nonce="n"\r\n\r\n'
    async with lens(OPTIONS=say(refusal)) as camera:
        failure = await failure_of(camera, password="wrong")
        assert isinstance(failure, Unauthenticated)
        assert [request.method for request in camera.requests] == ["OPTIONS", "OPTIONS"]
        assert "wrong" not in camera.requests[1].headers.get("Authorization")


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
async def test_digest_is_spoken_at_every_step(algorithm: str) -> None:
    guard = Guard("lens", Credentials("admin", "geheim"), "nonce", algorithm)

    async def protect(camera: Lens, request: Request, writer: asyncio.StreamWriter) -> None:
        if guard.accepts(request.headers.get("Authorization"), request.method, request.uri):
            await answer(camera, request, writer)
        else:
            offers = (("CSeq", str(request.cseq)), ("WWW-Authenticate", 'Basic realm="lens"'))
            writer.write(Response(401, headers=Headers([*offers, ("WWW-Authenticate", guard.challenge)])).encode())

    steps = ("OPTIONS", "DESCRIBE", "SETUP", "PLAY")
    async with lens(**dict.fromkeys(steps, protect)) as camera, relay() as stage:
        source = stage.add("c", camera.uri, "geheim")
        with source.held():
            await eventually(lambda: camera.players)
            basic = base64.b64encode(b"admin:geheim").decode()
            assert not any(basic in request.headers.get("Authorization") for request in camera.requests)
            counts = [re.findall("nc=(.*)", r.headers.get("Authorization")) for r in camera.requests]
            assert counts[1:] == [[f"{use:08x}"] for use in range(1, 6)], "pictures and sound are set up"


@pytest.mark.parametrize("uri", ["rtsp://169.254.169.254/live", "rtsp://10.1.2.3/live", "rtsp://[::ffff:10.1.2.3]/"])
async def test_an_address_outside_the_listed_networks_is_never_connected(uri: str) -> None:
    with pytest.raises(FailedPrecondition, match="KAPOK_SOURCE_NETWORKS"):
        await pull(SourceSpec(uri, LOOPBACK), Nobody(), HASTY.patience)


async def test_viewers_are_told_why_their_camera_does_not_come() -> None:
    async with lens(DESCRIBE=say(b"RTSP/1.0 404 Not Found\r\n\r\n")) as camera, relay() as stage:
        stage.add("c", camera.uri)
        async with client(stage.port) as viewer:
            response = await viewer.ask("DESCRIBE", stage.url("c"))
            assert (response.status, response.headers.get("Kapok-Reason")) == (503, "SOURCE_REFUSED")
            assert b"DESCRIBE with 404" in response.body


async def test_a_viewer_sees_one_stream_when_its_camera_breaks_and_comes_back() -> None:
    async with lens() as camera, relay() as stage, client(stage.port) as viewer:
        source = stage.add("c", camera.uri)
        with source.held():
            await eventually(lambda: camera.players)
            camera.key()
            await viewer.play(stage.url("c"))
            camera.players[0].close()
            await eventually(lambda: camera.connections == 2 and camera.players)
            camera.delta()  # can't be decoded: the seam lies before it
            camera.key()
            await viewer_has(viewer, keys=2)
        payloads = [packet for channel, packet in viewer.packets if channel == 0]
        sequences = [int.from_bytes(packet[2:4], "big") for packet in payloads]
        assert sequences == [(sequences[0] + i) & 0xFFFF for i in range(len(sequences))]
        assert len({packet[8:12] for packet in payloads}) == 1, "one synchronisation source"
        assert [packet[12:] for packet in payloads[:2]] == [SPS, PPS], (
            "told in the SDP only, sent with each key picture"
        )
        assert stage.counters.source_reconnects == 1


async def viewer_has(viewer: Client, keys: int) -> None:
    packets = viewer.packets
    while sum(packet[12] == 0x65 for channel, packet in packets if channel == 0) < keys:
        await viewer.receive()


async def test_a_camera_is_pulled_once_for_all_and_left_when_idle() -> None:
    async with lens() as camera, relay() as stage:
        source = stage.add("c", camera.uri)
        with source.held(), source.held():
            await eventually(lambda: camera.players)
            camera.key()
            await source.description()
        await eventually(lambda: not source.is_pulled)
        await eventually(lambda: camera.requests[-1].method == "TEARDOWN")
        assert camera.connections == 1
        with source.held():
            await eventually(lambda: camera.connections == 2 and camera.players)
