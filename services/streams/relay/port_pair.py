"""Two UDP ports side by side, for RTP and its RTCP (RFC 3550 §11): towards cameras and towards viewers."""

import errno
import socket
from contextlib import ExitStack

_PAIRS_TRIED = 32


def port_pair(host: str) -> tuple[socket.socket, socket.socket]:
    """An even port and the one behind it, bound and non-blocking; OSError when none is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for _ in range(_PAIRS_TRIED):
        with ExitStack() as tried:
            rtp, rtcp = (tried.enter_context(socket.socket(family, socket.SOCK_DGRAM)) for _ in range(2))
            rtp.bind((host, 0))
            port = rtp.getsockname()[1]
            try:
                rtcp.bind((host, port + 1 if port % 2 == 0 else port - 1))
            except (OSError, OverflowError):
                continue
            for one in (rtp, rtcp):
                one.setblocking(False)
            tried.pop_all()
            return (rtp, rtcp) if port % 2 == 0 else (rtcp, rtp)
    raise OSError(errno.EADDRINUSE, "no pair of ports is free")
