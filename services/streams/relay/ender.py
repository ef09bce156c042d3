"""Ends viewers: a reset at once, and the kernel's queue thrown away; many of them from a thread of its own.

A graceful close would let a slow viewer receive what the kernel still holds, seconds after its right has ended.
connect(AF_UNSPEC) on a TCP socket is Linux's tcp_disconnect(): RST to the peer, both queues purged, and the socket
unusable for whoever holds it.
"""

import contextlib
import ctypes
import fcntl
import os
import socket
import struct
import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Protocol, Self

_AT_ONCE = 32  # viewers whose reset the caller waits for, some 20 µs each: a thread gets its turn milliseconds later
# Without giving the interpreter away at each call: on one core the thread would have to wait for it a thousand times.
_libc = ctypes.PyDLL(None, use_errno=True)
_UNSENT = 0x894B  # SIOCOUTQNSD: bytes that the kernel has and has not sent
_UNSPEC = ctypes.create_string_buffer(socket.AF_UNSPEC.to_bytes(2, "little"), 16)  # struct sockaddr of family 0


class Endable(Protocol):
    """A connection that can be ended; ``ended_why`` is read by its owner when it finds the socket reset."""

    ended_why: str | None

    def pause(self) -> None:
        """Nothing more goes out, but for the rest of a picture under way; the connection stays."""
        ...

    def resume(self) -> None:
        """Pictures go out again, from the next key picture on."""
        ...

    @property
    def socket(self) -> socket.socket:
        """The connection's, closed by its owner."""

    def parts(self) -> bool:
        """Asked once ``ended_why`` is set: True when it leaves by itself, with at most the picture in flight."""


class Ender:
    """Alive inside ``with``. ``end`` may be called from any thread; owners close their sockets by ``close`` only."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ender")
        # The number of a closed descriptor is given to the next connection. So that a reset never hits a stranger,
        # every viewer's socket is closed under this lock, and a reset reads the number and uses it under it:
        # Python's socket says -1 once closed. It is held for one system call at a time.
        self._closing = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._thread.shutdown()

    def end(self, viewers: Iterable[Endable], why: str) -> Future[int]:
        """Reset the connections of ``viewers``; the future tells how many were still open, once all are reset.

        The first few are by the time this returns: one viewer's right never waits for a thread.
        """
        doomed = tuple(viewers)
        soon, ended = doomed[_AT_ONCE:], sum(self._reset(viewer, why) for viewer in doomed[:_AT_ONCE])
        if soon:
            return self._thread.submit(lambda: ended + sum(self._reset(viewer, why) for viewer in soon))
        done: Future[int] = Future()
        done.set_result(ended)
        return done

    def close(self, connection: socket.socket, *, is_last_word_due: bool = False) -> None:
        """Close an accepted socket: by a reset, or, when a last response is due, letting the kernel deliver it."""
        with self._closing:
            if not is_last_word_due:
                with contextlib.suppress(OSError):  # reset already: closing is all that is left
                    _disconnect(connection)
            connection.close()

    def _reset(self, viewer: Endable, why: str) -> bool:
        with self._closing:
            if viewer.socket.fileno() < 0:
                return False
            viewer.ended_why = viewer.ended_why or why
            if not viewer.parts():
                with contextlib.suppress(OSError):  # the peer was faster
                    _disconnect(viewer.socket)
            return True


def unsent_bytes(connection: socket.socket) -> int:
    """What the kernel holds of a connection and a reset would still throw away. OSError when it is reset already."""
    (unsent,) = struct.unpack("i", fcntl.ioctl(connection.fileno(), _UNSENT, bytes(4)))
    return int(unsent)


def _disconnect(connection: socket.socket) -> None:
    if connection.fileno() >= 0 and _libc.connect(connection.fileno(), _UNSPEC, 16) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
