"""Looks that relays put on record, followed so that none stays open for ever: a dead relay can't say how its own ended.

A relay's fact of a look's begin opens it here, its fact of the end closes it. What is left open on a process that was
replaced, or is silent for longer than its lease, ends as `relay lost, last heard at`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.chassis.clock import Clock
from services.chassis.outbox import Message
from services.streams.ports import Relays
from services.streams.relocation import LOST_FOR_GOOD_AFTER, lost

ENDED_KEPT_FOR = timedelta(minutes=10)  # a begin that is delivered again, or late, finds its end


@dataclass(frozen=True, slots=True)
class Look:
    """One viewer of one session, as its relay told it. ``viewer`` is host:port."""

    relay: str
    process: str
    session: str
    viewer: str
    opened_at: datetime
    peer: str
    principal: str
    camera: str
    is_sealed: bool


class Record(Protocol):
    """Where they are kept."""

    async def take(self, begun: Sequence[Look], ended: Sequence[Look], now: datetime) -> None:
        """Of each look its begin and its end count once, in whatever order they come."""
        ...

    async def open_processes(self) -> Sequence[tuple[str, str]]:
        """(relay, process) that open looks are on."""
        ...

    async def open_on(self, relay: str, process: str) -> Sequence[Look]:
        """Some hundreds of them."""
        ...

    async def end(self, looks: Sequence[Look], facts: Sequence[Message], now: datetime) -> None:
        """End them, together with these facts."""
        ...

    async def forget(self, before: datetime) -> None:
        """Those that ended before that."""
        ...


class Told(Protocol):
    """Facts as the outbox takes them."""

    def look_lost(self, look: Look, ended_at: datetime, why: str) -> Message: ...


@dataclass(frozen=True)
class Looks:
    """Complete once constructed."""

    record: Record
    relays: Relays
    facts: Told
    clock: Clock

    async def close_lost(self) -> None:
        """End what nobody else can end any more. To be called every second or so."""
        now = self.clock.now()
        for relay, process in await self.record.open_processes():
            heard_at = self.relays.last_heard_at(relay, process)
            if not self._is_gone(relay, process) and now - heard_at <= LOST_FOR_GOOD_AFTER:
                continue
            why = lost(relay, heard_at).why
            while looks := await self.record.open_on(relay, process):
                facts = [self.facts.look_lost(look, max(heard_at, look.opened_at), why) for look in looks]
                await self.record.end(looks, facts, now)
        await self.record.forget(now - ENDED_KEPT_FOR)

    def _is_gone(self, relay: str, process: str) -> bool:
        """Whether another process speaks in its place."""
        speaking = self.relays.process_of(relay)
        return speaking not in ("", process)
