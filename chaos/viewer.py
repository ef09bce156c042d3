"""What every viewer of the soak can do, in whatever way it takes its pictures."""

import fcntl
import socket
import ssl
import struct
import termios
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

STEP_S = 10.0
READ_BYTES = 256 * 1024


class OverError(Exception):
    """The relay refused the viewer or ended it; the message says what came."""


class Viewer(Protocol):
    """One connection that has joined."""

    @property
    def address(self) -> str:
        """host:port as the relay sees it; empty where a library hides it."""
        ...

    def take(self, within_s: float) -> int:
        """Bytes of pictures that came within the time, 0 when none; OverError once the relay has ended it."""
        ...

    def queued(self) -> int:
        """Bytes that this side's kernel holds and nobody has read."""
        ...

    def leave(self) -> None:
        """Say good-bye as the protocol has it."""
        ...

    def vanish(self) -> None:
        """Go without a word."""
        ...


def connected(url: str, authority: Path) -> socket.socket:
    """A connection to the host of ``url``, over TLS where its scheme says so; OverError when there is none."""
    parts = urlsplit(url)
    assert parts.hostname
    try:
        made = socket.create_connection((parts.hostname, parts.port or 0), STEP_S)
        if parts.scheme in {"rtsps", "wss"}:
            made = ssl.create_default_context(cafile=authority).wrap_socket(made, server_hostname=parts.hostname)
    except OSError as error:
        raise OverError(f"no connection: {error}") from None
    return made


def address_of(connection: socket.socket) -> str:
    """Its near end."""
    host, port = connection.getsockname()[:2]
    return f"{host}:{port}"


def received(connection: socket.socket, within_s: float) -> bytes:
    """What comes next, nothing when nothing comes in time; OverError at the end."""
    connection.settimeout(within_s)
    try:
        data = connection.recv(READ_BYTES)
    except TimeoutError:
        return b""
    except OSError as error:
        raise OverError(f"ended: {error}") from None
    if not data:
        raise OverError("ended: closed")
    return data


def said(connection: socket.socket, words: bytes) -> None:
    """Send; OverError when nobody takes it."""
    connection.settimeout(STEP_S)
    try:
        connection.sendall(words)
    except OSError as error:
        raise OverError(f"ended: {error}") from None


def held(connection: socket.socket) -> int:
    """Bytes in the receive queue of the kernel."""
    answer = fcntl.ioctl(connection.fileno(), termios.FIONREAD, b"\0" * 4)
    return int.from_bytes(answer, "little")


def reset(connection: socket.socket) -> None:
    """Close by a reset: what was under way is thrown away."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
