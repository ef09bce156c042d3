"""Reports of relays and probes become health on record, and changes of health become alarms (Articles 15, 22).

Only what changes is written: a million cameras that are as they were cost a lookup each and no write.
"""

import dataclasses
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.bell import Bell
from services.chassis.clock import Clock
from services.chassis.database import Database
from services.chassis.outbox import Message, Outbox
from services.decider.facts import Action
from services.registry import refusals
from services.registry.alarm import Alarm
from services.registry.domain import Camera, code_of
from services.registry.health import Health, Report, Reporter, judge
from services.registry.hysteresis import Watch
from services.registry.permission import Scope
from services.registry.store import counters, notes
from services.registry.store.cameras import CameraStore, Stored
from services.registry.system import LifeState
from services.registry.watching import number_of, reached

_PAGE = 1000


class Permissions(Protocol):
    """What these ask of permissions."""

    async def scope(self, principal: str, action: Action) -> Scope:
        """Every camera on which the principal may act."""
        ...


class Announce(Protocol):
    """Writes down facts."""

    def alarm(self, alarm: Alarm) -> Message: ...


@dataclass(frozen=True, slots=True)
class Alarms:
    """Alarms in order, and the token with which a watcher goes on behind them."""

    alarms: Sequence[Alarm]
    resume_token: str


@dataclass(frozen=True)
class Signals:
    """Health in, alarms out. ``watch`` remembers only the cameras whose reports disagree with the record."""

    database: Database
    outbox: Outbox
    store: CameraStore
    permissions: Permissions
    announce: Announce
    clock: Clock
    bell: Bell
    watch: Watch

    async def hear(self, reporter: Reporter, reports: Sequence[Report]) -> None:
        """Take reports in; at most one of each camera."""
        by_code = {code: report for report in reports if (code := code_of(report.camera))}
        async with self.database.read() as transaction:
            healths = await self.store.healths(transaction, list(by_code))
        now_s = self.clock.monotonic()
        changes: dict[str, tuple[Health, str]] = {}
        for code, stored in healths.items():
            report = by_code[code]
            after = self.watch.step(code, stored, report, reporter, now_s)
            if after is not None:
                changes[code] = (after, judge(report).cause or "answers again")
        if changes:
            await self._write(changes)

    async def _write(self, changes: dict[str, tuple[Health, str]]) -> None:
        now = self.clock.now()
        async with self.database.write() as transaction:
            await counters.lock(transaction)
            moves = [
                (stored, dataclasses.replace(stored.camera, health=changes[stored.camera.code][0]))
                for stored in await self.store.of_codes(transaction, list(changes))
                if stored.camera.health != changes[stored.camera.code][0] and stored.camera.state != LifeState.RETIRED
            ]
            await self.store.move(transaction, moves, tells=False)
            alarms = await self._alarms(transaction, moves, changes, now)
            if alarms:
                await self.outbox.add(transaction, *map(self.announce.alarm, alarms))
        self.outbox.wake()
        self.bell.ring()

    async def _alarms(
        self,
        transaction: AsyncConnection,
        moves: Sequence[tuple[Stored, Camera]],
        changes: dict[str, tuple[Health, str]],
        now: datetime,
    ) -> Sequence[Alarm]:
        """One for each change, but that a camera is online when nothing was known of it is no alarm."""
        telling = [
            (before, after)
            for before, after in moves
            if (before.camera.health, after.health) != (Health.UNSPECIFIED, Health.ONLINE)
        ]
        if not telling:
            return ()
        # Out of the numbers of all changes: were alarms counted by themselves, a gap would tell of a hidden one.
        numbers = await counters.take(transaction, "change", len(telling))
        rows = [
            (
                before.id,
                Alarm(
                    number, after.name, before.camera.health, after.health, now, changes[after.code][1], after.is_sealed
                ),
            )
            for number, (before, after) in zip(numbers, telling, strict=True)
        ]
        await notes.add_alarms(transaction, rows)
        return [alarm for _, alarm in rows]

    async def list(self, principal: str, before: int, limit: int) -> Sequence[Alarm]:
        """Alarms of cameras that the principal runs or supervises, newest first."""
        scopes = await self._scopes(principal)
        async with self.database.read() as transaction:
            within = await self._within(transaction, scopes)
            return await notes.alarms_page(transaction, within, (-1, before), limit, newest_first=True)

    async def follow(self, principal: str, resume_token: str) -> AsyncIterator[Alarms]:
        """The same alarms as they come, from a token on, as `Watching.watch` tells; errors.Denied ends it."""
        behind, told = number_of(resume_token), resume_token
        while True:
            scopes = await self._scopes(principal)
            async with self.database.read() as transaction:
                newest = await counters.last(transaction, "change")
                behind = reached(behind, newest)
                within = await self._within(transaction, scopes)
                found = await notes.alarms_page(transaction, within, (behind, newest + 1), _PAGE, newest_first=False)
            is_full = len(found) == _PAGE
            behind = found[-1].number if is_full else newest
            if found or not told:
                told = str(behind)
                yield Alarms(found, told)
            if not is_full:
                await self.bell.wait()

    async def _scopes(self, principal: str) -> tuple[Scope, Scope]:
        """The cameras that the principal runs, and those that it supervises: their alarms are its own (Article 15)."""
        own = await self.permissions.scope(principal, Action.CONFIGURE)
        supervised = await self.permissions.scope(principal, Action.SUPERVISE)
        if not own.classes and not supervised.classes:
            raise refusals.no_camera_to_know()
        return own, supervised

    async def _within(self, transaction: AsyncConnection, scopes: tuple[Scope, Scope]) -> Sequence[int]:
        """Their classes, as the view has them; it begins after the scopes were asked for, or shows what they hide."""
        own, supervised = scopes
        known = await self.store.book.refresh(transaction)
        return sorted(known.ids(known.permitted(own) | known.permitted(supervised)))
