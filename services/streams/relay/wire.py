"""A viewer's socket as its viewer writes and reads it: plain, or TLS 1.2 and newer straight on the socket.

TLS has no transport here either: one picture is one call of OpenSSL, which encrypts the shared buffer record by record
into the socket. The handshake is driven by the first reads, so its time is bounded by theirs.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from services.chassis.tls import Files

_TLS12_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"  # forward secret, authenticated; TLS 1.3 has no others


class Wire(Protocol):
    """``keeps_refused``: what the socket refused has begun all the same, and must be sent before anything else."""

    keeps_refused: bool
    is_secure: bool

    def send(self, data: Any, /) -> int:
        """The bytes that the socket took; BlockingIOError when it takes none, OSError when the connection is lost."""

    def sendmsg(self, parts: Any, /) -> int:
        """The same, of several buffers as if they were one."""

    async def receive(self, bytes_most: int) -> bytes:
        """What the client says next; nothing when it has hung up. OSError when the connection is lost.

        Who stops waiting loses nothing: bytes leave the socket only on their way to the caller.
        """

    def take_leave(self) -> None:
        """Say that no more comes, as far as the protocol has a word for it."""


class PlainWire:
    """TCP. Sends are the socket's own: a wrapper would cost a call per picture and viewer."""

    keeps_refused = False
    is_secure = False

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.send: Callable[[Any], int] = connection.send
        self.sendmsg: Callable[[Any], int] = connection.sendmsg

    async def receive(self, bytes_most: int) -> bytes:
        loop = asyncio.get_running_loop()
        while True:
            await _ready(self._connection, loop.add_reader, loop.remove_reader)
            try:
                return self._connection.recv(bytes_most)
            except BlockingIOError:
                continue  # the kernel said so of a segment that it has dropped since (select(2))

    def take_leave(self) -> None:
        """TCP's own end says it."""


class SecureWire:
    """TLS (RFC 8446, RFC 5246) on a non-blocking socket."""

    # OpenSSL has encrypted the first record of what it could not send, and takes nothing else before (SSL_write(3)).
    keeps_refused = True
    is_secure = True

    def __init__(self, connection: ssl.SSLSocket) -> None:
        self._connection = connection
        self._send = connection.send

    def send(self, data: Any, /) -> int:
        """All of ``data``; BlockingIOError until then: call again with the same bytes."""
        try:
            return self._send(data)
        except ssl.SSLWantWriteError:
            raise BlockingIOError from None

    def sendmsg(self, parts: Sequence[bytes], /) -> int:
        """The parts as one: a record each would cost more than the copy."""
        return self.send(b"".join(parts))

    async def receive(self, bytes_most: int) -> bytes:
        loop = asyncio.get_running_loop()
        # Who floods us is always ready to be read: its connection must wait its turn all the same. Not after the
        # read, where a cancellation would lose what was read.
        await asyncio.sleep(0)
        while True:
            try:
                return self._connection.recv(bytes_most)
            except ssl.SSLWantReadError:
                await _ready(self._connection, loop.add_reader, loop.remove_reader)
            except ssl.SSLWantWriteError:  # during the handshake only, when nothing else is written yet
                await _ready(self._connection, loop.add_writer, loop.remove_writer)

    def take_leave(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # SSLWantReadError too: the client's own word is not waited for
            self._connection.unwrap()


async def _ready(connection: socket.socket, add: Callable[..., Any], remove: Callable[..., Any]) -> None:
    ready = asyncio.get_running_loop().create_future()
    add(connection, lambda: None if ready.done() else ready.set_result(None))
    try:
        await ready
    finally:
        remove(connection)


def wire(connection: socket.socket) -> Wire:
    """The wire of an accepted connection: what `secured` made is TLS, any other plain."""
    return SecureWire(connection) if isinstance(connection, ssl.SSLSocket) else PlainWire(connection)


def secured(accepted: socket.socket, context: ssl.SSLContext | None) -> socket.socket:
    """``accepted`` as the server's end of TLS, its handshake yet to come; ``accepted`` itself without a context."""
    if context is None:
        return accepted
    return context.wrap_socket(accepted, server_side=True, do_handshake_on_connect=False)


def context(files: Files, speaks: str = "") -> ssl.SSLContext:
    """TLS 1.2 and newer, with this certificate. OSError when the files are no pair.

    With an authority clients show a certificate that it issued; ``speaks`` is the protocol by ALPN's name.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_ciphers(_TLS12_CIPHERS)
    # Renegotiation makes the server compute, and nobody needs it. Kernel TLS where Python, OpenSSL and kernel have it.
    made.options |= ssl.OP_NO_RENEGOTIATION | getattr(ssl, "OP_ENABLE_KTLS", 0)
    made.load_cert_chain(files.certificate, files.private_key)
    if files.ca is not None:
        made.load_verify_locations(files.ca)
        made.verify_mode = ssl.CERT_REQUIRED
    if speaks:
        made.set_alpn_protocols([speaks])
    return made
