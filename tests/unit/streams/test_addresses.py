"""Where viewers are sent: in the open on loopback at most, with the token in RTSP's URLs only."""

from datetime import UTC, datetime

from services.streams.addresses import urls
from services.streams.placement import Relay


def relay(host: str, rtsps_port: int = 322, wss_port: int = 443) -> Relay:
    ports = {"web_port": 80, "rtsps_port": rtsps_port, "wss_port": wss_port}
    return Relay("relay-1", bytes(32), host, 554, datetime(2026, 1, 1, tzinfo=UTC), **ports)


def test_every_way_in_has_a_url() -> None:
    given = urls(relay("10.0.0.1"), "sessions/a", "T")
    assert (given.rtsp, given.rtsps) == ("rtsp://10.0.0.1:554/s/a?token=T", "rtsps://10.0.0.1:322/s/a?token=T")
    assert given.wss == "wss://10.0.0.1:443/s/a"


def test_a_page_is_sent_to_tls_unless_the_relay_is_on_loopback() -> None:
    assert urls(relay("10.0.0.1"), "sessions/a", "T").websocket == "wss://10.0.0.1:443/s/a"
    assert urls(relay("relay.example"), "sessions/a", "T").websocket == "wss://relay.example:443/s/a"
    assert urls(relay("127.0.0.1"), "sessions/a", "T").websocket == "ws://127.0.0.1:80/s/a"
    assert urls(relay("localhost"), "sessions/a", "T").websocket == "ws://localhost:80/s/a"


def test_a_relay_without_tls_has_no_url_of_it() -> None:
    given = urls(relay("::1", 0, 0), "sessions/a", "T")
    assert (given.rtsps, given.wss) == ("", "")
    assert (given.rtsp, given.websocket) == ("rtsp://[::1]:554/s/a?token=T", "ws://[::1]:80/s/a")
