"""A camera's sound, carried along: packets of AAC (RFC 3640) or G.711 (RFC 3551) in, framed ones of ours out. Pure.

They wait for the next picture and go out with it, so that a viewer's cost is per picture with sound, too.
"""

from services.rtsp.message import ProtocolError
from services.streams.relay import rtp, sdp
from services.streams.relay.framing import Arrival, Positions, Sender, Timestamps
from services.streams.relay.wallclock import SOUND, WallClock

_WAITING_BYTES_MOST = 64 * 1024  # about four seconds of the densest that cameras send: beyond it no picture comes


class Carried:
    """One camera's sound, for as long as the camera is wanted."""

    def __init__(self, ssrc: int) -> None:
        self._sender = Sender(ssrc, sdp.SOUND_CHANNEL, sdp.SOUND_PAYLOAD_TYPE)
        self._positions, self._timestamps = Positions(), Timestamps()
        self._track: sdp.Sound | None = None
        self._waiting: list[bytes] = []
        self._size = 0
        self._newest: tuple[int, int, Arrival] | None = None  # theirs, ours: what a report speaks of
        self._number = self._offset = 0

    @property
    def track(self) -> sdp.Sound | None:
        """What viewers are offered; None: the camera is silent."""
        return self._track

    def restart(self, track: sdp.Sound | None) -> None:
        """The camera was connected anew."""
        self._track, self._newest = track, None
        if track is not None:
            self._timestamps.clock_rate_hz = track.clock_rate_hz
        self._timestamps.seam()
        self.clear()

    def clear(self) -> None:
        """Forget what waits: no picture goes out that it belongs to."""
        self._waiting, self._size = [], 0

    def push(self, data: bytes, arrival: Arrival) -> None:
        """One packet. Raises ProtocolError for lengths that lie; what is of another payload type is left out."""
        track = self._track
        packet = rtp.parse(data)
        if track is None or packet.payload_type != track.payload_type:
            return
        if track.encoding == sdp.AAC:
            _check_aac(packet.payload)
        step = self._positions.of(packet.sequence)
        timestamp, is_continuous = self._timestamps.of(packet.ssrc, packet.timestamp, arrival.monotonic_s)
        if not is_continuous:
            self._offset = self._number + 1 - step
        self._number = step + self._offset
        if self._size > _WAITING_BYTES_MOST:
            self.clear()
        marked = self._number if packet.has_marker else -1
        framed = self._sender.frame(((self._number, packet.payload),), timestamp, marked)
        self._waiting.append(framed)
        self._size += len(framed)
        self._newest = packet.timestamp, timestamp, arrival

    def take(self, clock: WallClock | None) -> bytes:
        """What waited, framed and joined; with ``clock``, which is given at key pictures, a report comes first."""
        if not self._waiting or self._track is None or self._newest is None:
            return b""
        if clock is not None:
            theirs, ours, arrival = self._newest
            unix_s = clock.unix_s(SOUND, theirs, self._track.clock_rate_hz, arrival)
            self._waiting.insert(0, self._sender.report(unix_s, ours))
        joined = b"".join(self._waiting)
        self.clear()
        return joined


def _check_aac(payload: bytes) -> None:
    """RFC 3640 §3.2.1: the headers' length counts bits and lies within the packet, with a unit behind it."""
    headers = (int.from_bytes(payload[:2], "big") + 7) // 8
    if len(payload) <= 2 + headers or not headers:
        raise ProtocolError("AAC packet", "has access unit headers that leave no access unit")
