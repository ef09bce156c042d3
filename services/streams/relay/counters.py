"""What the relay counts. Plain integers, since the fan-out adds to them; who exports them reads them."""

from collections.abc import Callable
from dataclasses import dataclass


def _ignore(_seconds: float) -> None:
    """Nobody observes."""


@dataclass(slots=True)
class Counters:
    """Gauges and totals of one relay process."""

    viewers: int = 0  # playing now
    datagram_viewers: int = 0  # those of them that take RTP over UDP
    viewers_total: int = 0
    connections: int = 0  # open now, playing or not
    secure_connections: int = 0  # those of them that speak TLS
    connections_refused: int = 0  # pushed out while the relay was full of strangers
    sources: int = 0  # being pulled now
    source_reconnects: int = 0
    access_units_in: int = 0
    access_units_out: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    datagrams_lost: int = 0  # that the kernel would not send, or whose viewer has closed its port
    cut_backs: int = 0  # times that a slow viewer was cut back to a key picture
    drops: int = 0  # malformed packets of cameras, oversized pictures, and those that no browser could be shown
    first_picture: Callable[[float], None] = _ignore  # called with the seconds from connection to first key picture
