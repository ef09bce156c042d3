"""A viewer that takes its pictures as RTP over UDP: by ports of its own, connected to its address, beside its RTSP.

A run of packets is one call, cut into datagrams by the kernel where kernel and network card can (UDP_SEGMENT, udp(7)).
Connected sockets hear of that viewer alone, and send nowhere else.
"""

import asyncio
import errno
import socket
import sys
from contextlib import suppress

from services.streams.relay.counters import Counters
from services.streams.relay.packing import Datagrams, Run
from services.streams.relay.port_pair import port_pair
from services.streams.relay.reader import GONE, Reader
from services.streams.relay.rtp import AccessUnit
from services.streams.relay.viewer import Viewer

_UDP_SEGMENT = 103  # linux/udp.h; Python has no name for it
_NO_SEGMENTS = frozenset({errno.EINVAL, errno.EIO, errno.EMSGSIZE, errno.ENOPROTOOPT, errno.EOPNOTSUPP})
_BURST_BYTES = 64 * 1024  # of catching up in one go: a viewer's own kernel must take it all before it reads
_BURST_EVERY_S = 0.01
_REPORTS_A_TURN = 8
_RTCP = range(200, 208)  # packet types (RFC 3550 §12.1, RFC 4585, RFC 3611)


class DatagramViewer(Reader):
    """Beside ``owner``, the viewer's RTSP connection, on whose end it ends."""

    def __init__(self, owner: Viewer, peer: str, counters: Counters) -> None:
        super().__init__(counters)
        self.heard_s = self._loop.time()  # when a receiver report last said that somebody is there
        self._owner = owner
        owner.beside = self
        self._peer = peer
        self._sockets: dict[int, socket.socket] = {}  # by channel, as if interleaved: RTP, and RTCP behind it
        self._half: tuple[Run, ...] = ()  # of a picture under way
        self._refusing: socket.socket | None = None  # waited for to take more
        self._next_burst: asyncio.TimerHandle | None = None
        self._has_segments = True  # until the kernel says that it can't

    def take_ports(self, channel: int, port: int) -> int:
        """Ports for one track, towards ``port`` of the viewer and the one behind it; ours of RTP.

        OSError when none is free.
        """
        self.close_track(channel)
        pair = port_pair(self._owner.socket.getsockname()[0])
        for index, one in enumerate(pair):
            self._sockets[channel + index] = one
            one.connect((self._peer, port + index))
        rtp, rtcp = pair
        self._loop.add_reader(rtcp, self._hear, rtcp)
        ours: int = rtp.getsockname()[1]
        return ours

    def take(self, unit: AccessUnit) -> int:
        """Send the picture ``next``; the bytes that the kernel took."""
        if self._owner.ended_why is not None:  # by the ender, whose reset reaches the connection only
            self.close()
            return 0
        assert isinstance(unit, Datagrams)
        self.next += 1
        sent = self._send(self._runs(unit))
        if self._half:
            self._fall_behind()
        return sent

    def dismiss(self, why: str) -> None:
        """There is no more that it could read."""
        self.close()
        self._owner.dismiss(why)

    def close(self) -> None:
        """Give everything back."""
        self.next, self._half, self._ring = GONE, (), None
        self._settle()
        for channel in tuple(self._sockets):
            self.close_track(channel)

    def close_track(self, channel: int) -> None:
        """Give the ports of one track back, before it plays."""
        for number in (channel, channel + 1):
            if one := self._sockets.pop(number, None):
                self._loop.remove_reader(one)
                one.close()

    def _go_on(self) -> None:
        if self._refusing is None and self._next_burst is None:
            self._write()

    def _write(self) -> None:
        """Catch up in bursts: what comes faster than a viewer's kernel can hold is lost."""
        self._settle()
        due = _BURST_BYTES
        while due > 0 and self._owner.ended_why is None:
            if not self._half:
                unit = self._advance()
                if unit is None:
                    return
                assert isinstance(unit, Datagrams)
                self._half = self._runs(unit)
            runs, self._half = self._half, ()
            sent = self._send(runs)
            self._counters.bytes_out += sent
            if self._half:
                return
            due -= sent
        self._next_burst = self._loop.call_later(_BURST_EVERY_S, self._write)

    def _settle(self) -> None:
        """Wait for nothing."""
        if self._refusing is not None:
            self._loop.remove_writer(self._refusing)
        if self._next_burst is not None:
            self._next_burst.cancel()
        self._refusing = self._next_burst = None

    def _runs(self, unit: Datagrams) -> tuple[Run, ...]:
        """Of a picture, with the viewer's own mark where it has one."""
        if unit.mark_at and (own := self._owner.marking.units):
            return unit.marked(own[unit.encoding])
        return unit.runs

    def _send(self, runs: tuple[Run, ...]) -> int:
        """As many as the kernel takes; the others are what is half sent. The bytes taken."""
        sent = 0
        for number, run in enumerate(runs):
            to = self._sockets.get(run.channel)
            if to is None:  # a track that the viewer did not set up
                continue
            taken = self._send_run(to, run)
            sent += taken
            if taken < len(run.data):
                self._half = (run.after(taken), *runs[number + 1 :])
                self._refusing = to
                self._loop.add_writer(to, self._write)
                break
        return sent

    def _send_run(self, to: socket.socket, run: Run) -> int:
        """The bytes gone, or lost: nobody listens there, or the network takes no packet so large."""
        if self._has_segments and not run.is_single:
            size = run.packet_bytes.to_bytes(2, sys.byteorder)
            try:
                return to.sendmsg((run.data,), ((socket.IPPROTO_UDP, _UDP_SEGMENT, size),))
            except BlockingIOError:
                return 0
            except OSError as error:
                if error.errno not in _NO_SEGMENTS:
                    self._counters.datagrams_lost += len(run)
                    return len(run.data)
                self._has_segments = False
        return self._send_one_by_one(to, run)

    def _send_one_by_one(self, to: socket.socket, run: Run) -> int:
        taken = 0
        for packet in run.packets():
            try:
                to.send(packet)
            except BlockingIOError:
                break
            except OSError:
                self._counters.datagrams_lost += 1
            taken += len(packet)
        return taken

    def _hear(self, rtcp: socket.socket) -> None:
        with suppress(OSError):  # no more for now
            for _ in range(_REPORTS_A_TURN):
                said = rtcp.recv(2048)
                if len(said) >= 8 and said[0] >> 6 == 2 and said[1] in _RTCP:
                    self.heard_s = self._loop.time()
