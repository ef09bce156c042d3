"""Where relays and probes may connect to: a name is resolved first, and that address is what is judged and connected.

So a name that changes its mind between check and connection gains nothing (DNS rebinding), and a camera's record can't
turn either against the cell itself, its NATS server or a cloud's metadata service.
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from services.chassis.errors import FailedPrecondition, InvalidArgument, Unavailable, Violation

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
DEFAULT_PORTS = {"rtsp": 554, "http": 80, "onvif": 80}


@dataclass(frozen=True, slots=True)
class Place:
    """A camera's URI taken apart. ``uri`` has no user part: credentials travel in headers only."""

    uri: str
    host: str
    port: int


def place(uri: str, scheme: str = "rtsp") -> Place:
    """Read a URI of ``scheme``; InvalidArgument (``SOURCE_URI_INVALID``) when it is none."""
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port or DEFAULT_PORTS[scheme]
    except ValueError:
        parts, host, port = urlsplit(""), None, 0
    if parts.scheme != scheme or not host or parts.username is not None or not uri.isprintable() or " " in uri:
        violation = Violation("source.uri", f"is {scheme}://host[:port]/path; user and password go in their own fields")
        raise InvalidArgument(violation, reason="SOURCE_URI_INVALID")
    return Place(uri, host, port)


def is_allowed(address: Address, networks: tuple[Network, ...]) -> bool:
    """True when a listed network holds ``address``; link-local never, loopback only by a network inside loopback."""
    address = _plain(address)
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False  # 169.254.169.254 among them
    listed = [network for network in networks if address in network]
    return any(network.is_loopback for network in listed) if address.is_loopback else bool(listed)


async def resolve(where: Place, networks: tuple[Network, ...], own: frozenset[str] = frozenset()) -> tuple[str, int]:
    """The first allowed address of ``where`` and its port.

    Raises Unavailable (``SOURCE_AWAY``) for a name nobody knows, FailedPrecondition (``NETWORK_NOT_LISTED``)
    for one that leads outside ``networks``, or to one of the cell's ``own`` addresses (host:port): no camera's record
    turns the relay against the bus or the gateway.
    """
    for address in await _addresses(where):
        if is_allowed(address, networks) and f"{address}:{where.port}" not in own:
            return str(address), where.port
    raise FailedPrecondition(
        "NETWORK_NOT_LISTED",
        "the camera's address is outside the networks that this cell lists for sources (KAPOK_SOURCE_NETWORKS)",
    )


async def _addresses(where: Place) -> list[Address]:
    """What the host of ``where`` stands for; one written as an address costs no thread of the resolver."""
    try:
        return [_plain(ipaddress.ip_address(where.host))]
    except ValueError:
        pass  # it is a name
    try:
        found = await asyncio.get_running_loop().getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unavailable("SOURCE_AWAY", "the camera's host name does not resolve; check its record") from error
    inet = (socket.AF_INET, socket.AF_INET6)
    return [_plain(ipaddress.ip_address(str(sockaddr[0]))) for family, _, _, _, sockaddr in found if family in inet]


def _plain(address: Address) -> Address:
    """An IPv4 address in IPv6 clothes is that IPv4 address: no list of ours is passed by writing it differently."""
    return getattr(address, "ipv4_mapped", None) or address
