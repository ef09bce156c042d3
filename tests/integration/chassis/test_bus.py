"""The bus as a process meets it, on a real nats-server."""

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


async def test_who_has_stopped_waiting_for_the_bus_hears_it_even_so() -> None:
    heard: list[bytes] = []

    async def hear(message: Msg) -> None:
        heard.append(message.data)

    with serving() as url:
        async with bus.connect(url, None, "test") as opened:
            server = server_at(url)
            server.suspend()
            await eventually(lambda: server.status() == psutil.STATUS_STOPPED)
            try:
                with pytest.raises(FlushTimeoutError):
                    await opened.client.flush(0.05)
            finally:
                server.resume()
            await opened.subscribe("kapok.v1.test", hear)
            await opened.publish("kapok.v1.test", b"still here")
            await eventually(lambda: heard == [b"still here"])
            assert opened.client.stats["reconnects"] == 0
