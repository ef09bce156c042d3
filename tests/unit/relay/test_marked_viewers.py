"""Viewers with marks of their own beside viewers without: what each one's socket gets, however little it takes."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.clock import SystemClock
from services.streams.relay.counters import Counters
from services.streams.relay.mark import FILLERS, Marking, units
from services.streams.relay.outlet import Hall, Outlet
from services.streams.relay.rtp import AccessUnit
from services.streams.relay.viewer import Viewer

MARKS = units("sessions/7d444840-9dc0-11d1-b245-5ffdce74fad2")
FILLER = FILLERS["H264"]


@dataclass
class Player:
    """The other end of a viewer's connection, which takes what it likes of what is ``due``."""

    viewer: Viewer
    socket: socket.socket
    due: bytes
    got: bytearray = field(default_factory=bytearray)

    def read(self, most: int) -> None:
        with suppress(BlockingIOError):
            self.got += self.socket.recv(most)


@contextmanager
def player(marking: Marking, due: bytes) -> Iterator[Player]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for one in (ours, theirs):
            one.setblocking(False)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)  # the kernel's least
        made = Viewer(ours, Counters())
        made.marking = marking
        yield Player(made, theirs, due)
        made.close()


def key(head: bytes, tail: bytes, sound: bytes = b"") -> AccessUnit:
    """A key picture with a place for marks between ``head`` and ``tail``."""
    return AccessUnit(head + FILLER + tail, True, 0, 0, 0.0, sound=sound, encoding="H264", mark_at=len(head))


def marked(unit: AccessUnit) -> bytes:
    return unit.buffer.replace(FILLER, MARKS["H264"], 1) if unit.mark_at else unit.buffer


parts = st.integers(1, 8000).map(lambda size: bytes([size % 251]) * size)
keys = st.builds(key, parts, parts | st.just(b""), st.just(b"") | st.just(b"sound"))
deltas = st.builds(lambda body: AccessUnit(body, False, 0, 0, 0.0), parts)
groups = st.tuples(keys, st.lists(deltas, max_size=2)).map(lambda group: [group[0], *group[1]])


async def played(pictures: list[AccessUnit], players: list[Player], takes: list[int], *, is_late: bool) -> None:
    """Show ``pictures``, before or after the players are there, until each has read what is due to it."""
    outlet = Outlet(Hall(Counters(), SystemClock(), 2**24))
    running = asyncio.create_task(outlet.run())
    await asyncio.sleep(0)  # it has begun
    for one in () if is_late else players:
        outlet.attach(one.viewer)
    for unit in pictures:
        outlet.put(unit)
    for one in players if is_late else ():
        outlet.attach(one.viewer)
    for turn in range(10_000):
        await asyncio.sleep(0)
        for one in players:
            one.read(takes[turn % len(takes)])
        if all(len(one.got) >= len(one.due) for one in players):
            break
    running.cancel()


@settings(max_examples=40, deadline=None)
@given(st.lists(groups, min_size=1, max_size=2), st.lists(st.integers(50, 9000), min_size=1, max_size=8), st.booleans())
def test_a_picture_in_three_pieces_arrives_whole_however_little_the_socket_takes(
    shown: list[list[AccessUnit]], takes: list[int], is_late: bool
) -> None:
    seen = shown[-1] if is_late else [unit for group in shown for unit in group]

    async def play() -> None:
        with ExitStack() as rooms:
            plain = rooms.enter_context(player(Marking(), b"".join(unit.buffer for unit in seen)))
            own = rooms.enter_context(player(Marking(MARKS), b"".join(marked(unit) for unit in seen)))
            hearing = rooms.enter_context(player(Marking(MARKS), b"".join(unit.sound + marked(unit) for unit in seen)))
            hearing.viewer.hears = True
            players = [plain, own, hearing]
            await played([unit for group in shown for unit in group], players, takes, is_late=is_late)
            assert [bytes(one.got) for one in players] == [one.due for one in players]

    asyncio.run(play())
