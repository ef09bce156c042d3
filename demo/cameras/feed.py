"""The beat of the lenses: each clip's pictures go out when they are due, on the clock and not one sleep after another.

One buffer is made for each picture and handed to every puller of the clip.
"""

import asyncio
from collections.abc import Callable, Collection
from typing import Protocol

from demo.cameras.rtp import Track

REPORT_EVERY_S = 5  # RFC 3550 §6.2
BEHIND_MAX_S = 2  # a process that stood still longer leaves out what nobody waits for any more


class Player(Protocol):
    """Who takes the pictures: ``channel`` is its interleaved channel for RTP, the next one for RTCP."""

    channel: int

    def send(self, data: bytes) -> None:
        """Take these bytes without waiting; never raises for a puller that has gone."""
        ...


class Feed:
    """One clip and its players; ``last`` is the tick that was sent last."""

    def __init__(self, track: Track, now_s: float) -> None:
        self.track = track
        self.last = track.tick_at(now_s)
        self._players: set[Player] = set()

    @property
    def first(self) -> int:
        """The key picture with which a player that joins now begins."""
        return self.track.key_before(self.last)

    def join(self, player: Player) -> None:
        """Send everything since the last key picture, so that the first one shown comes at once; then each picture."""
        channel = player.channel
        pictures = (self.track.picture(tick, channel) for tick in range(self.first, self.last + 1))
        player.send(self.track.report(self.first, channel + 1) + b"".join(pictures))
        self._players.add(player)

    def leave(self, player: Player) -> None:
        """Send it nothing more."""
        self._players.discard(player)

    def advance(self, now_s: float) -> None:
        """Send whatever has come due."""
        due = self.track.tick_at(now_s)
        if due - self.last > BEHIND_MAX_S * self.track.clip.fps:
            self.last = self.track.key_before(due) - 1
        while self.last < due:
            self.last += 1
            self._send(self.last)

    def _send(self, tick: int) -> None:
        is_report_due = tick % (REPORT_EVERY_S * self.track.clip.fps) == 0
        buffers: dict[int, bytes] = {}
        for player in tuple(self._players):
            channel = player.channel
            if channel not in buffers:
                report = self.track.report(tick, channel + 1) if is_report_due else b""
                buffers[channel] = report + self.track.picture(tick, channel)
            player.send(buffers[channel])


async def pace(feeds: Collection[Feed], now_s: Callable[[], float], reap: Callable[[], None]) -> None:
    """Run until cancelled; ``reap`` is called once a second."""
    reap_at_s = now_s()
    while True:
        for feed in feeds:
            feed.advance(now_s())
        if now_s() >= reap_at_s:
            reap()
            reap_at_s += 1
        due_s = min(feed.track.due_s(feed.last + 1) for feed in feeds)
        await asyncio.sleep(max(0.0005, due_s - now_s()))
