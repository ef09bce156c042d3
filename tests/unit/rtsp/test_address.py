"""Where relays and probes may connect to."""

import ipaddress

import pytest

from services.chassis.errors import FailedPrecondition, InvalidArgument, Unavailable
from services.rtsp.address import is_allowed, place, resolve

EVERYWHERE = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


@pytest.mark.parametrize(
    ("address", "networks", "allowed"),
    [
        ("10.1.2.3", EVERYWHERE, True),
        ("10.1.2.3", (ipaddress.ip_network("10.1.0.0/16"),), True),
        ("10.2.2.3", (ipaddress.ip_network("10.1.0.0/16"),), False),
        ("10.1.2.3", (), False),
        ("127.0.0.1", EVERYWHERE, False),
        ("127.0.0.1", LOOPBACK, True),
        ("::1", EVERYWHERE, False),
        ("::1", LOOPBACK, True),
        ("::ffff:127.0.0.1", EVERYWHERE, False),
        ("::ffff:10.1.2.3", (ipaddress.ip_network("10.1.0.0/16"),), True),
        ("169.254.169.254", EVERYWHERE, False),
        ("169.254.169.254", (ipaddress.ip_network("169.254.0.0/16"),), False),
        ("::ffff:169.254.169.254", EVERYWHERE, False),
        ("fe80::1", EVERYWHERE, False),
        ("224.0.0.1", EVERYWHERE, False),
        ("0.0.0.0", EVERYWHERE, False),
    ],
)
def test_only_listed_networks_and_never_link_local(address: str, networks: tuple[object, ...], allowed: bool) -> None:
    assert is_allowed(ipaddress.ip_address(address), networks) is allowed  # type: ignore[arg-type] # mixed families


def test_a_place_has_the_default_port_of_rtsp() -> None:
    assert (place("rtsp://cam/live").host, place("rtsp://cam/live").port) == ("cam", 554)
    assert place("rtsp://[::1]:8554/").host == "::1"


@pytest.mark.parametrize(
    "uri",
    ["", "http://c/", "rtsp://", "rtsp:///x", "rtsp://u:p@c/", "rtsp://c:99999/", "rtsp://c/a b", "rtsp://c/\r\nX: y"],
)
def test_what_is_no_camera_uri_is_refused(uri: str) -> None:
    with pytest.raises(InvalidArgument) as refusal:
        place(uri)
    assert refusal.value.reason == "SOURCE_URI_INVALID"


@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]", "localhost", "[::ffff:7f00:1]"])
async def test_an_address_of_the_cell_itself_is_refused_however_it_is_written(host: str) -> None:
    where = place(f"rtsp://{host}:4222/")
    networks = (ipaddress.ip_network("127.0.0.0/8"),)
    assert await resolve(where, networks) == ("127.0.0.1", 4222)
    with pytest.raises(FailedPrecondition) as refusal:
        await resolve(where, networks, frozenset({"127.0.0.1:4222"}))
    assert refusal.value.reason == "NETWORK_NOT_LISTED"


async def test_a_name_that_nobody_knows_is_a_source_that_is_away() -> None:
    with pytest.raises(Unavailable) as failure:
        await resolve(place("rtsp://camera.invalid/"), EVERYWHERE)  # RFC 6761: never resolves
    assert failure.value.reason == "SOURCE_AWAY"
