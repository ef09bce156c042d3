"""The bus as a process meets it, on a real nats-server."""

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
