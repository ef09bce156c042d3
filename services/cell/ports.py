"""Which ports a home listens on: the usual one when it is free, another when it is taken, and then it says so."""

import errno
import random
import socket
from collections.abc import Callable, Iterator

HOST = "127.0.0.1"
_TAKEN = frozenset({errno.EADDRINUSE, errno.EACCES})
_NEVER_GIVEN = range(20_000, 32_768)  # below what Linux takes for connections and for port 0 unless told otherwise
_BLOCK = 64


def pick(usual: int, what: str, say: Callable[[str], None]) -> int:
    """``usual`` when it is free on loopback, else a free one. Whoever binds it next may still lose a race, loudly."""
    if not usual:
        return _free()
    try:
        return _bound(usual)
    except OSError as error:
        if error.errno not in _TAKEN:
            raise
        chosen = _free()
        say(f"{what}: port {usual} is taken, using {chosen}")
        return chosen


def _own_numbers() -> Iterator[int]:
    """Each once, so that two of a home's are never the same, and out of blocks that are this process's alone: no other
    home on this machine binds a number between its choice and its use.
    """
    for first in random.sample(_NEVER_GIVEN[::_BLOCK], k=len(_NEVER_GIVEN[::_BLOCK])):
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0kapok-ports-{first}")  # a name of the network namespace, as ports are; gone with the process
        except OSError:
            claim.close()
            continue
        claim.detach()  # held until the process ends, whoever asks
        yield from range(first, min(first + _BLOCK, _NEVER_GIVEN.stop))


_numbers = _own_numbers()


def _free() -> int:
    """One that the system gives to nobody by itself: a relay binds its own seconds later, and as often as it starts."""
    for port in _numbers:
        try:
            return _bound(port)
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
    return _bound(0)


def _bound(port: int) -> int:
    with socket.socket() as probe:
        # A port whose last connections are still in TIME_WAIT is free for us, as it is for the servers.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))
        chosen: int = probe.getsockname()[1]
        return chosen
