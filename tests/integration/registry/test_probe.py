"""Probes on real sockets: cameras that serve, refuse, hang, babble and lead astray."""

import asyncio
import ipaddress
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from demo.cameras.feed import Feed
from demo.cameras.lens import Connection, Lenses
from demo.cameras.rtp import Track
from services.registry.domain import Source
from services.registry.health import Device, Report, Signal
from services.registry.probe import Target, probe
from services.rtsp.digest import Credentials
from services.rtsp.message import Interleaved, Request
from tests.integration.relay.lens import Behaviour, Lens, lens
from tests.integration.relay.test_foreign import gstreamer_camera
from tests.unit.demo.clips import made_clip

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
NOBODY: frozenset[str] = frozenset()
NAME = "districts/440104/cameras/44010400041320000001"
CODE = "44010400041320000001"
OK = Report(NAME, Signal.OK, device=Device.OK)


async def ask(uri: str, username: str = "", password: str = "", **more: Any) -> Report:
    options: dict[str, Any] = {"networks": LOOPBACK, "own": NOBODY, **more}
    return await probe(Target(NAME, Source(uri, username=username, password=password)), **options)


def say(wire: bytes) -> Behaviour:
    async def behave(_lens: Lens, _request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(wire)

    return behave


async def hang(_lens: Lens, _request: Request, _writer: asyncio.StreamWriter) -> None:
    """Never an answer."""


@pytest.fixture
async def demo_lens() -> AsyncIterator[str]:
    """The URI of a camera of the demo; its user is ``lens``, its password ``secret``."""
    lenses = Lenses({CODE: Feed(Track(made_clip()), 0.0)}, Credentials("lens", "secret"), lambda: 0.0)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(lenses), "127.0.0.1", 0)
    yield f"rtsp://127.0.0.1:{server.sockets[0].getsockname()[1]}/{CODE}"
    lenses.close()
    server.close()


async def test_a_camera_of_the_demo_serves_with_its_password(demo_lens: str) -> None:
    assert await ask(demo_lens, "lens", "secret") == OK


@pytest.mark.parametrize("who", [("lens", "wrong"), ("stranger", "secret"), ()])
async def test_refused_credentials_are_a_fault_and_no_word_of_the_signal(demo_lens: str, who: tuple[str, ...]) -> None:
    report = await ask(demo_lens, *who)
    assert (report.signal, report.device) == (Signal.UNSPECIFIED, Device.FAULTY)
    assert "password" in report.cause


async def test_a_path_that_the_source_does_not_know_has_no_signal(demo_lens: str) -> None:
    report = await ask(demo_lens.replace(CODE, "44010400041320000009"), "lens", "secret")
    assert (report.signal, report.device) == (Signal.NONE, Device.UNSPECIFIED)
    assert "404" in report.cause


@pytest.mark.parametrize("password", ["", "geheim"])
async def test_a_foreign_camera_serves(password: str) -> None:
    async with gstreamer_camera(*(("--password", password) if password else ())) as uri:
        assert await ask(uri, "admin" if password else "", password) == OK
        if password:
            assert (await ask(uri, "admin", "wrong")).device is Device.FAULTY


@pytest.mark.parametrize("step", ["OPTIONS", "DESCRIBE"])
async def test_a_camera_that_hangs_is_given_up_in_time_and_says_where(step: str) -> None:
    async with lens(**{step: hang}) as camera:
        begin_s = time.monotonic()
        report = await ask(camera.uri, deadline_s=0.2)
        assert time.monotonic() - begin_s < 3.0
    assert (report.signal, report.cause) == (Signal.NONE, f"no answer to {step} within 0.2 s")


async def test_a_port_that_nobody_listens_on_has_no_signal() -> None:
    async with lens() as camera:
        uri = camera.uri
    report = await ask(uri)
    assert report.signal is Signal.NONE
    assert report.cause == "no connection: Connection refused", "no word of where it is: that is for its operator only"


@pytest.mark.parametrize(
    ("wire", "cause"),
    [
        (b"\x00\x01\x02 garbage", "does not speak RTSP"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak RTSP"),
        (b"A" * 100_000, "does not speak RTSP"),
        (b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 999999\r\n\r\n", "does not speak RTSP"),
        (b"RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\n", "describes no video"),
        (b"RTSP/1.0 200 OK\r\nCSeq: 9\r\n\r\n" * 5000, "longer than"),
        (Interleaved(0, bytes(60_000)).encode() * 3, "longer than"),
    ],
)
async def test_what_makes_no_sense_has_no_signal(wire: bytes, cause: str) -> None:
    async with lens(DESCRIBE=say(wire)) as camera:
        report = await ask(camera.uri)
    assert (report.signal, report.device) == (Signal.NONE, Device.UNSPECIFIED)
    assert cause in report.cause


@pytest.mark.parametrize("step", ["OPTIONS", "DESCRIBE"])
async def test_redirects_are_not_followed(step: str) -> None:
    async with lens() as elsewhere:
        for location in ("rtsp://169.254.169.254/latest/meta-data/", elsewhere.uri):
            moved = f"RTSP/1.0 302 Moved\r\nCSeq: {1 if step == 'OPTIONS' else 2}\r\nLocation: {location}\r\n\r\n"
            async with lens(**{step: say(moved.encode())}) as camera:
                report = await ask(camera.uri)
            assert report.signal is Signal.NONE
            assert "redirect" in report.cause
            assert "169.254" not in report.cause
        assert elsewhere.connections == 0


async def test_outside_the_networks_nothing_is_asked_and_nothing_is_said() -> None:
    async with lens() as camera:
        elsewhere = (ipaddress.ip_network("10.0.0.0/8"),)
        own = frozenset({f"127.0.0.1:{camera.port}"})
        reports = [
            await ask(camera.uri, networks=elsewhere),
            await ask(camera.uri, own=own),
            await ask(camera.uri.replace("127.0.0.1", "[::ffff:127.0.0.1]"), own=own),
            await ask("rtsp://169.254.169.254/", networks=(ipaddress.ip_network("0.0.0.0/0"),)),
            await ask("http://127.0.0.1/"),
            await ask("rtsp://" + "a" * 70 + "/"),
        ]
        assert camera.connections == 0
    assert all(report == Report(NAME, cause=report.cause) and report.cause for report in reports)
