"""The bus as a process meets it, on a real nats-server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil
import pytest
from nats.aio.msg import Msg
from nats.errors import FlushTimeoutError

from services.chassis import bus
from tests.eventually import eventually
from tests.integration.gateway.nats import serving


async def test_who_has_something_to_say_and_is_stopped_while_the_bus_is_away_stops_in_peace() -> None:
    with serving() as url:
        opening = bus.connect(url, None, "test")
        opened = await opening.__aenter__()
    await eventually(lambda: not opened.client.is_connected)
    await opened.publish("kapok.v1.test", b"nobody hears it")
    await opening.__aexit__(None, None, None)
    assert opened.client.is_closed


def server_at(url: str) -> psutil.Process:
    """The process that listens there, a child of ours."""
    port = int(url.rpartition(":")[2])
    ours = psutil.Process().children()
    return next(one for one in ours if any(end.laddr.port == port for end in one.net_connections()))


@asynccontextmanager
async def standing_still(server: psutil.Process) -> AsyncIterator[None]:
    """The server accepts connections, as its kernel does, and says nothing."""
    server.suspend()
    try:
        await eventually(lambda: server.status() == psutil.STATUS_STOPPED)
        yield
    finally:
        server.resume()


async def test_who_tries_again_while_the_bus_stands_still_holds_one_connection() -> None:
    us = psutil.Process()

    def ends(url: str) -> int:
        port = int(url.rpartition(":")[2])
        return sum(bool(end.raddr) and end.raddr.port == port for end in us.net_connections("tcp"))

    with serving() as url:
        async with bus.connect(url, None, "test") as opened:
            async with standing_still(server_at(url)):
                opened.client.options["connect_timeout"] = 0.05
                await opened.client.force_reconnect()
                before = opened.client._server_pool[0].reconnects
                await eventually(lambda: opened.client._server_pool[0].reconnects >= before + 6)
                assert ends(url) <= 2  # the one given up may be on its way out
            await eventually(lambda: opened.client.is_connected)
            assert ends(url) == 1


async def test_who_has_stopped_waiting_for_the_bus_hears_it_even_so() -> None:
    heard: list[bytes] = []

    async def hear(message: Msg) -> None:
        heard.append(message.data)

    with serving() as url:
        async with bus.connect(url, None, "test") as opened:
            async with standing_still(server_at(url)):
                with pytest.raises(FlushTimeoutError):
                    await opened.client.flush(0.05)
            await opened.subscribe("kapok.v1.test", hear)
            await opened.publish("kapok.v1.test", b"still here")
            await eventually(lambda: heard == [b"still here"])
            assert opened.client.stats["reconnects"] == 0


async def test_who_begins_to_hear_while_the_bus_stands_still_hears_when_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A relay that starts then stays, and does not end with a traceback to be started once more."""
    monkeypatch.setattr(bus, "_FLUSH_TIMEOUT_S", 0.05)
    heard: list[bytes] = []

    async def hear(message: Msg) -> None:
        heard.append(message.data)

    with serving() as url:
        async with bus.connect(url, None, "test") as opened:
            async with standing_still(server_at(url)):
                beginning = asyncio.create_task(opened.subscribe("kapok.v1.test", hear))
                await eventually(lambda: "kapok.v1.test" in caplog.text)
                assert not beginning.done()
            await beginning
            await opened.publish("kapok.v1.test", b"still here")
            await eventually(lambda: heard == [b"still here"])
