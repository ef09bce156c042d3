"""A small jitter buffer: datagrams that overtook each other go on in order, lost ones are not waited for. Pure."""

from dataclasses import dataclass, field

_JUMP = 3000  # sequence numbers: further on or back the camera has begun anew (RFC 3550 A.1)
_PACKETS_MOST = 64
_WAIT_MOST_S = 0.1


@dataclass(slots=True)
class Reorder:
    """Of one track. Holds what came too early: 64 packets at most, none for longer than 0.1 s once others come."""

    lost: int = 0
    late: int = 0  # came after they were given up, or twice
    _expected: int | None = None
    _since_s: float = 0.0  # the oldest hole
    _held: dict[int, bytes] = field(default_factory=dict)

    def push(self, data: bytes, now_s: float) -> list[bytes]:
        """The packets that can go on, in order, now that the datagram ``data`` is here; no RTP: nothing."""
        if len(data) < 12:
            return []
        sequence = data[2] << 8 | data[3]
        ahead = 0 if self._expected is None else (sequence - self._expected) & 0xFFFF
        if _JUMP < ahead <= 0x10000 - _JUMP:
            flushed = self._release(everything=True)
            self._expected = (sequence + 1) & 0xFFFF
            return [*flushed, data]
        if ahead > _JUMP or sequence in self._held:
            self.late += 1
            return []
        if not self._held:
            self._since_s = now_s
        self._held[sequence] = data
        if self._expected is None:
            self._expected = sequence
        released = self._release()
        while self._held and (len(self._held) > _PACKETS_MOST or now_s - self._since_s > _WAIT_MOST_S):
            self._skip()
            released += self._release()
        if released:
            self._since_s = now_s
        return released

    def _release(self, *, everything: bool = False) -> list[bytes]:
        """What follows on without a hole, or all of it."""
        released = []
        while self._held:
            assert self._expected is not None, "something was held"
            if self._expected not in self._held:
                if not everything:
                    break
                self._skip()
            released.append(self._held.pop(self._expected))
            self._expected = (self._expected + 1) & 0xFFFF
        return released

    def _skip(self) -> None:
        """Give up what is missing before the next packet held."""
        expected = self._expected or 0
        hole = min((sequence - expected) & 0xFFFF for sequence in self._held)
        self.lost += hole
        self._expected = (expected + hole) & 0xFFFF
