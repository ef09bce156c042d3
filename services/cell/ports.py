"""Which ports a home listens on: the usual one when it is free, another when it is taken, and then it says so."""

import errno
import socket
from collections.abc import Callable

HOST = "127.0.0.1"


def pick(usual: int, what: str, say: Callable[[str], None]) -> int:
    """``usual`` when it is free on loopback, else a free one. Whoever binds it next may still lose a race, loudly."""
    try:
        return _bound(usual)
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        chosen = _bound(0)
        say(f"{what}: port {usual} is taken, using {chosen}")
        return chosen


def _bound(port: int) -> int:
    with socket.socket() as probe:
        # A port whose last connections are still in TIME_WAIT is free for us, as it is for the servers.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))
        chosen: int = probe.getsockname()[1]
        return chosen
