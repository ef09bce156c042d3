"""The socket under a gRPC call. gRPC shows none, but whoever watches is ended by a reset, whatever he watches with.

It is among the descriptors of this process, found by the peer's address. A duplicate acts on the same connection.
"""

import fcntl
import os
import socket
import struct
from urllib.parse import unquote

from services.chassis.errors import Unavailable
from services.streams.relay.gate import Peer

_DESCRIPTORS = "/proc/self/fd"
_UNSENT = 0x894B  # SIOCOUTQNSD: bytes that the kernel has and has not sent
_MAPPED = "::ffff:"  # an IPv4 address as a socket of both families shows it


def peer_of(text: str) -> Peer:
    """gRPC's name of a peer, ``ipv4:127.0.0.1:5000`` or ``ipv6:%5B::1%5D:5000``, taken apart."""
    host, _, port = unquote(text).partition(":")[2].rpartition(":")
    return Peer(host.strip("[]").removeprefix(_MAPPED), int(port))


def connection_of(peer: Peer, port: int) -> socket.socket:
    """A duplicate of the connection from ``peer`` to our ``port``, which the caller closes; Unavailable: it is gone."""
    for number in map(int, os.listdir(_DESCRIPTORS)):
        try:
            duplicate = os.dup(number) if _is_between(number, peer, port) else -1
        except OSError:
            continue  # no socket, or closed meanwhile
        if duplicate >= 0:
            # Not socket.dup(): that makes the connection a blocking one, for gRPC too.
            connection = socket.socket(fileno=duplicate)
            if _is_between(duplicate, peer, port):  # the number may have been given to another one meanwhile
                return connection
            connection.close()
    raise Unavailable("SERVICE_AWAY", "your connection is lost; open a new one")


def unsent_bytes(connection: socket.socket) -> int:
    """What the kernel holds of a connection and a reset would still throw away. OSError when it is reset already."""
    (unsent,) = struct.unpack("i", fcntl.ioctl(connection.fileno(), _UNSENT, bytes(4)))
    return int(unsent)


def _is_between(number: int, peer: Peer, port: int) -> bool:
    seen = socket.socket(fileno=number)
    try:
        host, its_port = seen.getpeername()[:2] if seen.family in (socket.AF_INET, socket.AF_INET6) else ("", 0)
        return (host.removeprefix(_MAPPED), its_port) == peer and seen.getsockname()[1] == port
    finally:
        seen.detach()  # it is another's
