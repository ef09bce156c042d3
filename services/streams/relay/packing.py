"""A picture as datagrams: its RTP packets in runs of one size, which the kernel takes in one call each. Pure.

The framing of RTSP over TCP is taken off once per picture, not per viewer: what is sent per viewer is a run.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from services.streams.relay.framing import HEAD_BYTES
from services.streams.relay.mark import FILLERS
from services.streams.relay.rtp import AccessUnit

_FRAMING_BYTES = 4  # $ channel length
_PACKETS_MOST = 64  # UDP_MAX_SEGMENTS of kernels before 6.9
_RUN_BYTES_MOST = 60_000  # a run goes through the kernel as one datagram of 64 KiB at most


@dataclass(frozen=True, slots=True)
class Run:
    """Packets of ``packet_bytes`` each, but for the last, which may be shorter; of one channel of RTSP over TCP."""

    channel: int
    packet_bytes: int
    data: bytes

    @property
    def is_single(self) -> bool:
        """Whether it is one packet."""
        return len(self.data) <= self.packet_bytes

    def __len__(self) -> int:
        """How many packets."""
        return -(-len(self.data) // self.packet_bytes)

    def packets(self) -> Iterator[bytes]:
        """One after another."""
        for start in range(0, len(self.data), self.packet_bytes):
            yield self.data[start : start + self.packet_bytes]

    def after(self, sent_bytes: int) -> "Run":
        """What is left of it."""
        return Run(self.channel, self.packet_bytes, self.data[sent_bytes:])


@dataclass(frozen=True, slots=True)
class Datagrams(AccessUnit):
    """A picture with its runs, those of the sound first; ``mark`` is the run that a marked viewer has of its own."""

    runs: tuple[Run, ...] = ()
    mark: int | None = None

    def marked(self, own: bytes) -> tuple[Run, ...]:
        """The runs with the unit ``own`` in its place."""
        assert self.mark is not None, "a picture with a place for it"
        shared = self.runs[self.mark]
        run = Run(shared.channel, shared.packet_bytes, shared.data[: -len(own)] + own)
        return (*self.runs[: self.mark], run, *self.runs[self.mark + 1 :])

    @property
    def size_bytes(self) -> int:
        """What holding it takes: its packets framed, too."""
        return 2 * (len(self.buffer) + len(self.sound))


class Packing:
    """Makes the datagrams of a camera's pictures."""

    def make(self, unit: AccessUnit) -> Datagrams:
        """``unit`` in runs."""
        runs, mark = [*_runs(unit.sound)], None
        if at := unit.mark_at:
            start, end = at - HEAD_BYTES, at + len(FILLERS[unit.encoding])
            runs += _runs(unit.buffer[:start])
            mark = len(runs)
            runs += (*_runs(unit.buffer[start:end]), *_runs(unit.buffer[end:]))
        else:
            runs += _runs(unit.buffer)
        return Datagrams(
            unit.buffer, unit.is_key, unit.timestamp, unit.first_sequence, unit.captured_at_monotonic_s,
            unit.captured_at_unix_s, unit.sound, unit.encoding, unit.parameter_sets, unit.mark_at,
            runs=tuple(runs), mark=mark,
        )  # fmt: skip


def _runs(framed: bytes) -> Iterator[Run]:
    """Packets of the same channel and size join; a shorter one ends its run (UDP_SEGMENT, udp(7))."""
    view, start = memoryview(framed), 0
    channel, size, held, parts = -1, 0, 0, list[memoryview]()
    while start < len(framed):
        next_channel = framed[start + 1]
        length = int.from_bytes(framed[start + 2 : start + 4], "big")
        is_short_before = held % size if size else 0
        if next_channel != channel or length > size or is_short_before or len(parts) == _PACKETS_MOST \
                or held + length > _RUN_BYTES_MOST:  # fmt: skip
            if parts:
                yield Run(channel, size, b"".join(parts))
            channel, size, held, parts = next_channel, length, 0, []
        start += _FRAMING_BYTES
        parts.append(view[start : start + length])
        held += length
        start += length
    if parts:
        yield Run(channel, size, b"".join(parts))
