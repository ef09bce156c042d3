"""One call of a program, from its fields to its trailers.

asked ─► admitted, source held ─► opened (durable) ─► pictures … ─► closed
"""

import asyncio
import logging
from collections.abc import Callable

from services.chassis.errors import Denied, Error, Internal
from services.streams.relay.call import Call
from services.streams.relay.connection import House, full
from services.streams.relay.gate import Admission, Peer
from services.streams.relay.http2 import frames, headers
from services.streams.relay.rpc import calls
from services.streams.relay.source import MESSAGES, Source
from services.streams.relay.trunk import Trunk

log = logging.getLogger(__name__)


class Watch:
    """Serves one call in a task of its own, which is over when its last word is on its way."""

    def __init__(self, trunk: Trunk, stream: int, window: int, peer: Peer, house: House) -> None:
        self.call = Call(trunk, stream, window, house.counters)
        self._trunk = trunk
        self._peer = peer
        self._house = house
        self._received = bytearray()
        self._is_whole = False  # the caller says no more
        self._asked: asyncio.Future[str | Error] = asyncio.get_running_loop().create_future()
        self._is_accepted = False
        self._why = ""  # why it is told to leave
        self._task: asyncio.Task[None] | None = None

    def start(
        self, tasks: asyncio.TaskGroup, on_admitted: Callable[[], None], on_over: Callable[["Watch"], None]
    ) -> None:
        """Serve it."""
        self._task = tasks.create_task(self._run(on_admitted), name="call")
        self._task.add_done_callback(lambda _: on_over(self))

    def feed(self, data: bytes, *, is_whole: bool) -> None:
        """What the caller says."""
        self._is_whole = self._is_whole or is_whole
        if self._asked.done():
            return
        self._received += data
        asked = self._read()
        if asked is None and is_whole:
            asked = Denied("TOKEN_INVALID", "no token came; send it with the call")
        if asked is not None:
            self._asked.set_result(asked)
            self._received.clear()

    def leave(self, why: str) -> None:
        """Nobody is left to be told anything."""
        self._why = self._why or why
        if self._task is not None:
            self._task.cancel()

    async def _run(self, on_admitted: Callable[[], None]) -> None:
        try:
            admission = await self._admitted()
            on_admitted()
            source = self._house.sources.source(admission.feed)
            with source.held():
                await source.description()  # nothing plays before the camera does
                await self._show(admission, source)
        except Error as refusal:
            self._end(refusal)
        except Exception:  # one call's failure, the gate's included, must not end the others of its connection
            log.exception("a call failed")
            self._end(Internal("INTERNAL", "our fault; the relay's log says why"))
        finally:
            self.call.close()

    async def _admitted(self) -> Admission:
        """The gate's leave for what the call asks first."""
        house, manners = self._house, self._house.manners
        try:
            async with asyncio.timeout(manners.handshake.total_seconds()):
                asked = await self._asked
        except TimeoutError:
            raise Denied("TOKEN_INVALID", "no token came in time; send it with the call") from None
        if isinstance(asked, Error):
            raise asked
        if house.counters.connections > manners.connections_most:
            raise full()
        house.refuse_in_the_open(self._trunk, self._peer)
        return await house.gate.admit(asked, self._peer)

    async def _show(self, admission: Admission, source: Source) -> None:
        counters, gate, call = self._house.counters, self._house.gate, self.call
        call.marking = admission.marking
        await gate.opened(admission, call)
        counters.viewers += 1
        counters.viewers_total += 1
        try:
            self._trunk.reply(headers.accepted(call.stream))
            self._is_accepted = True
            source.attach(call, MESSAGES)
            raise await call.over
        finally:
            source.detach(call)
            counters.viewers -= 1
            gate.closed(admission, call, call.ended_why or self._why)

    def _read(self) -> str | Error | None:
        try:
            return calls.target(self._received)
        except Error as refusal:
            return refusal

    def _end(self, error: Error) -> None:
        """The last word: why it ends, or, within a picture, that it does."""
        stream = self.call.stream
        if self.call.is_torn:
            self._trunk.reply(frames.reset(stream, frames.CANCEL))
            return
        code, said, details = calls.status(error)
        self._trunk.reply(headers.ended(stream, code, said, details, is_accepted=self._is_accepted))
        if not self._is_whole:
            self._trunk.reply(frames.reset(stream, frames.NO_ERROR))
