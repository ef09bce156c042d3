"""What of looks and of sessions goes on record, and how it waits for a bus that is away."""

import asyncio
import itertools
import logging
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.chassis.tasks import stop_if_cancelled
from services.decider.exclusive import Suspension
from services.streams.relay.sessions import Session

log = logging.getLogger(__name__)
_AGAIN_S = 0.5
_AT_ONCE = 100  # facts on their way to the bus: it syncs once for those that come together


@dataclass(frozen=True, slots=True)
class Look:
    """One viewer of one session, for the record."""

    session: Session
    viewer: str
    peer: str
    opened_at: datetime
    closed_at: datetime | None = None
    why: str = ""
    is_sealed: bool = False  # of a state secret: its fact goes to the sealed book (Article 11)


@dataclass(frozen=True, slots=True)
class Stretch:
    """How long a session outlasted the standing lease, and by which takeover.

    justified_at  when permissions was last heard with nothing missing       began_at  when the standing lease ran out
    """

    session: Session
    takeover: str
    viewers: int
    justified_at: datetime
    began_at: datetime
    ended_at: datetime | None = None
    why: str = ""
    is_sealed: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """That an exclusive takeover suspends a session since ``began_at``, or, with ``ended_at``, no more."""

    session: Session
    suspension: Suspension
    viewers: int
    began_at: datetime
    ended_at: datetime | None = None
    is_sealed: bool = False


End = Look | Stretch | Pause  # what waits to be recorded


class Record(Protocol):
    """Where looks and stretches are put on record. Each returns once the fact is durable; OSError when it can't be."""

    async def opened(self, look: Look) -> None:
        """A viewer is about to see the first picture."""
        ...

    async def closed(self, look: Look) -> None:
        """A viewer sees no more."""
        ...

    async def outlasted(self, stretch: Stretch) -> None:
        """A session went on beyond the standing lease."""
        ...

    async def paused(self, pause: Pause) -> None:
        """A session is suspended, or no more."""
        ...


class Waiting:
    """Ends on their way to the record, in order. ``most`` bounds it: whoever fills it asks `is_full` first."""

    def __init__(self, record: Record, most: int = 10_000) -> None:
        self.record = record
        self.most = most
        self.ends: deque[End] = deque()
        self._has_more = asyncio.Event()
        self._has_less = asyncio.Event()

    @property
    def is_full(self) -> bool:
        """Whether too much waits to begin anything that would have to be recorded as well."""
        return len(self.ends) >= self.most

    def put(self, end: End) -> None:
        """Have it recorded after all that were put before it."""
        self.ends.append(end)
        self._has_more.set()

    async def record_forever(self) -> None:
        """Put on record what waits, as soon as the bus takes it."""
        while True:
            while self.ends:
                stop_if_cancelled()
                try:
                    await self._tell_next()
                except OSError as error:
                    log.warning("the end of a look waits to be recorded: %s", error)
                    await asyncio.sleep(_AGAIN_S)  # not waiting for a state of ours: the bus is away
            self._has_more.clear()
            await self._has_more.wait()

    async def drain(self, patience: timedelta) -> None:
        """Return once all of it is on record, or at the end of ``patience``: the bus may be away."""
        try:
            async with asyncio.timeout(patience.total_seconds()):
                while self.ends:
                    self._has_less.clear()
                    await self._has_less.wait()
        except TimeoutError:
            log.error("%d ends could not be recorded: %s", len(self.ends), [end.session.name for end in self.ends][:20])

    async def _tell_next(self) -> None:
        """What is first in the queue. Looks behind one another go together: one by one each would cost the bus a sync.

        When one of them fails all are told again, which makes no second fact.
        """
        looks = list(itertools.takewhile(lambda end: isinstance(end, Look), itertools.islice(self.ends, _AT_ONCE)))
        told = looks or [self.ends[0]]
        results = await asyncio.gather(*map(self._tell, told), return_exceptions=True)
        for failure in filter(None, results):
            raise failure
        for _ in told:
            self.ends.popleft()
        self._has_less.set()

    async def _tell(self, end: End) -> None:
        if isinstance(end, Look):
            await self.record.closed(end)
        elif isinstance(end, Pause):
            await self.record.paused(end)
        else:
            await self.record.outlasted(end)
