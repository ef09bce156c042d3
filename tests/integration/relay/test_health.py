"""What a relay reports of its cameras' health, on a real nats-server, and whose word it can be."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client

from demo.platform import watching
from kapok.registry.v1 import health_events_pb2
from services.cell import keys as key_files
from services.cell import layout, nats, rights
from services.chassis import bus
from services.chassis.clock import ManualClock
from services.streams.relay.reporter import report_forever
from services.streams.relay.source import Source
from tests.eventually import eventually
from tests.integration.gateway.nats import serving
from tests.integration.relay.lens import Lens, lens
from tests.integration.relay.stage import relay
from tests.integration.streams.stage import CAMERA, RELAY, stage

OK, NONE = health_events_pb2.HealthReport.SIGNAL_OK, health_events_pb2.HealthReport.SIGNAL_NONE
Heard = list[tuple[str, health_events_pb2.HealthReports]]


@asynccontextmanager
async def listening(opened: bus.Bus) -> AsyncIterator[Heard]:
    """What is said of health, with its subject."""
    heard: Heard = []

    async def hear(message: Any) -> None:
        heard.append((message.subject, health_events_pb2.HealthReports.FromString(message.data)))

    await opened.subscribe(rights.HEALTH, hear)
    yield heard


@asynccontextmanager
async def reporting(opened: bus.Bus, signals: Callable[[], Mapping[str, bool]]) -> AsyncIterator[None]:
    """The relay's reports of ``signals``, a hundred times as often."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(report_forever(opened, RELAY, lambda _now_s: signals(), ManualClock(), every_s=0.05))
        yield
        task.cancel()


def now_s() -> float:
    return asyncio.get_running_loop().time()


async def test_a_source_has_a_signal_while_its_pictures_arrive_and_none_when_it_is_away() -> None:
    async with lens() as camera, relay() as running:
        source = running.add("c", camera.uri)
        assert source.signal(now_s()) is None, "nobody pulls it"
        with source.held():
            await eventually(lambda: camera.players)
            assert (source.signal(now_s()), source.state(now_s())) == (None, "CONNECTING"), "too early to say"
            camera.key()
            await eventually(lambda: source.signal(now_s()))
            assert source.signal(now_s() + 1.9) is True
            assert source.signal(now_s() + 2.1) is False
            assert (source.state(now_s()), source.state(now_s() + 2.1)) == ("PLAYING", "SILENT")
        await eventually(lambda: source.signal(now_s()) is None)


@pytest.mark.parametrize(("answer", "why"), [("hang up", "SOURCE_AWAY"), ("refuse", "SOURCE_REFUSED")])
async def test_a_source_that_can_not_be_pulled_has_no_signal(answer: str, why: str) -> None:
    async def misbehave(_lens: Lens, _request: object, writer: asyncio.StreamWriter) -> None:
        writer.close() if answer == "hang up" else writer.write(b"RTSP/1.0 404 Not Found\r\nCSeq: 1\r\n\r\n")

    async with lens(OPTIONS=misbehave) as camera, relay() as running:
        source: Source = running.add("c", camera.uri)
        with source.held():
            await eventually(lambda: source.signal(now_s()) is False)
            assert source.state(now_s()) == why


async def test_reports_come_a_thousand_a_message_again_and_again() -> None:
    signals = {f"districts/440104/cameras/{number:020}": number % 2 == 0 for number in range(2500)}
    with serving() as url:
        async with bus.connect(url, None, "test") as to, listening(to) as heard, reporting(to, lambda: signals):
            await eventually(lambda: len(heard) >= 6)
    assert {subject for subject, _ in heard} == {f"kapok.v1.health.{RELAY}"}
    assert [len(said.reports) for _, said in heard[:6]] == [1000, 1000, 500] * 2
    first = [report for _, said in heard[:3] for report in said.reports]
    assert {report.camera: report.signal == OK for report in first} == signals
    assert heard[0][1].reporter == RELAY
    assert heard[0][1].time.ToDatetime() == ManualClock().at.replace(tzinfo=None)


async def test_a_relay_without_cameras_says_nothing() -> None:
    asked = 0

    def none() -> dict[str, bool]:
        nonlocal asked
        asked += 1
        return {}

    with serving() as url:
        async with bus.connect(url, None, "test") as opened, listening(opened) as heard, reporting(opened, none):
            await eventually(lambda: asked > 2)
            await opened.client.flush()
            assert heard == []


async def test_while_the_bus_is_away_nothing_is_kept_for_later() -> None:
    asked = 0

    def one() -> dict[str, bool]:
        nonlocal asked
        asked += 1
        return {CAMERA: True}

    with ExitStack() as server:
        url = server.enter_context(serving())
        async with bus.connect(url, None, "test") as opened, reporting(opened, one):
            await eventually(lambda: asked)
            server.close()
            await eventually(lambda: not opened.client.is_connected)
            before = asked
            for _ in range(5):
                await asyncio.sleep(0.05)  # as long as five reports
            assert asked == before


async def test_a_relay_process_reports_what_it_pulls(tmp_path: Path) -> None:
    async with stage(tmp_path) as running, listening(running.bus) as heard:
        url, _ = await running.assign()
        viewer = watching(url)
        assert await asyncio.to_thread(viewer.await_pictures, 5), viewer.why
        await eventually(lambda: heard)
        [(subject, said)] = heard[:1]
        assert subject == f"kapok.v1.health.{RELAY}"
        assert [(report.camera, report.signal) for report in said.reports] == [(CAMERA, OK)]


@asynccontextmanager
async def user(server: nats.Server, keys: key_files.Keys, name: str) -> AsyncIterator[tuple[bus.Bus, list[str]]]:
    """A connection as ``name``, and what the server refused it."""
    refusals: list[str] = []

    async def on_error(error: Exception) -> None:
        refusals.append(str(error))

    client = Client()
    seed = keys.bus_seed(name).read_text()
    await client.connect(server.url, nkeys_seed_str=seed, error_cb=on_error, allow_reconnect=False)
    try:
        yield bus.Bus(client, client.jetstream()), refusals
    finally:
        await client.close()


async def test_a_relay_speaks_of_health_in_its_own_name_only_and_registry_hears_it(tmp_path: Path) -> None:
    home, relays = layout.prepare(tmp_path), ["relay-1", "relay-2"]
    names = [service.name for service in rights.SERVICES]
    keys = key_files.make(home.keys, names, relays, [rights.SETUP.name, rights.CELL.name])
    async with (
        layout.claim(home) as lock,
        nats.serve(home, keys, relays, lock) as server,
        user(server, keys, "registry") as (registry, refused),
        user(server, keys, "relay-1") as (one, refusals),
        listening(registry) as heard,
    ):
        await one.publish("kapok.v1.health.relay-2", b"")
        await one.publish("kapok.v1.health.probe", b"")
        await eventually(lambda: len(refusals) == 2)
        await one.publish("kapok.v1.health.relay-1", b"")
        await eventually(lambda: heard)
        assert [subject for subject, _ in heard] == ["kapok.v1.health.relay-1"]
        await one.client.subscribe(rights.HEALTH)
        await eventually(lambda: len(refusals) == 3)
        await registry.publish("kapok.v1.health.relay-1", b"")
        await eventually(lambda: refused)
