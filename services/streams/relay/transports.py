"""How a camera's packets reach the intake: inside the RTSP connection, or, where a camera refuses that, over UDP.

Either gives the Transport header of a track's SETUP, reads the camera's answer, and delivers to that track's `Taker`.
"""

import asyncio
import re
import socket
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from itertools import groupby
from operator import itemgetter
from typing import Protocol

from services.rtsp.conversation import channel_of
from services.rtsp.message import Interleaved, ProtocolError
from services.streams.relay.port_pair import port_pair
from services.streams.relay.reorder import Reorder

_CHANNEL = itemgetter(0)  # of Interleaved
_BUFFER_BYTES = 2**20  # a key picture comes in one burst
_DATAGRAMS_A_TURN = 64  # before the loop's others have theirs
_PORTS = re.compile(r"server_port=(\d{1,5})(?:-(\d{1,5}))?")
_RECEIVER_REPORT = bytes((0x80, 201, 0, 1, 0, 0, 0, 1))  # of nothing: it opens firewalls and tells that we are there


class Taker(Protocol):
    """Who takes a track."""

    def take(self, packets: Sequence[bytes]) -> None:
        """RTP packets, one after another: whoever takes each by itself pays for a picture as for a dozen."""

    def report(self, packet: bytes) -> None:
        """One RTCP packet."""


class Transport(Protocol):
    """What the intake needs of either."""

    def offer(self, index: int) -> str:
        """The Transport header that asks for track ``index``."""

    def accept(self, header: str, taker: Taker) -> None:
        """The camera's answer to the track asked for last; ProtocolError when it can't be used."""

    def start(self) -> None:
        """Deliver from now on."""

    def keep_alive(self) -> None:
        """Say that we are still there, where that is not the conversation's matter."""

    def close(self) -> None:
        """Give back what is held."""


class OverTcp:
    """Channels of the RTSP connection (RFC 2326 §10.12)."""

    def __init__(self) -> None:
        self._accepted: dict[int, Taker] = {}  # by the channel of its RTP; the next one is of its RTCP
        self._taken: Mapping[int, Taker] = {}

    def offer(self, index: int) -> str:
        return f"RTP/AVP/TCP;unicast;interleaved={2 * index}-{2 * index + 1}"

    def accept(self, header: str, taker: Taker) -> None:
        channel = channel_of(header)
        if self._accepted.keys() & {channel - 1, channel, channel + 1}:
            raise ProtocolError("Transport", "names a channel that another track has")
        self._accepted[channel] = taker

    def start(self) -> None:
        self._taken = self._accepted

    def keep_alive(self) -> None:
        """The conversation's keep-alives are all there is."""

    def close(self) -> None:
        self._taken = {}

    def take(self, packets: Sequence[Interleaved]) -> None:
        """What the conversation heard; of channels that nobody asked for nothing is taken."""
        for channel, run in groupby(packets, _CHANNEL):
            payloads = [payload for _, payload in run]
            if (taker := self._taken.get(channel)) is not None:
                taker.take(payloads)
            elif (taker := self._taken.get(channel - 1)) is not None:
                for payload in payloads:
                    taker.report(payload)


class OverUdp:
    """A pair of ports per track, connected to the camera's: what comes from elsewhere the kernel throws away."""

    def __init__(self, ours: str, camera: str) -> None:
        self._ours, self._camera = ours, camera
        self._held = ExitStack()
        self._asked: tuple[socket.socket, socket.socket] | None = None
        self._tracks: list[tuple[socket.socket, socket.socket, Taker, Reorder]] = []

    def offer(self, index: int) -> str:
        self._asked = pair = port_pair(self._ours)
        for one in pair:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
            self._held.callback(one.close)
        port = pair[0].getsockname()[1]
        return f"RTP/AVP;unicast;client_port={port}-{port + 1}"

    def accept(self, header: str, taker: Taker) -> None:
        ports = _PORTS.search(header)  # what it names as source is no matter: behind a translator it is wrong
        if not header.startswith("RTP/AVP") or header.startswith("RTP/AVP/TCP") or ports is None:
            raise ProtocolError("Transport", "is not the RTP/AVP;client_port with a server_port that was asked for")
        rtp, rtcp = int(ports[1]), int(ports[2] or int(ports[1]) + 1)
        if not (0 < rtp < 65536 and 0 < rtcp < 65536):
            raise ProtocolError("Transport", "names ports that there are not")
        assert self._asked is not None, "offer() comes first"
        for one, port in zip(self._asked, (rtp, rtcp), strict=True):
            one.connect((self._camera, port))
        self._tracks.append((*self._asked, taker, Reorder()))

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        for rtp, rtcp, taker, reorder in self._tracks:
            loop.add_reader(rtp, self._take, rtp, taker, reorder)
            loop.add_reader(rtcp, self._report, rtcp, taker)
            self._held.callback(loop.remove_reader, rtcp)
            self._held.callback(loop.remove_reader, rtp)
        self.keep_alive()

    def keep_alive(self) -> None:
        for _, rtcp, _, _ in self._tracks:
            with suppress(OSError):  # a camera without RTCP: its refusal is told here
                rtcp.send(_RECEIVER_REPORT)

    def close(self) -> None:
        self._held.close()

    @staticmethod
    def _take(rtp: socket.socket, taker: Taker, reorder: Reorder) -> None:
        now_s = asyncio.get_running_loop().time()
        with suppress(OSError):  # no more for now; that the camera is gone is told by its silence
            for _ in range(_DATAGRAMS_A_TURN):
                if packets := reorder.push(rtp.recv(65536), now_s):
                    taker.take(packets)

    @staticmethod
    def _report(rtcp: socket.socket, taker: Taker) -> None:
        with suppress(OSError):
            taker.report(rtcp.recv(2048))
